"""Memoization for what is built on the semantic model: whoever uses a result depends on what it has read."""

from collections.abc import Callable
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, Protocol, TypeVar, cast

from archguard.incremental.memos import Memo
from archguard.semantics.evaluator import TypeQueries

if TYPE_CHECKING:
    from archguard.semantics.model import SemanticModel

_MISSING: Final = object()
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
        recorder = instance.model.files.recorder
        if not recorder.is_recording:
            compute = cast("Callable[..., _Result]", method)
            return cast("Callable[_Parameters, _Result]", cache(partial(compute, instance)))
        return _memoized(method, instance, Memo(recorder))

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


def _memoized(method: Callable[..., _Result], instance: _WithModel, memo: Memo[Any]) -> Callable[..., _Result]:
    def answer(*arguments: Any) -> _Result:
        known = memo.get(arguments, _MISSING)
        if known is not _MISSING:
            return cast("_Result", known)
        return cast("_Result", memo.compute(arguments, partial(method, instance, *arguments)))

    return answer
