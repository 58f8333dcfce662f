import json as standard
from collections.abc import Callable
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from archguard.errors import ArchguardError
from archguard.model import Report
from archguard.reporters import json

Golden = Callable[[str, str], None]


def test_the_schema_reads_as_agreed(golden: Golden) -> None:
    golden("report.schema.json", standard.dumps(json.report_schema(), indent=2))


@pytest.mark.parametrize("name", ["report", "nasty", "empty"])
def test_every_report_is_valid_by_the_schema(name: str, request: pytest.FixtureRequest) -> None:
    rendered = standard.loads(json.render(request.getfixturevalue(name)))

    Draft202012Validator.check_schema(json.report_schema())
    Draft202012Validator(json.report_schema()).validate(rendered)


def test_the_keys_stand_in_the_order_of_the_design(report: Report) -> None:
    rendered = standard.loads(json.render(report))

    assert list(rendered) == [
        *("version", "tool", "passed", "complete", "fail_on", "strict_baseline"),
        *("contracts", "violations", "problems", "summary"),
    ]
    assert " ".join(rendered["violations"][0]) == (
        "contract kind severity status message path line column end_line end_column service "
        "importer imported symbol rule chain cut reason fix fingerprint confidence excerpt"
    )
    assert " ".join(rendered["summary"]) == "modules imports files calls unassigned new known fixed suppressed seconds"


@pytest.mark.parametrize("name", ["report", "nasty", "empty"])
def test_what_was_written_can_be_read_back(name: str, request: pytest.FixtureRequest) -> None:
    report: Report = request.getfixturevalue(name)

    again = json.read(json.render(report))

    assert again.outcomes == report.outcomes
    assert again.violations == report.violations
    assert json.render(again) == json.render(report)


def test_only_ascii_leaves_so_that_no_terminal_fails(nasty: Report) -> None:
    assert json.render(nasty).isascii()


def test_reading_something_else_names_the_place() -> None:
    with pytest.raises(ArchguardError, match="not JSON") as caught:
        json.read('{"version": 1,\n  oops}', "saved.json")

    assert str(caught.value.location) == "saved.json:2:3"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"version": 2}, "its version is 2"),
        ({"contracts": None}, "not a report"),
        ({"contracts": [{"id": 3}]}, "the key 'id' is 3"),
        ({"violations": [{}]}, "the key 'contract' is missing"),
        ({"problems": [[]]}, "not a report"),
        ({"summary": "big"}, "not a report"),
    ],
)
def test_reading_what_is_no_report_says_why(report: Report, change: dict[str, object], complaint: str) -> None:
    changed = standard.dumps({**standard.loads(json.render(report)), **change})

    with pytest.raises(ArchguardError, match=complaint):
        json.read(changed)


def test_the_bytes_differ_in_the_seconds_only(report: Report) -> None:
    later = replace(report, summary=replace(report.summary, seconds=9.0))

    pairs = zip(json.render(report).splitlines(), json.render(later).splitlines(), strict=True)

    assert [new.strip() for old, new in pairs if old != new] == ['"seconds": 9.0']
