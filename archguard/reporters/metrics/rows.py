"""The columns of metrics: their order, names and number formats."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from archguard.codebase import Link
from archguard.codebase.metrics import Level, Unit
from archguard.codebase.metrics.coupling import MOST_CYCLES
from archguard.model.serialization import Codec, rounded

Figure: TypeAlias = int | float | None

WHOLE: Final[Mapping[str, str]] = {
    "units": "",
    "CCD": "cumulative component dependency: over all units, the units that each reaches, itself included",
    "ACD": "average component dependency: CCD by the number of units",
    "NCCD": "CCD by that of a balanced binary tree of as many units",
    "propagation cost": "the share of all pairs of units where the one reaches the other",
    "cyclicity": "how much of it is in cycles, from 0 to 1",
    "largest tangle": "how many units reach each other in the largest set that does",
    "cycles": f"elementary cycles, counted up to {MOST_CYCLES:,}",
}
"""The columns of a table of levels, with their meaning."""

UNIT: Final[Mapping[str, str]] = {
    "modules": "",
    "classes": "at the top of a module",
    "abstract": "classes with ABC, Protocol or an abstract method",
    "Ca": "afferent coupling: how many others import it",
    "Ce": "efferent coupling: how many others it imports",
    "I": "instability: Ce / (Ca + Ce)",
    "A": "abstractness: abstract classes / classes",
    "D": "distance from the main sequence: |A + I - 1|",
}
"""The columns of a table of units, with their meaning."""

NUMBERS: Final[Mapping[type, Codec]] = {float: rounded(4)}
"""More precision than four decimal places is not meaningful."""

UNIT_KEYS: Final = (
    *("name", "modules", "classes", "abstract_classes", "afferent", "efferent"),
    *("instability", "abstractness", "distance"),
)
"""The metrics of a unit by their names in JSON, CSV and contracts."""

LEVEL_KEYS: Final = (
    *("whole.ccd", "whole.acd", "whole.nccd", "whole.propagation_cost", "whole.cyclicity", "whole.largest_tangle"),
    "coupling.cycles",
)
"""The metrics of a whole level; the last name of each is that in JSON, CSV and contracts."""


def row_of_whole(level: Level) -> tuple[str, ...]:
    """The cells of a whole level, for the columns `WHOLE`."""
    whole = level.whole
    numbers = (len(level.members), whole.ccd, whole.acd, whole.nccd, whole.propagation_cost, whole.cyclicity)
    return (*map(shown, numbers), shown(whole.largest_tangle), _shown_cycles(level.coupling.cycles))


def row_of_unit(unit: Unit) -> tuple[str, ...]:
    """The cells of a unit, for the columns `UNIT`."""
    counts = (unit.modules, unit.classes, unit.abstract_classes, unit.afferent, unit.efferent)
    return tuple(map(shown, (*counts, unit.instability, unit.abstractness, unit.distance)))


def strongest(level: Level) -> list[tuple[tuple[str, str], tuple[Link, ...]]]:
    """The arrows between units with their imports, those with the most imports first."""
    return sorted(level.coupling.links.items(), key=lambda arrow: (-len(arrow[1]), arrow[0]))


def shown(figure: Figure) -> str:
    """Format a number for display: `12,345`, `0.75`, `-` for none."""
    if figure is None:
        return "-"
    return f"{figure:,}" if isinstance(figure, int) else f"{figure:,.2f}"


def _shown_cycles(count: int) -> str:
    """Format a count of cycles; `10,000+` if counting stopped there."""
    return f"{count:,}{'+' if count == MOST_CYCLES else ''}"
