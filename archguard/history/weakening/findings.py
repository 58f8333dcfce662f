"""What a change does to the guard, as a part of the report: weakenings are violations, narrowings are told."""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from archguard.history.weakening.acceptance import TRAILER
from archguard.model import (
    Checked,
    GuardChange,
    Location,
    Outcome,
    OutcomeStatus,
    Problem,
    Report,
    Severity,
    Violation,
    ViolationStatus,
)

WEAKENED: Final = "weakened-contracts"
"""The id under which the report has weakenings of contracts."""
_KIND: Final = "weakening"
_REASON: Final = "a contract that lets more code pass is a decision, which somebody answers for"


def with_guard(report: Report, changes: Collection[GuardChange]) -> Report:
    """`report` with a violation for each weakening, known if it is accepted, and a note for each narrowing."""
    weaker = [_violation(change) for change in changes if change.is_weakening]
    notes = tuple(_note(change) for change in changes if not change.is_weakening)
    report = replace(report, problems=(*report.problems, *notes))
    if not weaker:
        return report
    outcome = Outcome(WEAKENED, _KIND, _REASON, OutcomeStatus.KEPT, Checked(), len(weaker))
    violations = sorted((*report.violations, *weaker), key=lambda violation: violation.sort_key)
    return replace(report, outcomes=(*report.outcomes, outcome)).with_violations(violations)


def _violation(change: GuardChange) -> Violation:
    return Violation(
        contract=WEAKENED,
        kind=_KIND,
        message=change.message + (f" (accepted: {change.accepted})" if change.accepted else ""),
        location=change.location or Location("archguard.yaml"),
        importer=change.subject,
        rule=change.about,
        reason=_REASON,
        fix=("take the change back", _acceptance(change.subject)),
        status=ViolationStatus.KNOWN if change.accepted else ViolationStatus.NEW,
    )


def _acceptance(contract: str) -> str:
    """How to accept what weakens `contract`."""
    entry = f"`accepted: [{{contract: {contract}, reason: ...}}]` in archguard.yaml"
    return f"accept it: {entry}, or `{TRAILER}: {contract} <reason>` in the commit message"


def _note(change: GuardChange) -> Problem:
    return Problem(severity=Severity.INFO, code=_KIND, message=change.message, location=change.location)
