"""`acyclic`: units of modules form no import cycles."""

from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Annotated, ClassVar, Final

from archguard.codebase import Codebase, Link, Pattern, Patterns
from archguard.codebase.metrics.coupling import Coupling
from archguard.codebase.strictness import Weaker
from archguard.kinds.contract import Contract, ContractError, VacuousError, listed
from archguard.kinds.import_paths import Units, children, children_in, units_of
from archguard.model import Violation

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
        yield from dict.fromkeys(found)  # several patterns may lead to the same package

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
        cut = coupling.cut(tangle)
        links_of_cut = tuple(link for arrow in cut for link in coupling.links[arrow])
        steps, fixes = tuple(map(codebase.step, links_of_cut[:SHOWN])), cycle_fixes(links_of_cut)
        for (importer, imported), links in coupling.links.items():
            if importer in tangle and imported in tangle:
                # A shortest cycle through this very import, so that each message shows a cycle that is there.
                cycle = coupling.cycle(importer, imported)
                for link in links:
                    found = self._violation(codebase, coupling, link, cycle)
                    yield replace(found, cut=steps, fix=fixes)

    def _violation(self, codebase: Codebase, coupling: Coupling, link: Link, cycle: tuple[str, ...]) -> Violation:
        first = [link, *(coupling.links[arrow][0] for arrow in pairwise(cycle[1:]))]
        return self.violation(
            f"{link.importer} must not import {link.imported}: {' -> '.join(cycle)} is a cycle",
            codebase.location(link),
            link.importer,
            link.imported,
            chain=tuple(codebase.step(found) for found in first),
        )


def cycle_fixes(cut: Sequence[Link]) -> tuple[str, ...]:
    """What to do about a tangle that has no cycle without the imports of `cut`."""
    imports = [f"{link.importer} -> {link.imported}" for link in cut]
    more = f" and {len(imports) - SHOWN} more" if len(imports) > SHOWN else ""
    return (
        f"cut the fewest imports that break every cycle here: {', '.join(imports[:SHOWN])}{more}",
        "move what both need to a module that imports neither",
    )
