"""Which sets of modules become nodes, before anybody has looked at what they import."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from archguard.codebase import Codebase
from archguard.diagrams.view import Group, Node, NodeKind

REST: Final = "..."
"""The name of the node that stands for those that were folded."""


@dataclass(frozen=True)
class Part:
    """A node to be, and its modules."""

    node: Node
    modules: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Outline:
    """The nodes of a view to be; no module is in two of them."""

    title: str
    description: str = ""
    parts: tuple[Part, ...]
    groups: tuple[Group, ...] = ()
    notes: tuple[str, ...] = ()
    folded: tuple[Part, ...] = ()
    """What the last of `parts` stands for, where some were put together."""

    @property
    def units(self) -> Mapping[str, frozenset[str]]:
        """The modules of each node."""
        return {part.node.name: part.modules for part in self.parts}


def part(  # noqa: PLR0913  # what a node has of its own
    codebase: Codebase,
    name: str,
    modules: Iterable[str],
    kind: NodeKind | None = None,
    *,
    label: str = "",
    group: str = "",
    description: str = "",
) -> Part:
    """The part called `name`; without a `kind` it is a package, a module, or from outside, as its modules are."""
    members = frozenset(modules)
    files = members & codebase.sources.keys()
    top = min(files, key=lambda module: (module.count("."), module), default="")
    node = Node(
        name=name,
        label=label or name,
        kind=kind or _kind(codebase, name, members),
        group=group,
        modules=len(files),
        path=codebase.display_path(name) or codebase.display_path(top),
        description=description,
    )
    return Part(node, members)


def _kind(codebase: Codebase, name: str, modules: frozenset[str]) -> NodeKind:
    if not modules & codebase.modules:
        return NodeKind.EXTERNAL
    is_package = modules != {name} or codebase.display_path(name).endswith("/__init__.py")
    return NodeKind.PACKAGE if is_package else NodeKind.MODULE


def shared_package(codebase: Codebase) -> str:
    """The package that holds the whole project, or ""."""
    return codebase.shared_package


def package_depth(codebase: Codebase) -> int:
    """How many parts of their names tell packages apart: one more than all modules share, and two at least."""
    shared = shared_package(codebase)
    return max(2, len(shared.split(".")) + 1)


def package_of(module: str, depth: int) -> str:
    """The first `depth` parts of the name of `module`, with its service."""
    service, mark, name = module.rpartition("::")
    return service + mark + ".".join(name.split(".")[:depth])


def gathered(names: Iterable[str], of: Callable[[str], str]) -> dict[str, set[str]]:
    """The names with the same `of`."""
    found: dict[str, set[str]] = {}
    for name in sorted(names):
        found.setdefault(of(name), set()).add(name)
    return found


def packages(codebase: Codebase, modules: Collection[str], depth: int) -> tuple[tuple[Part, ...], tuple[Group, ...]]:
    """The packages of `modules` down to `depth`, each in the frame of the package above it where that tells some apart.

    A package that is only there to hold others, with nobody importing it or imported by it, is left out.
    """
    units = gathered(modules, lambda module: package_of(module, depth))
    units = {name: found for name, found in units.items() if not _is_frame(codebase, name, found)}
    frames, shared = _frames(units), shared_package(codebase)
    parts = (
        part(codebase, name, found, group=frame, label=inside(name, shared if frame == name else frame or shared))
        for name, found in units.items()
        for frame in (_frame_of(name, frames),)
    )
    groups = (
        Group(name=it, label=inside(it, _above(it, frames) or shared), parent=_above(it, frames)) for it in frames
    )
    return tuple(parts), tuple(groups)


def loose(codebase: Codebase, parts: Iterable[Part]) -> tuple[Part, ...]:
    """`parts` out of their frames, by their whole names as far as these are not those of the project."""
    shared = shared_package(codebase)
    return tuple(replace(it, node=replace(it.node, group="", label=inside(it.node.name, shared))) for it in parts)


def _is_frame(codebase: Codebase, name: str, modules: set[str]) -> bool:
    alone = modules == {name} and not codebase.imports.imported_by(name) and name not in codebase.imports.importers
    return alone and any(other.startswith(f"{name}.") for other in codebase.modules)


def _frames(units: Collection[str]) -> tuple[str, ...]:
    """The packages with several of `units` in them, unless one holds all of them; those above first."""
    counts: dict[str, set[str]] = {}
    for name in units:
        for above in _holders(name):
            counts.setdefault(above, set()).add(name)
    several = [name for name, found in counts.items() if 1 < len(found | ({name} & set(units))) < len(units)]
    return tuple(sorted(several))


def _holders(name: str) -> Iterator[str]:
    """What `name` is in: packages, the nearest first, then its service."""
    service, mark, plain = name.rpartition("::")
    parts = plain.split(".")
    yield from (service + mark + ".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))
    if mark:
        yield service


def _frame_of(name: str, frames: Collection[str]) -> str:
    """The innermost frame for `name`; a package stands in its own frame."""
    return name if name in frames else _above(name, frames)


def _above(name: str, frames: Collection[str]) -> str:
    return next((above for above in _holders(name) if above in frames), "")


def inside(name: str, frame: str) -> str:
    """What is left of `name` in `frame`."""
    return name.removeprefix(frame).lstrip(".:") if name.startswith((f"{frame}.", f"{frame}::")) else name
