"""What a drawing says, in whatever language it is written."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product

from archguard.errors import ArchguardError
from archguard.model import Location


@dataclass(frozen=True, order=True)
class Arrow:
    """A line with a head, from one box to another."""

    source: str
    target: str
    place: Location


@dataclass(frozen=True)
class Box:
    """Something that is drawn."""

    name: str
    """By which the drawing speaks of it."""
    text: str
    """The lines that are written on it; its name if nothing else is."""
    place: Location
    patterns: tuple[str, ...] = ()
    """The modules that it stands for, as far as the drawing says so itself."""
    groups: tuple[str, ...] = ()
    """The labels of the frames around it, the outermost first."""

    @property
    def label(self) -> str:
        """What is written on it, on one line."""
        return " ".join(self.text.split())

    @property
    def names(self) -> tuple[str, ...]:
        """What its modules may be called, the likeliest first: also with the frames around it in front."""
        title = self.text.partition("\n")[0].strip()
        framed = (".".join((*self.groups[depth:], title)) for depth in range(len(self.groups)))
        return tuple(dict.fromkeys((self.name, self.label, title, *framed)))


@dataclass(frozen=True)
class ParsedDiagram:
    """Boxes and the arrows between them; an arrow at a frame is one at each box inside."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    text: str

    def line(self, number: int) -> str:
        """The text of a line, counted from 1."""
        return self.text.splitlines()[number - 1]

    def error(self, message: str, place: Location, hint: str = "") -> ArchguardError:
        """A fault of the drawing at `place`."""
        return ArchguardError(message, hint, place, self.line(place.line))


@dataclass
class Sketch:
    """A drawing while it is read."""

    boxes: dict[str, Box] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)
    frames: dict[str, list[str]] = field(default_factory=dict)
    """What is inside of each frame: names of boxes and of frames."""
    open: list[Box] = field(default_factory=list)
    """The frames around what comes next, the outermost first."""

    def box(self, name: str, place: Location, text: str = "", patterns: tuple[str, ...] = ()) -> str:
        """Draw a box, or say more of one that is there; its name."""
        if name in self.frames:
            return name
        new = Box(name, text or name, place, patterns, tuple(frame.label for frame in self.open))
        old = self.boxes.get(name)
        self.boxes[name] = (
            replace(old, text=old.text if text in ("", name) else text, patterns=old.patterns + patterns)
            if old
            else new
        )
        if not old and self.open:
            self.frames[self.open[-1].name].append(name)
        return name

    def begin(self, name: str, place: Location, text: str = "") -> None:
        """Open a frame."""
        if self.open:
            self.frames[self.open[-1].name].append(name)
        self.boxes.pop(name, None)
        self.frames.setdefault(name, [])
        self.open.append(Box(name, text or name, place))

    def end(self) -> None:
        """Close the innermost frame; one that stayed empty is a box."""
        frame = self.open.pop()
        if not self.frames[frame.name]:
            del self.frames[frame.name]
            self.boxes[frame.name] = replace(frame, groups=tuple(around.label for around in self.open))

    def arrow(self, source: str, target: str, place: Location) -> None:
        """Draw an arrow."""
        self.arrows.append(Arrow(source, target, place))

    def drawing(self, text: str) -> ParsedDiagram:
        """All of it, with the arrows at frames taken to what is inside."""
        arrows = (
            Arrow(source, target, arrow.place)
            for arrow in self.arrows
            for source, target in product(self._inside(arrow.source), self._inside(arrow.target))
            if source != target
        )
        return ParsedDiagram(tuple(self.boxes.values()), tuple(dict.fromkeys(arrows)), text)

    def _inside(self, name: str) -> Iterator[str]:
        if name not in self.frames:
            yield name
        for inner in self.frames.get(name, ()):
            yield from self._inside(inner)
