"""The report for TeamCity: an inspection type for each contract, an inspection for each violation.

https://www.jetbrains.com/help/teamcity/service-messages.html
"""

import re
from collections.abc import Iterator
from typing import Final

from archguard.model import Outcome, Problem, Report, Severity, Violation
from archguard.reporters import phrases, tool_info

_SEVERITIES: Final = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}
_ESCAPES: Final = str.maketrans({"|": "||", "'": "|'", "[": "|[", "]": "|]", "\n": "|n", "\r": "|r"})
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_NAME_LENGTH: Final = 255
_TEXT_LENGTH: Final = 4000


def render(report: Report) -> str:
    """A service message for each contract, new violation and problem, and a line of totals for the log."""
    totals = f"{phrases.scope(report.summary)}. {phrases.totals(report)}"
    return "\n".join((*_messages(report), totals))


def _messages(report: Report) -> Iterator[str]:
    for outcome, violations in phrases.contracts(report):
        yield _contract(outcome)
        yield from map(_violation, phrases.new(violations))
    yield from map(_problem, report.problems)


def _contract(outcome: Outcome) -> str:
    reason = phrases.one_line(outcome.reason) or "The contract gives no reason."
    name = _cut(phrases.one_line(outcome.id), _NAME_LENGTH)
    kind = _cut(f"{tool_info.NAME} {phrases.one_line(outcome.kind)}", _NAME_LENGTH)
    return _message("inspectionType", id=name, name=name, category=kind, description=_cut(reason))


def _violation(violation: Violation) -> str:
    return _message(
        "inspection",
        typeId=_cut(phrases.one_line(violation.contract), _NAME_LENGTH),
        message=_cut(phrases.full_text(violation)),
        file=_cut(phrases.one_line(violation.location.path)),
        line=str(violation.location.line),
        SEVERITY=_SEVERITIES[phrases.severity(violation)],
    )


def _problem(problem: Problem) -> str:
    place = f"{phrases.one_line(str(problem.location))}: " if problem.location else ""
    text = _cut(f"{place}{phrases.problem_text(problem)}")
    if problem.severity is Severity.ERROR:
        return _message("buildProblem", description=text)
    return _message("message", text=text, status="WARNING" if problem.severity is Severity.WARNING else "NORMAL")


def _cut(text: str, length: int = _TEXT_LENGTH) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _message(name: str, /, **attributes: str) -> str:
    listed = " ".join(f"{attribute}='{_escaped(value)}'" for attribute, value in attributes.items())
    return f"##teamcity[{name} {listed}]"


def _escaped(value: str) -> str:
    return _NOT_ASCII.sub(_code_units, value.translate(_ESCAPES))


def _code_units(found: re.Match[str]) -> str:
    units = found.group().encode("utf-16-be")
    return "".join(f"|0x{units[index : index + 2].hex().upper()}" for index in range(0, len(units), 2))
