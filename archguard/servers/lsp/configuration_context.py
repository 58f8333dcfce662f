"""Where in a configuration a position is: the name there, and the keys that lead to it, also while it is written.

How it works: a word that stands nowhere else is put into the text at the position, as a value and as a key, and the
YAML is parsed; the path to that word is the answer. If the text below the position is broken, it is left out.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from archguard.config.document import Keys
from archguard.config.yaml_document import parse_yaml
from archguard.dataclass import dataclass
from archguard.model import Location
from archguard.servers.lsp.documents import Document, lines_of

_NAME: Final = re.compile(r"[\w*<][\w.*<>-]*(?:::[\w.*<>-]+)?")
_BEFORE: Final = re.compile(r"[\w.*<>:-]*$")
_WORD: Final = "archguardcursor"
_CLOSING: Final = {"[": "]", "{": "}"}


@dataclass(frozen=True)
class Context:
    """A position in a configuration."""

    keys: Keys
    """The keys that lead to it; for a key that is being written, those to the mapping around it."""
    is_key: bool
    typed: str
    """What has been written of the word there."""
    data: Any
    """The whole configuration, as far as it can be read, with the word at the position."""


def name_at(document: Document, place: tuple[int, int]) -> tuple[str, Location] | None:
    """The module, component, pattern or id at a place of a configuration, and its range."""
    line, column = place
    for found in _NAME.finditer(lines_of(document.text)[line - 1]):
        if found.start() < column <= found.end():
            return found.group(), Location("", line, found.start() + 1, line, found.end() + 1)
    return None


def context_at(text: str, place: tuple[int, int]) -> Context | None:
    """What is being written at a place of the YAML `text`; None if it cannot be told."""
    line, column = place
    lines = lines_of(text)
    before = "\n".join((*lines[: line - 1], lines[line - 1][: column - 1]))
    after = "\n".join((lines[line - 1][column - 1 :], *lines[line:]))
    typed = _BEFORE.search(before)
    return next(_contexts(before, after, typed.group() if typed else ""), None)


def _contexts(before: str, after: str, typed: str) -> Iterator[Context]:
    rest_of_line, _, below = after.partition("\n")
    for tail in (f"{rest_of_line}\n{below}", f"\n{below}", _closing(before)):
        for mark, is_key in ((_WORD, False), (f"{_WORD}: 1", True)):
            try:
                data = parse_yaml(Path(), "", f"{before}{mark}{tail}").data
            except ExceptionGroup:
                continue
            if (keys := _path_to_word(data, is_key=is_key)) is not None:
                yield Context(keys, is_key, typed, data)


def _closing(before: str) -> str:
    """The brackets that close what is open at the end of `before`, as far as its last lines tell."""
    open_: list[str] = []
    for character in before.rpartition("\n")[2]:
        if character in _CLOSING:
            open_.append(_CLOSING[character])
        elif open_ and character == open_[-1]:
            open_.pop()
    return "".join(reversed(open_))


def _path_to_word(data: Any, *, is_key: bool, keys: Keys = ()) -> Keys | None:
    """The keys to the value that contains the word, or to the mapping whose key does."""
    match data:
        case str() if not is_key and _WORD in data:
            return keys
        case dict() if is_key and any(_WORD in str(key) for key in data):
            return keys
        case dict() | list():
            items = data.items() if isinstance(data, dict) else enumerate(data)
            paths = (_path_to_word(value, is_key=is_key, keys=(*keys, key)) for key, value in items)
            return next((path for path in paths if path is not None), None)
    return None
