"""The measurement as CSV: a line per unit, and one without a name for each whole level."""

import csv
import io
from collections.abc import Iterator, Mapping

from archguard.codebase.metrics import Measurement
from archguard.reporters.metrics import rows


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
        yield from ({"level": level.name, "name": unit.name, **rows.of_unit(unit)} for unit in level.units)
    for level in (measurement.modules, *measurement.levels):
        modules = sum(map(len, level.members.values()))
        yield {"level": level.name, "name": "", "modules": modules, **rows.of_whole(level)}
