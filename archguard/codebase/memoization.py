"""Memoization of methods per object, not in a global cache that keeps objects alive."""

from collections.abc import Callable
from functools import cache, cached_property
from types import MethodType
from typing import Concatenate, ParamSpec, TypeVar, cast

_Self = TypeVar("_Self")
_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


def memoized(
    method: Callable[Concatenate[_Self, _Parameters], _Result],
) -> "cached_property[Callable[_Parameters, _Result]]":
    """`method`, with its results memoized per object and arguments; they live as long as the object."""

    def bind(instance: _Self) -> Callable[_Parameters, _Result]:
        return cast("Callable[_Parameters, _Result]", cache(MethodType(method, instance)))

    bind.__doc__ = method.__doc__
    return cached_property(bind)
