import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from archguard.model import Report
from archguard.reporters import gitlab

# What GitLab documents as required: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
DOCUMENTED = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "minLength": 1},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "not": {"pattern": "^\\./"}},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def findings(report: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(gitlab.render(report))
    Draft202012Validator(DOCUMENTED).validate(found)
    return found


@pytest.mark.parametrize(("name", "count"), [("report", 7), ("nasty", 3), ("empty", 0)])
def test_every_report_has_what_gitlab_requires(name: str, count: int, request: pytest.FixtureRequest) -> None:
    assert len(findings(request.getfixturevalue(name))) == count


def test_fingerprints_are_unique_even_where_a_finding_repeats(report: Report) -> None:
    repeated = replace(report, violations=report.violations * 3, problems=report.problems * 2)

    fingerprints = [finding["fingerprint"] for finding in findings(repeated)]

    assert len(set(fingerprints)) == len(fingerprints)


def test_a_moved_line_keeps_the_fingerprint(report: Report) -> None:
    (before,) = findings(replace(report, violations=report.violations[:1], problems=()))

    moved = replace(report.violations[0], location=replace(report.violations[0].location, line=90, end_line=90))
    (after,) = findings(replace(report, violations=(moved,), problems=()))

    assert after["fingerprint"] == before["fingerprint"]
    assert after["location"]["lines"] == {"begin": 90, "end": 90}


def test_known_violations_weigh_little_but_are_there_for_gitlab_to_compare(report: Report) -> None:
    assert [finding["severity"] for finding in findings(report)] == [
        *("major", "major", "info", "major", "info", "major", "minor"),
    ]
