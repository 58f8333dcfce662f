"""Memoization for what is built on the semantic model: whoever uses a result depends on what it has read."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar

from archguard.incremental.memos import Answer, Memo
from archguard.semantics.evaluator import TypeQueries

if TYPE_CHECKING:
    from archguard.semantics.model import SemanticModel

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


class _WithModel(Protocol):
    @property
    def model(self) -> TypeQueries:
        """The semantic model."""


class _WithVariant(Protocol):
    @property
    def model(self) -> "SemanticModel":
        """The semantic model."""

    @property
    def variant(self) -> str:
        """Tells its answers apart from those of other objects of its class on the same model."""


_Self = TypeVar("_Self", bound=_WithModel)
_Variant = TypeVar("_Variant", bound=_WithVariant)


def recorded(
    method: Callable[Concatenate[_Self, _Parameters], _Result],
) -> "cached_property[Callable[_Parameters, _Result]]":
    """`method`, with its results memoized per object and arguments, together with what they depend on."""

    def bind(instance: _Self) -> Callable[_Parameters, _Result]:
        return _memoized(method, instance, Memo(instance.model.files.recorder))

    bind.__doc__ = method.__doc__
    return cached_property(bind)


def carried(
    method: Callable[Concatenate[_Variant, _Parameters], _Result],
) -> "cached_property[Callable[_Parameters, _Result]]":
    """`method` as `recorded`, with results that a session passes on to later versions of the code.

    They must hold neither the object nor its model, which belong to one version.
    """

    def bind(instance: _Variant) -> Callable[_Parameters, _Result]:
        return _memoized(method, instance, instance.model.memo(f"{method.__qualname__} {instance.variant}"))

    bind.__doc__ = method.__doc__
    return cached_property(bind)


def _memoized(method: Callable[..., _Result], instance: _WithModel, memo: Memo[_Result]) -> Callable[..., _Result]:
    recorder = instance.model.files.recorder

    def answer(*arguments: Any) -> _Result:
        if known := memo.find(arguments):
            return known.value
        outer = recorder.begin()
        try:
            found = method(instance, *arguments)
        finally:
            frame = recorder.end(outer)
        memo.put(arguments, Answer(found, frame))
        return found

    return answer
