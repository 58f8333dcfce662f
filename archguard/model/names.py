"""The names of modules and of what they define, and the only place where they are taken apart.

A name is written with dots. That of a module of a service carries the service in front: `orders::app.models`. Inside of
a service, import statements say the plain name, `app.models`.

At run time a name is a string: names are hashed and compared millions of times, are nodes of grimp's graph, and are
pickled. Cost: one call of a method of strings; nothing is memoized, as a look-up costs as much as to split a name.
"""

from typing import TypeAlias

ModuleName: TypeAlias = str
"""The name of a module, with its service if it has one: `shop.models`, `orders::app.models`."""
QualifiedName: TypeAlias = str
"""The name of what a module defines or has imported: `shop.models.Order.total`."""

_SERVICE = "::"


def last_part(name: QualifiedName) -> str:
    """What follows the last dot: `Order` of `shop.models.Order`; the name itself if there is no dot."""
    return name.rpartition(".")[2]


def parent_name(name: QualifiedName) -> QualifiedName:
    """What stands before the last dot: `shop.models` of `shop.models.Order`; "" if there is no dot."""
    return name.rpartition(".")[0]


def split_last(name: QualifiedName) -> tuple[QualifiedName, str]:
    """The parent and the last part: `shop.models` and `Order` of `shop.models.Order`."""
    parent, _, last = name.rpartition(".")
    return parent, last


def top_package(name: QualifiedName) -> ModuleName:
    """What stands before the first dot: `shop` of `shop.models.Order`, `orders::app` of `orders::app.models`."""
    return name.partition(".")[0]


def parts_of(name: QualifiedName) -> list[str]:
    """All parts: `shop`, `models` and `Order` of `shop.models.Order`."""
    return name.split(".")


def self_and_parents(name: QualifiedName) -> list[QualifiedName]:
    """`a.b.c`, `a.b`, `a`: the dotted name and its parents, the deepest first."""
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(len(parts), 0, -1)]


def shortened(name: QualifiedName, length: int) -> QualifiedName:
    """The first `length` parts: `shop.orders` of `shop.orders.models` for 2."""
    return ".".join(name.split(".")[:length])


def is_dotted_name(text: str) -> bool:
    """Whether `text` can be a name in Python code, without a service: all parts are identifiers."""
    return all(map(str.isidentifier, text.split(".")))


def is_below(name: QualifiedName, outer: QualifiedName) -> bool:
    """Whether `name` is in `outer`, and is another name: `shop.models` in `shop`, but not `shopping`."""
    return name.startswith(f"{outer}.")


def is_at_or_below(name: QualifiedName, outer: QualifiedName) -> bool:
    """Whether `name` is `outer`, or in it."""
    return name == outer or name.startswith(f"{outer}.")


def qualify(service: str, module: ModuleName) -> ModuleName:
    """The name of `module` with its service: `service::module`, or `module` outside of services."""
    return f"{service}{_SERVICE}{module}" if service else module


def plain_name(name: QualifiedName) -> QualifiedName:
    """The name without its service, as import statements say it: `app.models` of `orders::app.models`."""
    return name.rpartition(_SERVICE)[2]


def service_of(name: QualifiedName) -> str:
    """The service in front of the name: `orders` of `orders::app.models`; "" if there is none."""
    return name.rpartition(_SERVICE)[0]


def split_service(name: QualifiedName) -> tuple[str, QualifiedName]:
    """The service and the plain name: `orders` and `app.models` of `orders::app.models`."""
    service, _, plain = name.rpartition(_SERVICE)
    return service, plain
