"""What limits the figures of a trend by authorship, as sentences for its readers."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import field

from archguard.dataclass import dataclass
from archguard.model import LEAST_CHANGES, LEAST_LINES, LEAST_VIOLATIONS, CommitGroup, GroupFigures


@dataclass
class Limits:
    """What could not be compared."""

    gaps: int = 0
    """Commits that could not be checked, or only in part."""
    before_first: int = 0
    """Changes up to the first commit that could be checked in full."""
    faulty_configurations: int = 0
    """Commits whose own configuration or baseline cannot be read."""
    uncompared: Counter[str] = field(default_factory=Counter)
    """By contract: at how many commits it was not compared with the one before."""


def notes(groups: Collection[GroupFigures], limits: Limits, single: Collection[CommitGroup]) -> Iterator[str]:
    """The sentences, the most general first.

    Args:
        groups: The figures of all groups.
        limits: What could not be compared.
        single: The groups whose changes come from one author.
    """
    if not any(group.changes for group in groups):
        yield "no changes could be compared"
    elif not any(group.changes for group in groups if group.group is not CommitGroup.OTHER):
        yield "no commit is marked as written with an assistant"
    yield from _gaps(limits)
    for figures in groups:
        if figures.changes:
            yield from _too_few(figures)
            if figures.group in single:
                yield f"{figures.group}: all changes come from one author, so the figures are those of a person"


def _gaps(limits: Limits) -> Iterator[str]:
    if limits.gaps:
        yield f"{_counted(limits.gaps, 'commit')} could not be checked in full: the next one is compared across them"
    if limits.before_first:
        changes = _counted(limits.before_first, "change")
        yield f"{changes} up to the first commit that could be checked in full: not compared"
    for contract, number in sorted(limits.uncompared.items()):
        commits = _counted(number, "commit")
        yield f"contract {contract}: not compared at {commits}, since it could not be checked there or before"
    if limits.faulty_configurations:
        commits = _counted(limits.faulty_configurations, "commit")
        yield f"ignores and baseline: not known at {commits}, whose configuration cannot be read"


def _too_few(figures: GroupFigures) -> Iterator[str]:
    """Why rates are missing."""
    name = figures.group
    introduced = figures.fixed + figures.still_open
    if not figures.has_enough_changes:
        changes = _counted(figures.code_changes, "change")
        yield f"{name}: {changes} of code, too few to say something: rates need {LEAST_CHANGES}"
        return
    if figures.changed_lines < LEAST_LINES:
        yield f"{name}: {_counted(figures.changed_lines, 'changed line')}, too few for a rate: it needs {LEAST_LINES:,}"
    if figures.lines_observed < LEAST_LINES:
        lines = _counted(figures.lines_observed, "added line")
        yield f"{name}: {lines} older than 14 days, too few for the churn: it needs {LEAST_LINES:,}"
    if introduced < LEAST_VIOLATIONS:
        found = _counted(introduced, "violation")
        yield f"{name}: {found} introduced, too few for a median of days: it needs {LEAST_VIOLATIONS}"
    elif figures.days_to_fix is None:
        yield f"{name}: {figures.still_open} of {introduced} introduced violations are still open: no median of days"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
