"""How the cells of a matrix look, the same in every format with colours."""

from math import log2
from typing import Final, NamedTuple

from archguard.diagrams import style
from archguard.diagrams.matrix.matrix import Cell

_HEAVY: Final = 10
"""The binary logarithm of the count from which on a cell has the darkest colour."""
_DIGITS: Final = 1000
"""From this count on, a cell has no room for all digits."""


class Look(NamedTuple):
    """The colours of a cell; its opacity is from 0 to 1."""

    fill: str
    ink: str
    opacity: float

    @property
    def opaque(self) -> str:
        """The fill as it is seen on paper, for formats without opacity."""
        return "#" + "".join(f"{self._seen(int(self.fill[at : at + 2], 16)):02x}" for at in (1, 3, 5))

    def _seen(self, part: int) -> int:
        return round(self.opacity * part + (1 - self.opacity) * 255)


def look(cell: Cell) -> Look:
    """Red breaks a contract, pale red is known, amber is part of a cycle, blue is neither; darker for more imports."""
    if cell.contracts:
        return Look(style.KNOWN if cell.is_known else style.RED, style.PAPER, 1)
    strength = min(log2(cell.count + 1) / _HEAVY, 1)
    fill = style.CYCLE if cell.is_cyclic else style.ACCENT
    return Look(fill, style.INK, round(0.15 + 0.45 * strength, 2))


def number(cell: Cell) -> str:
    """The count in at most three digits."""
    return str(cell.count) if cell.count < _DIGITS else f"{cell.count / _DIGITS:.0f}k"
