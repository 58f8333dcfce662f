"""`structure`: how modules, classes and functions are named, where they are defined, and what they contain."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from archguard.codebase import Codebase
from archguard.kinds.contract import Contract, ContractError
from archguard.kinds.structure_rules import Breach, Rule, StructureFacts, faults
from archguard.model import Checked, Violation


@dataclass(frozen=True, kw_only=True)
class Structure(Contract):
    """All that one of `rules` speaks of is what the rule says that it must be, and nothing that it must not be."""

    kind: ClassVar[str] = "structure"

    rules: tuple[Rule, ...]
    """What must be and must not be; each holds by itself."""

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        number = f"{len(self.rules)} rules say" if len(self.rules) > 1 else "A rule says"
        return f"{number} what modules, classes and functions must be, and what not."

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield a violation for each subject that lacks what it must have, or has what it must not have."""
        breaches = ((rule, breach) for rule in self.rules for breach in rule.breaches(codebase.once(StructureFacts)))
        found = (self._violation(rule, breach) for rule, breach in breaches)
        yield from dict.fromkeys(found)  # a nested function is part of the one around it

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield an error for each rule that contradicts itself, requires nothing, or selects nothing."""
        if not self.rules:
            yield ContractError("has no rules", "rules")
        for index, rule in enumerate(self.rules):
            for fault in faults(rule, codebase.once(StructureFacts)):
                yield ContractError(fault.message, "rules", fault.hint, keys=("rules", index, *fault.keys))

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """The modules that the rules check."""
        return _union(rule.scope(codebase) for rule in self.rules)

    def modules_to_parse(self, codebase: Codebase) -> frozenset[str]:
        """The modules that can contain subjects of the rules."""
        return _union(rule.modules_with_subjects(codebase.once(StructureFacts)) for rule in self.rules)

    def coverage(self, codebase: Codebase) -> Checked:
        """How many modules, imports and calls of `codebase` the contract checks."""
        facts = codebase.once(StructureFacts)
        parsed = _union(rule.modules_with_subjects(facts) for rule in self.rules if rule.looks_at_calls)
        return replace(super().coverage(codebase), calls=sum(map(facts.names.files.call_count, sorted(parsed))))

    def _violation(self, rule: Rule, breach: Breach) -> Violation:
        found = self.violation(
            breach.message,
            breach.location,
            breach.subject.module,
            symbol=breach.symbol,
            rule=f"{rule.about} {breach.rule}",
            fix=breach.fix,
            confidence=breach.confidence,
        )
        return replace(found, reason=rule.reason or self.reason)


def _union(modules: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*modules)
