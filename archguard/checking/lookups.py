"""What a session has read and inferred, so that the next check does not read or infer it again.

Scopes and called names are those of files, import statements those of single imports. Answers of inference, and of what
is built on it, know what they have read (`incremental/memos.py`): after an edit, those count that have read nothing of
the edited files, and no fact about the program that is another one now. What a draft has brought is dropped with it.
"""

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import field
from functools import cache
from typing import Any

from archguard.codebase import Codebase
from archguard.codebase.file_results import ANYWHERE, Query, Result
from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import Scope, ScopeFact
from archguard.dataclass import dataclass
from archguard.incremental.dependencies import Fact, Frame, Validity
from archguard.incremental.dependents import Dependents
from archguard.incremental.memos import Answer, AnswerStore, MemoName
from archguard.semantics.program_facts import ProgramFacts, is_app_wide


def _place(fact: Fact) -> Hashable:
    """The module of which `fact` is a reading; the fact itself if it is about the program."""
    match fact:
        case ScopeFact():
            return fact.scope.module.name
        case str(module), Reading(), _:
            return module
    return fact


@dataclass(frozen=True)
class Lookups:
    """The scopes and the called names of files on disk, and the answers that hold there."""

    scopes: dict[str, Scope] = field(default_factory=dict)
    called_names: dict[str, frozenset[bytes]] = field(default_factory=dict)
    carried: dict[Hashable, list[tuple[object, Any]]] = field(default_factory=dict)
    same_inputs: dict[Query, tuple[object, Mapping[str, Result]]] = field(default_factory=dict)
    answers: dict[MemoName, dict[object, Answer[Any]]] = field(default_factory=dict)
    dependents: Dependents = field(default_factory=lambda: Dependents(_place))
    """What the answers have read."""

    @classmethod
    def of(cls, codebase: Codebase) -> "Lookups":
        """All that the check of `codebase`, which is on disk, has found."""
        found = cls(carried=codebase.results.carried)
        codebase.results.answers.earlier = found.answers
        found.keep(codebase, codebase, ())
        return found

    def give(self, codebase: Codebase, disk: Codebase, changed: Collection[str]) -> None:
        """Give `codebase` what holds for it. It differs from `disk` in the modules `changed` only."""

        @cache
        def outdated() -> set[Frame]:
            return self._outdated(codebase, disk, changed)

        results = codebase.results
        results.scopes = _without(self.scopes, changed)
        results.called_names = _without(self.called_names, changed)
        results.carried, results.same_inputs = self.carried, self.same_inputs
        results.answers = AnswerStore(lambda frame: frame not in outdated(), self.answers)

    def keep(self, codebase: Codebase, disk: Codebase, drafted: Collection[str]) -> None:
        """Keep what the check of `codebase` has found as far as it is true on `disk`, without the drafts `drafted`."""
        results = codebase.results
        self.scopes.update(_without(results.scopes, drafted))
        self.called_names.update(_without(results.called_names, drafted))
        validity = Validity(_holding(disk, codebase, drafted), self.dependents.__contains__)
        for frame in results.answers.keep(validity):
            self.dependents.add(frame)
        if codebase is not disk and (results.names, codebase.modules) == (disk.results.names, disk.modules):
            found = codebase.statements_of_links.items()
            disk.statements_of_links.update(pair for pair in found if pair[0].importer not in drafted)

    def after_edits(self, codebase: Codebase, disk: Codebase, edited: Collection[str]) -> "Lookups":
        """What still holds when `codebase`, with other modules `edited`, has taken the place of `disk`."""
        outdated = self._outdated(codebase, disk, edited)
        self.dependents.drop(outdated)
        answers = {
            name: {key: answer for key, answer in answers.items() if answer.frame not in outdated}
            for name, answers in self.answers.items()
        }
        scopes, called_names = _without(self.scopes, edited), _without(self.called_names, edited)
        return Lookups(scopes, called_names, answers=answers, dependents=self.dependents)

    def _outdated(self, now: Codebase, before: Codebase, changed: Collection[str]) -> set[Frame]:
        """The frames of answers on `before` that do not hold `now`, when only the modules `changed` are others."""
        if now.every_import is before.every_import and not is_app_wide(before.sources, now.sources, changed):
            return self.dependents.on([*changed, *([ANYWHERE] if changed else [])])  # the program is the same
        holds = _holding(now, before, changed)
        return self.dependents.on([place for place in self.dependents.places if not holds(place)])


def _holding(now: Codebase, before: Codebase, changed: Collection[str]) -> Callable[[Hashable], bool]:
    """Whether a fact, or all facts at a place, hold `now` as `before`, when only the modules `changed` are others."""
    program = ProgramFacts(now, before.sources.keys())

    def holds(fact: Hashable) -> bool:
        match _place(fact):
            case str(module):
                return module not in changed and not (changed and module == ANYWHERE)
            case place:
                return program.holds(place)

    return holds


def _without(by_module: dict[str, Any], modules: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in by_module.items() if name not in modules}
