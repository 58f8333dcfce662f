"""Memoization for what is built on the semantic model: whoever uses a result depends on what it has read."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar, cast

from archguard.semantics.evaluator import TypeQueries

if TYPE_CHECKING:
    from archguard.incremental.dependencies import Frame

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")


class _WithModel(Protocol):
    @property
    def model(self) -> TypeQueries:
        """The semantic model."""


_Self = TypeVar("_Self", bound=_WithModel)


def recorded(
    method: Callable[Concatenate[_Self, _Parameters], _Result],
) -> "cached_property[Callable[_Parameters, _Result]]":
    """`method`, with its results memoized per object and arguments, together with what they depend on."""

    def bind(instance: _Self) -> Callable[_Parameters, _Result]:
        recorder = instance.model.files.recorder
        answers: dict[tuple[Any, ...], tuple[_Result, Frame]] = {}

        compute = cast("Callable[..., _Result]", method)

        def answer(*arguments: Any) -> _Result:
            # The answer is a pair, so that one that is empty or None is found, too.
            if known := answers.get(arguments):
                recorder.use(known[1])
                return known[0]
            outer = recorder.begin()
            try:
                found = compute(instance, *arguments)
            finally:
                frame = recorder.end(outer)
            answers[arguments] = found, frame
            return found

        return cast("Callable[_Parameters, _Result]", answer)

    bind.__doc__ = method.__doc__
    return cached_property(bind)
