"""Serialize a whole report, to render it again with other counts of imports when a recorded result is replayed."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

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
from archguard.reporters import reporter


def keep(report: Report) -> str:
    """Serialize every field of the report, since any format may need it; the `json` format omits some."""
    return json.dumps(asdict(report), separators=(",", ":"))


def rerender(text: str, formats: Sequence[str], added: Sequence[int]) -> list[str]:
    """Render the report serialized in `text` in each of `formats`.

    Args:
        text: The result of `keep`.
        formats: The names of reporters.
        added: The increase of the counts of imports: in total, then for each contract.
    """
    report = read(text)
    summary = replace(report.summary, imports=report.summary.imports + added[0])
    outcomes = tuple(map(_with_imports, report.outcomes, added[1:]))
    return [reporter(name)(replace(report, summary=summary, outcomes=outcomes)) + "\n" for name in formats]


def read(text: str) -> Report:
    """Deserialize the result of `keep`."""
    found = json.loads(text)
    return Report(
        outcomes=tuple(map(_outcome, found["outcomes"])),
        violations=tuple(map(_violation, found["violations"])),
        problems=tuple(map(_problem, found["problems"])),
        summary=Summary(**found["summary"] | {"unassigned": tuple(found["summary"]["unassigned"])}),
        fail_on=Severity(found["fail_on"]),
        strict_baseline=found["strict_baseline"],
    )


def _with_imports(outcome: Outcome, added: int) -> Outcome:
    return replace(outcome, checked=replace(outcome.checked, imports=outcome.checked.imports + added))


def _outcome(found: dict[str, Any]) -> Outcome:
    return Outcome(**found | {"status": OutcomeStatus(found["status"]), "checked": Checked(**found["checked"])})


def _violation(found: dict[str, Any]) -> Violation:
    return Violation(
        **found
        | {
            "location": Location(**found["location"]),
            "chain": tuple(Step(**step) for step in found["chain"]),
            "fix": tuple(found["fix"]),
            "severity": Severity(found["severity"]),
            "confidence": Confidence(found["confidence"]),
            "status": ViolationStatus(found["status"]),
        }
    )


def _problem(found: dict[str, Any]) -> Problem:
    place = found["location"]
    return Problem(**found | {"severity": Severity(found["severity"]), "location": place and Location(**place)})
