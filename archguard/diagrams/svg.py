"""SVG for the web and for slides, readable on light and dark backgrounds.

Graphviz measures text in one font, and viewers draw it in another one. So each text tells its viewer how wide it was
measured, and is narrowed where a font is wider: labels stay inside of their borders.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from archguard.diagrams import style
from archguard.diagrams.graphviz import picture
from archguard.diagrams.view import View

_TEXT: Final = re.compile(r'<text\b[^>]* x="(?P<x>[-.\d]+)" y="(?P<y>[-.\d]+)"[^>]*(?=>[^< ](?:[^<]*[^< ])?<)')
"""The start of a text without spaces around it: these are not drawn, but measured."""

_Place: TypeAlias = tuple[float, float]


def render(view: View) -> str:
    """The picture; its colours follow the preferred colour scheme."""
    drawn = picture(view, "svg")
    widths = dict(_widths(drawn.layout()))
    head, opening, body = drawn.written("svg").decode().partition("<svg ")
    attributes, end, content = body.partition(">")
    shown = content.replace(f'font-family="{style.LAYOUT_FONT}"', f'font-family="{style.FONTS}"')
    shown = _TEXT.sub(lambda text: text[0] + _length(widths.get((float(text["x"]), float(text["y"])))), shown)
    return f"{head}{opening}{attributes}{end}\n<style>{style.dark()}</style>{shown}".rstrip("\n")


def _widths(layout: Mapping[str, Any]) -> Iterator[tuple[_Place, float]]:
    """The width of each text by its place, as Graphviz has measured it; y grows downwards."""
    for thing in (layout, *layout.get("objects", ()), *layout.get("edges", ())):
        for step in thing.get("_ldraw_", ()):
            if step["op"] == "T":
                x, y = step["pt"]
                yield (round(x, 2), round(-y, 2)), step["width"]


def _length(width: float | None) -> str:
    return f' textLength="{width:g}" lengthAdjust="spacingAndGlyphs"' if width else ""
