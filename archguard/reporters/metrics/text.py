"""The measurement as plain text tables."""

from collections.abc import Iterator, Sequence

from archguard.codebase.metrics import HotSpot, Level, Measurement
from archguard.reporters.metrics.rows import UNIT, WHOLE, row_of_unit, row_of_whole, shown, strongest
from archguard.reporters.phrases import counted
from archguard.reporters.table import columns

_ARROWS = 20


def render(measurement: Measurement) -> str:
    """The whole code, the units of each level with the imports between them, and the hot spots."""
    parts = [_scope(measurement), _wholes(measurement)]
    for level in measurement.levels:
        parts += [_units(level), _arrows(level)]
    parts += [_spots("imported by most modules", measurement.fan_in), _spots("importing most", measurement.fan_out)]
    return "\n\n".join("\n".join(part) for part in map(list, parts) if part)


def _scope(measurement: Measurement) -> Iterator[str]:
    modules = counted(len(measurement.modules.members), "module")
    yield f"Looked at {modules} with {counted(measurement.imports, 'import')}."
    if measurement.violations is not None:
        rate = measurement.violations_per_thousand_imports
        yield f"{counted(measurement.violations, 'violation')}, {shown(rate)} per thousand imports."


def _wholes(measurement: Measurement) -> Iterator[str]:
    rows = ((level.name, *row_of_whole(level)) for level in (measurement.modules, *measurement.levels))
    return columns((("", *WHOLE), *rows))


def _units(level: Level) -> Iterator[str]:
    return columns(((level.name, *UNIT), *((unit.name, *row_of_unit(unit)) for unit in level.units)))


def _arrows(level: Level) -> Iterator[str]:
    arrows = strongest(level)
    if arrows:
        rows = ((f"{importer} -> {imported}", shown(len(links))) for (importer, imported), links in arrows[:_ARROWS])
        yield from columns(((f"coupling between {level.name}", "imports"), *rows))
    if len(arrows) > _ARROWS:
        yield f"and {len(arrows) - _ARROWS} more, which the JSON lists"


def _spots(title: str, spots: Sequence[HotSpot]) -> Iterator[str]:
    return columns(((title, "modules"), *((spot.module, shown(spot.count)) for spot in spots))) if spots else iter(())
