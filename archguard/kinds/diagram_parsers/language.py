"""What the languages of drawings have in common: statements, each of which is understood or a fault."""

import re
from abc import ABC, abstractmethod
from typing import Final

from archguard.kinds.diagram_parsers.drawing import ParsedDiagram, Sketch
from archguard.kinds.diagram_parsers.scanner import DrawingError, Scanner
from archguard.model import Location

_SPACE: Final = re.compile(r"[ \t]*")


class Language(ABC):
    """Reads one text."""

    breaks: re.Pattern[str]
    """What stands between statements."""
    rest: re.Pattern[str]
    """What is passed over behind a fault."""
    end: re.Pattern[str]
    """What a statement ends at."""

    def __init__(self, shown: str, text: str) -> None:
        self.scanner = Scanner(shown, text)
        self.sketch = Sketch()

    def read(self) -> ParsedDiagram:
        """The drawing.

        Raises:
            ExceptionGroup[DrawingError]: all that is not understood in it.
        """
        if self.begins():
            self._statements()
        if self.scanner.faults:
            raise ExceptionGroup(self.scanner.shown, self.scanner.faults)
        return self.sketch.drawing(self.scanner.text)

    def begins(self) -> bool:
        """Whether it is in this language at all, with the position at the first statement."""
        return True

    @abstractmethod
    def statement(self) -> None:
        """Read what stands here.

        Raises:
            DrawingError: it is not understood.
        """

    @abstractmethod
    def unclosed(self, frame: str) -> str:
        """What is wrong with `frame` where nothing closes it."""

    def close(self, place: Location, message: str) -> None:
        """Close the innermost frame.

        Raises:
            DrawingError: `message`, as none is open.
        """
        if not self.sketch.open:
            raise self.scanner.error(message, "", place)
        self.sketch.end()

    def draw(self, place: Location, source: str, target: str, *, forwards: bool, backwards: bool) -> None:
        """Draw an arrow for each head of a line.

        Raises:
            DrawingError: it has none.
        """
        if not forwards and not backwards:
            raise self.scanner.error("a line without a head does not say who imports whom", "draw an arrow: -->", place)
        if forwards:
            self.sketch.arrow(source, target, place)
        if backwards:
            self.sketch.arrow(target, source, place)

    def _statements(self) -> None:
        for _ in self.scanner.each(self.breaks, self.rest):
            try:
                self.statement()
                self.scanner.take(_SPACE)
                self.scanner.need(self.end, "an arrow, or the end of the line,")
            except DrawingError as error:
                self.scanner.faults.append(error)
        for frame in self.sketch.open:
            self.scanner.faults.append(self.scanner.error(self.unclosed(frame.label), "", frame.place))
