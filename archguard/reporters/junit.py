"""The report for test dashboards: JUnit XML, a test case for each contract."""

from xml.etree.ElementTree import Element, SubElement

from archguard.model import Outcome, OutcomeStatus, Problem, Report, Severity, Violation
from archguard.reporters import phrases, text, tool_info, xml


def render(report: Report) -> str:
    """A suite with a case for each contract, and one for each problem that prevented a check."""
    root = Element("testsuites")
    suite = SubElement(root, "testsuite", {"name": tool_info.NAME})
    for outcome, violations in phrases.contracts(report):
        _contract(suite, outcome, violations)
    for problem in report.problems:
        if problem.severity is Severity.ERROR:
            _problem(suite, problem)
    SubElement(suite, "system-out").text = _notes(report)
    _count(root, suite, report)
    return xml.document(root)


def _contract(suite: Element, outcome: Outcome, violations: tuple[Violation, ...]) -> None:
    name = phrases.one_line(outcome.id)
    case = SubElement(
        suite, "testcase", {"name": name, "classname": f"{tool_info.NAME}.{phrases.one_line(outcome.kind)}"}
    )
    fresh = phrases.new(violations)
    found = text.plain(line for violation in fresh for line in text.violation_lines(violation))
    match outcome.status:
        case OutcomeStatus.BROKEN:
            _say(case, "failure", f"{name}: {phrases.violation_count(violations)}", found)
        case OutcomeStatus.ERROR:
            _say(case, "error", f"{name} could not be checked", found)
    kept = f"\n{found}" if found and outcome.status is OutcomeStatus.KEPT else ""
    seen = f"{phrases.found(outcome, violations)}; looked at {phrases.looked_at(outcome.checked)}"
    SubElement(case, "system-out").text = f"{seen}{kept}"


def _problem(suite: Element, problem: Problem) -> None:
    place = f" {problem.location}" if problem.location else ""
    name = phrases.one_line(f"{problem.code}{place}")
    case = SubElement(suite, "testcase", {"name": name, "classname": f"{tool_info.NAME}.problems"})
    _say(case, "error", phrases.one_line(problem.message), text.plain(text.problem_lines(problem)))


def _say(case: Element, element: str, message: str, details: str) -> None:
    SubElement(case, element, {"type": tool_info.NAME, "message": message}).text = details


def _notes(report: Report) -> str:
    warnings = [problem for problem in report.problems if problem.severity is not Severity.ERROR]
    notes = [text.plain(text.problem_lines(problem)) for problem in warnings]
    return "\n".join((*notes, text.plain(text.summary_lines(report))))


def _count(root: Element, suite: Element, report: Report) -> None:
    cases = suite.findall("testcase")
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
        "time": f"{report.summary.seconds:.3f}",
    }
    root.attrib.update(counts)
    suite.attrib.update(counts)
