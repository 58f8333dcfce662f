"""The report for GitLab's merge requests: its Code Quality JSON.

https://docs.gitlab.com/ci/testing/code_quality/
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from archguard.model import Location, Problem, Report, Severity, Violation
from archguard.model.log import inert_json
from archguard.reporters import phrases, tool_info

_Object = dict[str, Any]  # JSON is Any

_SEVERITIES: Final = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}
_NOWHERE: Final = Location(".")


def render(report: Report) -> str:
    """Every violation and problem; also known violations, since GitLab itself compares with the target branch."""
    violations = (_violation(violation, count) for violation, count in phrases.occurrences(report.violations))
    return inert_json(json.dumps([*violations, *_problems(report)], indent=2))


def _violation(violation: Violation, occurrence: int) -> _Object:
    repeated = f"-{occurrence}" if occurrence > 1 else ""
    return _finding(
        phrases.full_text(violation),
        f"{violation.contract}: {violation.rule}" if violation.rule else violation.contract,
        f"{violation.fingerprint}{repeated}",
        "info" if phrases.is_known(violation) else _SEVERITIES[phrases.severity(violation)],
        violation.location,
    )


def _problems(report: Report) -> Iterator[_Object]:
    seen: Counter[str] = Counter()
    for problem in report.problems:
        seen[_digest(problem)] += 1
        fingerprint = f"{_digest(problem)}-{seen[_digest(problem)]}"
        text, place = phrases.problem_text(problem), problem.location or _NOWHERE
        yield _finding(text, problem.code, fingerprint, _SEVERITIES[problem.severity], place)


def _digest(problem: Problem) -> str:
    path = problem.location.path if problem.location else ""
    identity = phrases.printable(f"{problem.code}\0{path}\0{problem.message}")
    return hashlib.sha256(identity.encode()).hexdigest()[:16]


def _finding(description: str, check: str, fingerprint: str, severity: str, location: Location) -> _Object:
    lines = {"begin": location.line}
    return {
        "type": "issue",
        "description": description,
        "check_name": f"{tool_info.NAME}/{phrases.one_line(check)}",
        "fingerprint": fingerprint,
        "severity": severity,
        "categories": ["Architecture"],
        "location": {
            "path": phrases.one_line(location.path),
            "lines": {**lines, "end": location.end_line} if location.end_line else lines,
        },
    }
