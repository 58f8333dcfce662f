"""Parse import statements from their own lines, by a regular expression: nearly all of them, without parsing the file.

Precondition: an import statement starts at the line, as grimp reports. Then a line without quotes cannot be part of a
string, and text that matches `_STATEMENT` has only one meaning. In doubt the result is None, and the caller parses the
file by `ast`.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import Final, NamedTuple

from archguard.codebase.imports.extract import Import, ImportTrait
from archguard.codebase.syntax.relative_names import absolute
from archguard.codebase.syntax.source import Source
from archguard.dataclass import dataclass
from archguard.model import Location
from archguard.model.names import ModuleName, QualifiedName, top_package

_DOTTED: Final = r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*"
_ALIAS: Final = rf"{_DOTTED}(?:[ \t]+as[ \t]+[A-Za-z_]\w*)?"
_STATEMENT: Final = re.compile(
    rf"[ \t]*(?:from[ \t]+(?P<module>\.*(?:{_DOTTED})?)[ \t]+)?import(?:[ \t]+|(?=[(*]))"
    rf"(?P<names>\*|{_ALIAS}(?:[ \t]*,[ \t]*{_ALIAS})*|\(\s*{_ALIAS}(?:\s*,\s*{_ALIAS})*\s*,?\s*\))[ \t]*",
    re.ASCII,
)
_NAMED: Final = re.compile(rf"\*|(?P<name>{_DOTTED})(?:[ \t]+as[ \t]+(?P<alias>\w+))?", re.ASCII)
_COMMENT: Final = re.compile(r"#[^\n]*")
_IF_TYPE_CHECKING: Final = re.compile(rb"if[ \t]+(?:\w+\.)*TYPE_CHECKING[ \t]*:[ \t]*(?:#[^'\"]*)?")
_OPENS_NO_BLOCK: Final = re.compile(rb"[^:'\"\\#]*(?:#[^'\"\\]*)?")
"""A line that opens no block, neither begins nor ends a string, and does not continue on the next line."""


class Name(NamedTuple):
    """One imported name of a statement, absolute: an `Import` without its location."""

    module: ModuleName
    name: str
    alias: str

    @property
    def target(self) -> QualifiedName:
        """The qualified name of the imported module or attribute."""
        return f"{self.module}.{self.name}" if self.name not in ("", "*") else self.module


class Written(NamedTuple):
    """A name in an import statement, as written."""

    module: str
    """With leading dots; "" in a plain `import`."""
    name: str
    alias: str
    span: tuple[int, int]
    """Start and end offset in the statement."""


@dataclass(frozen=True)
class Statement:
    """An import statement, parsed from its own lines."""

    source: Source
    line: int
    text: str
    written: tuple[Written, ...]
    traits: frozenset[ImportTrait] | None
    """None if they depend on lines that need a parser."""

    @cached_property
    def names(self) -> list[Name]:
        """The imported names, absolute."""
        return absolute_names(self.written, self.source.package)

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """The imported names with locations; without traits if these are not known."""
        traits = self.traits or frozenset()
        found = zip(self.names, self.written, strict=True)
        return tuple(Import(*name, self._place(one), self._place_of_name(one), traits) for name, one in found)

    def _place(self, written: Written) -> Location:
        own = self._place_of_name(written)
        indentation = len(self.text) - len(self.text.lstrip(" \t"))
        column = own.column if own.line == self.line else indentation + 1
        return replace(own, line=self.line, column=column)

    def _place_of_name(self, written: Written) -> Location:
        start, end = map(self._position, written.span)
        return Location(self.source.display_path, self.line + start[0], start[1], self.line + end[0], end[1])

    def _position(self, offset: int) -> tuple[int, int]:
        """Lines below the first one, and column, of an offset in the text."""
        below = bisect_left(self._line_ends, offset)
        return below, offset - (self._line_ends[below - 1] if below else -1)

    @cached_property
    def _line_ends(self) -> list[int]:
        return [found.start() for found in re.finditer("\n", self.text)]


@cache  # many files have the same imports
def names_in(text: str) -> tuple[Written, ...] | None:
    """The names in the import statement `text`; None if it needs a parser."""
    if not text.isascii() or _has_quote(text.partition("\n")[0]):
        return None
    code = _COMMENT.sub(lambda comment: " " * len(comment[0]), text) if "#" in text else text
    statement = _STATEMENT.fullmatch(code)
    if statement is None:
        return None
    module, (start, end) = statement["module"] or "", statement.span("names")
    return tuple(
        Written(module, found["name"] or "*", found["alias"] or "", found.span())
        for found in _NAMED.finditer(code, start, end)
    )


def absolute_names(written: Sequence[Written], package: ModuleName) -> list[Name]:
    """The names of one statement, absolute for a module in `package`."""
    if not written[0].module:
        return [Name(name, "", alias or top_package(name)) for _, name, alias, _ in written]
    plain = written[0].module.lstrip(".")
    module = absolute(plain, len(written[0].module) - len(plain), package)
    return [Name(module, name, "" if name == "*" else alias or name) for _, name, alias, _ in written]


def statement_at(source: Source, lines: Sequence[bytes], number: int) -> Statement | None:
    """The import statement that starts at the line `number` of `source`; None if it needs a parser."""
    text = text_at(lines, number)
    written = names_in(text) if text else None
    return Statement(source, number, text, written, _traits(lines, number)) if written else None


def text_at(lines: Sequence[bytes], number: int) -> str:
    """The text of the import statement that starts at the line `number`; "" if it needs a parser."""
    if number > len(lines) or _is_continued(lines, number):
        return ""
    first = lines[number - 1]
    end = number if b"(" not in first else next(_closing(lines, number), number)
    text = b"\n".join(lines[number - 1 : end])
    return text.decode("ascii") if text.isascii() else ""


def _has_quote(line: str) -> bool:
    return "'" in line or '"' in line


def _is_continued(lines: Sequence[bytes], number: int) -> bool:
    return number > 1 and lines[number - 2].endswith(b"\\")


def _closing(lines: Sequence[bytes], number: int) -> Iterator[int]:
    return (at for at in range(number, len(lines) + 1) if b")" in lines[at - 1].partition(b"#")[0])


def _traits(lines: Sequence[bytes], number: int) -> frozenset[ImportTrait] | None:
    """The traits of an import that is not indented, or directly in an `if TYPE_CHECKING:` block; else None."""
    if lines[number - 1][:1] not in {b" ", b"\t"}:
        return frozenset()
    above = number - 1
    while above and _OPENS_NO_BLOCK.fullmatch(lines[above - 1]):
        above -= 1
    if above and _IF_TYPE_CHECKING.fullmatch(lines[above - 1]) and not _is_continued(lines, above):
        return frozenset({ImportTrait.TYPE_CHECKING})
    return None
