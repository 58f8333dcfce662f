"""The report for GitHub Actions: an annotation for each finding.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from collections.abc import Iterator
from typing import Final

from archguard.model import Location, Report, Severity
from archguard.reporters import phrases, tool_info

_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_DATA: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(report: Report) -> str:
    """A workflow command for each new violation and each problem, and a line of totals for the log."""
    return "\n".join((*_commands(report), f"{phrases.scope(report.summary)}. {phrases.totals(report)}"))


def _commands(report: Report) -> Iterator[str]:
    for violation in phrases.new(report.violations):
        text = phrases.full_text(violation)
        yield _command(phrases.severity(violation), violation.location, violation.contract, text)
    for problem in report.problems:
        yield _command(problem.severity, problem.location, problem.code, phrases.problem_text(problem))


def _command(severity: Severity, location: Location | None, source: str, text: str) -> str:
    title = {"title": f"{tool_info.NAME}: {phrases.one_line(source)}"}
    properties = {**(_place(location) if location else {}), **title}
    listed = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{_COMMANDS[severity]} {listed}::{text.translate(_DATA)}"


def _place(location: Location) -> dict[str, str]:
    place = {"file": phrases.one_line(location.path), "line": location.line}
    # GitHub only accepts columns if both ends are on one line.
    match location.end_line:
        case 0:
            ends = {"col": location.column}
        case location.line:
            ends = {"endLine": location.end_line, "col": location.column, "endColumn": location.end_column}
        case _:
            ends = {"endLine": location.end_line}
    return {name: str(value) for name, value in {**place, **ends}.items()}
