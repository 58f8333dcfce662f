"""The formats of a measurement: functions from a measurement to text."""

from collections.abc import Callable, Mapping
from typing import Final

from archguard.codebase.metrics import Measurement
from archguard.reporters.metrics import csv, html, json, text

FORMATS: Final[Mapping[str, Callable[[Measurement], str]]] = {
    "text": text.render,
    "json": json.render,
    "csv": csv.render,
    "html": html.render,
}
"""Every format by its name; the text has no line end after its last line."""

__all__ = ["FORMATS"]
