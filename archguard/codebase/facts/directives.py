"""What the code says to archguard: `# archguard: ignore[layered] until SHOP-123 is done`."""

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from archguard.codebase.syntax.source import Source
from archguard.model import Location

_DIRECTIVE = re.compile(r"#\s*archguard:\s*(?P<verb>\w+)\s*(?:\[(?P<contracts>[^\]]*)\])?[\s:-]*(?P<reason>.*)")


@dataclass(frozen=True)
class Directive:
    """A comment that tells archguard to overlook a line."""

    verb: str
    """`ignore` is the only one that there is."""
    contracts: tuple[str, ...]
    reason: str
    location: Location
    line: int
    """The line that it is about: its own, or the next one with code if it stands alone."""

    @classmethod
    def extract(cls, source: Source) -> Iterator[Self]:
        """Every directive of `source`, in the order of the file. Comments only: a string is none.

        Raises:
            SourceError: the file cannot be read.
        """
        if b"archguard:" in source.markers:
            for row, column, text in _comments(source):
                if found := _DIRECTIVE.search(text):
                    yield cls(
                        found["verb"],
                        tuple(name.strip() for name in (found["contracts"] or "").split(",") if name.strip()),
                        found["reason"].strip(),
                        Location(source.display_path, row, column + 1),
                        _line_of(source.lines, row),
                    )


def _comments(source: Source) -> Iterator[tuple[int, int, str]]:
    """Row, column and text of each comment, up to where Python's tokenizer gives up."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text, newline=None).readline):
            if token.type == tokenize.COMMENT:
                yield *token.start, token.string
    except (tokenize.TokenError, SyntaxError):
        return


def _line_of(lines: tuple[str, ...], row: int) -> int:
    """`row`, or the next row that is neither empty nor a comment, if `row` has nothing but its comment."""
    if not lines[row - 1].lstrip().startswith("#"):
        return row
    below = (number for number in range(row + 1, len(lines) + 1) if _is_code(lines[number - 1]))
    return next(below, row)


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
