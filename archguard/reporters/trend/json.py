"""The trend as JSON, `version: 1`."""

import json
from collections.abc import Mapping
from typing import Final

from archguard.model import Point
from archguard.model.log import inert_json
from archguard.reporters import tool_info
from archguard.reporters.trend.rows import of_point

_VERSION: Final = 1


def render(points: tuple[Point, ...]) -> str:
    """Every point with its values, oldest first, as JSON in ASCII."""
    document = {
        "version": _VERSION,
        "tool": {"name": tool_info.NAME, "version": tool_info.version()},
        "points": list(map(_point, points)),
    }
    return inert_json(json.dumps(document, indent=2))


def _point(point: Point) -> Mapping[str, object]:
    return {
        "commit": point.commit.id,
        "day": point.commit.day.isoformat(),
        "tags": point.commit.tags,
        "gap": point.gap,
        **of_point(point),
        "contracts": point.violations,
        "unread_files": point.unread,
    }
