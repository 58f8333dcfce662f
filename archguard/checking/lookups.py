"""What a session has read and inferred, so that the next check does not read or infer it again.

Scopes are those of files, import statements those of single imports. Answers of inference know what they have read
(`incremental/memos.py`): after an edit, those count that have read nothing of the edited files, and no fact about the
program that is another one now. What a draft has brought is dropped with it.
"""

import ast
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from archguard.codebase import Codebase
from archguard.codebase.file_results import ANYWHERE
from archguard.codebase.scopes.scopes import Binding, Reading, Scope, ScopeFact
from archguard.incremental.dependencies import Fact, Validity
from archguard.incremental.memos import Answer, AnswerStore, MemoName
from archguard.model.names import ModuleName
from archguard.semantics.program_facts import ProgramFacts


@dataclass(frozen=True)
class Lookups:
    """The scopes of files on disk, and the answers of inference that hold there."""

    scopes: dict[str, Scope] = field(default_factory=dict)
    answers: dict[MemoName, dict[object, Answer[Any]]] = field(default_factory=dict)

    @classmethod
    def of(cls, codebase: Codebase) -> "Lookups":
        """All that the check of `codebase`, which is on disk, has found."""
        codebase.results.answers.keep(Validity(lambda _: True), lambda _: False)
        return cls(dict(codebase.results.scopes), codebase.results.answers.earlier)

    def give(self, codebase: Codebase, disk: Codebase, changed: Collection[str]) -> None:
        """Give `codebase` what holds for it. It differs from `disk` in the modules `changed` only."""
        results = codebase.results
        results.scopes = {name: scope for name, scope in self.scopes.items() if name not in changed}
        results.answers = AnswerStore(_validity(codebase, disk, changed), self.answers)

    def keep(self, codebase: Codebase, disk: Codebase, drafted: Collection[str]) -> None:
        """Keep what the check of `codebase` has found as far as it is true on `disk`, without the drafts `drafted`."""
        results = codebase.results
        self.scopes.update((name, scope) for name, scope in results.scopes.items() if name not in drafted)
        results.answers.keep(_validity(disk, codebase, drafted), _is_in(results.scopes, drafted))
        if codebase is not disk and (results.names, codebase.modules) == (disk.results.names, disk.modules):
            found = codebase.statements_of_links.items()
            disk.statements_of_links.update(pair for pair in found if pair[0].importer not in drafted)

    def after_edits(self, codebase: Codebase, disk: Codebase, edited: Collection[str]) -> "Lookups":
        """What still holds when `codebase`, with other modules `edited`, has taken the place of `disk`."""
        holds, is_gone = _validity(codebase, disk, edited), _is_in(self.scopes, edited)
        return Lookups(
            {name: scope for name, scope in self.scopes.items() if name not in edited},
            {
                name: {key: answer for key, answer in answers.items() if not is_gone(key) and holds(answer.frame)}
                for name, answers in self.answers.items()
            },
        )


def _validity(now: Codebase, before: Codebase, changed: Collection[str]) -> Validity:
    """What of the answers on `before` holds `now`, when only the modules `changed` are others."""
    program = ProgramFacts(now, before.sources.keys())

    def holds(fact: Fact) -> bool:
        match fact:
            case ScopeFact():
                return fact.scope.module.name not in changed
            case str(module), Reading(), _:
                return module not in changed and not (changed and module == ANYWHERE)
        return program.holds(fact)

    return Validity(holds)


def _is_in(scopes: dict[str, Scope], modules: Collection[ModuleName]) -> Callable[[object], bool]:
    """Whether the key of a memo is about a node or a binding of `modules`, which nobody can ask for again."""
    trees = (scopes[name].syntax for name in modules if name in scopes)
    nodes = {id(node) for tree in trees for node in ast.walk(tree)}

    def is_in(key: object) -> bool:
        scope = key.at.scope if isinstance(key, Binding) else key
        return scope.module.name in modules if isinstance(scope, Scope) else id(scope) in nodes

    return is_in
