"""Which layer may import which, once the layers are resolved to sets of modules."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from archguard.dataclass import dataclass
from archguard.kinds.import_paths import Units


@dataclass(frozen=True)
class LayerMatrix:
    """The modules of each layer by its name, and the pairs of layers between which imports are denied."""

    units: Units
    denied: Mapping[tuple[str, str], str]
    """(importer, imported) -> why not."""

    @classmethod
    def by_order(cls, levels: Sequence[tuple[Units, bool]], *, closed: bool) -> "LayerMatrix":
        """Levels from top to bottom, each with a flag: whether its layers are independent of each other.

        No layer imports a higher one. Independent layers of one level do not import each other. If the stack is
        `closed`, no layer imports one that is more than one level lower. Levels without modules are dropped first, so
        that an absent optional layer is no gap in a closed stack.
        """
        present = [({name: unit for name, unit in units.items() if unit}, independent) for units, independent in levels]
        present = [(units, independent) for units, independent in present if units]
        denied = {
            (importer, imported): why
            for level, (units, independent) in enumerate(present)
            for other, (others, _) in enumerate(present)
            for importer in units
            for imported in others
            if (
                why := _why_not(
                    importer,
                    imported,
                    level - other,
                    present[level + 1 :],
                    independent=independent,
                    closed=closed,
                )
            )
        }
        return cls({name: unit for units, _ in present for name, unit in units.items()}, denied)

    @classmethod
    def by_permission(cls, units: Units, allowed: Mapping[str, frozenset[str]]) -> "LayerMatrix":
        """Layers that may each import just what `allowed` says, and themselves."""
        denied = {
            (importer, imported): f"{importer} may import {', '.join(sorted(allowed[importer])) or 'none of them'}"
            for importer in units
            for imported in units
            if importer != imported and imported not in allowed[importer]
        }
        return cls(units, denied)

    @cached_property
    def forbidden_bits(self) -> Mapping[str, int]:
        """For each layer a bit set: the positions in `units` of the layers that it must not import."""
        bits = dict.fromkeys(self.units, 0)
        positions = {name: position for position, name in enumerate(self.units)}
        for importer, imported in self.denied:
            bits[importer] |= 1 << positions[imported]
        return bits

    def separates(self, one: str, other: str) -> bool:
        """Whether imports between the two are denied in at least one direction."""
        return (one, other) in self.denied or (other, one) in self.denied

    def why(self, importer: str, imported: str) -> str:
        """The reason why `importer` must not import `imported`."""
        return self.denied[importer, imported]


def _why_not(  # noqa: PLR0913  # all that the decision depends on
    importer: str, imported: str, height: int, below: Sequence[tuple[Units, bool]], *, independent: bool, closed: bool
) -> str:
    """Why the import is denied; "" if it is allowed. `height` is how many levels the imported is above the importer."""
    if height > 0:
        return f"{imported} is above {importer}"
    if height == 0 and independent and importer != imported:
        return f"{importer} and {imported} share a layer and must not import each other"
    if height < -1 and closed:
        return f"{importer} must go through {' or '.join(below[0][0])}"
    return ""
