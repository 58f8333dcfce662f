"""PlantUML's component diagrams: https://plantuml.com/component-diagram has the syntax.

A stereotype with a dot names modules, in archguard's patterns or in ArchUnit's: `<<shop.orders>>`, `<<..orders..>>`.
"""

import re
from typing import Final

from archguard.kinds.drawings.drawing import Drawing, Sketch
from archguard.kinds.drawings.scanner import DrawingError, Scanner
from archguard.model import Location

_SPACE: Final = re.compile(r"[ \t]*")
_BREAK: Final = re.compile(r"(?:\s|'[^\n]*|/'.*?'/)*", re.DOTALL)
_REST: Final = re.compile(r"[^\n]*")
_END: Final = re.compile(r"(?=\n|\Z|/'|\})")
_MARKS: Final = re.compile(r"@startuml\b[^\n]*|@enduml\b[^\n]*")
_LOOKS: Final = re.compile(
    r"skinparam[ \t]+\w*[ \t]*\{[^}]*\}|<style>.*?</style>|legend\b.*?\bend[ \t]*legend"
    r"|(?:header|footer|title)[ \t]*\n.*?\bend[ \t]*(?:header|footer|title)"
    r"|note\b[^\n:\"]*\n.*?\bend[ \t]*note|note\b[^\n]*"
    r"|(?:skinparam|title|caption|header|footer|hide|show|scale|allowmixing|allow_mixing|!theme|!pragma)\b[^\n]*"
    r"|(?:left[ \t]+to[ \t]+right|top[ \t]+to[ \t]+bottom)[ \t]+direction|newpage\b[^\n]*",
    re.DOTALL,
)
"""What changes the looks only, or is said to people."""
_ELEMENT: Final = re.compile(
    r"(?:component|package|folder|frame|node|rectangle|cloud|database|interface|queue|artifact|storage|actor|agent|card"
    r"|boundary|collections|control|entity|file|hexagon|person|stack|together)\b(?=[ \t{])[ \t]*"
)
_CLOSE: Final = re.compile(r"\}")
_OPEN: Final = re.compile(r"[ \t]*\{")
_INTERFACE: Final = re.compile(r"\(\)[ \t]*")
_NAME: Final = re.compile(
    r"\[(?P<bracket>[^\]]+)\]|\"(?P<quoted>[^\"\n]+)\"|:(?P<colons>[^:\n]+):|(?P<word>\w+(?:\.\w+)*)"
)
_ALIAS: Final = re.compile(
    r"[ \t]*\bas[ \t]+(?:\[(?P<bracket>[^\]]+)\]|\"(?P<quoted>[^\"\n]+)\"|(?P<word>\w+(?:\.\w+)*))"
)
_STEREOTYPE: Final = re.compile(r"[ \t]*<<(?P<text>[^>\n]*)>>")
_COLOUR: Final = re.compile(r"[ \t]*#[\w;:.\-/\\|]+")
_BODY: Final = re.compile(r"[ \t]*\[[^\]]*\]")
"""A longer description of a component."""
_ARROW: Final = re.compile(
    r"(?P<tail><\|?|[*o+^#x](?=[-.]))?[-.]+(?:\[[^\]\n]*\])?(?:left|right|up|down|le|ri|do|[lrud])?(?:\[[^\]\n]*\])?[-.]*"
    r"(?P<head>\|?>>?|[*o+^#x](?=[\s\[\"(:]))?"
)
_TOLD: Final = re.compile(r"[ \t]*:[^\n]*")
_NUMBER: Final = re.compile(r"[ \t]*\"[^\"\n]*\"(?=[ \t]*(?:[<*o+^#x]?[-.]|\w|\[))")
"""How many, at an end of an arrow."""


def read_plantuml(text: str, shown: str) -> Drawing:
    """The component diagram `text`.

    Raises:
        ExceptionGroup[DrawingError]: all that is not understood in it.
    """
    reading = _Reading(Scanner(shown, text))
    reading.all()
    if reading.scanner.faults:
        raise ExceptionGroup(shown, reading.scanner.faults)
    return reading.sketch.drawing(text)


class _Reading:
    def __init__(self, scanner: Scanner) -> None:
        self.scanner = scanner
        self.sketch = Sketch()
        self.aliases: dict[str, str] = {}
        """The name of each box by its label."""

    def all(self) -> None:
        """Each statement."""
        for _ in self.scanner.each(_BREAK, _REST):
            try:
                self._statement()
                self.scanner.take(_SPACE)
                self.scanner.need(_END, "an arrow, or the end of the line,")
            except DrawingError as error:
                self.scanner.faults.append(error)
        for frame in self.sketch.open:
            self.scanner.faults.append(self.scanner.error(f"{frame.label} is not closed with }}", "", frame.place))

    def _statement(self) -> None:
        place = self.scanner.place
        if self.scanner.take(_MARKS) or self.scanner.take(_LOOKS):
            return
        if self.scanner.take(_CLOSE):
            self._close(place)
        elif self.scanner.take(_ELEMENT):
            self._element(place)
        else:
            self._relation()

    def _close(self, place: Location) -> None:
        if not self.sketch.open:
            raise self.scanner.error("there is nothing to close", "", place)
        self.sketch.end()

    def _element(self, place: Location) -> None:
        if self.scanner.take(_OPEN):
            self.sketch.begin(f"frame {place.line}", place)
            return
        name, label, patterns = self._named()
        if self.scanner.take(_OPEN):
            self.sketch.begin(name, place, label)
            if patterns:
                message = f"{label} stands for what is inside of it, not for modules of its own"
                raise self.scanner.error(message, "put the stereotype at the components inside", place)
        else:
            self.scanner.take(_BODY)
            self.sketch.box(name, place, label, patterns)

    def _relation(self) -> None:
        """`a --> b`, or a component alone."""
        source = self._end()
        self.scanner.take(_NUMBER)
        self.scanner.take(_SPACE)
        place = self.scanner.place
        if arrow := self.scanner.take(_ARROW):
            self.scanner.take(_NUMBER)
            self.scanner.take(_SPACE)
            self._draw(place, arrow, source, self._end())
            self.scanner.take(_TOLD)

    def _draw(self, place: Location, arrow: re.Match[str], source: str, target: str) -> None:
        forwards, backwards = ">" in (arrow["head"] or ""), "<" in (arrow["tail"] or "")
        if not forwards and not backwards:
            raise self.scanner.error("a line without a head does not say who imports whom", "draw an arrow: -->", place)
        if forwards:
            self.sketch.arrow(source, target, place)
        if backwards:
            self.sketch.arrow(target, source, place)

    def _end(self) -> str:
        place = self.scanner.place
        name, label, patterns = self._named()
        return self.sketch.box(name, place, label, patterns)

    def _named(self) -> tuple[str, str, tuple[str, ...]]:
        """The name, the label and the patterns of a component."""
        self.scanner.take(_INTERFACE)
        label, alias, stereotypes = _text(self.scanner.need(_NAME, "a component")), "", []
        while more := self.scanner.take(_STEREOTYPE) or self.scanner.take(_ALIAS) or self.scanner.take(_COLOUR):
            if more.re is _STEREOTYPE:
                stereotypes.append(more["text"])
            elif more.re is _ALIAS:
                alias, label = (_text(more), label) if more["word"] else (label, _text(more))
        if alias:
            self.aliases[label] = alias
        return (
            self.aliases.get(label, label),
            label,
            tuple(_pattern(text.strip()) for text in stereotypes if "." in text),
        )


def _text(found: re.Match[str]) -> str:
    """The text that a label shows."""
    shown = re.sub(r"</?[a-z][^>]*>", "", (found[found.lastgroup or 0] or "").replace("\\n", "\n"))
    return re.sub(r"<U\+(\w+)>", lambda code: chr(int(code[1], 16)), shown).strip()


def _pattern(stereotype: str) -> str:
    """`..orders..` of ArchUnit, where two dots are any packages, as archguard's pattern."""
    inner = stereotype.removesuffix("..").replace("..", ".**.")
    return inner.removeprefix(".") if stereotype.startswith("..") else inner
