from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from xmlschema import XMLSchema

from archguard.model import OutcomeStatus, Report, Severity
from archguard.reporters import junit

SCHEMA = XMLSchema(Path(__file__).parent / "schemas" / "junit-10.xsd")


def suite(report: Report) -> ET.Element:
    rendered = junit.render(report)
    SCHEMA.validate(rendered)
    found = ET.fromstring(rendered.encode()).find("testsuite")  # noqa: S314 -- archguard wrote it
    assert found is not None
    return found


@pytest.mark.parametrize("name", ["report", "nasty", "empty"])
def test_every_report_is_valid_by_jenkins_schema(name: str, request: pytest.FixtureRequest) -> None:
    assert suite(request.getfixturevalue(name)).get("name") == "archguard"


def test_each_contract_is_a_case_and_so_is_each_problem_that_is_an_error(report: Report) -> None:
    cases = suite(report).findall("testcase")

    assert [case.get("name") for case in cases] == [
        *("layered", "no-sql", "apart", "outbound", "syntax shop/broken.py:3:9"),
    ]


def test_broken_contracts_fail_and_unchecked_ones_are_errors(report: Report) -> None:
    found = suite(report)

    verdicts = [
        next((child.tag for child in case if child.tag != "system-out"), "passed") for case in found.iter("testcase")
    ]
    assert verdicts == ["failure", "failure", "passed", "error", "error"]
    assert (found.get("tests"), found.get("failures"), found.get("errors")) == ("5", "2", "2")


def test_a_failure_reads_like_the_text_report_and_lists_new_violations_only(report: Report) -> None:
    failure = suite(report).find("testcase/failure")

    assert failure is not None
    assert failure.get("message") == "layered: 3 violations (2 new, 1 known)"
    assert str(failure.text).startswith("shop/api.py:4:1: error: shop.api must not import")
    assert "shop.web.api" not in str(failure.text)


def test_a_kept_contract_still_tells_its_warnings_and_what_it_looked_at(report: Report) -> None:
    kept = replace(report.outcomes[1], status=OutcomeStatus.KEPT)
    warning = replace(report.violations[3], severity=Severity.WARNING)

    case = suite(replace(report, outcomes=(kept,), violations=(warning,))).find("testcase")

    assert case is not None
    assert case.find("failure") is None
    assert "looked at 9 modules, 20 imports, 41 calls" in str(case.findtext("system-out"))
    assert "warning: shop.api must not call" in str(case.findtext("system-out"))


def test_a_contract_without_an_outcome_fails_too(report: Report) -> None:
    assert suite(replace(report, outcomes=())).get("failures") == "2"


def test_the_suite_says_what_was_looked_at(report: Report) -> None:
    notes = str(suite(report).findtext("system-out"))

    assert "an ignore of layered matches nothing" in notes
    assert "Looked at 14 modules, 57 imports and 41 calls in 13 files" in notes
