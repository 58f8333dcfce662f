"""Memoized answers, each with what it has read: of this version of the code, and those of earlier ones that still hold.

How it works: a run has a `Memo` for each sort of question. A session passes what was answered on one version of the
code on to the next (`AnswerStore`). An answer of an earlier version is used if all that it has read says the same
(`dependents.py`). What a draft has read elsewhere is true without the draft, too, and is kept; answers that depend on
the draft itself are not.

Cost: memory for each answer, for as long as the session lives.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

from archguard.dataclass import dataclass
from archguard.incremental.dependencies import DependencyRecorder, Frame

_T = TypeVar("_T")
MemoName: TypeAlias = tuple[str, str]
"""Whose memo it is, and for what."""


class Answer(NamedTuple, Generic[_T]):
    """The result of a query, and what it has read."""

    value: _T
    frame: Frame


class Memo(Generic[_T]):
    """The answers to one sort of query, by node, binding or other key; only results that are final."""

    __slots__ = ("_answers", "_earlier", "_holds", "_recorder")

    def __init__(
        self,
        recorder: DependencyRecorder,
        earlier: Mapping[object, Answer[_T]] | None = None,
        holds: Callable[[Frame], bool] | None = None,
    ) -> None:
        """Memoize with `recorder`; the answers in `earlier` count of which all that they have read `holds`."""
        self._answers: dict[object, Answer[_T]] = {}
        self._recorder = recorder
        self._earlier = {} if earlier is None else earlier
        self._holds = holds

    def get(self, key: object, default: _T | None = None) -> _T | None:
        """The value for `key`, on which the running query depends now; `default` if it is not memoized."""
        answer = self._answers.get(key)
        if answer is None and (answer := self._found_earlier(key)) is None:
            return default
        if answer.frame:
            self._recorder.use(answer.frame)
        return answer.value

    def put(self, key: object, answer: Answer[_T]) -> None:
        """Memoize `answer`."""
        self._answers[key] = answer

    def compute(self, key: object, compute: Callable[[], _T]) -> _T:
        """The result of `compute`, memoized for `key` with what it has read."""
        outer = self._recorder.begin()
        try:
            found = compute()
        finally:
            frame = self._recorder.end(outer)
        self.put(key, Answer(found, frame))
        return found

    def new(self) -> Iterator[tuple[object, Answer[_T]]]:
        """The answers that were not found earlier, by key."""
        return ((key, answer) for key, answer in self._answers.items() if self._earlier.get(key) is not answer)

    def _found_earlier(self, key: object) -> Answer[_T] | None:
        answer = self._earlier.get(key)
        if answer is None or not (self._holds and self._holds(answer.frame)):
            return None
        self._answers[key] = answer
        return answer

    def __contains__(self, key: object) -> bool:
        return key in self._answers


@dataclass
class AnswerStore:
    """The answers of a session for one version of the code."""

    holds: Callable[[Frame], bool] | None = None
    """Whether what an answer has read says the same in this version."""
    earlier: dict[MemoName, dict[object, Answer[Any]]] = field(default_factory=dict)
    """What was answered on the version on disk."""
    memos: dict[MemoName, Memo[Any]] = field(default_factory=dict)
    """The memos of this version."""

    def memo(self, recorder: DependencyRecorder, owner: str, sort: str) -> Memo[Any]:
        """The memo of `owner` for queries of a `sort`, with the earlier answers to these."""
        if (owner, sort) not in self.memos:
            self.memos[owner, sort] = Memo[Any](recorder, self.earlier.get((owner, sort)), self.holds)
        return self.memos[owner, sort]

    def keep(self, holds: Callable[[Frame], bool]) -> Iterator[Frame]:
        """Add the new answers that hold on disk, too; yield their frames.

        Answers that have read nothing, such as the type of a constant, are left out: they take no time, and nothing
        tells when nobody can ask for them again, since a draft is gone.
        """
        for name, memo in self.memos.items():
            found = {key: answer for key, answer in memo.new() if answer.frame and holds(answer.frame)}
            self.earlier.setdefault(name, {}).update(found)
            yield from (answer.frame for answer in found.values())
