"""Memoized methods: computed once, and whoever uses a result depends on what it has read."""

import pytest

from archguard.incremental.dependencies import DependencyRecorder, facts_in
from archguard.semantics import FileIndex, SemanticModel
from archguard.semantics.recorded import carried, recorded


class Finder:
    """Finds something about modules, and counts how often it has to."""

    variant = "plain"

    def __init__(self, *, is_recording: bool) -> None:
        self.model = SemanticModel(FileIndex({}, recorder=DependencyRecorder(is_recording=is_recording)))
        self.asked: list[str] = []

    @recorded
    def found(self, name: str) -> str | None:
        """What is found."""
        return self._find(name)

    @carried
    def kept(self, name: str) -> str | None:
        """What is kept."""
        return self._find(name)

    def _find(self, name: str) -> str | None:
        self.asked.append(name)
        self.model.files.recorder.read(name)
        if name == "broken":
            raise LookupError(name)
        return None if name == "nothing" else name.upper()


@pytest.mark.parametrize("method", ["found", "kept"])
@pytest.mark.parametrize("is_recording", [False, True])
def test_a_result_is_computed_once_for_the_same_arguments(method: str, *, is_recording: bool) -> None:
    finder = Finder(is_recording=is_recording)
    ask = getattr(finder, method)

    assert [ask("a"), ask("b"), ask("a"), ask("nothing"), ask("nothing")] == ["A", "B", "A", None, None]
    assert finder.asked == ["a", "b", "nothing"]


@pytest.mark.parametrize("method", ["found", "kept"])
def test_whoever_uses_a_result_depends_on_what_it_has_read(method: str) -> None:
    finder = Finder(is_recording=True)
    recorder, ask = finder.model.files.recorder, getattr(finder, method)

    for _ in range(2):
        with recorder.root() as frame:
            ask("a")
        assert facts_in(frame) == {"a"}


def test_what_a_method_has_read_counts_if_it_fails_as_well() -> None:
    finder = Finder(is_recording=True)

    with finder.model.files.recorder.root() as frame:
        for _ in range(2):
            with pytest.raises(LookupError):
                finder.found("broken")
        finder.model.files.recorder.read("behind")

    assert facts_in(frame) == {"broken", "behind"}
