"""Parse as much as possible of a file with syntax errors, so that the rest still resolves.

Each attempt blanks the top-level statement at the reported line and parses again, 50 times at most.
"""

import ast
from dataclasses import field
from functools import cached_property

from archguard.codebase.syntax.source import Source, SourceError
from archguard.dataclass import dataclass

_ATTEMPTS = 50
_FEW_ATTEMPTS = 3
_LARGE = 200_000
"""Bytes of a file that takes a second to parse: 50 attempts would take a minute, so it gets three."""


@dataclass(frozen=True)
class TolerantSource(Source):
    """A source file without the top-level statements that cannot be parsed."""

    whole: Source = field(compare=False, repr=False)
    """The original source; its memoized tree is used if it has one."""

    @property
    def markers(self) -> frozenset[bytes]:
        """The markers of the whole file; none if it cannot be read."""
        try:
            return self.whole.markers
        except SourceError:
            return frozenset()

    @property
    def content(self) -> bytes:
        """The bytes of the whole file."""
        return self.whole.content

    @property
    def text(self) -> str:
        """The whole text."""
        return self.whole.text

    @property
    def lines(self) -> tuple[str, ...]:
        """All lines."""
        return self.whole.lines

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree of the statements that can be parsed."""
        try:
            return self.whole.tree
        except SourceError:
            return self._partial_tree()

    def _partial_tree(self) -> ast.Module:
        try:
            lines = [] if self.is_too_large_to_parse else list(self.lines)
        except SourceError:
            return ast.Module([], [])
        for _ in range(_ATTEMPTS if len(self.content) < _LARGE else _FEW_ATTEMPTS):
            try:
                return ast.parse("\n".join(lines))
            except SyntaxError as error:
                lines = _without_statement(lines, error.lineno or 1)
            except (ValueError, RecursionError, MemoryError):
                break
        return ast.Module([], [])

    @classmethod
    def of(cls, source: Source) -> "TolerantSource":
        """The tolerant view of `source`."""
        return cls(source.module, source.file, source.display_path, source)


def _without_statement(lines: list[str], number: int) -> list[str]:
    """`lines` with the top-level statement at line `number` blanked, so that all others keep their line numbers."""
    first = min(number, len(lines)) - 1
    while first > 0 and not _starts_statement(lines[first]):
        # Up and down to the next line that begins at the left margin: what lies between is one top-level statement.
        first -= 1
    last = min(number, len(lines))
    while last < len(lines) and not _starts_statement(lines[last]):
        last += 1
    return [*lines[:first], *[""] * (last - first), *lines[last:]]


def _starts_statement(line: str) -> bool:
    # A closing bracket at the margin ends the statement above; a comment there may be inside of one.
    return bool(line) and line[0] not in " \t#)]}"
