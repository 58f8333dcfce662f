"""`dataclasses.dataclass` without generated code: a check makes 170 classes, each of which took 0.5 ms to compile.

The standard decorator writes the methods of each class as text, and compiles it. Here all classes share the same
methods, which look up the fields of their class. The fields themselves are those of the standard library, so that
`fields`, `replace` and `asdict` work as ever, and type checkers see the standard decorator.

Limits: classes with `slots` or `order` are left to the standard library: their objects are many, and their methods
worth compiling. So is a class whose base is frozen by the standard library, such as each kind of contract; for that is
what the base of all kinds is, since plug-ins derive from it with the standard decorator.
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

    positional: tuple[str, ...]
    parameters: tuple[str, ...]
    """All that can be passed, those by name only last."""
    defaults: dict[str, Any]
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
    passed = [field for field in fields if field.init]
    positional = tuple(field.name for field in passed if not field.kw_only)
    by_default = {True: dict[str, Callable[[], Any]](), False: dict[str, Callable[[], Any]]()}
    for field in fields:
        if field.default_factory is not _MISSING:
            by_default[field.init][field.name] = field.default_factory
    return _Layout(
        positional,
        (*positional, *(field.name for field in passed if field.kw_only)),
        {field.name: field.default for field in fields if field.default is not _MISSING},
        by_default[True],
        by_default[False],
        _values([field.name for field in fields if field.compare]),
        _values([field.name for field in fields if (field.compare if field.hash is None else field.hash)]),
        hasattr(cls, "__post_init__"),
    )


def _values(names: list[str]) -> Callable[[Any], object]:
    """A function that returns the values of `names` of an object."""
    return attrgetter(*names) if names else lambda _: ()


def _init(self: Any, /, *args: object, **given: object) -> None:
    layout, values = self.__dataclass_layout__, self.__dict__
    names = layout.parameters
    if len(args) == len(names) == len(layout.positional) and not given:
        values.update(zip(names, args, strict=True))
    else:
        if args:
            _check_positional(self, args, given)
            given.update(zip(names, args, strict=False))
        if len(given) < len(names):
            made = ((name, make()) for name, make in layout.factories.items() if name not in given)
            given = {**layout.defaults, **dict(made), **given}
        try:
            for name in names:  # in the order of the fields, whatever that of the arguments
                values[name] = given.pop(name)
        except KeyError as error:
            raise TypeError(f"{_name(self)} misses the argument {error}") from None
        if given:
            _check_rest(self, given)
    for name, make in layout.made.items():
        values[name] = make()
    if layout.has_post_init:
        self.__post_init__()


def _check_positional(self: Any, args: tuple[object, ...], given: dict[str, object]) -> None:
    positional = self.__dataclass_layout__.positional
    if len(args) > len(positional):
        raise TypeError(f"{_name(self)} takes {len(positional)} positional arguments, not {len(args)}")
    if twice := given.keys() & set(positional[: len(args)]):
        raise TypeError(f"{_name(self)} got several values for {', '.join(sorted(twice))}")


def _check_rest(self: Any, given: dict[str, object]) -> None:
    """Raise an error for arguments that no field takes; what is left of the defaults is that of the other fields."""
    if unknown := given.keys() - self.__dataclass_layout__.defaults.keys():
        raise TypeError(f"{_name(self)} has no argument {', '.join(sorted(unknown))}")


def _name(self: object) -> str:
    return f"{type(self).__qualname__}()"


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
