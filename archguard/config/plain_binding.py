"""Bind plain values to archguard's own dataclasses, if there is no doubt that they are correct.

How it works: a value is bound along its type. Whatever is not certain raises `InDoubtError`: a wrong value, but also a
type, a marker or a conversion that is not listed here. The caller then asks pydantic (`pydantic_binding.py`), which
decides, and whose messages users read. So this module accepts less than pydantic, never more, and never something else;
`tests/config/test_plain_binding.py` compares both.

Cost: importing pydantic and building its validators takes 100 to 200 ms; this takes 1 ms for a contract.
"""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

from archguard.codebase.coercion import NotEmpty, OneOrMany, ShortFor, Shorthand, Text
from archguard.codebase.strictness import Weaker, WeakerEntries
from archguard.model.names import top_package

_T = TypeVar("_T")

_MAX_EXACT: Final = 2**53
"""The largest integer up to which every integer is a float."""
_DECIMAL: Final = re.compile(r"-?[0-9]{1,15}\.[0-9]{1,15}")
_DATE_LENGTH: Final = len("2026-01-31")
_PACKAGE: Final = top_package(__name__)


class InDoubtError(Exception):
    """Whether the value is correct, or what it means, is for pydantic to say."""


class UnboundTypeError(Exception):
    """A field has a type that pydantic does not know either."""


def bind_plainly(type_: type[_T], value: Any) -> _T:
    """`value` as an instance of the dataclass `type_`.

    Raises:
        InDoubtError: it is not certain that pydantic would bind it, and to the same.
    """
    try:
        bound: _T = _bind(type_, value)
    except (ValueError, TypeError, NotImplementedError, RecursionError):  # what parsers and `__post_init__` raise
        raise InDoubtError from None
    return bound


def key_of(field: Field[Any]) -> str:
    """The key of `field` in a configuration: `import_` is written `import`."""
    return field.name.rstrip("_")


def _bind(type_: Any, value: Any) -> Any:
    if bind_value := _VALUES.get(type_):
        return bind_value(value)
    origin = get_origin(type_)
    if origin is None and isinstance(type_, type):
        return _bind_class(type_, value)
    if bind_generic := _GENERICS.get(origin):
        return bind_generic(get_args(type_), value)
    raise InDoubtError


def _bind_annotated(arguments: tuple[Any, ...], value: Any) -> Any:
    """Bind by the one marker that matters here; an unknown one may be pydantic's, and mean anything."""
    type_, *markers = arguments
    coercions = [marker for marker in markers if not isinstance(marker, Weaker | WeakerEntries)]
    match coercions:
        case []:
            return _bind(type_, value)
        case [OneOrMany(empty=empty)]:
            return _bind(type_, _some(value if isinstance(value, list | tuple) else (value,), empty=empty))
        case [ShortFor(key=key)]:
            return _bind(type_, {key: value} if isinstance(value, str | list) else value)
        case [NotEmpty()]:
            return _bind(type_, _some(value, empty=False))
    raise InDoubtError


def _some(value: Any, *, empty: bool) -> Any:
    if not value and not empty:
        raise InDoubtError
    return value


def _bind_literal(allowed: tuple[Any, ...], value: Any) -> Any:
    if any(type(value) is type(one) and value == one for one in allowed):
        return value
    raise InDoubtError


def _bind_union(branches: tuple[Any, ...], value: Any) -> Any:
    """Bind by the only branch that does not reject `value`; with several, pydantic weighs which fits best."""
    branch, *others = [branch for branch in branches if not _rejects(branch, value)] or [None]
    if branch is None or others:
        raise InDoubtError
    return _bind(branch, value)


def _rejects(type_: Any, value: Any) -> bool:
    """Whether pydantic is certain to reject `value` as a `type_`."""
    if type_ is NoneType:
        return value is not None
    if value is None:
        return True
    if type_ is bool:
        return isinstance(value, list)
    if get_origin(type_) is Literal:
        return isinstance(value, str) and value not in get_args(type_)
    if isinstance(type_, type) and get_origin(type_) is None and issubclass(type_, StrEnum):
        return isinstance(value, str) and value not in [*type_]
    is_list = get_origin(type_) is Annotated and get_origin(get_args(type_)[0]) is tuple
    return is_list and isinstance(value, bool) and _item_is_text(get_args(type_)[0])


def _item_is_text(tuple_type: Any) -> bool:
    item = get_args(tuple_type)[0]
    return isinstance(item, type) and issubclass(item, Text | str)


def _bind_tuple(arguments: tuple[Any, ...], value: Any) -> Any:
    match arguments:
        case (item_type, end) if end is ... and type(value) in (list, tuple):
            return tuple(_bind(item_type, item) for item in value)
    raise InDoubtError


def _bind_set(arguments: tuple[Any, ...], value: Any) -> frozenset[Any]:
    (item_type,) = arguments
    if type(value) not in (list, tuple):
        raise InDoubtError
    return frozenset(_bind(item_type, item) for item in value)


def _bind_mapping(arguments: tuple[Any, ...], value: Any) -> dict[Any, Any]:
    key_type, value_type = arguments
    if type(value) is not dict:
        raise InDoubtError
    return {_bind(key_type, key): _bind(value_type, item) for key, item in value.items()}


def _bind_class(type_: type, value: Any) -> Any:
    """Bind to an enum, a text class or a dataclass of archguard: one of a plug-in may have hooks for pydantic."""
    if top_package(type_.__module__) != _PACKAGE:
        raise InDoubtError
    if type(value) is type_:
        return value
    if issubclass(type_, StrEnum):
        return type_(_some(_bind_text(value), empty=False))
    if issubclass(type_, Text):
        return type_.parse(_some(_bind_text(value), empty=False))
    if not is_dataclass(type_):
        raise InDoubtError
    if issubclass(type_, Shorthand) and not isinstance(value, dict):
        value = dict(type_.expand(value))
    return _bind_dataclass(type_, value)


def _bind_dataclass(type_: Any, value: Any) -> Any:
    known, required = _keys(type_)
    if type(value) is not dict or not known.keys() >= value.keys() >= required:
        raise InDoubtError
    return type_(**{known[key].name: _bind(known[key].type, item) for key, item in value.items()})


@cache
def _keys(type_: type) -> tuple[Mapping[str, Field[Any]], frozenset[str]]:
    """The fields of a dataclass by their keys, and the keys that must not be missing."""
    known = {key_of(field): field for field in fields(type_) if field.init}
    required = (key for key, field in known.items() if field.default is field.default_factory is MISSING)
    return known, frozenset(required)


def _bind_text(value: Any) -> str:
    """A string; a number stands for its digits. Half a surrogate pair is no text."""
    if type(value) not in (str, int):
        raise InDoubtError
    text = str(value)
    if not text.isascii():
        # Raises for half a surrogate pair.
        text.encode()
    return text


def _bind_date(value: Any) -> date:
    """A day as `2026-01-31`; `fromisoformat` reads weeks, too."""
    if type(value) is str and len(value) == _DATE_LENGTH and value.isascii() and value.replace("-", "", 2).isdigit():
        return date.fromisoformat(value)
    return _instance(date, value)


def _bind_float(value: Any) -> float:
    """A number; YAML's decimals are strings here."""
    if type(value) is str and _DECIMAL.fullmatch(value):
        return float(value)
    if type(value) is int and abs(value) <= _MAX_EXACT:
        return float(value)
    if type(value) is float and abs(value) <= sys.float_info.max:
        return value
    raise InDoubtError


def _instance(type_: type[_T], value: Any) -> _T:
    if type(value) is not type_:
        raise InDoubtError
    return value


_VALUES: Final[Mapping[Any, Callable[[Any], Any]]] = {
    str: _bind_text,
    bool: lambda value: _instance(bool, value),
    int: lambda value: _instance(int, value),
    float: _bind_float,
    date: _bind_date,
    NoneType: lambda value: _instance(NoneType, value),
    Any: lambda value: value,
}
"""The types of single values."""

_GENERICS: Final[Mapping[Any, Callable[[tuple[Any, ...], Any], Any]]] = {
    Annotated: _bind_annotated,
    Literal: _bind_literal,
    Union: _bind_union,
    UnionType: _bind_union,
    tuple: _bind_tuple,
    frozenset: _bind_set,
    dict: _bind_mapping,
    Mapping: _bind_mapping,
}
"""The types that have others inside, by their origins."""
