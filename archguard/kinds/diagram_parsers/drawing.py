"""The parsed diagram, independent of its language."""

from collections.abc import Iterator
from dataclasses import field, replace
from itertools import product

from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.model import Location


@dataclass(frozen=True, order=True)
class Arrow:
    """A directed line from one box to another."""

    source: str
    target: str
    place: Location


@dataclass(frozen=True)
class Box:
    """A node of the diagram."""

    name: str
    """The identifier of the box in the diagram."""
    text: str
    """The text on the box, with line breaks; its name if there is none."""
    place: Location
    patterns: tuple[str, ...] = ()
    """The patterns of its modules, if the diagram contains them."""
    groups: tuple[str, ...] = ()
    """The labels of the enclosing frames, outermost first."""

    @property
    def label(self) -> str:
        """The text on the box, on one line."""
        return " ".join(self.text.split())

    @property
    def names(self) -> tuple[str, ...]:
        """Candidates for the name of its modules, most likely first; also prefixed with the enclosing frames."""
        title = self.text.partition("\n")[0].strip()
        framed = (".".join((*self.groups[depth:], title)) for depth in range(len(self.groups)))
        return tuple(dict.fromkeys((self.name, self.label, title, *framed)))


@dataclass(frozen=True)
class ParsedDiagram:
    """Boxes and the arrows between them; an arrow at a frame is replaced by arrows at each box inside."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    text: str

    def line(self, number: int) -> str:
        """The text of a line, counted from 1."""
        return self.text.splitlines()[number - 1]

    def error(self, message: str, place: Location, hint: str = "") -> ArchguardError:
        """An error in the diagram at `place`."""
        return ArchguardError(message, hint, place, self.line(place.line))


@dataclass
class Sketch:
    """A diagram while it is parsed."""

    boxes: dict[str, Box] = field(default_factory=dict)
    arrows: list[Arrow] = field(default_factory=list)
    frames: dict[str, list[str]] = field(default_factory=dict)
    """The contents of each frame: names of boxes and of frames."""
    open: list[Box] = field(default_factory=list)
    """The frames that are open at the current position, outermost first."""

    def box(self, name: str, place: Location, text: str = "", patterns: tuple[str, ...] = ()) -> str:
        """Add a box, or more details of an existing one; return its name."""
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
        """Close the innermost frame; an empty one becomes a box."""
        frame = self.open.pop()
        if not self.frames[frame.name]:
            del self.frames[frame.name]
            self.boxes[frame.name] = replace(frame, groups=tuple(around.label for around in self.open))

    def arrow(self, source: str, target: str, place: Location) -> None:
        """Add an arrow."""
        self.arrows.append(Arrow(source, target, place))

    def drawing(self, text: str) -> ParsedDiagram:
        """The complete diagram, with arrows at frames replaced by arrows at their boxes."""
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
