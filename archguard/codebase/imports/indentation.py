"""The traits of an import in a file that this Python cannot parse, inferred from the indentation of the lines above."""

import re
from collections.abc import Iterator, Sequence

from archguard.codebase.imports.extract import ImportTrait

_TYPE_CHECKING = re.compile(r"(?:el)?if\s+(?P<negated>not\s+)?(?:\w+\.)*TYPE_CHECKING\s*:")
_FUNCTION = re.compile(r"(?:async\s+)?def\s")
_ELSE = re.compile(r"else\s*:")


def traits_at(lines: Sequence[str], number: int) -> frozenset[ImportTrait]:
    """The traits of an import at the line `number`: TYPE_CHECKING and LOCAL only."""
    found = set()
    for header, is_else in _headers(lines, number):
        condition = _TYPE_CHECKING.match(header)
        if condition and bool(condition["negated"]) == is_else:
            found.add(ImportTrait.TYPE_CHECKING)
        if _FUNCTION.match(header):
            found.add(ImportTrait.LOCAL)
    return frozenset(found)


def _headers(lines: Sequence[str], number: int) -> Iterator[tuple[str, bool]]:
    """The headers of the blocks around a line, innermost first, and whether the line is in the `else` of the header.

    The line itself comes first. For an `else` block, the header is that of its `if`.
    """
    own, is_else = _indentation(lines[number - 1]), False
    yield lines[number - 1].strip(), False
    for line in reversed(lines[: number - 1]):
        text, indentation = line.strip(), _indentation(line)
        if not text or text.startswith("#") or indentation > own or (indentation == own and not is_else):
            continue
        if indentation == own and not text.startswith("if"):
            continue
        own, was_else, is_else = indentation, is_else and indentation == own, bool(_ELSE.match(text))
        if not is_else:
            yield text, was_else


def _indentation(line: str) -> int:
    return len(line.expandtabs()) - len(line.expandtabs().lstrip())
