"""A trend by authorship: what changes marked as written with an assistant did to the architecture, and others.

How it works: each chosen commit is checked as for every trend, and its violations, cycles and exceptions are compared
with those of the last commit before it that could be checked in full. The difference belongs to the group of the
changes in between: `assisted`, `other`, or `mixed` if there are both. A commit that cannot be checked, or only in part,
is a gap and no zero: the next one is compared across it. A contract is compared only from one commit that it could be
checked at to the next; what it finds when it can be checked for the first time is nobody's.

Limits: `MOST_COMMITS` checks. Groups are those of marks, which people remove and forget; a few changes say little,
which the notes tell. Cost: a check for each commit that is not cached, one `git rev-list`, one `git diff-tree` of all
changes, and one for each comparison in which files are gone and violations or cycles differ, for renamed modules.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Final, cast

from archguard.codebase.metrics import cycle_changes
from archguard.config import Config
from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.history.authorship.assistants import load_assistants
from archguard.history.authorship.changes import Change, changes_of, joint_group
from archguard.history.authorship.ledger import Ledger, median_days
from archguard.history.authorship.line_history import CHURN_DAYS, DAY, LineCounts, line_counts
from archguard.history.authorship.notes import Limits, notes
from archguard.history.authorship.patch import read_patches
from archguard.history.git import commit_records, history, patches, renames
from archguard.history.matching import moved_names
from archguard.history.trend import CheckedCommit, checked_commits, choose
from archguard.history.weakening.exceptions import Exceptions
from archguard.model import AuthorshipTrend, Commit, CommitGroup, GroupFigures, Identity, OpenViolations, Point
from archguard.model.names import top_package

MOST_COMMITS: Final = 2_000
"""The commits that are checked at most. A check takes from 0.1 s to several seconds, so 2,000 take an hour or so."""


@dataclass(frozen=True)
class Result:
    """A trend by authorship, and the points of the same commits."""

    authorship: AuthorshipTrend
    points: tuple[Point, ...]


def trend_by_authorship(  # noqa: PLR0913  # the options of the command
    config: Config,
    since: str,
    every: int = 1,
    *,
    tagged: bool = False,
    watched: Callable[[tuple[Commit, ...]], Iterable[Commit]] = iter,
    files: Collection[Path] = (),
) -> Result:
    """The figures of each group of changes from `since` to HEAD.

    Args:
        config: The contracts, where the code is, and further marks of assistants.
        since: The revision to begin with; what it has belongs to nobody.
        every: The number of commits from one that is checked to the next.
        tagged: Whether to check the commits with tags instead.
        watched: Passes the commits on one by one, to show progress.
        files: The configuration files that the command line names.

    Raises:
        ArchguardError: these are too many commits to check.
        GitError: there is no such revision in the history of HEAD here, or the clone lacks merged commits.
    """
    commits = choose(history(config.root, since), every, tagged=tagged)
    if len(commits) > MOST_COMMITS:
        hint = f"begin later with --since, or check fewer with --every {-(-len(commits) * every // MOST_COMMITS)}"
        raise ArchguardError(f"{len(commits):,} commits are too many to check: {MOST_COMMITS:,} at most", hint)
    changes = changes_of(commit_records(config.root, since), load_assistants(config.assistants))
    comparison = _Comparison(config.root, changes)
    points = tuple(comparison.add(checked) for checked in checked_commits(config, watched(commits), files))
    return Result(comparison.result(config), points)


@dataclass
class _Figures:
    """The figures of one group so far."""

    counts: Counter[str] = field(default_factory=Counter)
    """By the names of the fields of `GroupFigures`."""
    knows_exceptions: bool = False


@dataclass
class _Comparison:
    """Compares each commit with the last one before that could be checked in full."""

    root: Path
    changes: Sequence[Change]
    figures: dict[CommitGroup, _Figures] = field(default_factory=lambda: {group: _Figures() for group in CommitGroup})
    ledger: Ledger = field(default_factory=Ledger)
    limits: Limits = field(default_factory=Limits)
    points: list[OpenViolations] = field(default_factory=list)
    code: set[str] = field(default_factory=set)
    """The paths of the files that were checked."""
    last: CheckedCommit | None = None
    """The last commit that could be checked in full."""
    passed: int = 0
    """How many changes are up to the commit that was added last."""
    pending: list[Change] = field(default_factory=list)
    """The changes since `last`."""
    compared: list[tuple[CommitGroup, tuple[Change, ...]]] = field(default_factory=list)
    exceptions: Exceptions = field(default_factory=Exceptions)
    """The last ones that are known."""
    unsettled: set[CommitGroup] = field(default_factory=set)
    """The groups of the changes since then."""

    def add(self, checked: CheckedCommit) -> Point:
        """Compare the next commit; its point."""
        self.pending.extend(self._changes_up_to(checked.commit))
        self.code.update(checked.modules)
        gap = _gap(checked.point)
        if not gap:
            self._compare(checked)
        self.limits.gaps += bool(gap)
        counts = {} if gap else self.ledger.counts
        self.points.append(OpenViolations(commit=checked.commit, gap=gap, counts=counts))
        return checked.point

    def _changes_up_to(self, commit: Commit) -> Sequence[Change]:
        """The changes from the commit that was added last to `commit`; none if it is the one to begin with."""
        start, self.passed = self.passed, self._numbers.get(commit.id, 0)
        return self.changes[start : self.passed]

    @cached_property
    def _numbers(self) -> Mapping[str, int]:
        """The number of each change by the hash of its commit, from 1."""
        return {change.id: number for number, change in enumerate(self.changes, start=1)}

    def _compare(self, checked: CheckedCommit) -> None:
        before, self.last = self.last, checked
        pending, self.pending = tuple(self.pending), []
        time = pending[-1].time if pending else 0
        if before is None:
            self.ledger.begin(_identities(checked.violations), time)
            self._compare_exceptions(checked.exceptions, None)
            self.limits.before_first += len(pending)
            return
        group = joint_group(change.group for change in pending)
        self.compared.append((group, pending))
        self._count(group, changes=len(pending))
        self._compare_violations(before, checked, group, time)
        self._compare_exceptions(checked.exceptions, group)

    def _compare_violations(self, before: CheckedCommit, checked: CheckedCommit, group: CommitGroup, time: int) -> None:
        """Compare the violations of the contracts that could be checked at both commits, and the cycles."""
        old, new = (_checked_contracts(it.point) for it in (before, checked))
        self.limits.uncompared.update(set(checked.point.violations) - (old & new))
        self.ledger.forget(old - new, time)
        compared = [identity for identity in _identities(checked.violations) if identity[0] in old & new]
        moved = self._moved(before, checked, compared)
        self.ledger.move(moved)
        found = self.ledger.compare(compared, group, time)
        self.ledger.begin((it for it in _identities(checked.violations) if it[0] in new - old), time)
        cycles = cycle_changes(([moved.get(name, name) for name in cycle] for cycle in before.cycles), checked.cycles)
        self._count(
            group,
            violations_introduced=found.introduced,
            violations_removed=found.removed,
            cycles_opened=len(cycles.opened),
            cycles_closed=len(cycles.closed),
        )

    def _moved(
        self, before: CheckedCommit, checked: CheckedCommit, compared: Collection[Identity]
    ) -> Mapping[str, str]:
        """The names of modules before -> after; not looked for if that cannot change what is compared."""
        new_cycles = {*before.cycles} ^ {*checked.cycles}
        # Git takes longer than the comparison, and most commits rename nothing.
        if {*compared} == {*self.ledger.open} and not new_cycles:
            return {}
        if {*before.modules} <= {*checked.modules}:  # a file that was renamed is gone
            return {}
        return moved_names(checked.modules, renames(self.root, before.commit.id, checked.commit.id))

    def _compare_exceptions(self, exceptions: Exceptions, group: CommitGroup | None) -> None:
        """Compare ignores and baseline with the last known ones."""
        self.limits.faulty_configurations += bool(exceptions.fault)
        self.unsettled.update([group] if group else [])
        if exceptions.ignores is None or exceptions.baseline is None:
            return
        before, self.exceptions = self.exceptions, exceptions
        groups, self.unsettled = self.unsettled, set()
        if before.ignores is None or before.baseline is None or not groups:
            return
        joint = joint_group(groups)
        self.figures[joint].knows_exceptions = True
        ignores, known = exceptions.ignores - before.ignores, exceptions.baseline - before.baseline
        self._count(
            joint,
            ignores_added=max(ignores, 0),
            ignores_removed=max(-ignores, 0),
            baseline_added=max(known, 0),
            baseline_removed=max(-known, 0),
        )

    def _count(self, group: CommitGroup, **counts: int) -> None:
        self.figures[group].counts.update(counts)

    def result(self, config: Config) -> AuthorshipTrend:
        """The figures of all commits that were added."""
        with patches(self.root, [change.record for change in self.changes]) as output:
            lines = line_counts(self.changes, read_patches(output), self.code)
        for group, changes in self.compared:
            counts = [lines[change.id].changed for change in changes]
            self._count(group, changed_lines=sum(counts), code_changes=sum(map(bool, counts)))
        end = self.changes[-1].time if self.changes else 0
        self._count_churn(lines, end)
        self.ledger.forget({identity[0] for identity in self.ledger.open}, end)
        groups = tuple(self._group_figures(group) for group in CommitGroup)
        return AuthorshipTrend(
            project=_project(config, self.last),
            groups=groups,
            points=tuple(self.points),
            notes=tuple(notes(groups, self.limits, self._single_authors())),
        )

    def _count_churn(self, lines: Mapping[str, LineCounts], end: int) -> None:
        for change in self.changes:
            # Lines of the last days have not had the time to be rewritten; counting them would flatter the newest
            # group.
            if end - change.time >= CHURN_DAYS * DAY:
                found = lines[change.id]
                self._count(change.group, lines_observed=found.added, lines_rewritten=found.rewritten)

    def _group_figures(self, group: CommitGroup) -> GroupFigures:
        figures = self.figures[group]
        counts: dict[str, int | None] = {**figures.counts}
        if not figures.knows_exceptions:
            counts |= dict.fromkeys(("ignores_added", "ignores_removed", "baseline_added", "baseline_removed"))
        lifetimes = [lifetime for lifetime in self.ledger.lifetimes if lifetime.group is group]
        fixed = sum(lifetime.is_fixed for lifetime in lifetimes)
        return GroupFigures(
            group=group,
            **cast("dict[str, int]", counts),
            fixed=fixed,
            still_open=len(lifetimes) - fixed,
            days_to_fix=median_days(lifetimes),
        )

    def _single_authors(self) -> frozenset[CommitGroup]:
        """The groups whose changes all come from one author."""
        authors = {
            group: frozenset[str]().union(*(it.authors for it in self.changes if it.group is group))
            for group in CommitGroup
        }
        return frozenset(group for group, found in authors.items() if len(found) == 1)


def _gap(point: Point) -> str:
    """Why a commit is not compared; "" if it is."""
    if point.gap or not point.unread:
        return point.gap
    return f"{point.unread} file{'s' if point.unread > 1 else ''} could not be read"


def _checked_contracts(point: Point) -> frozenset[str]:
    return frozenset(contract for contract, count in point.violations.items() if count is not None)


def _identities(violations: Iterable[tuple[str, ...]]) -> tuple[Identity, ...]:
    return tuple(cast("Identity", violation) for violation in violations)


def _project(config: Config, last: CheckedCommit | None) -> str:
    """A name for the code: its services, or its top-level packages."""
    modules = last.modules.values() if last else ()
    names = sorted(config.services or {top_package(module) for module in modules}) or [config.root.name]
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")  # noqa: PLR2004  # more would not fit into a title
