"""Comments for archguard in the code: `# archguard: ignore[layered] until SHOP-123 is done`."""

import io
import re
import tokenize
from collections.abc import Iterator
from typing import Self

from archguard.codebase.syntax.source import Source
from archguard.dataclass import dataclass
from archguard.model import Location

_DIRECTIVE = re.compile(r"#\s*archguard:\s*(?P<verb>\w+)\s*(?:\[(?P<contracts>[^\]]*)\])?[\s:-]*(?P<reason>.*)")

_PLACEHOLDER = re.compile(r"<[^<>]*>")


@dataclass(frozen=True)
class Directive:
    """A comment that makes archguard ignore a line."""

    verb: str
    """`ignore` is the only valid one."""
    contracts: tuple[str, ...]
    reason: str
    location: Location
    line: int
    """The line it applies to: its own, or the next line of code if the comment is alone on its line."""

    @property
    def has_reason(self) -> bool:
        """Whether it has a reason; `<reason>`, which an editor or a template leaves to be filled in, is none."""
        return bool(self.reason) and not _PLACEHOLDER.fullmatch(self.reason)

    @classmethod
    def extract(cls, source: Source) -> Iterator[Self]:
        """Every directive of `source`, in file order. Comments only, not strings.

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
    """Row, column and text of each comment, up to the first error of the tokenizer."""
    try:
        for token in tokenize.generate_tokens(io.StringIO(source.text, newline=None).readline):
            if token.type == tokenize.COMMENT:
                yield *token.start, token.string
    except (tokenize.TokenError, SyntaxError):
        return


def _line_of(lines: tuple[str, ...], row: int) -> int:
    """`row`; if that has only a comment, the next row that is neither empty nor a comment."""
    if not lines[row - 1].lstrip().startswith("#"):
        return row
    below = (number for number in range(row + 1, len(lines) + 1) if _is_code(lines[number - 1]))
    return next(below, row)


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")
