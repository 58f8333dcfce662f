"""What is written can be read back, whatever is in it, and the published formats are as their schemas say."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from archguard.cli.schema import SCHEMAS
from archguard.model import (
    Checked,
    Commit,
    Confidence,
    Location,
    Outcome,
    OutcomeStatus,
    Point,
    Problem,
    Report,
    Severity,
    Step,
    Summary,
    Violation,
    ViolationStatus,
)
from archguard.model.serialization import codec, to_plain
from archguard.reporters import json as json_reporter
from archguard.reporters.rerender import keep, read

VALIDATOR = Draft202012Validator(json_reporter.report_schema())

texts = st.text(max_size=8)
counts = st.integers(0, 10**6)
positions = st.integers(1, 10**6)
locations = st.builds(Location, texts, positions, positions, counts, counts)
steps = st.builds(Step, texts, texts, texts, counts)
violations = st.builds(
    Violation,
    **dict.fromkeys(("contract", "kind", "message", "importer", "imported", "rule", "symbol", "reason"), texts),
    location=locations,
    chain=st.lists(steps, max_size=3).map(tuple),
    fix=st.lists(texts, max_size=2).map(tuple),
    severity=st.sampled_from(Severity),
    confidence=st.sampled_from(Confidence),
    status=st.sampled_from(ViolationStatus),
)
outcomes = st.builds(
    Outcome, texts, texts, texts, st.sampled_from(OutcomeStatus), st.builds(Checked, counts, counts, counts), counts
)
problems = st.builds(
    Problem,
    **dict.fromkeys(("code", "message", "hint", "excerpt"), texts),
    severity=st.sampled_from(Severity),
    location=st.none() | locations,
)
summaries = st.builds(
    Summary,
    **dict.fromkeys(("modules", "imports", "files", "calls", "suppressed", "fixed"), counts),
    unassigned=st.lists(texts, max_size=3).map(tuple),
    seconds=st.floats(0, 1e6),
)
reports = st.builds(
    Report,
    outcomes=st.lists(outcomes, max_size=3).map(tuple),
    violations=st.lists(violations, max_size=3).map(tuple),
    problems=st.lists(problems, max_size=3).map(tuple),
    summary=summaries,
    fail_on=st.sampled_from(Severity),
    strict_baseline=st.booleans(),
)
points = st.builds(
    Point,
    commit=st.builds(Commit, texts, st.dates(date(1970, 1, 1)), st.lists(texts, max_size=2).map(tuple)),
    figures=st.dictionaries(texts, st.floats(allow_nan=False, allow_infinity=False), max_size=3),
    violations=st.dictionaries(texts, st.none() | counts, max_size=3),
    unread=counts,
    gap=texts,
)


@given(reports)
def test_a_kept_report_is_read_back_with_every_field(report: Report) -> None:
    assert read(keep(report)) == report


@given(points)
def test_a_kept_point_of_a_trend_is_read_back_with_every_field(point: Point) -> None:
    assert codec(Point).read(json.loads(json.dumps(to_plain(point))), "point") == point


@given(reports)
def test_a_json_report_is_read_back_and_written_as_the_same_bytes(report: Report) -> None:
    written = json_reporter.render(report)

    assert json_reporter.render(json_reporter.read(written)) == written


@given(reports)
def test_a_json_report_is_as_its_schema_says(report: Report) -> None:
    VALIDATOR.validate(json.loads(json_reporter.render(report)))


@given(reports, st.data())
def test_a_json_report_without_one_of_its_keys_is_refused(report: Report, data: st.DataObject) -> None:
    document = json.loads(json_reporter.render(report))
    del document[data.draw(st.sampled_from([key for key in document if key not in ("tool", "passed", "complete")]))]

    with pytest.raises(json_reporter.ArchguardError, match="is missing"):
        json_reporter.read(json.dumps(document))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_published_schema_is_valid(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name]())


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name != "config"])
def test_every_key_of_a_published_format_is_described(name: str) -> None:
    assert [path for path, schema in _keys(SCHEMAS[name](), name) if not schema.get("description")] == []


def _keys(schema: dict[str, Any], path: str) -> list[tuple[str, dict[str, Any]]]:
    inside = schema.get("items", schema)
    own = [(f"{path}.{key}", part) for key, part in inside.get("properties", {}).items()]
    return [*own, *(pair for name, part in own for pair in _keys(part, name))]
