"""`acyclic`: units of modules form no import cycles."""

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, ClassVar, Final

from archguard.codebase import Codebase, Link, Pattern, Patterns
from archguard.codebase.metrics.coupling import Coupling
from archguard.codebase.strictness import Weaker
from archguard.dataclass import dataclass
from archguard.kinds.contract import Contract, ContractError, VacuousError, listed
from archguard.kinds.import_paths import Units, children, children_in, units_of
from archguard.model import Location, Violation

SHOWN: Final = 5
"""Imports of a cut that a violation names: who has to cut more needs a plan, not a list."""


@dataclass(frozen=True, kw_only=True)
class Acyclic(Contract):
    """`modules`, or the siblings in every package from `children_of` down, import each other in no circle."""

    kind: ClassVar[str] = "acyclic"

    modules: Annotated[Patterns, Weaker.SMALLER_OR_REGROUPED] = ()
    """The modules. A component is one of them as a whole; of any other pattern every match is."""
    as_packages: Annotated[bool, Weaker.SMALLER] = True
    """Whether `modules` stand for what is below them, too; without it, `modules: shop.**` is about single modules."""
    children_of: Annotated[Patterns, Weaker.SMALLER] = ()
    """Packages whose children must not form cycles, nor the children of those, down to `depth`."""
    depth: Annotated[int, Weaker.SMALLER] = 10
    """How many levels below `children_of` are looked at; 0 is its own children only."""
    skip: Annotated[Patterns, Weaker.LARGER] = ()
    """Packages below `children_of` that are not looked into."""
    with_init: Annotated[bool, Weaker.SMALLER] = True
    """Whether a package's own `__init__` is one of its children: `app/__init__.py` imports `app.models`, which imports
    a name of `app`."""
    cut_by_comments: ClassVar[bool] = True

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        below = f"The siblings in every package from {listed(self.children_of)} down" if self.children_of else ""
        return " ".join(f"{who} import each other in no circle." for who in (listed(self.modules), below) if who)

    def units(self, codebase: Codebase) -> Units:
        """The modules, and the children of the packages, that must form no cycle."""
        below = {name: unit for pattern in self.children_of for name, unit in children(codebase, pattern).items()}
        return {**self._own_units(codebase), **below}

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield a violation for each import that is part of a cycle."""
        couplings = (Coupling(codebase.imports, units) for units in self._groups(codebase))
        tangles = ((coupling, tangle) for coupling in couplings for tangle in coupling.sccs)
        found = (
            violation for coupling, tangle in tangles for violation in self._violations(codebase, coupling, tangle)
        )
        first: dict[object, Violation] = {}
        for violation in found:  # several patterns may lead to the same package
            first.setdefault(violation.sort_key, violation)
        yield from first.values()

    def import_inputs(self, codebase: Codebase) -> Hashable:
        """Nothing else."""
        del codebase
        return ()

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield an error if there are no two modules that could form a cycle."""
        if self.depth < 0:
            yield ContractError(f"there is no depth of {self.depth}", "depth", "0 is the children alone")
        elif not self.modules and not self.children_of:
            yield ContractError("names no modules", hint="give `modules` or `children_of`")
        units = self._own_units(codebase)
        if self.modules and len(units) < 2 and all(pattern.literal for pattern in self.modules):  # noqa: PLR2004  # a cycle needs two
            hint = "did you mean `children_of`?" if any(children(codebase, Pattern(name)) for name in units) else ""
            yield VacuousError(f"there is only {next(iter(units), 'nothing')} in it", "modules", hint)
        if self.children_of and not any(children(codebase, pattern) for pattern in self.children_of):
            yield VacuousError("none of them is a package with children", "children_of")

    def _own_units(self, codebase: Codebase) -> Units:
        return units_of(codebase, self.modules, as_packages=self.as_packages)

    def _groups(self, codebase: Codebase) -> Iterator[Units]:
        if self.modules:
            yield self._own_units(codebase)
        for pattern in self.children_of:
            for package in codebase.anchors(pattern):
                yield from self._siblings(codebase, package, codebase.members((Pattern(package),)), self.depth)

    def _siblings(self, codebase: Codebase, package: str, modules: Collection[str], depth: int) -> Iterator[Units]:
        """The units in each package from `package` down, which has `modules`."""
        siblings = children_in(package, modules)
        own = {package: frozenset({package})} if self.with_init and package in codebase.sources else {}
        yield {**own, **siblings}
        for child, below in siblings.items():
            if depth and len(below) > 1 and not any(pattern.unit(child) for pattern in self.skip):
                yield from self._siblings(codebase, child, below, depth - 1)

    def _violations(self, codebase: Codebase, coupling: Coupling, tangle: tuple[str, ...]) -> Iterator[Violation]:
        """Those of one component; the same objects while its imports, and their places, are the same."""
        tangled = coupling.links_within(tangle)
        places = {link: codebase.location(link) for links in tangled.values() for link in links}
        yield from codebase.results.carry(
            (self.id, tangle), (tangled, places), lambda: [*self._described(codebase, coupling, tangle, places)]
        )

    def _described(
        self, codebase: Codebase, coupling: Coupling, tangle: tuple[str, ...], places: Mapping[Link, Location]
    ) -> Iterator[Violation]:
        """The violations of the component `tangle`, whose imports are at `places`."""
        tangled = coupling.links_within(tangle)
        cut = tuple(link for arrow in coupling.cut(tangle) for link in tangled[arrow])
        steps, fixes = tuple(map(codebase.step, cut[:SHOWN])), cycle_fixes(cut)
        first = {arrow: codebase.step(links[0]) for arrow, links in tangled.items()}
        for arrow, links in tangled.items():
            cycle = coupling.cycle(*arrow)
            way, rest = " -> ".join(cycle), [first[other] for other in pairwise(cycle[1:])]
            for link in links:
                yield self.violation(
                    f"{link.importer} must not import {link.imported}: {way} is a cycle",
                    places[link],
                    link.importer,
                    link.imported,
                    chain=(codebase.step(link), *rest),
                    cut=steps,
                    fix=fixes,
                )


def cycle_fixes(cut: Sequence[Link]) -> tuple[str, ...]:
    """What to do about a tangle that has no cycle without the imports of `cut`."""
    imports = [f"{link.importer} -> {link.imported}" for link in cut]
    more = f" and {len(imports) - SHOWN} more" if len(imports) > SHOWN else ""
    return (
        f"cut the fewest imports that break every cycle here: {', '.join(imports[:SHOWN])}{more}",
        "move what both need to a module that imports neither",
    )
