"""The measurement as JSON, `version: 1`."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from archguard.codebase.metrics import Level, Measurement
from archguard.model.log import inert_json
from archguard.reporters import tool_info
from archguard.reporters.metrics import rows

_VERSION: Final = 1


def render(measurement: Measurement) -> str:
    """Every number, as JSON in ASCII."""
    document = {
        "version": _VERSION,
        "tool": {"name": tool_info.NAME, "version": tool_info.version()},
        "imports": measurement.imports,
        "violations": measurement.violations,
        "violations_per_thousand_imports": rows.rounded(measurement.violations_per_thousand_imports),
        "modules": {"count": len(measurement.modules.members), **_whole(measurement.modules)},
        **{level.name: _level(level) for level in measurement.levels},
        "fan_in": [asdict(spot) for spot in measurement.fan_in],
        "fan_out": [asdict(spot) for spot in measurement.fan_out],
    }
    return inert_json(json.dumps(document, indent=2))


def _whole(level: Level) -> Mapping[str, object]:
    return {**rows.of_whole(level), "tangles": level.whole.tangles}


def _level(level: Level) -> Mapping[str, object]:
    return {
        "count": len(level.members),
        **_whole(level),
        "units": [{"name": unit.name, **rows.of_unit(unit)} for unit in level.units],
        "coupling": [
            {"importer": importer, "imported": imported, "imports": len(links)}
            for (importer, imported), links in level.coupling.links.items()
        ],
    }
