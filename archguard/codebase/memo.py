"""Functions of a codebase whose results are memoized in it, and shared with its variants that lack some imports."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

from archguard.codebase.codebase import Codebase

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")
Put: TypeAlias = Callable[[Codebase, Hashable, Any], None]
"""Memoizes a result under a key."""


def memoize(codebase: Codebase, key: Hashable, result: object) -> None:
    """Memoize `result` under `key`, here."""
    codebase.memo[key] = result


def per_codebase(
    function: Callable[Concatenate[Codebase, _Parameters], _Result], put: Put = memoize
) -> Callable[Concatenate[Codebase, _Parameters], _Result]:
    """`function`, with its results memoized per codebase and arguments, which must be hashable.

    It must depend on nothing but its arguments and what the variants of a codebase have in common.
    """

    @wraps(function)
    def memoized(codebase: Codebase, /, *args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
        # Not by `function`: only what its module has under its name can be pickled, and sent to a worker.
        key = (memoized, args, *kwargs.items())
        if key not in codebase.memo:
            put(codebase, key, function(codebase, *args, **kwargs))
        result: _Result = codebase.memo[key]
        return result

    return memoized
