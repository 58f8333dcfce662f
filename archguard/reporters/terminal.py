"""The text report for a terminal: in colour, with links to the files; the only reporter that needs rich."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from rich.console import Console
from rich.style import Style
from rich.text import Text

from archguard.reporters.text import Line, Span


def print_lines(lines: Iterable[Line], console: Console, root: Path | None = None) -> None:
    """Print the lines in colour, without wrapping them or interpreting markup.

    With the `root` that paths are relative to, they link to their files, by the escape sequence OSC 8.
    """
    for line in lines:
        console.print(Text.assemble(*(_piece(span, root) for span in line)), soft_wrap=True)


def _piece(span: Span, root: Path | None) -> tuple[str, Style]:
    style = Style.parse(span.style)
    if root and span.path:
        style += Style(link=f"file://{quote((root / span.path).as_posix(), errors='replace')}")
    return span.text, style
