"""The formats of a trend by authorship: functions from its figures to text."""

from collections.abc import Callable, Mapping
from typing import Final

from archguard.model import AuthorshipTrend
from archguard.reporters.authorship import chart, csv, html, json, text

FORMATS: Final[Mapping[str, Callable[[AuthorshipTrend], str]]] = {
    "text": text.render,
    "json": json.render,
    "csv": csv.render,
    "html": html.render,
    "svg": chart.render,
}
"""The formats by name; their text has no trailing newline."""

__all__ = ["FORMATS"]
