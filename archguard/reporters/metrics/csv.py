"""The measurement as CSV: a line per unit, and one without a name for each whole level."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Final

from archguard.codebase.metrics import Level, Measurement, Unit
from archguard.model.serialization import layout
from archguard.reporters.metrics.rows import LEVEL_KEYS, NUMBERS, UNIT_KEYS

_UNIT: Final = layout(Unit, *UNIT_KEYS, types=NUMBERS)
_LEVEL: Final = layout(Level, *LEVEL_KEYS, types=NUMBERS)


def render(measurement: Measurement) -> str:
    """The table with a header; values that do not apply are empty."""
    rows = list(_rows(measurement))
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().removesuffix("\n")


def _rows(measurement: Measurement) -> Iterator[Mapping[str, object]]:
    for level in measurement.levels:
        yield from ({"level": level.name, **_UNIT.write(unit)} for unit in level.units)
    for level in (measurement.modules, *measurement.levels):
        modules = sum(map(len, level.members.values()))
        yield {"level": level.name, "name": "", "modules": modules, **_LEVEL.write(level)}
