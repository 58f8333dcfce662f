"""A line of source with a caret below a range of columns, within a width, measured as a terminal shows it."""

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final
from unicodedata import category, east_asian_width

from archguard.model import Location
from archguard.model.log import inert
from archguard.reporters.phrases import printable

_TAB: Final = "    "
"""A tab has another width in each terminal, and behind a gutter another one than in the file; rustc shows four
spaces, too."""
_MORE: Final = "…"
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def marked_line(line: str, location: Location, room: int) -> tuple[str, str]:
    """The source `line` of `location`, cut to `room` columns around the caret, and the carets below it.

    A range that ends on a later line is marked to the end of this one. A caret behind the line stands at its end.
    """
    text = line.rstrip()
    start = min(max(location.column - 1, 0), len(text))
    last = location.end_column - 1 if location.end_line == location.line else 0
    last = len(text) if location.end_line > location.line else last
    # At least one caret, also behind the end of the line, where a syntax error may be.
    end = min(max(last, start + 1), max(len(text), start + 1))
    before, marked, after = map(_shown, (text[:start], text[start:end], text[end:]))
    return _within(before, marked, after, room)


def text_width(text: str) -> int:
    """How many columns of a terminal `text` takes: two for wide characters, none for combining ones."""
    return len(text) if text.isascii() else sum(map(_width, text))


def wrapped(text: str, room: int) -> Iterator[str]:
    """`text` in lines of at most `room` columns, split between words only."""
    line = ""
    for word in text.split(" "):
        if line and text_width(f"{line} {word}") > room:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line


def _shown(text: str) -> str:
    return _CONTROL.sub(" ", printable(text.replace("\t", _TAB)))


def _within(before: str, marked: str, after: str, room: int) -> tuple[str, str]:
    """The parts in `room` columns: all of them, or as much of the marked part as fits with what is around it."""
    if text_width(before + marked + after) > room:
        marked = _beginning(marked, max(room - 2 * len(_MORE), 1))
        around = max(room - text_width(marked), 0)
        behind = min(text_width(after), around // 2)
        before = _end(before, around - behind)
        after = _beginning(after, around - text_width(before))
    shown = inert(before + marked + after)
    return shown, f"{' ' * text_width(before)}{'^' * max(text_width(marked), 1)}"


def _beginning(text: str, room: int) -> str:
    if text_width(text) <= room:
        return text
    return "".join(_fitting(text, room - len(_MORE))) + _MORE if room > 0 else ""


def _end(text: str, room: int) -> str:
    if text_width(text) <= room:
        return text
    return _MORE + "".join(_fitting(text[::-1], room - len(_MORE)))[::-1] if room > 0 else ""


def _fitting(text: Iterable[str], room: int) -> list[str]:
    characters = list(text)
    widths = accumulate(map(_width, characters))
    return characters[: sum(width <= room for width in widths)]


def _width(character: str) -> int:
    if east_asian_width(character) in "WF":
        return 2
    return 0 if category(character) in ("Mn", "Me", "Cf") else 1
