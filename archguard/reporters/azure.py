"""The report for Azure Pipelines: an issue of the build for each finding.

https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
"""

from collections.abc import Iterator
from typing import Final

from archguard.model import Location, Report, Severity
from archguard.reporters import phrases

_TYPES: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "warning"}
_DATA: Final = str.maketrans({"%": "%AZP25", "\r": "%0D", "\n": "%0A"})
_PROPERTY: Final = str.maketrans({"%": "%AZP25", "\r": "%0D", "\n": "%0A", ";": "%3B", "]": "%5D"})


def render(report: Report) -> str:
    """A logging command for each new violation and each problem, and a line of totals for the log."""
    return "\n".join((*_commands(report), f"{phrases.scope(report.summary)}. {phrases.totals(report)}"))


def _commands(report: Report) -> Iterator[str]:
    for violation in phrases.new(report.violations):
        text = phrases.full_text(violation)
        yield _command(phrases.severity(violation), violation.location, violation.contract, text)
    for problem in report.problems:
        yield _command(problem.severity, problem.location, problem.code, phrases.problem_text(problem))


def _command(severity: Severity, location: Location | None, code: str, text: str) -> str:
    properties = {"type": _TYPES[severity], **(_place(location) if location else {}), "code": phrases.one_line(code)}
    listed = "".join(f"{name}={value.translate(_PROPERTY)};" for name, value in properties.items())
    return f"##vso[task.logissue {listed}]{text.translate(_DATA)}"


def _place(location: Location) -> dict[str, str]:
    return {
        "sourcepath": phrases.one_line(location.path),
        "linenumber": str(location.line),
        "columnnumber": str(location.column),
    }
