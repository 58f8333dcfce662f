"""The report for tools that read Checkstyle's XML, such as reviewdog and Jenkins."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement

from archguard.model import Location, Report
from archguard.reporters import phrases, tool_info, xml

_NOWHERE = Location(".")


def render(report: Report) -> str:
    """The new violations and the problems, grouped by file."""
    root = Element("checkstyle", {"version": tool_info.version()})
    files: dict[str, Element] = {}
    for location, attributes in sorted(_errors(report), key=lambda error: error[0]):
        path = phrases.one_line(location.path)
        if path not in files:
            files[path] = SubElement(root, "file", {"name": path})
        place = {"line": str(location.line), "column": str(location.column)}
        SubElement(files[path], "error", {**place, **attributes})
    return xml.document(root)


def _errors(report: Report) -> Iterator[tuple[Location, dict[str, str]]]:
    for violation in phrases.new(report.violations):
        yield (
            violation.location,
            _attributes(phrases.severity(violation), phrases.full_text(violation), violation.contract),
        )
    for problem in report.problems:
        place = problem.location or _NOWHERE
        yield place, _attributes(problem.severity, phrases.problem_text(problem), problem.code)


def _attributes(severity: str, message: str, source: str) -> dict[str, str]:
    return {"severity": severity, "message": message, "source": f"{tool_info.NAME}.{phrases.one_line(source)}"}
