"""Methods that answer a question once."""

from collections.abc import Callable
from functools import cache, cached_property
from types import MethodType
from typing import Concatenate, ParamSpec, TypeVar, cast

_Asked = TypeVar("_Asked")
_Arguments = ParamSpec("_Arguments")
_Answer = TypeVar("_Answer")


def memoized(
    method: Callable[Concatenate[_Asked, _Arguments], _Answer],
) -> "cached_property[Callable[_Arguments, _Answer]]":
    """`method`, whose answers each object remembers for as long as there is the object."""

    def remember(asked: _Asked) -> Callable[_Arguments, _Answer]:
        return cast("Callable[_Arguments, _Answer]", cache(MethodType(method, asked)))

    remember.__doc__ = method.__doc__
    return cached_property(remember)
