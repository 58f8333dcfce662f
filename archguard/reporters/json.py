"""The report as JSON, `version: 1`: `report_schema` describes it, and `read` parses it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from archguard.errors import ArchguardError
from archguard.model import (
    Checked,
    Confidence,
    Location,
    Outcome,
    OutcomeStatus,
    Problem,
    Report,
    Severity,
    Step,
    Summary,
    Violation,
    ViolationStatus,
)
from archguard.model.log import inert_json
from archguard.reporters import tool_info
from archguard.reporters.json_schema import report_schema

__all__ = ["VERSION", "document", "read", "render", "report_schema"]

VERSION: Final = 1
"""Incremented by changes that are incompatible for programs that read reports."""

_Object = dict[str, Any]  # JSON is Any until it is validated


def render(report: Report) -> str:
    """The report as JSON in ASCII, which every terminal and encoding supports."""
    return inert_json(json.dumps(document(report), indent=2))


def document(report: Report) -> _Object:
    """The report as plain values, to embed into other JSON."""
    return {
        "version": VERSION,
        "tool": {"name": tool_info.NAME, "version": tool_info.version()},
        "passed": report.passed,
        "complete": report.complete,
        "fail_on": report.fail_on.value,
        "strict_baseline": report.strict_baseline,
        "contracts": [_contract(outcome) for outcome in report.outcomes],
        "violations": [violation_object(violation) for violation in report.violations],
        "problems": [_problem(problem) for problem in report.problems],
        "summary": _summary(report),
    }


def violation_object(violation: Violation) -> _Object:
    """One member of the report's `violations`."""
    return {
        "contract": violation.contract,
        "kind": violation.kind,
        "severity": violation.severity.value,
        "status": violation.status.value,
        "message": violation.message,
        **_place(violation.location),
        "end_line": violation.location.end_line or None,
        "end_column": violation.location.end_column or None,
        "service": violation.service,
        "importer": violation.importer,
        "imported": violation.imported,
        "symbol": violation.symbol,
        "rule": violation.rule,
        "chain": [_step(step) for step in violation.chain],
        "reason": violation.reason,
        "fix": list(violation.fix),
        "fingerprint": violation.fingerprint,
        "confidence": violation.confidence.value,
    }


def _contract(outcome: Outcome) -> _Object:
    checked = outcome.checked
    return {
        "id": outcome.id,
        "kind": outcome.kind,
        "reason": outcome.reason,
        "status": outcome.status.value,
        "checked": {"modules": checked.modules, "imports": checked.imports, "calls": checked.calls},
        "violations": outcome.violations,
    }


def _place(location: Location | None) -> _Object:
    if location is None:
        return {"path": None, "line": None, "column": None}
    return {"path": location.path, "line": location.line, "column": location.column}


def _step(step: Step) -> _Object:
    return {"importer": step.importer, "imported": step.imported, "path": step.path, "line": step.line}


def _problem(problem: Problem) -> _Object:
    return {
        "severity": problem.severity.value,
        "code": problem.code,
        "message": problem.message,
        **_place(problem.location),
        "hint": problem.hint,
    }


def _summary(report: Report) -> _Object:
    known = sum(violation.status is ViolationStatus.KNOWN for violation in report.violations)
    return {
        "modules": report.summary.modules,
        "imports": report.summary.imports,
        "files": report.summary.files,
        "calls": report.summary.calls,
        "unassigned": list(report.summary.unassigned),
        "new": len(report.violations) - known,
        "known": known,
        "fixed": report.summary.fixed,
        "suppressed": report.summary.suppressed,
        "seconds": round(report.summary.seconds, 3),
    }


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
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise _unreadable(path, str(error)) from None


def _unreadable(path: str, why: str) -> ArchguardError:
    hint = "write one with `archguard check --format json`"
    return ArchguardError(f"not a report of archguard: {why}", hint=hint, location=Location(path))


def _report(found: _Object) -> Report:
    if found["version"] != VERSION:
        raise ValueError(f"its version is {found['version']!r}, and this archguard reads {VERSION}")
    return Report(
        outcomes=tuple(_read_outcome(contract) for contract in found["contracts"]),
        violations=tuple(_read_violation(violation) for violation in found["violations"]),
        problems=tuple(_read_problem(problem) for problem in found["problems"]),
        summary=_read_summary(found["summary"]),
        fail_on=Severity(found["fail_on"]),
        strict_baseline=_of_type(found, "strict_baseline", bool) is True,
    )


def _read_outcome(found: _Object) -> Outcome:
    return Outcome(
        **_strings(found, ("id", "kind", "reason")),
        status=OutcomeStatus(found["status"]),
        checked=Checked(**_numbers(found["checked"], ("modules", "imports", "calls"))),
        **_numbers(found, ("violations",)),
    )


def _read_violation(found: _Object) -> Violation:
    return Violation(
        **_strings(found, ("contract", "kind", "message", "importer", "imported", "symbol", "rule", "reason")),
        location=_read_location(found),
        chain=tuple(_read_step(step) for step in found["chain"]),
        fix=tuple(map(str, found["fix"])),
        severity=Severity(found["severity"]),
        confidence=Confidence(found["confidence"]),
        status=ViolationStatus(found["status"]),
    )


def _read_step(found: _Object) -> Step:
    return Step(**_strings(found, ("importer", "imported", "path")), **_numbers(found, ("line",)))


def _read_problem(found: _Object) -> Problem:
    return Problem(
        **_strings(found, ("code", "message", "hint")),
        severity=Severity(found["severity"]),
        location=None if found["path"] is None else _read_location(found),
    )


def _read_location(found: _Object) -> Location:
    ends = {key: found[key] for key in ("end_line", "end_column") if found.get(key) is not None}
    return Location(**_strings(found, ("path",)), **_numbers(found, ("line", "column")), **_numbers(ends, tuple(ends)))


def _read_summary(found: _Object) -> Summary:
    return Summary(
        **_numbers(found, ("modules", "imports", "files", "calls", "fixed", "suppressed")),
        unassigned=tuple(map(str, found["unassigned"])),
        seconds=float(found["seconds"]),
    )


def _strings(found: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: _of_type(found, key, str) for key in keys}


def _numbers(found: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: _of_type(found, key, int) for key in keys}


def _of_type(found: Mapping[str, Any], key: str, expected: type) -> object:
    value = found[key]
    if not isinstance(value, expected):
        raise TypeError(f"the key '{key}' is {value!r}")
    return value
