"""Parser for Mermaid flowcharts; syntax: https://mermaid.js.org/syntax/flowchart.html ."""

import html
import re
from itertools import product
from typing import Final

from archguard.kinds.diagram_parsers.drawing import ParsedDiagram
from archguard.kinds.diagram_parsers.language import Language
from archguard.model import Location

_SPACE: Final = re.compile(r"[ \t]*")
_BREAK: Final = re.compile(r"(?:[\s;]|%%[^\n]*)*")
_REST: Final = re.compile(r"[^\n;]*")
_END: Final = re.compile(r"(?=[\n;]|%%|\Z)")
_FRONT: Final = re.compile(r"\s*---[ \t]*\n.*?\n---[ \t]*(?=\n)|(?:\s|%%[^\n]*\n)+", re.DOTALL)
_HEADER: Final = re.compile(r"(?P<kind>flowchart|graph)(?:-elk)?(?:[ \t]+(?:TB|TD|BT|RL|LR))?(?=[\s;]|\Z)")
_STYLE: Final = re.compile(
    r"(?:direction[ \t]+(?:TB|TD|BT|RL|LR)\b|(?:classDef|class|style|linkStyle|click)[ \t]+\w|accTitle[ \t]*:)[^\n;]*"
    r"|accDescr[ \t]*(?::[^\n]*|\{[^}]*\})"
)
"""Statements that affect only the appearance."""
_SUBGRAPH: Final = re.compile(r"subgraph(?=[\s;])[ \t]*")
_SUBGRAPH_LABEL: Final = re.compile(r"\"(?P<quoted>[^\"]*)\"|(?P<plain>[^\n;\[]+)")
_CLOSE: Final = re.compile(r"end(?=[\s;]|\Z)")
_NAME: Final = re.compile(r"(?:[\w./$#!?*+']|-(?=\w))+")
_CLASS: Final = re.compile(r":::[\w-]+")
_AND: Final = re.compile(r"[ \t]*&[ \t]*")
_EDGE_NAME: Final = re.compile(r"[ \t]*[\w-]+@(?=[<xo]?[-=.])")
_ARROW: Final = re.compile(
    r"(?P<tail>[<xo])?(?:--+(?P<solid>[->xo])|==+(?P<thick>[=>xo])|-\.+-(?P<dotted>[>xo])?)"
    r"(?:[ \t]*\|(?:\"[^\"]*\"|[^|\n])*\|)?"
)
_LABELLED_ARROW: Final = re.compile(
    r"(?P<tail>[<xo])?(?:--(?=[^->xo]).+?--+(?P<solid>[->xo])|==(?=[^=>xo]).+?==+(?P<thick>[=>xo])"
    r"|-\.(?=[^.-]).+?\.+-(?P<dotted>[>xo])?)"
)
"""An arrow with its label between two halves of the line."""
_INVISIBLE: Final = re.compile(r"~~~+")
_SHAPES: Final = tuple(
    re.compile(rf"{re.escape(opening)}\s*(?:\"(?P<quoted>[^\"]*)\"|(?P<plain>[^\"\n\[\](){{}}|]*?))\s*{closing}")
    for opening, closing in (
        ("(((", r"\)\)\)"),
        ("((", r"\)\)"),
        ("([", r"\]\)"),
        ("[[", r"\]\]"),
        ("[(", r"\)\]"),
        ("[/", r"[/\\]\]"),
        ("[\\", r"[/\\]\]"),
        ("{{", r"\}\}"),
        ("[", r"\]"),
        ("(", r"\)"),
        ("{", r"\}"),
        (">", r"\]"),
    )
)
_ATTRIBUTES: Final = re.compile(r"@\{(?P<inner>(?:\"[^\"]*\"|[^}\"])*)\}")
_LABEL: Final = re.compile(r"\blabel\s*:\s*(?:\"([^\"]*)\"|([^,}\n]+))")


def read_mermaid(text: str, shown: str) -> ParsedDiagram:
    """Parse the flowchart `text`.

    Raises:
        ExceptionGroup[DrawingError]: every syntax error in it.
    """
    return _Mermaid(shown, text).read()


class _Mermaid(Language):
    breaks, rest, end = _BREAK, _REST, _END

    def begins(self) -> bool:
        while self.scanner.take(_FRONT):
            pass
        if self.scanner.take(_HEADER):
            return True
        self.scanner.faults.append(self.scanner.error("is no flowchart", "begin with `flowchart TD`"))
        return False

    def unclosed(self, frame: str) -> str:
        return f"the subgraph {frame} has no `end`"

    def statement(self) -> None:
        if self.scanner.take(_STYLE):
            return
        place = self.scanner.place
        if self.scanner.take(_SUBGRAPH):
            self._subgraph(place)
        elif self.scanner.take(_CLOSE):
            self.close(place, "there is no subgraph to end")
        else:
            self._chain()

    def _subgraph(self, place: Location) -> None:
        named = self.scanner.take(_SUBGRAPH_LABEL)
        name = (named["quoted"] or named["plain"] or "").strip() if named else f"subgraph {place.line}"
        label = self._label()
        self.sketch.begin(name, place, label or _plain(name))

    def _chain(self) -> None:
        """`a & b --> c --> d`."""
        sources = self._boxes()
        while found := self._link():
            place, arrow = found
            self.scanner.take(_SPACE)
            targets = self._boxes()
            self._draw(place, arrow, sources, targets)
            sources = targets

    def _link(self) -> tuple[Location, re.Match[str]] | None:
        self.scanner.take(_EDGE_NAME)
        self.scanner.take(_SPACE)
        place = self.scanner.place
        arrow = self.scanner.take(_INVISIBLE) or self.scanner.take(_ARROW) or self.scanner.take(_LABELLED_ARROW)
        return (place, arrow) if arrow else None

    def _draw(self, place: Location, arrow: re.Match[str], sources: list[str], targets: list[str]) -> None:
        ends = arrow.groupdict()
        if not ends:
            return  # invisible lines affect only the layout
        forwards = any(ends[line] in ("<", ">", "x", "o") for line in ("solid", "thick", "dotted"))
        for source, target in product(sources, targets):
            self.draw(place, source, target, forwards=forwards, backwards=bool(ends["tail"]))

    def _boxes(self) -> list[str]:
        boxes = [self._box()]
        while self.scanner.take(_AND):
            boxes.append(self._box())
        return boxes

    def _box(self) -> str:
        place = self.scanner.place
        name = self.scanner.need(_NAME, "a box")[0]
        label = self._label()
        self.scanner.take(_CLASS)
        return self.sketch.box(name, place, label)

    def _label(self) -> str:
        for shape in _SHAPES:
            if found := self.scanner.take(shape):
                return _plain(found["quoted"] or found["plain"] or "")
        attributes = self.scanner.take(_ATTRIBUTES)
        found = _LABEL.search(attributes["inner"]) if attributes else None
        return _plain(found[1] or found[2]) if found else ""


def _plain(label: str) -> str:
    """The text that a label shows."""
    text = re.sub(r"<br\s*/?>", "\n", label, flags=re.IGNORECASE)
    text = re.sub(r"</?\w+[^>]*>", "", text)
    text = html.unescape(re.sub(r"#(\d+|\w+);", lambda code: f"&{'#' * code[1].isdigit()}{code[1]};", text))
    return text.strip("` \t\n")
