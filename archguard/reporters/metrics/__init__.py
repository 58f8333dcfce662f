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
"""The formats by name; their text has no trailing newline."""

__all__ = ["FORMATS"]
