"""The measurement for spreadsheets: a line for each unit, and one without a name for each level as a whole."""

import csv
import io
from collections.abc import Iterator, Mapping

from archguard.codebase.metrics import Measurement
from archguard.reporters.metrics import rows


def render(measurement: Measurement) -> str:
    """The table, with a line of headings; what does not apply is empty."""
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
