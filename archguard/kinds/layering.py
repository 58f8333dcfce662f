"""Layers that have found their modules: which of them may import which."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from archguard.kinds.import_paths import Units


@dataclass(frozen=True)
class LayerMatrix:
    """Sets of modules by the name of their layer, and what each must not import."""

    units: Units
    denied: Mapping[tuple[str, str], str]
    """(importer, imported) -> why not."""

    @classmethod
    def by_order(cls, levels: Sequence[tuple[Units, bool]], *, closed: bool) -> "LayerMatrix":
        """A stack from top to bottom; levels without any module are left out. The flag says: siblings apart.

        Nobody imports what is higher; siblings that are apart do not import each other; and if the stack is `closed`,
        nobody imports what is more than one level lower.
        """
        present = [({name: unit for name, unit in units.items() if unit}, apart) for units, apart in levels]
        present = [(units, apart) for units, apart in present if units]
        denied = {
            (importer, imported): why
            for level, (units, apart) in enumerate(present)
            for other, (others, _) in enumerate(present)
            for importer in units
            for imported in others
            if (why := _why_not(importer, imported, level - other, present[level + 1 :], apart=apart, closed=closed))
        }
        return cls({name: unit for units, _ in present for name, unit in units.items()}, denied)

    @classmethod
    def by_permission(cls, units: Units, allowed: Mapping[str, frozenset[str]]) -> "LayerMatrix":
        """A stack where each may import just what `allowed` says, and itself."""
        denied = {
            (importer, imported): f"{importer} may import {', '.join(sorted(allowed[importer])) or 'none of them'}"
            for importer in units
            for imported in units
            if importer != imported and imported not in allowed[importer]
        }
        return cls(units, denied)

    @cached_property
    def forbidden_bits(self) -> Mapping[str, int]:
        """For each name, the positions of what it must not import, as bits."""
        bits = dict.fromkeys(self.units, 0)
        positions = {name: position for position, name in enumerate(self.units)}
        for importer, imported in self.denied:
            bits[importer] |= 1 << positions[imported]
        return bits

    def sets_apart(self, one: str, other: str) -> bool:
        """Whether one of the two must not import the other."""
        return (one, other) in self.denied or (other, one) in self.denied

    def why(self, importer: str, imported: str) -> str:
        """Why `importer` must not import `imported`."""
        return self.denied[importer, imported]


def _why_not(  # noqa: PLR0913  # what a verdict depends on
    importer: str, imported: str, height: int, below: Sequence[tuple[Units, bool]], *, apart: bool, closed: bool
) -> str:
    """Why not; "" where there is no reason. `height` is how far the imported stands above the importer."""
    if height > 0:
        return f"{imported} is above {importer}"
    if height == 0 and apart and importer != imported:
        return f"{importer} and {imported} are siblings apart"
    if height < -1 and closed:
        return f"{importer} must go through {' or '.join(below[0][0])}"
    return ""
