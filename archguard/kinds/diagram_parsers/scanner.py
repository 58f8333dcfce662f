"""A scanner: matches regular expressions at the current position of a text, and knows line and column."""

import re
from collections.abc import Iterator
from dataclasses import field

from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.model import Location


class DrawingError(ArchguardError):
    """A diagram cannot be read, or has a syntax error."""


@dataclass
class Scanner:
    """The current position in `text`, and the errors so far."""

    shown: str
    text: str
    position: int = 0
    faults: list[DrawingError] = field(default_factory=list)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The match of `pattern` at the position, which is then moved behind it; None if there is none."""
        found = pattern.match(self.text, self.position)
        if found:
            self.position = found.end()
        return found

    def need(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        """Like `take`, for required syntax.

        Raises:
            DrawingError: `pattern` does not match.
        """
        if found := self.take(pattern):
            return found
        raise self.error(f"{what} should stand here")

    def each(self, separators: re.Pattern[str], rest: re.Pattern[str]) -> Iterator[None]:
        """Yield once for each statement; after one that added `faults`, skip the `rest` of it."""
        while True:
            self.take(separators)
            if self.position >= len(self.text):
                return
            faults = len(self.faults)
            yield
            if len(self.faults) > faults:
                self.take(rest)

    @property
    def place(self) -> Location:
        """The location of the position."""
        before = self.text[: self.position]
        return Location(self.shown, before.count("\n") + 1, self.position - before.rfind("\n"))

    def error(self, message: str, hint: str = "", place: Location | None = None) -> DrawingError:
        """An error at the position, or at `place`."""
        place = place or self.place
        lines = self.text.splitlines() or [""]
        return DrawingError(message, hint, place, lines[min(place.line, len(lines)) - 1])
