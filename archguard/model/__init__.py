"""The values that are passed between phases. Imports only the standard library."""

from archguard.model.location import Location
from archguard.model.report import (
    STALE,
    Checked,
    Outcome,
    OutcomeStatus,
    Problem,
    Report,
    Summary,
    fails,
    new_violations,
)
from archguard.model.trend import Commit, Point
from archguard.model.violation import Confidence, Identity, Severity, Step, Violation, ViolationStatus

__all__ = [
    "STALE",
    "Checked",
    "Commit",
    "Confidence",
    "Identity",
    "Location",
    "Outcome",
    "OutcomeStatus",
    "Point",
    "Problem",
    "Report",
    "Severity",
    "Step",
    "Summary",
    "Violation",
    "ViolationStatus",
    "fails",
    "new_violations",
]
