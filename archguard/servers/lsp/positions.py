"""Convert places in files between reports and the protocol.

A report counts lines and characters from 1. The protocol counts from 0, and characters in the code units that both
sides agree on, UTF-16 by default: a character outside of the basic plane, such as an emoji, counts twice.
"""

from collections.abc import Callable
from itertools import accumulate
from typing import Self, TypeAlias

from lsprotocol import types

from archguard.dataclass import dataclass
from archguard.model import Location
from archguard.servers.lsp.documents import lines_of

Units: TypeAlias = Callable[[str], int]
"""How many code units a text has."""


@dataclass(frozen=True)
class Positions:
    """The places in one text."""

    lines: tuple[str, ...]
    units: Units

    @classmethod
    def of(cls, text: str, units: Units) -> Self:
        """The places in `text`."""
        return cls(lines_of(text), units)

    def range(self, location: Location) -> types.Range:
        """The range of `location`; up to the end of its line if the location has no end."""
        start = self.position(location.line, location.column)
        end_line = location.end_line or location.line
        end = self.position(end_line, location.end_column or len(self._line(end_line)) + 1)
        return types.Range(start, max(start, end))

    def position(self, line: int, column: int) -> types.Position:
        """The position of a line and a column, both counted from 1; the nearest one if the text has no such place."""
        if line > len(self.lines):
            return types.Position(max(len(self.lines), 1) - 1, self.units(self._line(len(self.lines))))
        return types.Position(max(line, 1) - 1, self.units(self._line(line)[: max(column - 1, 0)]))

    def place(self, position: types.Position) -> tuple[int, int]:
        """The line and the column, both counted from 1, of a position that the editor sends."""
        number = min(position.line + 1, len(self.lines))
        ends = accumulate(map(self.units, self._line(number)))
        return number, sum(end <= position.character for end in ends) + 1

    def _line(self, number: int) -> str:
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""
