"""The report as plain text; lines are not wrapped to the width of the terminal."""

import re
from collections.abc import Iterable, Iterator
from typing import Final
from unicodedata import east_asian_width

from archguard.model import Location, Outcome, OutcomeStatus, Problem, Report, Severity, Violation
from archguard.model.log import inert
from archguard.reporters import phrases

Span = tuple[str, str]
"""A piece of a line, and its style in a terminal."""
Line = tuple[Span, ...]

_INDENT: Final = "    "
_EXCERPT_WIDTH: Final = 160
_SEVERITY_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_STATUS_SPANS: Final = {
    OutcomeStatus.KEPT: ("kept  ", "green"),
    OutcomeStatus.BROKEN: ("BROKEN", "bold red"),
    OutcomeStatus.ERROR: ("ERROR ", "bold red"),
}
# Control characters except tabs, which the line of the caret repeats.
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


def render(report: Report) -> str:
    """New violations by contract, problems, a line per contract, and the summary."""
    return plain(lines(report))


def plain(lines: Iterable[Line]) -> str:
    """The lines without styles and without a trailing newline."""
    return "\n".join("".join(text for text, _ in line) for line in lines)


def lines(report: Report) -> Iterator[Line]:
    """The lines of the report as styled pieces, with an empty line between sections."""
    parts = [part for part in _parts(report) if part]
    for number, part in enumerate(parts):
        if number:
            yield ()
        yield from part


def _parts(report: Report) -> Iterator[list[Line]]:
    contracts = tuple(phrases.contracts(report))
    for _, violations in contracts:
        yield [line for violation in phrases.new(violations) for line in violation_lines(violation)]
    yield [line for problem in report.problems for line in problem_lines(problem)]
    yield [_outcome(outcome, violations) for outcome, violations in contracts]
    yield list(summary_lines(report))


def violation_lines(violation: Violation) -> Iterator[Line]:
    """The standard form: location, severity and sentence; then, indented, the chain, the reason and the fixes."""
    yield (
        *_head(violation.location, phrases.severity(violation)),
        (f"{phrases.sentence(violation)} ", ""),
        (f"[{phrases.one_line(violation.contract)}]", "magenta"),
    )
    for step in violation.chain:
        yield ((f"{_INDENT}{phrases.hop(step)}", ""), (f" ({phrases.step_place(step)})", "cyan"))
    if reason := phrases.because(violation.reason):
        yield ((f"{_INDENT}{reason}", "italic"),)
    yield from (((f"{_INDENT}{fix}", "green"),) for fix in phrases.numbered(violation.fix))


def problem_lines(problem: Problem) -> Iterator[Line]:
    """Location, severity and message; then the excerpt with a caret below the column, and the hint."""
    yield (*_head(problem.location, problem.severity), (phrases.one_line(problem.message), ""))
    yield from excerpt_lines(problem)
    if problem.hint:
        yield ((f"{_INDENT}hint: {phrases.one_line(problem.hint)}", "green"),)


def excerpt_lines(problem: Problem) -> Iterator[Line]:
    """The source line of the problem and the caret below it; nothing if there is no source."""
    if problem.location and problem.excerpt.strip():
        yield from _excerpt(problem.excerpt, problem.location)


def _head(location: Location | None, severity: Severity) -> Line:
    place = ((f"{phrases.one_line(str(location))}: ", "bold"),) if location else ()
    return (*place, (severity.value, _SEVERITY_STYLES[severity]), (": ", ""))


def _excerpt(excerpt: str, location: Location) -> Iterator[Line]:
    line = _CONTROL.sub(" ", phrases.printable(excerpt)).rstrip()
    start = min(max(location.column - 1, 0), len(line))
    end = location.end_column - 1 if location.end_line == location.line else 0
    cut = max(0, start - _EXCERPT_WIDTH // 2)
    shown = line[cut : cut + _EXCERPT_WIDTH]
    marked = shown[start - cut : max(end, start + 1) - cut]
    yield ((f"{_INDENT}{inert(shown)}", "dim"),)
    yield ((f"{_INDENT}{_blank(inert(shown[: start - cut]))}{'^' * max(_width(marked), 1)}", "bold red"),)


def _blank(text: str) -> str:
    """Spaces as wide as `text`; tabs are kept, since only the terminal knows their width."""
    return "".join("\t" if character == "\t" else " " * _width(character) for character in text)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _outcome(outcome: Outcome, violations: tuple[Violation, ...]) -> Line:
    found = f"{phrases.found(outcome, violations)}; " if violations else ""
    identity = phrases.one_line(f"{outcome.id} ({outcome.kind})")
    return (
        _STATUS_SPANS[outcome.status],
        (f"  {identity}: ", ""),
        (f"{found}{phrases.looked_at(outcome.checked)}", "dim"),
    )


def summary_lines(report: Report) -> Iterator[Line]:
    """What was checked, the modules that no contract covers, and the totals."""
    yield ((f"{phrases.scope(report.summary)} in {report.summary.seconds:.2f} s.", ""),)
    if unassigned := phrases.unassigned(report.summary):
        yield ((unassigned, "yellow"),)
    yield ((phrases.totals(report), "bold green" if report.passed else "bold red"),)
