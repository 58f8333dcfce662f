"""The measurement as JSON, `version: 1`: `metrics_schema` describes it."""

from typing import Final

from archguard.codebase.metrics import Level, Measurement, Unit
from archguard.model.serialization import Key, Schema, layout, object_schema
from archguard.reporters import envelope
from archguard.reporters.metrics.rows import LEVEL_KEYS, NUMBERS, UNIT_KEYS

_VERSION: Final = 1

_MODULES: Final = layout(
    Level, "count", *LEVEL_KEYS, "whole.tangles", types=NUMBERS, description="The graph where each module is a unit."
)
_LEVEL: Final = layout(
    Level,
    *("count", *LEVEL_KEYS, "whole.tangles", "units"),
    Key("coupling", "edges"),
    types={**NUMBERS, Unit: layout(Unit, *UNIT_KEYS, types=NUMBERS)},
    description="The graph of the components, of the services, or of the packages.",
)
_BEFORE_LEVELS: Final = layout(
    Measurement,
    *("imports", "violations", "violations_per_thousand_imports"),
    Key("modules", "modules", _MODULES),
    types=NUMBERS,
)
_AFTER_LEVELS: Final = layout(Measurement, "fan_in", "fan_out")
_OPTIONAL: Final = ("components", "services")
"""The levels that only some projects have."""


def render(measurement: Measurement) -> str:
    """Every number, as JSON in ASCII."""
    levels = {level.name: _LEVEL.write(level) for level in measurement.levels}
    return envelope.render(
        _VERSION, {**_BEFORE_LEVELS.write(measurement), **levels, **_AFTER_LEVELS.write(measurement)}
    )


def metrics_schema() -> Schema:
    """The JSON Schema (2020-12) of what `render` writes."""
    before, after = _BEFORE_LEVELS.schema(), _AFTER_LEVELS.schema()
    levels = dict.fromkeys((*_OPTIONAL, "packages"), _LEVEL.schema())
    properties = {**before["properties"], **levels, **after["properties"]}
    return envelope.schema("metrics", _VERSION, object_schema(before["description"], properties, _OPTIONAL))
