"""The values that are passed between phases. Imports only the standard library."""

from archguard.model.authorship import (
    EARLIER,
    LEAST_CHANGES,
    LEAST_LINES,
    LEAST_VIOLATIONS,
    AuthorshipTrend,
    CommitGroup,
    GroupFigures,
    OpenViolations,
)
from archguard.model.guard import About, Direction, GuardChange
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
from archguard.model.review import (
    CycleChange,
    DependencyChange,
    MetricChange,
    ModuleMove,
    NameChange,
    Review,
    RouteChange,
)
from archguard.model.trend import Commit, Point
from archguard.model.violation import Confidence, Identity, Severity, Step, Violation, ViolationStatus

__all__ = [
    "EARLIER",
    "LEAST_CHANGES",
    "LEAST_LINES",
    "LEAST_VIOLATIONS",
    "STALE",
    "About",
    "AuthorshipTrend",
    "Checked",
    "Commit",
    "CommitGroup",
    "Confidence",
    "CycleChange",
    "DependencyChange",
    "Direction",
    "GroupFigures",
    "GuardChange",
    "Identity",
    "Location",
    "MetricChange",
    "ModuleMove",
    "NameChange",
    "OpenViolations",
    "Outcome",
    "OutcomeStatus",
    "Point",
    "Problem",
    "Report",
    "Review",
    "RouteChange",
    "Severity",
    "Step",
    "Summary",
    "Violation",
    "ViolationStatus",
    "fails",
    "new_violations",
]
