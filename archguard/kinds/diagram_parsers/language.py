"""What the parsers have in common: a text is a sequence of statements, each of which is parsed or an error."""

import re
from abc import ABC, abstractmethod
from typing import Final

from archguard.kinds.diagram_parsers.drawing import ParsedDiagram, Sketch
from archguard.kinds.diagram_parsers.scanner import DrawingError, Scanner
from archguard.model import Location

_SPACE: Final = re.compile(r"[ \t]*")


class Language(ABC):
    """The parser of one text."""

    breaks: re.Pattern[str]
    """The separator of statements, comments included."""
    rest: re.Pattern[str]
    """The rest of a statement, which is skipped after an error."""
    end: re.Pattern[str]
    """The end of a statement, as a lookahead."""

    def __init__(self, shown: str, text: str) -> None:
        self.scanner = Scanner(shown, text)
        self.sketch = Sketch()

    def read(self) -> ParsedDiagram:
        """Parse the text.

        Raises:
            ExceptionGroup[DrawingError]: every syntax error in it.
        """
        if self.begins():
            self._statements()
        if self.scanner.faults:
            raise ExceptionGroup(self.scanner.shown, self.scanner.faults)
        return self.sketch.drawing(self.scanner.text)

    def begins(self) -> bool:
        """Whether the text is in this language; the position is moved to the first statement."""
        return True

    @abstractmethod
    def statement(self) -> None:
        """Parse one statement.

        Raises:
            DrawingError: a syntax error.
        """

    @abstractmethod
    def unclosed(self, frame: str) -> str:
        """The error message for a `frame` that is not closed."""

    def close(self, place: Location, message: str) -> None:
        """Close the innermost frame.

        Raises:
            DrawingError: with `message`, if none is open.
        """
        if not self.sketch.open:
            raise self.scanner.error(message, "", place)
        self.sketch.end()

    def draw(self, place: Location, source: str, target: str, *, forwards: bool, backwards: bool) -> None:
        """Add an arrow for each head of a line.

        Raises:
            DrawingError: the line has no head.
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
