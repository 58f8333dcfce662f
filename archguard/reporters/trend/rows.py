"""The columns of a trend, in order."""

from collections.abc import Mapping
from typing import Final

from archguard.model import Point
from archguard.reporters.phrases import counted

COLUMNS: Final[Mapping[str, str]] = {
    "modules": "modules",
    "imports": "imports",
    "violations": "violations",
    "violations_per_thousand_imports": "per 1,000 imports",
    "propagation_cost": "propagation cost",
    "cyclicity": "cyclicity",
    "largest_tangle": "largest tangle",
    "ccd": "CCD",
    "acd": "ACD",
    "nccd": "NCCD",
}
"""The names for display."""

_NAMED: Final = 3

WORSE: Final = tuple(name for name in COLUMNS if name not in ("modules", "imports"))
"""The columns of which a higher value is worse."""


def of_point(point: Point) -> Mapping[str, float | None]:
    """The values of `point` by name; None if unknown."""
    return {name: point.figure(name) for name in COLUMNS}


def shown(value: float | None) -> str:
    """Format a number for display: `1,234`, `0.1506`, `-` for none."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4f}" if abs(value) < 1 else f"{value:,.2f}"


def note(point: Point) -> str:
    """A remark on the values of `point`: a gap, unread files or unchecked contracts; "" if there is none."""
    names = point.unchecked[:_NAMED]
    more = f" and {len(point.unchecked) - _NAMED} more" if len(point.unchecked) > _NAMED else ""
    unchecked = [f"not checked: {', '.join(names)}{more}"] if names else []
    unread = [f"{counted(point.unread, 'file')} could not be read"] if point.unread else []
    return point.gap or "; ".join((*unchecked, *unread))
