"""The rows of a trend by authorship, for people to read."""

from collections.abc import Callable, Mapping
from typing import Final

from archguard.model import AuthorshipTrend, CommitGroup, GroupFigures

GROUPS: Final[Mapping[CommitGroup, str]] = {
    CommitGroup.ASSISTED: "assisted",
    CommitGroup.OTHER: "other",
    CommitGroup.MIXED: "mixed",
}
"""The names of the groups for display."""

ABOUT: Final = (
    "Assisted: every commit of a change is marked as written with a coding assistant. Other: none is, which proves "
    "nothing. Mixed: some are, of a merged branch or between two commits that were compared."
)


def shown_groups(trend: AuthorshipTrend) -> tuple[GroupFigures, ...]:
    """The groups to show: `mixed` only if there is something in it."""
    return tuple(it for it in trend.groups if it.group is not CommitGroup.MIXED or it.changes or it.lines_observed)


def number(value: float | None) -> str:
    """`1,234`, `2.91`; `-` if it is not known."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def days(value: float | None) -> str:
    """`12`, `1.5`; `-` if it is not known."""
    return "-" if value is None else f"{value:,.1f}".removesuffix(".0")


def share(value: float | None) -> str:
    """`12.5 %`; `-` if it is not known."""
    return "-" if value is None else f"{100 * value:.1f} %"


def growth(added: int | None, removed: int | None) -> str:
    """`+3 -1`; `0` if nothing has changed, `-` if that is not known."""
    if added is None or removed is None:
        return "-"
    return " ".join(f"{sign}{count:,}" for sign, count in (("+", added), ("-", removed)) if count) or "0"


ROWS: Final[Mapping[str, Callable[[GroupFigures], str]]] = {
    "changes": lambda it: number(it.changes),
    "  of code": lambda it: number(it.code_changes),
    "changed lines": lambda it: number(it.changed_lines),
    "violations introduced": lambda it: number(it.violations_introduced),
    "  per 1,000 changed lines": lambda it: number(it.introduced_per_thousand_lines),
    "violations removed": lambda it: number(it.violations_removed),
    "  per 1,000 changed lines ": lambda it: number(it.removed_per_thousand_lines),
    "ignores": lambda it: growth(it.ignores_added, it.ignores_removed),
    "baseline": lambda it: growth(it.baseline_added, it.baseline_removed),
    "cycles opened": lambda it: number(it.cycles_opened),
    "cycles closed": lambda it: number(it.cycles_closed),
    "median days to fix": lambda it: days(it.median_days_to_fix),
    "churn within 14 days": lambda it: share(it.churn),
}
"""The figures of a group as text, by their names."""


def span(trend: AuthorshipTrend) -> str:
    """`3f2a91c0 (2026-01-02) to v1.2 (2026-03-01)`."""
    return f"{trend.first.shown} ({trend.first.day}) to {trend.last.shown} ({trend.last.day})"
