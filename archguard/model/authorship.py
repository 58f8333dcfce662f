"""A trend by authorship: what changes marked as written with a coding assistant did to the architecture, and others.

The values are those of groups. Nothing here names a person, and no commit is listed with its group.
"""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Final

from archguard.dataclass import dataclass
from archguard.model.trend import Commit

LEAST_CHANGES: Final = 20
"""The changes of code from which on a group has rates: with fewer, a single one moves them by more than a twentieth."""

LEAST_LINES: Final = 1_000
"""The lines from which on there are rates per 1,000 lines, and shares of lines: fewer would be extrapolated."""

LEAST_VIOLATIONS: Final = 5
"""The violations from which on there is a median of days: that of fewer is one of two or three single cases."""


class CommitGroup(StrEnum):
    """Who wrote a change, as far as the marks in its commits tell."""

    ASSISTED = "assisted"
    """Every commit is marked as written with an assistant."""
    OTHER = "other"
    """No commit is marked."""
    MIXED = "mixed"
    """Some commits are marked: of a merged branch, or between two commits that are compared."""


@dataclass(frozen=True, kw_only=True)
class GroupFigures:
    """What the changes of one group did."""

    group: CommitGroup
    """The group."""
    changes: int = 0
    """How many changes were compared: commits of the first-parent history, a merge with all that it brings."""
    code_changes: int = 0
    """How many of them added or deleted lines of code."""
    changed_lines: int = 0
    """The lines of code that these changes added or deleted."""
    violations_introduced: int = 0
    """The violations that are there after a change and were not before."""
    violations_removed: int = 0
    """The violations that were there before a change and are not after it."""
    ignores_added: int | None = 0
    """Ignores that are new, of contracts and in comments; None if they were never compared."""
    ignores_removed: int | None = 0
    """Ignores that are gone; None if they were never compared."""
    baseline_added: int | None = 0
    """Violations that the baseline takes as known in addition; None if it was never compared."""
    baseline_removed: int | None = 0
    """Violations that the baseline takes as known no more; None if it was never compared."""
    cycles_opened: int = 0
    """Import cycles of modules that are new or have grown."""
    cycles_closed: int = 0
    """Import cycles of modules that are gone."""
    fixed: int = 0
    """How many of the violations that the group introduced were fixed later, by whomever."""
    still_open: int = 0
    """How many of them were last seen open."""
    days_to_fix: float | None = None
    """Days until half of the introduced violations were fixed; None while more than half of them are open."""
    lines_observed: int = 0
    """The lines of code that the group added 14 days before the last commit, or earlier."""
    lines_rewritten: int = 0
    """How many of them were deleted or changed within 14 days."""

    @property
    def has_enough_changes(self) -> bool:
        """Whether there are enough changes of code to say something about the group."""
        return self.code_changes >= LEAST_CHANGES

    @property
    def introduced_per_thousand_lines(self) -> float | None:
        """Violations introduced per 1,000 changed lines; None if there is too little to say something."""
        return self._per_thousand_lines(self.violations_introduced)

    @property
    def removed_per_thousand_lines(self) -> float | None:
        """Violations removed per 1,000 changed lines; None if there is too little to say something."""
        return self._per_thousand_lines(self.violations_removed)

    @property
    def median_days_to_fix(self) -> float | None:
        """`days_to_fix`; None if there is too little to say something, too."""
        enough = self.has_enough_changes and self.fixed + self.still_open >= LEAST_VIOLATIONS
        return self.days_to_fix if enough else None

    @property
    def churn(self) -> float | None:
        """The share of `lines_observed` that were rewritten, from 0 to 1; None if there are too few."""
        enough = self.has_enough_changes and self.lines_observed >= LEAST_LINES
        return self.lines_rewritten / self.lines_observed if enough else None

    def _per_thousand_lines(self, count: int) -> float | None:
        enough = self.has_enough_changes and self.changed_lines >= LEAST_LINES
        return 1000 * count / self.changed_lines if enough else None


@dataclass(frozen=True, kw_only=True)
class OpenViolations:
    """The violations that are open at one commit, by the group that introduced them."""

    commit: Commit
    """The commit."""
    gap: str = ""
    """Why the commit is not compared; "" if it is."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """The number by group, and of `earlier` ones, of which nobody knows who introduced them; empty for a gap."""


EARLIER: Final = "earlier"
"""The key of violations that were there at the first commit, or when their contract was first checked."""


@dataclass(frozen=True, kw_only=True)
class AuthorshipTrend:
    """The figures of each group between two commits."""

    project: str
    """The services or top-level packages of the project."""
    groups: tuple[GroupFigures, ...]
    """The figures of all groups, also of empty ones."""
    points: tuple[OpenViolations, ...]
    """The checked commits, oldest first."""
    notes: tuple[str, ...] = ()
    """What limits the figures, as sentences: gaps, contracts that were not compared, groups that are too small."""

    @property
    def first(self) -> Commit:
        """The commit to begin with; what was there is nobody's."""
        return self.points[0].commit

    @property
    def last(self) -> Commit:
        """The last commit."""
        return self.points[-1].commit
