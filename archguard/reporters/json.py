"""The report as JSON, `version: 1`: `report_schema` describes it, and `read` parses it."""

import json
from collections.abc import Mapping
from typing import Any, Final

from archguard.errors import ArchguardError
from archguard.model import Location, Problem, Report, Violation
from archguard.model.serialization import Codec, Key, Schema, layout, rounded, text
from archguard.reporters import envelope

VERSION: Final = 1
"""Incremented by changes that are incompatible for programs that read reports."""

VIOLATION: Final = layout(
    Violation,
    *("contract", "kind", "severity", "status", "message"),
    *("location.path", "location.line", "location.column", "location.end_line", "location.end_column"),
    *("service", "importer", "imported", "symbol", "rule", "chain", "cut", "reason", "fix"),
    Key("fingerprint", "fingerprint", text("^[0-9a-f]{16}$")),
    *("confidence", "excerpt"),
)
"""A violation, with the same keys in every format of JSON."""
_PROBLEM: Final = layout(
    Problem, "severity", "code", "message", "location.path", "location.line", "location.column", "hint"
)
_SUMMARY: Final = layout(
    Report,
    *("summary.modules", "summary.imports", "summary.files", "summary.calls", "summary.unassigned"),
    *("new", "known", "summary.fixed", "summary.suppressed", "summary.seconds"),
    types={float: rounded(3)},
    description="How much code was checked, and how many violations there are.",
)
_REPORT: Final = layout(
    Report,
    *("passed", "complete", "fail_on", "strict_baseline"),
    Key("contracts", "outcomes"),
    *("violations", "problems"),
    Key("summary", "", _SUMMARY),
    types={Violation: VIOLATION, Problem: _PROBLEM},
)


def render(report: Report) -> str:
    """The report as JSON in ASCII."""
    return envelope.render(VERSION, _REPORT.write(report))


def report_as_plain(report: Report) -> Any:
    """The object that `render` writes, without the envelope."""
    return _REPORT.write(report)


def violation_as_plain(violation: Violation) -> Any:
    """One of the `violations` in what `render` writes."""
    return VIOLATION.write(violation)


def problem_as_plain(problem: Problem) -> Any:
    """One of the `problems` in what `render` writes."""
    return _PROBLEM.write(problem)


def layouts() -> Mapping[type, Codec]:
    """How violations and problems are written in the report, for other formats that contain them."""
    return {Violation: VIOLATION, Problem: _PROBLEM}


def report_schema() -> Schema:
    """The JSON Schema (2020-12) of what `render` writes; every report has exactly these keys."""
    return envelope.schema("report", VERSION, _REPORT.schema())


def read(text: str, path: str = "report.json") -> Report:
    """Parse the result of `render`; the excerpts of problems are lost, since JSON omits them.

    Raises:
        ArchguardError: it is not JSON, not a report, or of another version.
    """
    try:
        return _report(json.loads(text))
    except json.JSONDecodeError as error:
        raise ArchguardError(f"not JSON: {error.msg}", location=Location(path, error.lineno, error.colno)) from None
    except KeyError as error:
        raise _unreadable(path, f"the key {error} is missing") from None
    except (TypeError, ValueError, RecursionError) as error:
        raise _unreadable(path, str(error)) from None


def _report(found: Any) -> Report:
    if not isinstance(found, dict):
        raise TypeError("it is not an object")
    if found["version"] != VERSION:
        raise ValueError(f"its version is {found['version']!r}, and this archguard reads {VERSION}")
    report: Report = _REPORT.read(found, "report")
    return report


def _unreadable(path: str, why: str) -> ArchguardError:
    hint = "write one with `archguard check --format json`"
    return ArchguardError(f"not a report of archguard: {why}", hint=hint, location=Location(path))
