"""Goes through a text from the left to the right, and knows where it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from archguard.errors import ArchguardError
from archguard.model import Location


class DrawingError(ArchguardError):
    """A drawing cannot be read, or says something that is not understood."""


@dataclass
class Scanner:
    """A position in `text`."""

    shown: str
    text: str
    position: int = 0
    faults: list[DrawingError] = field(default_factory=list)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """What matches `pattern` here; the position is behind it then."""
        found = pattern.match(self.text, self.position)
        if found:
            self.position = found.end()
        return found

    def need(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        """The same.

        Raises:
            DrawingError: it does not match.
        """
        if found := self.take(pattern):
            return found
        raise self.error(f"{what} should stand here")

    def each(self, separators: re.Pattern[str], rest: re.Pattern[str]) -> Iterator[None]:
        """Once for each statement; after one with `faults`, the `rest` of it is passed over."""
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
        """Where it is."""
        before = self.text[: self.position]
        return Location(self.shown, before.count("\n") + 1, self.position - before.rfind("\n"))

    def error(self, message: str, hint: str = "", place: Location | None = None) -> DrawingError:
        """A fault here, or at `place`."""
        place = place or self.place
        lines = self.text.splitlines() or [""]
        return DrawingError(message, hint, place, lines[min(place.line, len(lines)) - 1])
