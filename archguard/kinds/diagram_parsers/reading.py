"""Read the diagram in a file: Mermaid, PlantUML, or a Markdown page with one of them."""

import re
from pathlib import Path

from archguard.incremental.fingerprint import content
from archguard.kinds.diagram_parsers.drawing import ParsedDiagram
from archguard.kinds.diagram_parsers.mermaid import read_mermaid
from archguard.kinds.diagram_parsers.plantuml import read_plantuml
from archguard.kinds.diagram_parsers.scanner import DrawingError
from archguard.model import Location

_READERS = {
    "mermaid": read_mermaid,
    "mmd": read_mermaid,
    "plantuml": read_plantuml,
    "puml": read_plantuml,
    "iuml": read_plantuml,
    "pu": read_plantuml,
}
_PAGES = ("md", "markdown")
_FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>```+|~~~+) *(?P<form>mermaid|plantuml|puml)\b[^\n]*\n(?P<text>.*?)^ *(?P=fence)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)


def read_drawing(path: Path, shown: str) -> ParsedDiagram:
    """Parse the diagram in the file `path`; a Markdown page must contain exactly one.

    Raises:
        ExceptionGroup[DrawingError]: it cannot be read, or has syntax errors: all of them.
    """
    try:
        text = content(str(path)).decode("utf-8-sig")
        form = path.suffix.removeprefix(".").lower()
        form, text = _embedded(text, shown) if form in _PAGES else (form, text)
    except (OSError, UnicodeDecodeError) as error:
        what = f"cannot be read: {getattr(error, 'strerror', '') or error}"
        raise ExceptionGroup(shown, [DrawingError(what, "", Location(shown))]) from None
    except DrawingError as error:
        raise ExceptionGroup(shown, [error]) from None
    if form not in _READERS:
        known = ", ".join(f".{name}" for name in (*_READERS, *_PAGES))
        raise ExceptionGroup(shown, [DrawingError("is no drawing", f"these are read: {known}", Location(shown))])
    return _READERS[form](text, shown)


def _embedded(page: str, shown: str) -> tuple[str, str]:
    """The language and the text of the only diagram of `page`, after blank lines that keep its line numbers."""
    found = list(_FENCE.finditer(page))
    if len(found) != 1:
        places = (str(page.count("\n", 0, one.start()) + 1) for one in found)
        what = f"shows {len(found)} drawings, at the lines {', '.join(places)}" if found else "shows no drawing"
        raise DrawingError(
            what, "a page shows one, between ```mermaid and ```, or ```plantuml and ```", Location(shown)
        )
    block = found[0]
    return block["form"], "\n" * page.count("\n", 0, block.start("text")) + block["text"]
