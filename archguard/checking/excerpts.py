"""Quote the source line of each violation, as it was when it was checked."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from archguard.codebase import Codebase, Source, SourceError
from archguard.model import Location, Report, Violation, ViolationStatus

_MOST: Final = 2_000
"""Characters of a line that are kept at most. Nobody reads more of a line, and a report may quote one a thousand
times; so a column behind them has no excerpt."""


def with_excerpts(report: Report, codebase: Codebase) -> Report:
    """A copy of the report, in which each violation that the baseline does not list quotes its line of `codebase`."""
    return replace(report, violations=tuple(quoted(report.violations, codebase)))


def quoted(violations: Iterable[Violation], codebase: Codebase) -> Iterator[Violation]:
    """The violations, each with its source line.

    Those about a file as a whole have none, as their place has no end: their first line says nothing about them, and
    an edit of it must not change a report that is replayed.
    """
    sources = {source.display_path: source for source in codebase.sources.values()}
    for violation in violations:
        place = violation.location
        source = sources.get(place.path)
        is_shown = violation.status is ViolationStatus.NEW and place.end_line and place.column <= _MOST
        yield replace(violation, excerpt=_line(source, place)) if is_shown and source else violation


def _line(source: Source, place: Location) -> str:
    try:
        lines = source.lines
    except SourceError:
        return ""
    return lines[place.line - 1][:_MOST] if place.line <= len(lines) else ""
