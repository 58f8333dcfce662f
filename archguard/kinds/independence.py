"""`independence`: modules that do not import each other."""

from collections.abc import Hashable, Iterator
from typing import Annotated, ClassVar

from archguard.codebase import Codebase, Pattern, Patterns, Reachability, ReachabilityRule
from archguard.codebase.imports.reachability import ALL_BITS, find_forbidden_paths, labelled
from archguard.codebase.strictness import Weaker
from archguard.dataclass import dataclass
from archguard.kinds.contract import Contract, ContractError, VacuousError, listed
from archguard.kinds.import_paths import Units, children, path_violation
from archguard.model import Violation
from archguard.model.names import is_below


@dataclass(frozen=True, kw_only=True)
class Independence(Contract):
    """None of `modules` imports another of them, not even through modules outside."""

    kind: ClassVar[str] = "independence"

    modules: Annotated[Patterns, Weaker.SMALLER_OR_REGROUPED] = ()
    """The modules. A component is one as a whole; of another pattern every match is, or every value of its capture."""
    children_of: Annotated[Patterns, Weaker.SMALLER] = ()
    """Packages whose direct children are independent of each other, with all below them."""
    indirect: Annotated[bool, Weaker.SMALLER] = True
    """Whether an import counts that leads there through modules outside."""

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        others = ", not even through modules outside" if self.indirect else ""
        who = [listed(self.modules)] * bool(self.modules) + [f"the children of {name}" for name in self.children_of]
        return f"None of {' and '.join(who)} imports another of them{others}."

    def units(self, codebase: Codebase) -> Units:
        """The modules that are independent of each other."""
        return {name: unit for units in self._groups(codebase) for name, unit in units.items()}

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield a violation for each import from one of the modules of another one, direct or indirect."""
        found = (violation for units in self._groups(codebase) for violation in self._violations(codebase, units))
        yield from dict.fromkeys(found)  # several patterns may match the same package

    def import_inputs(self, codebase: Codebase) -> Hashable:
        """Nothing else."""
        del codebase
        return ()

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield an error if there is nothing to be independent of."""
        if not self.modules and not self.children_of:
            yield ContractError("names no modules", hint="give `modules` or `children_of`")
        units = _captured_units(codebase, self.modules)
        if len(units) == 1 and all(pattern.literal for pattern in self.modules):
            yield VacuousError(f"there is only {next(iter(units))}", "modules")
        yield from (ContractError(f"{one} is inside of {other}", "modules") for one, other in _nested(self.modules))
        if self.children_of and not any(children(codebase, package) for package in self._packages(codebase)):
            yield VacuousError("none of them is a package with children", "children_of")

    def reachability_rules(self, codebase: Codebase) -> list[ReachabilityRule]:
        """One for each set of modules that are independent of each other."""
        return [self._rule(codebase, units) for units in self._groups(codebase)]

    def _groups(self, codebase: Codebase) -> list[Units]:
        """Sets of modules that are independent of each other: the children of each package among themselves."""
        groups = [_captured_units(codebase, self.modules)] if self.modules else []
        return groups + [children(codebase, package) for package in self._packages(codebase)]

    def _packages(self, codebase: Codebase) -> list[Pattern]:
        return [Pattern(anchor) for pattern in self.children_of for anchor in codebase.anchors(pattern)]

    def _violations(self, codebase: Codebase, units: Units) -> Iterator[Violation]:
        names, rule = list(units), self._rule(codebase, units)
        for path in find_forbidden_paths(rule.reachability, rule.forbidden, indirect=self.indirect):
            yield path_violation(self, codebase, path, "must be independent of", names[path.position])

    def _rule(self, codebase: Codebase, units: Units) -> ReachabilityRule:
        labels = labelled(units.values())
        reachability = Reachability(codebase.imports, labels, dict.fromkeys(labels, ALL_BITS))
        others = {module: ((1 << len(units)) - 1) & ~labels[module] for module in labels}
        return ReachabilityRule(reachability, others, self.indirect)


def _nested(patterns: tuple[Pattern, ...]) -> Iterator[tuple[str, str]]:
    names = [pattern.text for pattern in patterns if pattern.literal]
    return ((one, other) for one in names for other in names if is_below(one, other))


def _captured_units(codebase: Codebase, patterns: tuple[Pattern, ...]) -> Units:
    units: dict[str, frozenset[str]] = {}
    for pattern in patterns:
        for name, unit in codebase.units(pattern).items():
            # `<feature>.api` and `<feature>.db` with the same value of the capture are one unit.
            label = ".".join(pattern.bindings(name).values()) or name
            units[label] = units.get(label, frozenset()) | unit
    return units
