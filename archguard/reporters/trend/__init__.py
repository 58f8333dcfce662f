"""The formats of a trend: functions from its points to text."""

from collections.abc import Callable, Mapping
from typing import Final

from archguard.model import Point
from archguard.reporters.trend import chart, csv, html, json, text

FORMATS: Final[Mapping[str, Callable[[tuple[Point, ...]], str]]] = {
    "text": text.render,
    "json": json.render,
    "csv": csv.render,
    "html": html.render,
    "svg": chart.render,
}
"""The formats by name; their text has no trailing newline."""

__all__ = ["FORMATS"]
