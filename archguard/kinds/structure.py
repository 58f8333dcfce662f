"""`structure`: how modules, classes and functions are named, where they are defined, and what they contain."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Annotated, ClassVar

from archguard.codebase import Codebase, Source
from archguard.codebase.strictness import Weaker
from archguard.dataclass import dataclass
from archguard.kinds.contract import ContractError
from archguard.kinds.per_file import Checker, PerFileContract
from archguard.kinds.structure_rules import Breach, Rule, StructureFacts, faults
from archguard.model import Violation
from archguard.semantics import SemanticModel


@dataclass(frozen=True, kw_only=True)
class Structure(PerFileContract):
    """All that one of `rules` speaks of is what the rule says that it must be, and nothing that it must not be."""

    kind: ClassVar[str] = "structure"

    rules: Annotated[tuple[Rule, ...], Weaker.SMALLER]
    """What must be and must not be; each holds by itself."""

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        number = f"{len(self.rules)} rules say" if len(self.rules) > 1 else "A rule says"
        return f"{number} what modules, classes and functions must be, and what not."

    def checker(self, codebase: Codebase) -> Checker:
        """The function that yields a violation for each subject that breaks a rule."""
        facts = codebase.once(StructureFacts)
        rules = self._rules(codebase)

        def check(source: Source) -> Iterator[Violation]:
            about = (rule for rule, modules in rules if source.module in modules)
            breaches = ((rule, breach) for rule in about for breach in rule.breaches(facts, source.module))
            found = (self._violation(rule, breach) for rule, breach in breaches)
            yield from dict.fromkeys(found)  # a nested function is part of the one around it

        return check

    def names(self, codebase: Codebase) -> SemanticModel:
        """The semantic model, which resolves the names in the code."""
        return codebase.once(StructureFacts).names

    def context(self, codebase: Codebase) -> Iterable[Collection[str]]:
        """The names of packages, which tell whether a name is qualified, and the modules named under `call`."""
        facts = codebase.once(StructureFacts)
        return facts.packages, *(part for rule in self.rules for part in rule.called_parts(facts))

    def inputs_by_membership(self, codebase: Codebase) -> Iterable[Collection[str]]:
        """The modules that each rule speaks of."""
        return (modules for _, modules in self._rules(codebase))

    def calls(self, codebase: Codebase, module: str) -> int:
        """How many call sites of `module` are checked: none if no rule looks at calls in it."""
        looked_at = any(module in modules for rule, modules in self._rules(codebase) if rule.looks_at_calls)
        return super().calls(codebase, module) if looked_at else 0

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
        return _union(modules for _, modules in self._rules(codebase))

    def _rules(self, codebase: Codebase) -> list[tuple[Rule, frozenset[str]]]:
        """The rules, each with the modules that can contain its subjects."""
        return [(rule, rule.modules_with_subjects(codebase.once(StructureFacts))) for rule in self.rules]

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
