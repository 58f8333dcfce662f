"""`dataclasses.dataclass` without generated code: a check makes 170 classes, each of which took 0.5 ms to compile.

The standard decorator writes the methods of each class as text, and compiles it. Here all classes share the same
methods, which look up the fields of their class. The fields themselves are those of the standard library, so that
`fields`, `replace` and `asdict` work as ever, and type checkers see the standard decorator.

Limits: making and comparing objects takes up to three times as long as with compiled methods, about a microsecond more.
So the classes of which a check makes thousands of objects have the standard decorator: scopes, types, files,
violations. Classes with `slots` or `order` are left to the standard library; so is a class whose base is frozen by it,
such as each kind of contract: the base of all kinds is one for plug-ins, which have the standard decorator.
"""

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn, TypeVar

__all__ = ["dataclass"]

_T = TypeVar("_T")
_LEFT_TO_PYTHON: Final = {"slots", "order"}
_MISSING: Final = dataclasses.MISSING

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls=None, /, **options):  # noqa: ANN001, ANN003, ANN201  # type checkers see the standard one
        """As `dataclasses.dataclass`."""
        if cls is None:
            return lambda each: dataclass(each, **options)
        if _LEFT_TO_PYTHON.isdisjoint(options) and not _has_frozen_base(cls):
            return _with_methods(cls, **options)
        return dataclasses.dataclass(cls, **options)


def _has_frozen_base(cls: type) -> bool:
    """Whether the standard library takes a base of `cls` for frozen, which it does of none that is made here."""
    params = (getattr(base, "__dataclass_params__", None) for base in cls.__mro__[1:])
    return any(each is not None and each.frozen for each in params)


class _Layout(NamedTuple):
    """The fields of a class, as its methods need them."""

    parameters: tuple[str, ...]
    """All that can be passed, those by name only last."""
    positional: int
    """How many of these can be passed without a name."""
    required: tuple[str, ...]
    """Those without a default."""
    template: dict[str, Any]
    """The parameters with their defaults, or `MISSING`."""
    factories: dict[str, Callable[[], Any]]
    made: dict[str, Callable[[], Any]]
    """The factories of fields that cannot be passed."""
    compared: Callable[[Any], object]
    hashed: Callable[[Any], object]
    has_post_init: bool


def _with_methods(
    cls: type[_T],
    *,
    frozen: bool = False,
    kw_only: bool = False,
    eq: bool = True,
    repr: bool = True,  # noqa: A002  # the name of the standard library
) -> type[_T]:
    own = vars(cls)
    has_repr, has_eq, own_hash = "__repr__" in own, "__eq__" in own, own.get("__hash__", _MISSING)
    dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
    methods: dict[str, object] = {"__dataclass_layout__": _layout(cls), "__init__": _init}
    if repr and not has_repr:
        methods["__repr__"] = _repr
    if frozen:
        methods |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
    if eq and not has_eq:
        methods["__eq__"] = _eq
    # As in the standard library: a class that defines `__eq__` alone has `__hash__ = None`, which is not its own.
    if eq and (own_hash is _MISSING or (own_hash is None and has_eq)):
        methods["__hash__"] = _hash if frozen else None
    for name, method in methods.items():
        setattr(cls, name, method)
    return cls


def _layout(cls: Any) -> _Layout:
    fields = dataclasses.fields(cls)
    passed = sorted((field for field in fields if field.init), key=lambda field: bool(field.kw_only))
    factories = {field.name: field.default_factory for field in fields if field.default_factory is not _MISSING}
    template = {field.name: field.default for field in passed}
    return _Layout(
        parameters=tuple(template),
        positional=sum(not field.kw_only for field in passed),
        required=tuple(name for name, default in template.items() if default is _MISSING and name not in factories),
        template=template,
        factories={name: make for name, make in factories.items() if name in template},
        made={name: make for name, make in factories.items() if name not in template},
        compared=_values([field.name for field in fields if field.compare]),
        hashed=_values([field.name for field in fields if (field.compare if field.hash is None else field.hash)]),
        has_post_init=hasattr(cls, "__post_init__"),
    )


def _values(names: list[str]) -> Callable[[Any], object]:
    """A function that returns the values of `names` of an object."""
    return attrgetter(*names) if names else lambda _: ()


def _init(self: Any, /, *args: object, **given: object) -> None:
    layout, values = self.__dataclass_layout__, self.__dict__
    if given or not len(args) == layout.positional == len(layout.parameters):
        _check_call(self, args, given)
        values.update(layout.template)  # first, so that the values are in the order of the fields
        values.update(given)
    values.update(zip(layout.parameters, args, strict=False))
    for name, make in layout.factories.items():
        if values[name] is _MISSING:
            values[name] = make()
    for name, make in layout.made.items():
        values[name] = make()
    if layout.has_post_init:
        self.__post_init__()


def _check_call(self: Any, args: tuple[object, ...], given: dict[str, object]) -> None:
    """Raise a `TypeError` if the arguments are not those of a call."""
    layout = self.__dataclass_layout__
    passed = layout.parameters[: len(args)]
    if len(args) > layout.positional:
        raise _wrong_call(self, f"takes {layout.positional} positional arguments, not {len(args)}")
    if not given.keys() <= layout.template.keys():
        raise _wrong_call(self, f"has no argument {', '.join(sorted(given.keys() - layout.template.keys()))}")
    if twice := given.keys() & passed:
        raise _wrong_call(self, f"got several values for {', '.join(sorted(twice))}")
    if missing := [name for name in layout.required if name not in given and name not in passed]:
        raise _wrong_call(self, f"misses the argument {', '.join(missing)}")


def _wrong_call(self: object, why: str) -> TypeError:
    return TypeError(f"{type(self).__qualname__}() {why}")


@recursive_repr()
def _repr(self: Any) -> str:
    shown = (f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _eq(self: Any, other: Any) -> object:
    if other.__class__ is not self.__class__:
        return NotImplemented
    compared = self.__dataclass_layout__.compared
    return compared(self) == compared(other)


def _hash(self: Any) -> int:
    return hash(self.__dataclass_layout__.hashed(self))


def _refuse_to_set(_self: object, name: str, _value: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(_self: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
