"""A Python source file: read and parsed lazily, within limits of size.

`markers` lets callers skip most parses: a file without the word `TYPE_CHECKING` has no imports below it.
"""

import ast
import io
import os
import re
import tokenize
from bisect import bisect_left
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Final

from archguard.codebase.syntax.python_version import needed_version
from archguard.errors import ArchguardError
from archguard.incremental.fingerprint import content
from archguard.model import Location
from archguard.model.names import ModuleName, parent_name, plain_name, service_of

_WORDS: Final = (b"archguard:", b"import_module", b"__import__", b"TYPE_CHECKING")
"""Words of directives, dynamic imports, and imports that never run."""
_WORD: Final = re.compile(rb"\w+|[(\[{'\".]")
_LARGE: Final = "leave it out with `project: exclude`, or keep what it holds in a file of data"
_RELATIVE: Final = re.compile(rb"from[\s\\]*\.[\s\\.]*")
"""A relative import; there may be spaces between its dots."""

MOST_BYTES: Final = 8 << 20
"""Bytes of a file at most. Nobody writes more by hand; larger tables belong in a data file."""
MOST_IMPORTS: Final = 20_000
"""Occurrences of `import` in a file at most: ten times what generated packages have."""
MOST_WORDS: Final = 500_000
"""Names, numbers, dots, quotes and opening brackets in a file that is parsed.

A tree of this size takes 700 MB, and its analysis ten seconds.
"""
LONG_IMPORT: Final = b"import ..."
"""The marker of a file with a line that is long after `import`."""
LONG: Final = 400
"""Bytes after `import` in such a line."""
LONG_LINE: Final = re.compile(rb"import[^\n]{%d}" % LONG)


class SourceError(ArchguardError):
    """A file that cannot be read or parsed."""


@dataclass(frozen=True)
class Source:
    """The module `module` in `file`, which reports show as `display_path`."""

    module: ModuleName
    file: str
    display_path: str

    def __getstate__(self) -> dict[str, object]:
        """Pickled without content and tree, which are read again where they are needed; markers tell where."""
        kept = {*(each.name for each in fields(self)), "markers"}
        return {name: value for name, value in vars(self).items() if name in kept}

    @property
    def path(self) -> Path:
        """The path of the file."""
        return Path(self.file)

    @property
    def is_package(self) -> bool:
        """Whether it is an `__init__.py`."""
        return self.file.endswith(("/__init__.py", f"{os.sep}__init__.py"))

    @property
    def service(self) -> str:
        """The service of the module; "" outside of services."""
        return service_of(self.module)

    @property
    def package(self) -> ModuleName:
        """The base of relative imports, without the service: the parent, or the module itself for an `__init__.py`."""
        name = plain_name(self.module)
        return name if self.is_package else parent_name(name)

    @cached_property
    def content(self) -> bytes:
        """The bytes of the file.

        Raises:
            SourceError: it cannot be read.
        """
        return self.read()

    def with_content(self, content: bytes) -> "Draft":
        """The same module with other bytes: an unsaved edit, or an earlier version."""
        return Draft(self.module, self.file, self.display_path, content)

    @cached_property
    def markers(self) -> frozenset[bytes]:
        """Words and relative imports in the file, which show without parsing what it may contain.

        Raises:
            SourceError: it cannot be read.
        """
        known: bytes | None = vars(self).get("content")
        content = self.read() if known is None else known  # not memoized: every file needs its markers, few need more
        if content.count(b"import") > MOST_IMPORTS:
            raise self._error(f"has more than {MOST_IMPORTS:,} imports, which would take too long to follow", _LARGE)
        long = [LONG_IMPORT] if LONG_LINE.search(content) else []
        return frozenset([word for word in _WORDS if word in content] + _RELATIVE.findall(content) + long)

    def preset_markers(self, markers: frozenset[bytes]) -> None:
        """Set the markers from a cache, without reading the file."""
        vars(self)["markers"] = markers

    @property
    def is_too_large_to_parse(self) -> bool:
        """Whether it has so many words that its tree would take too much memory."""
        content = self.content
        # A file with fewer bytes has fewer words: nearly all files are told by their size.
        return len(content) > MOST_WORDS and sum(1 for _ in _WORD.finditer(content)) > MOST_WORDS

    @cached_property
    def text(self) -> str:
        """The decoded file.

        Raises:
            SourceError: it cannot be read, or not in the encoding that it declares.
        """
        try:
            content = self.content
            # By PEP 263, as Python does it; `utf-8-sig` if there is a byte order mark.
            encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
            return content.decode(encoding)
        except (SyntaxError, UnicodeDecodeError, LookupError) as error:
            raise self._error(f"cannot be decoded: {error}", hint="save it as UTF-8, or declare its encoding") from None

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file.

        Raises:
            SourceError: it cannot be read, or it is not the syntax of this Python.
        """
        if self.is_too_large_to_parse:
            raise self._error(f"cannot be parsed: it has more than {MOST_WORDS:,} names, numbers and brackets", _LARGE)
        try:
            return ast.parse(self.text, filename=self.display_path)
        except SyntaxError as error:
            raise self._syntax_error(error) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise self._error(f"cannot be parsed: {str(error) or 'it is nested too deeply'}") from None

    def place_in_depth(self, depth: int) -> Location | None:
        """A location where statements and expressions are nested `depth` deep; None if there is none.

        Raises:
            SourceError: it cannot be read or parsed.
        """
        level: list[ast.AST] = [self.tree]
        place = None
        for _ in range(depth):
            level = [child for node in level for child in ast.iter_child_nodes(node)]
            place = next((self.location(node) for node in level if isinstance(node, ast.expr | ast.stmt)), place)
        return place if level else None

    def location(self, node: ast.expr | ast.stmt | ast.alias | ast.arg | ast.excepthandler) -> Location:
        """The location of `node`. Columns are in characters; those of `ast` are in UTF-8 bytes."""
        lines, first, end_line = self.lines, node.lineno, node.end_lineno or node.lineno
        line = lines[first - 1] if first <= len(lines) else ""
        last = lines[end_line - 1] if end_line <= len(lines) else ""
        return Location(
            self.display_path,
            first,
            _characters(line, node.col_offset) + 1,
            end_line,
            _characters(last, node.end_col_offset or 0) + 1,
        )

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines as Python counts them, without line ends; `str.splitlines` would also split at form feeds."""
        lines = self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return tuple(lines if lines[-1] else lines[:-1])

    def read(self) -> bytes:
        """The bytes of the file, which are not memoized.

        Raises:
            SourceError: it cannot be read.
        """
        try:
            return content(self.file, MOST_BYTES)
        except OSError as error:
            raise self._error(f"cannot be read: {error.strerror or error}") from None

    def _syntax_error(self, error: SyntaxError) -> SourceError:
        location = Location(self.display_path, error.lineno or 1, max(error.offset or 1, 1))
        version = needed_version(error, self.lines)
        if version:
            return SourceError(
                f"needs Python {version}: {error.msg}", f"run archguard with Python {version} or newer", location
            )
        return SourceError(f"is not valid Python: {error.msg}", location=location)

    def _error(self, message: str, hint: str = "") -> SourceError:
        return SourceError(message, hint, Location(self.display_path))


@dataclass(frozen=True)
class Draft(Source):
    """A source file with other bytes than those on disk."""

    draft: bytes = field(default=b"", repr=False)

    def read(self) -> bytes:
        """The draft."""
        if len(self.draft) > MOST_BYTES:
            raise self._error(f"has more than {MOST_BYTES:,} bytes", _LARGE)
        return self.draft


def _characters(line: str, utf8_offset: int) -> int:
    if line.isascii():
        return utf8_offset
    return bisect_left(_utf8_offsets(line), utf8_offset)


@lru_cache(maxsize=4)  # callers need it for each name on a long line
def _utf8_offsets(line: str) -> tuple[int, ...]:
    """The UTF-8 offset of each character of `line`, and of its end."""
    return (0, *accumulate(len(character.encode("utf-8", "surrogatepass")) for character in line))
