"""Functions of a codebase whose results are memoized in it, and shared with its variants that lack some imports."""

from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar


class _WithMemo(Protocol):
    """A codebase, which memoizes methods of its own as well."""

    @property
    def memo(self) -> dict[Hashable, Any]:
        """The memoized results."""


_Codebase = TypeVar("_Codebase", bound=_WithMemo)
_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")
Put: TypeAlias = Callable[[Any, Hashable, Any], None]
"""Memoizes a result under a key."""


def memoize(codebase: _WithMemo, key: Hashable, result: object) -> None:
    """Memoize `result` under `key`, here."""
    codebase.memo[key] = result


def per_codebase(
    function: Callable[Concatenate[_Codebase, _Parameters], _Result], put: Put = memoize
) -> Callable[Concatenate[_Codebase, _Parameters], _Result]:
    """`function`, with its results memoized per codebase and arguments, which must be hashable.

    It must depend on nothing but its arguments and what the variants of a codebase have in common.
    """

    @wraps(function)
    def memoized(codebase: _Codebase, /, *args: _Parameters.args, **kwargs: _Parameters.kwargs) -> _Result:
        # Not by `function`: only what its module has under its name can be pickled, and sent to a worker.
        key = (memoized, args, *kwargs.items())
        if key not in codebase.memo:
            put(codebase, key, function(codebase, *args, **kwargs))
        result: _Result = codebase.memo[key]
        return result

    return memoized
