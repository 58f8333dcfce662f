import gzip
import json
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from archguard.model import Report, Severity, Step, Violation, ViolationStatus
from archguard.reporters import sarif

SCHEMA = Path(__file__).parent / "schemas" / "sarif-2.1.0.json"
MEGABYTE = 1_000_000


@cache
def schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")), format_checker=FormatChecker())


def run(report: Report) -> dict[str, Any]:
    log = json.loads(sarif.render(report))
    schema().validate(log)
    (found,) = log["runs"]
    return dict(found)


def many(report: Report, count: int) -> Report:
    """`count` different violations, each with a chain of three."""
    first = report.violations[1]
    violations = tuple(replace(first, importer=f"shop.module_{number}", chain=chain(number)) for number in range(count))
    return replace(report, violations=violations)


def chain(number: int) -> tuple[Step, ...]:
    names = [f"shop.package_{number % 97}.module_{number}_{step}" for step in range(4)]
    return tuple(
        Step(importer, imported, f"{importer.replace('.', '/')}.py", number % 500 + 1)
        for importer, imported in pairwise(names)
    )


@pytest.mark.parametrize("name", ["report", "nasty", "empty"])
def test_every_report_is_valid_by_the_official_schema(name: str, request: pytest.FixtureRequest) -> None:
    assert run(request.getfixturevalue(name))["results"] is not None


def test_each_contract_is_a_rule_whose_help_is_its_reason(report: Report) -> None:
    rules = run(report)["tool"]["driver"]["rules"]

    assert [rule["id"] for rule in rules] == ["layered", "no-sql", "apart", "outbound"]
    assert rules[0]["help"]["text"].startswith("Business rules stay testable")
    assert rules[0]["properties"]["lookedAt"] == "12 modules, 34 imports, 0 calls"


def test_each_result_names_its_rule_and_its_region(report: Report) -> None:
    found = run(report)

    rules = found["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in found["results"])
    physical = found["results"][0]["locations"][0]["physicalLocation"]
    assert physical["region"] == {"startLine": 4, "startColumn": 1, "endLine": 4, "endColumn": 38}
    assert physical["artifactLocation"] == {"uri": "shop/api.py", "uriBaseId": "SRCROOT"}


def test_the_chain_is_linked_from_the_message(report: Report) -> None:
    result = run(report)["results"][1]

    assert "[shop.models -> shop.helpers](1)\n[shop.helpers -> shop.services](2)" in result["message"]["text"]
    places = [(at["id"], at["physicalLocation"]["region"]["startLine"]) for at in result["relatedLocations"]]
    assert places == [(1, 2), (2, 7)]


def test_a_step_whose_line_is_unknown_has_no_region(report: Report) -> None:
    unknown = replace(report.violations[0], chain=(Step("a", "b", "a.py", 0),))

    (related,) = run(replace(report, violations=(unknown,)))["results"][0]["relatedLocations"]

    assert "region" not in related["physicalLocation"]


def test_known_violations_are_suppressed_and_new_ones_are_not(report: Report) -> None:
    suppressed = [bool(result["suppressions"]) for result in run(report)["results"]]

    assert suppressed == [violation.status is ViolationStatus.KNOWN for violation in report.violations]


def test_a_second_violation_between_the_same_names_has_a_fingerprint_of_its_own(report: Report) -> None:
    twice = replace(report, violations=(report.violations[0], report.violations[0]))

    first, second = (result["partialFingerprints"]["archguardViolation/v1"] for result in run(twice)["results"])

    assert first == f"{report.violations[0].fingerprint}:1"
    assert second == f"{report.violations[0].fingerprint}:2"


def test_problems_are_notifications_and_make_the_execution_fail(report: Report) -> None:
    (invocation,) = run(report)["invocations"]

    assert not invocation["executionSuccessful"]
    levels = [(note["level"], note["descriptor"]["id"]) for note in invocation["toolExecutionNotifications"]]
    assert levels == [("error", "syntax"), ("warning", "unmatched-ignore")]


def test_violations_alone_leave_the_execution_successful(report: Report) -> None:
    assert run(replace(report, problems=()))["invocations"][0]["executionSuccessful"]


def test_paths_become_addresses(report: Report) -> None:
    spaced = replace(report.violations[0].location, path="shöp/a b#c%.py")

    found = run(replace(report, violations=(replace(report.violations[0], location=spaced),)))

    uri = found["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "sh%C3%B6p/a%20b%23c%25.py"


def test_brackets_of_users_are_no_links(report: Report) -> None:
    tricky = replace(report.violations[0], message="see [here](1) and C:\\x", chain=())

    text = run(replace(report, violations=(tricky,)))["results"][0]["message"]["text"]

    assert text.startswith("see \\[here\\](1) and C:\\\\x")


def test_what_github_would_refuse_is_left_out_aloud_and_new_errors_stay(report: Report) -> None:
    crowd = many(report, sarif.MOST_RESULTS + 3)
    known = replace(crowd.violations[0], status=ViolationStatus.KNOWN, message="is known")
    warning = replace(crowd.violations[1], severity=Severity.WARNING, message="warns")
    info = replace(crowd.violations[2], severity=Severity.INFO, message="informs")

    rendered = sarif.render(replace(crowd, violations=(known, warning, info, *crowd.violations[3:])))

    (found,) = json.loads(rendered)["runs"]
    notes = [note["message"]["text"] for note in found["invocations"][0]["toolExecutionNotifications"]]
    assert len(found["results"]) == sarif.MOST_RESULTS
    assert {result["level"] for result in found["results"]} == {"error"}
    assert notes[-2].startswith("3 violations left out, since GitHub takes 25000 results")
    assert notes[-1] == "GitHub shows the 5000 weightiest of 25003 violations."
    assert len(gzip.compress(rendered.encode())) < 10 * MEGABYTE


def test_a_chain_of_two_hundred_is_told_in_full_within_githubs_hundred_locations(report: Report) -> None:
    steps = tuple(Step(f"m{number}", f"m{number + 1}", f"m{number}.py", 1) for number in range(200))
    long: Violation = replace(report.violations[0], chain=steps)

    (result,) = run(replace(report, violations=(long,)))["results"]

    assert len(result["relatedLocations"]) == 100
    assert "[m99 -> m100](100)\nm100 -> m101 (m100.py:1)\n" in result["message"]["text"]
    assert "m199 -> m200" in result["message"]["text"]
