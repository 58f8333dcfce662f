"""The review of a change: what it does to the architecture."""

from archguard.dataclass import dataclass
from archguard.model.guard import GuardChange
from archguard.model.report import Report
from archguard.model.violation import Severity, Violation


@dataclass(frozen=True, order=True)
class NameChange:
    """Something with a name that is new or gone."""

    sort: str
    """What it is: `component`, `module`, `package`, `host`, `queue` or `table`."""
    name: str
    """Its name."""
    is_new: bool
    """Whether it is new; gone if not."""


@dataclass(frozen=True, order=True)
class ModuleMove:
    """A module with another name, or in another component."""

    before: str
    """Its name before."""
    after: str
    """Its name now."""
    from_part: str = ""
    """The component or package that it was in."""
    to_part: str = ""
    """The component or package that it is in."""


@dataclass(frozen=True, order=True)
class DependencyChange:
    """The dependency of one component or package on another, where the number of imports or calls has changed."""

    source: str
    """The component that depends."""
    target: str
    """The component that it depends on."""
    channel: str
    """How: `import`, `http`, `rpc`, `queue` or `table`."""
    before: int
    """How many imports or calls there were; 0 if the dependency is new."""
    after: int
    """How many there are; 0 if the dependency is gone."""

    @property
    def is_new(self) -> bool:
        """Whether there was none."""
        return not self.before

    @property
    def is_gone(self) -> bool:
        """Whether there is none any more."""
        return not self.after


@dataclass(frozen=True, order=True)
class RouteChange:
    """A route that is new, gone, or guarded in another way."""

    method: str
    """The method, `*` for all of them."""
    path: str
    """The path, with its parameters in braces."""
    handler: str
    """The function or class that serves it."""
    before: tuple[str, ...] | None
    """The guards before; None if the route is new."""
    after: tuple[str, ...] | None
    """The guards now; None if the route is gone."""

    @property
    def lost(self) -> tuple[str, ...]:
        """The guards that it has no more."""
        return tuple(name for name in self.before or () if self.after is not None and name not in self.after)


@dataclass(frozen=True, order=True)
class CycleChange:
    """A cycle of modules or components that is new, larger, or gone."""

    sort: str
    """`components` or `modules`."""
    members: tuple[str, ...]
    """What it consists of."""
    is_new: bool
    """Whether it is opened or has grown; closed if not."""
    added: tuple[str, ...] = ()
    """What is new in a cycle that has grown; empty if it is opened or closed as a whole."""


@dataclass(frozen=True)
class MetricChange:
    """A metric of the whole code base before and after."""

    name: str
    """Its name, as in the metrics of a trend."""
    before: float | None
    """Its value before; None if it could not be measured."""
    after: float | None
    """Its value now."""


@dataclass(frozen=True, kw_only=True)
class Review:
    """What a change does to the architecture. Everything is sorted."""

    project: str
    """The name of the project."""
    base: str
    """The revision before."""
    head: str
    """The revision after; `the working tree` if it is none."""
    names: tuple[NameChange, ...] = ()
    """Components, modules, external packages, hosts, queues and tables that are new or gone."""
    moves: tuple[ModuleMove, ...] = ()
    """Modules that have moved."""
    dependencies: tuple[DependencyChange, ...] = ()
    """Dependencies between components that are new, gone, or of another weight."""
    routes: tuple[RouteChange, ...] = ()
    """Routes that are new, gone, or guarded in another way."""
    names_guards: bool = False
    """Whether a contract names the guards of routes; without one, only those of frameworks are known."""
    cycles: tuple[CycleChange, ...] = ()
    """Cycles that are opened or closed."""
    violations: tuple[Violation, ...] = ()
    """New violations."""
    fixed: tuple[Violation, ...] = ()
    """Violations that are gone."""
    accepted: tuple[Violation, ...] = ()
    """New violations that the baseline takes as known."""
    known: int = 0
    """How many violations were there before."""
    guard: tuple[GuardChange, ...] = ()
    """What is weaker or stricter in contracts, exceptions and baseline."""
    metrics: tuple[MetricChange, ...] = ()
    """The metrics before and after."""
    gaps: tuple[str, ...] = ()
    """What could not be compared, and why."""
    complete: bool = True
    """Whether everything could be checked."""

    @property
    def is_empty(self) -> bool:
        """Whether everything could be checked, and nothing architectural has changed."""
        return self.complete and not any(
            (
                self.names,
                self.moves,
                [it for it in self.dependencies if it.is_new or it.is_gone],
                *(self.routes, self.cycles, self.violations, self.fixed, self.accepted, self.guard, self.gaps),
            )
        )

    @property
    def fails(self) -> bool:
        """Whether it brings a violation that fails a check, or weakens the guard and nobody has accepted it."""
        report = Report(violations=self.violations, fail_on=Severity.ERROR)
        return bool(report.failing()) or any(change.fails for change in self.guard)

    def new(self, sort: str) -> tuple[str, ...]:
        """The names of this sort that are new."""
        return tuple(change.name for change in self.names if change.sort == sort and change.is_new)

    def gone(self, sort: str) -> tuple[str, ...]:
        """The names of this sort that are gone."""
        return tuple(change.name for change in self.names if change.sort == sort and not change.is_new)
