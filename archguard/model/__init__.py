"""The values that are passed between phases. Imports only the standard library.

What only reviews and trends need is imported lazily.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

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
from archguard.model.violation import Confidence, Identity, Severity, Step, Violation, ViolationStatus

if TYPE_CHECKING:
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

_LAZY: Final = {
    "authorship": (
        "EARLIER",
        "LEAST_CHANGES",
        "LEAST_LINES",
        "LEAST_VIOLATIONS",
        "AuthorshipTrend",
        "CommitGroup",
        "GroupFigures",
        "OpenViolations",
    ),
    "guard": ("About", "Direction", "GuardChange"),
    "review": (
        "CycleChange",
        "DependencyChange",
        "MetricChange",
        "ModuleMove",
        "NameChange",
        "Review",
        "RouteChange",
    ),
    "trend": ("Commit", "Point"),
}

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


def __getattr__(name: str) -> object:
    home = next((home for home, names in _LAZY.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module 'archguard.model' has no attribute '{name}'")
    return getattr(import_module(f"archguard.model.{home}"), name)
