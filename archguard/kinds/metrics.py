"""`metrics`: limits for coupling, stability, abstractness and cycles."""

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import field, replace
from typing import Annotated, Any, ClassVar, Literal, TypeAlias, get_args

from archguard.codebase import Codebase, Link, Patterns, SomePatterns, disjoint
from archguard.codebase.metrics import Level
from archguard.codebase.metrics.coupling import MOST_CYCLES
from archguard.codebase.metrics.level import classes_in
from archguard.codebase.strictness import Weaker, WeakerEntries
from archguard.dataclass import dataclass
from archguard.incremental.fingerprint import digest_of
from archguard.kinds.contract import Contract, ContractError, VacuousError, listed
from archguard.kinds.import_paths import Units, units_of
from archguard.kinds.metric_limits import Cause, Excess, cause_in_unit, cause_in_whole, figure
from archguard.model import Location, Violation

UnitMetric: TypeAlias = Literal["modules", "afferent", "efferent", "instability", "abstractness", "distance"]
WholeMetric: TypeAlias = Literal["ccd", "acd", "nccd", "propagation_cost", "cyclicity", "largest_tangle", "cycles"]
Limits: TypeAlias = Mapping[UnitMetric | WholeMetric, float]

_HIGHEST: Mapping[str, float] = {
    **dict.fromkeys(("instability", "abstractness", "distance", "propagation_cost", "cyclicity"), 1.0),
    "cycles": MOST_CYCLES,
}
"""The upper bound of each metric that has one."""
_INTRINSIC = frozenset({"modules", "abstractness"})
"""The metrics of a unit that do not depend on other units."""
_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Metrics(Contract):
    """The numbers of `modules` stay within limits."""

    kind: ClassVar[str] = "metrics"

    modules: Annotated[SomePatterns, Weaker.SMALLER_OR_REGROUPED]
    """What is measured. A component or a service is one unit as a whole; of any other pattern every match is."""
    context: Annotated[Patterns, Weaker.ANY] = ()
    """More units that couplings are counted with, without limits of their own."""
    as_packages: Annotated[bool, Weaker.ANY] = True
    """Whether a module stands for those below it as well."""
    max_: Annotated[Limits, WeakerEntries(keys=Weaker.SMALLER, values=Weaker.LARGER)] = field(default_factory=dict)
    """The most that each number may be."""
    min_: Annotated[Limits, WeakerEntries(keys=Weaker.SMALLER, values=Weaker.SMALLER)] = field(default_factory=dict)
    """The least that each number must be."""
    stable_dependencies: Annotated[bool, Weaker.SMALLER] = False
    """Whether each may import only what is at least as stable as itself."""

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        limits = [
            *(f"{metric} at most {limit:g}" for metric, limit in self.max_.items()),
            *(f"{metric} at least {limit:g}" for metric, limit in self.min_.items()),
        ]
        stable = ["they import only what is at least as stable"] if self.stable_dependencies else []
        return f"{listed(self.modules)}: {'; '.join((*limits, *stable))}."

    def units(self, codebase: Codebase) -> Units:
        """The measured units, and those in `context`."""
        return self._level(codebase).members

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield a violation for each number beyond its limit, and for each import of what is less stable."""
        level = self._level(codebase)
        limited = [name for name in self._limited(codebase) if name in level.members]
        for name in limited:
            yield from self._of_unit(level, name)
        yield from self._of_whole(level)
        if self.stable_dependencies:
            yield from self._unstable(level, limited)

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield an error for what cannot be measured, and for each limit that can never be broken or never be kept."""
        members, limits_given = self.units(codebase), {**self.max_, **self.min_}
        if not limits_given and not self.stable_dependencies:
            yield ContractError("asks for nothing", hint="give `max`, `min` or `stable_dependencies`")
        elif len(members) == 1 and (self.stable_dependencies or limits_given.keys() - _INTRINSIC):
            message = f"{next(iter(members))} is coupled to nothing else that is measured"
            yield VacuousError(message, "modules", "name more units, or what it is measured among in `among`")
        for name in sorted(self._named(codebase).keys() - members.keys()):
            yield ContractError(f"all modules of {name} belong to smaller units, or to those before it", "modules")
        for key, limits in (("max", self.max_), ("min", self.min_)):
            for metric, limit in limits.items():
                if why := _pointless(key, metric, limit):
                    yield ContractError(why, keys=(key, metric))

    def import_inputs(self, codebase: Codebase) -> Hashable:
        """The classes of files, if a limit is about abstractness."""
        return digest_of(sorted(classes_in(codebase).items())) if self._counts_classes else ""

    def modules_to_parse(self, codebase: Codebase) -> frozenset[str]:
        """The modules whose classes are counted, if a limit is about abstractness."""
        return self.scope(codebase) if self._counts_classes else frozenset()

    @property
    def _counts_classes(self) -> bool:
        return bool({"abstractness", "distance"} & {*self.max_, *self.min_})

    def _limited(self, codebase: Codebase) -> Units:
        return units_of(codebase, self.modules, as_packages=self.as_packages)

    def _named(self, codebase: Codebase) -> Units:
        return {**self._limited(codebase), **units_of(codebase, self.context, as_packages=self.as_packages)}

    def _level(self, codebase: Codebase) -> Level:
        return Level("units", codebase, disjoint(self._named(codebase)))

    def _of_unit(self, level: Level, name: str) -> Iterator[Violation]:
        # Classes are counted by parsing; couplings need the import graph alone.
        unit = level.unit(name) if self._counts_classes else level.coupled(name)
        for excess in self._excesses({metric: getattr(unit, metric) for metric in get_args(UnitMetric)}):
            yield self._violation(level, excess, name, cause_in_unit(level, name, excess))

    def _of_whole(self, level: Level) -> Iterator[Violation]:
        metrics = [metric for metric in get_args(WholeMetric) if metric in {**self.max_, **self.min_}]
        for excess in self._excesses({metric: _of_level(level, metric) for metric in metrics}):
            yield self._violation(level, excess, listed(self.modules), cause_in_whole(level, excess))

    def _excesses(self, numbers: Mapping[Any, float | None]) -> Iterator[Excess]:
        for metric, value in numbers.items():
            if value is not None and value > self.max_.get(metric, value):
                yield Excess(metric, value, self.max_[metric])
            if value is not None and value < self.min_.get(metric, value):
                yield Excess(metric, value, self.min_[metric])

    def _violation(self, level: Level, excess: Excess, who: str, cause: Cause) -> Violation:
        chain = tuple(map(level.codebase.step, cause.links[:_SHOWN]))
        place = _place(level, who, cause.links)
        rule = "max" if excess.is_above else "min"
        return self.violation(
            excess.message(who), place, who, symbol=excess.metric, rule=rule, chain=chain, fix=cause.fixes
        )

    def _unstable(self, level: Level, limited: Collection[str]) -> Iterator[Violation]:
        stability = {name: level.coupled(name).instability or 0.0 for name in level.members}
        for (importer, imported), links in level.coupling.links.items():
            # Instability: 0 is what many depend on, and what depends on nothing. A higher number is less stable.
            if importer in limited and stability[importer] < stability[imported]:
                one, other = figure(stability[importer]), figure(stability[imported])
                why = f"{importer} (instability {one}) is more stable than {imported} ({other})"
                for link in links:
                    message = f"{link.importer} must not import {link.imported}: {why}"
                    fixes = _stability_fixes(importer, imported)
                    found = self.import_violation(level.codebase, link, message, fixes)
                    yield replace(found, rule="stable_dependencies")


def _pointless(key: str, metric: str, limit: float) -> str:
    """Why a limit can never be broken, or never be kept; "" if neither."""
    highest = _HIGHEST.get(metric, float("inf"))
    if (limit >= highest) if key == "max" else (limit <= 0):
        return f"can never be broken: {metric} is {f'at most {highest:g}' if key == 'max' else 'at least 0'}"
    if (limit < 0) if key == "max" else (limit > highest):
        return f"can never be kept: {metric} is {'at least 0' if key == 'max' else f'at most {highest:g}'}"
    return ""


def _of_level(level: Level, metric: str) -> float:
    value: Any = level.coupling.cycles if metric == "cycles" else getattr(level.whole, metric)
    return float(value)


def _place(level: Level, who: str, links: tuple[Link, ...]) -> Location:
    """The location of the first import, or of the first file of the unit."""
    if links:
        return level.codebase.location(links[0])
    modules = level.members.get(who) or frozenset().union(*level.members.values())
    return level.codebase.location_of(min(modules & level.codebase.sources.keys(), default=""))


def _stability_fixes(importer: str, imported: str) -> tuple[str, ...]:
    return (
        f"let {importer} declare what it needs as a protocol, which {imported} fulfils",
        f"move what {importer} needs of {imported} to something that is as stable as {importer}",
    )
