"""The trend as JSON, `version: 1`: `trend_schema` describes it."""

from typing import Final

from archguard.model import Point
from archguard.model.serialization import Key, Schema, codec, computed, layout, list_of, object_schema
from archguard.reporters import envelope
from archguard.reporters.trend.rows import COLUMNS

_VERSION: Final = 1


def _figure(name: str, shown: str) -> Key:
    return computed(name, lambda point: point.figure(name), codec(float | None), f"{shown}; null if unknown.")


_POINTS: Final = list_of(
    layout(
        Point,
        *(Key("commit", "commit.id"), "commit.day", "commit.tags", "gap"),
        *(_figure(name, shown) for name, shown in COLUMNS.items()),
        *(Key("contracts", "violations"), Key("unread_files", "unread")),
    )
)


def render(points: tuple[Point, ...]) -> str:
    """Every point with its values, oldest first, as JSON in ASCII."""
    return envelope.render(_VERSION, {"points": _POINTS.write(points)})


def trend_schema() -> Schema:
    """The JSON Schema (2020-12) of what `render` writes."""
    points = {"description": "The commits, oldest first.", **_POINTS.schema()}
    return envelope.schema(
        "trend", _VERSION, object_schema("The metrics of a code base over its history.", {"points": points})
    )
