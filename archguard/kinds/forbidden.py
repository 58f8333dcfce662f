"""`forbidden`: some modules never import certain others."""

from collections.abc import Hashable, Iterator
from typing import Annotated, ClassVar

from archguard.codebase import Codebase, Patterns, Reachability, ReachabilityRule, SomePatterns, SomeTargets
from archguard.codebase.imports.reachability import ALL_BITS, find_forbidden_paths, labelled
from archguard.codebase.strictness import Weaker
from archguard.dataclass import dataclass
from archguard.kinds.contract import Contract, ContractError, VacuousError, bindings, bound, listed
from archguard.kinds.import_paths import Units, path_violation, targets_of, units_of
from archguard.model import Violation


@dataclass(frozen=True, kw_only=True)
class Forbidden(Contract):
    """`modules` never import `must_not_import`, not even through others."""

    kind: ClassVar[str] = "forbidden"

    modules: Annotated[SomePatterns, Weaker.SMALLER]
    """The modules that are held to it."""
    must_not_import: Annotated[SomeTargets, Weaker.SMALLER]
    """What they must not import: modules of the project, packages from outside, or modules of those."""
    indirect: Annotated[bool, Weaker.SMALLER] = True
    """Whether an import counts that leads there through other modules."""
    except_via: Annotated[Patterns, Weaker.LARGER] = ()
    """Corridors: a way that goes through one of these modules is allowed."""
    via: Annotated[Patterns, Weaker.SMALLER_NOT_EMPTY] = ()
    """If given, only ways that go through one of these modules are forbidden."""
    as_packages: Annotated[bool, Weaker.SMALLER] = True
    """Whether `modules` and `must_not_import` stand for the modules below them too."""

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        others = ", not even through others" if self.indirect else ""
        corridors = f", except through {listed(self.except_via)}" if self.except_via else ""
        return f"{listed(self.modules)} never import {listed(self.must_not_import)}{others}{corridors}."

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield a violation for each import of what is forbidden, direct or indirect."""
        bound_contracts = (bound(self, values) for values in bindings(codebase, self.modules))
        found = (
            violation
            for contract in bound_contracts
            for violation in contract._violations(codebase.telling_apart(contract.must_not_import))
        )
        yield from dict.fromkeys(found)  # what does not depend on a capture is found once for each of its values

    def import_inputs(self, codebase: Codebase) -> Hashable:
        """Nothing else."""
        del codebase
        return ()

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield an error if each of the modules overlaps with everything that it must not import."""
        captures = any(pattern.captures for pattern in self.modules)
        may_be_outside = any(not codebase.members((target,)) for target in self.must_not_import)
        if not captures and not may_be_outside and not any(self._forbidden(codebase).values()):
            yield VacuousError("`must_not_import` holds all of its modules", "must_not_import")

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """The modules that the contract checks."""
        return codebase.members(self.modules)

    def reachability_rules(self, codebase: Codebase) -> list[ReachabilityRule] | None:
        """One for each value of the captures; None with `via`, or if a target is a name inside of a module."""
        if self.via or any(map(codebase.names_in, self.must_not_import)):
            return None
        return [bound(self, values)._rule(codebase) for values in bindings(codebase, self.modules)]

    def _violations(self, codebase: Codebase) -> Iterator[Violation]:
        targets, rule = self._targets(codebase), self._rule(codebase)
        for path in find_forbidden_paths(rule.reachability, rule.forbidden, indirect=self.indirect):
            yield path_violation(self, codebase, path, "must not import", list(targets)[path.position])

    def _rule(self, codebase: Codebase) -> ReachabilityRule:
        forbidden = self._forbidden(codebase)
        return ReachabilityRule(
            self._reachability(codebase, self._targets(codebase), forbidden), forbidden, self.indirect
        )

    def _targets(self, codebase: Codebase) -> Units:
        return targets_of(codebase, self.must_not_import, as_packages=self.as_packages)

    def _forbidden(self, codebase: Codebase) -> dict[str, int]:
        """For each module a bit set: the positions of the targets that it must not reach."""
        sources = units_of(codebase, self.modules, as_packages=self.as_packages)
        return _forbidden_bits(sources, self._targets(codebase))

    def _reachability(self, codebase: Codebase, targets: Units, forbidden: dict[str, int]) -> Reachability:
        barriers = forbidden | dict.fromkeys(codebase.members(self.except_via), ALL_BITS)
        reachability = Reachability(codebase.imports, labelled(targets.values()), barriers)
        if not self.via:
            return reachability
        corridors = {module: reachability.closure.get(module, 0) for module in codebase.members(self.via)}
        return Reachability(codebase.imports, corridors, barriers, then=reachability)


def _forbidden_bits(sources: Units, targets: Units) -> dict[str, int]:
    """For each source a bit set of targets, without those that overlap with its unit: it may import itself."""
    forbidden: dict[str, int] = {}
    for modules in sources.values():
        apart = [not modules & target for target in targets.values()]
        bits = sum(1 << position for position, is_apart in enumerate(apart) if is_apart)
        for module in modules:
            forbidden[module] = forbidden.get(module, 0) | bits
    return forbidden
