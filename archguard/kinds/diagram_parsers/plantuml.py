"""Parser for PlantUML component diagrams; syntax: https://plantuml.com/component-diagram .

A stereotype with a dot names modules, in archguard's patterns or in ArchUnit's: `<<shop.orders>>`, `<<..orders..>>`.
"""

import re
from typing import Final

from archguard.kinds.diagram_parsers.drawing import ParsedDiagram
from archguard.kinds.diagram_parsers.language import Language
from archguard.model import Location

_SPACE: Final = re.compile(r"[ \t]*")
_BREAK: Final = re.compile(r"(?:\s|'[^\n]*|/'.*?'/)*", re.DOTALL)
_REST: Final = re.compile(r"[^\n]*")
_END: Final = re.compile(r"(?=\n|\Z|/'|\})")
_MARKS: Final = re.compile(r"@startuml\b[^\n]*|@enduml\b[^\n]*")
_STYLE: Final = re.compile(
    r"skinparam[ \t]+\w*[ \t]*\{[^}]*\}|<style>.*?</style>|legend\b.*?\bend[ \t]*legend"
    r"|(?:header|footer|title)[ \t]*\n.*?\bend[ \t]*(?:header|footer|title)"
    r"|note\b[^\n:\"]*\n.*?\bend[ \t]*note|note\b[^\n]*"
    r"|(?:skinparam|title|caption|header|footer|hide|show|scale|allowmixing|allow_mixing|!theme|!pragma)\b[^\n]*"
    r"|(?:left[ \t]+to[ \t]+right|top[ \t]+to[ \t]+bottom)[ \t]+direction|newpage\b[^\n]*",
    re.DOTALL,
)
"""Statements that affect only the appearance, and notes."""
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
_ARROW_LABEL: Final = re.compile(r"[ \t]*:[^\n]*")
_MULTIPLICITY: Final = re.compile(r"[ \t]*\"[^\"\n]*\"(?=[ \t]*(?:[<*o+^#x]?[-.]|\w|\[))")
"""The multiplicity at an end of an arrow."""


def read_plantuml(text: str, shown: str) -> ParsedDiagram:
    """Parse the component diagram `text`.

    Raises:
        ExceptionGroup[DrawingError]: every syntax error in it.
    """
    return _PlantUML(shown, text).read()


class _PlantUML(Language):
    breaks, rest, end = _BREAK, _REST, _END

    def __init__(self, shown: str, text: str) -> None:
        super().__init__(shown, text)
        self.aliases: dict[str, str] = {}
        """The name of each box by its label."""

    def unclosed(self, frame: str) -> str:
        return f"{frame} is not closed with }}"

    def statement(self) -> None:
        place = self.scanner.place
        if self.scanner.take(_MARKS) or self.scanner.take(_STYLE):
            return
        if self.scanner.take(_CLOSE):
            self.close(place, "there is nothing to close")
        elif self.scanner.take(_ELEMENT):
            self._element(place)
        else:
            self._relation()

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
        self.scanner.take(_MULTIPLICITY)
        self.scanner.take(_SPACE)
        place = self.scanner.place
        if arrow := self.scanner.take(_ARROW):
            self.scanner.take(_MULTIPLICITY)
            self.scanner.take(_SPACE)
            forwards, backwards = ">" in (arrow["head"] or ""), "<" in (arrow["tail"] or "")
            self.draw(place, source, self._end(), forwards=forwards, backwards=backwards)
            self.scanner.take(_ARROW_LABEL)

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
