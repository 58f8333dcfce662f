"""What people need of a violation, and no verdict: its source line, as it was checked, and fixes that name a place."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from archguard.checking.fixes import with_places
from archguard.codebase import Codebase, Source, SourceError
from archguard.config import Config
from archguard.model import Location, Report, Violation, ViolationStatus

_MOST: Final = 2_000
"""Characters of a line that are kept at most. Nobody reads more of a line, and a report may quote one a thousand
times; so a column behind them has no excerpt."""


def with_details(report: Report, config: Config, codebase: Codebase) -> Report:
    """A copy of the report, with the details of each violation that the baseline does not list."""
    new = [violation for violation in report.violations if violation.status is ViolationStatus.NEW]
    detailed = iter(details(new, config, codebase))
    violations = (next(detailed) if it.status is ViolationStatus.NEW else it for it in report.violations)
    return replace(report, violations=tuple(violations))


def details(violations: Iterable[Violation], config: Config, codebase: Codebase) -> Iterator[Violation]:
    """The violations, each with its source line and concrete fixes.

    Those about a file as a whole have no source line, as their place has no end: their first line says nothing about
    them, and an edit of it must not change a report that is replayed.
    """
    sources = {source.display_path: source for source in codebase.sources.values()}
    for violation in with_places(violations, config, codebase):
        place = violation.location
        source = sources.get(place.path) if place.end_line and place.column <= _MOST else None
        yield replace(violation, excerpt=_line(source, place)) if source else violation


def _line(source: Source, place: Location) -> str:
    try:
        lines = source.lines
    except SourceError:
        return ""
    return lines[place.line - 1][:_MOST] if place.line <= len(lines) else ""
