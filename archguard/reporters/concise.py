"""The report with one line for each finding, `path:line:column: severity: message [contract]`: for editors and agents.

The shape is that of compilers, which editors turn into links: https://www.gnu.org/prep/standards/html_node/Errors.html
"""

from collections.abc import Iterator

from archguard.model import Location, Report, Severity
from archguard.reporters import phrases


def render(report: Report, *, quiet: bool = False) -> str:
    """A line for each new violation and each problem, without reasons, chains and fixes; and totals unless `quiet`."""
    return "\n".join((*_findings(report), *([] if quiet else [phrases.totals(report)])))


def _findings(report: Report) -> Iterator[str]:
    for violation in phrases.new(report.violations):
        text = f"{phrases.sentence(violation)} [{phrases.one_line(violation.contract)}]"
        yield _line(violation.location, phrases.severity(violation), text)
    for problem in report.problems:
        yield _line(problem.location, problem.severity, phrases.one_line(problem.message))


def _line(location: Location | None, severity: Severity, text: str) -> str:
    place = f"{phrases.one_line(str(location))}: " if location else ""
    return f"{place}{severity}: {text}"
