"""The values that travel between the stages. Standard library only."""

from archguard.model.location import Location
from archguard.model.report import Checked, Outcome, OutcomeStatus, Problem, Report, Summary
from archguard.model.violation import Confidence, Severity, Step, Violation, ViolationStatus

__all__ = [
    "Checked",
    "Confidence",
    "Location",
    "Outcome",
    "OutcomeStatus",
    "Problem",
    "Report",
    "Severity",
    "Step",
    "Summary",
    "Violation",
    "ViolationStatus",
]
