"""One file of Python: read once, parsed only when somebody asks."""

import ast
import io
import os
import re
import tokenize
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from archguard.codebase.syntax import needed_version
from archguard.errors import ArchguardError
from archguard.model import Location
from archguard.snapshot.state import content

_WORDS: Final = (b"archguard:", b"import_module", b"__import__", b"TYPE_CHECKING")
"""In directives, dynamic imports, and imports that never run."""
_RELATIVE: Final = re.compile(rb"from[\s\\]*\.[\s\\.]*")
"""A relative import; its dots may stand apart."""

MOST_BYTES: Final = 8 << 20
"""Of one file."""


class SourceError(ArchguardError):
    """A file that cannot be read or parsed."""


@dataclass(frozen=True)
class Source:
    """The module `module` in `file`, which reports show as `shown`."""

    module: str
    file: str
    shown: str

    @property
    def path(self) -> Path:
        """Where the file is."""
        return Path(self.file)

    @property
    def is_package(self) -> bool:
        """Whether it is an `__init__.py`."""
        return self.file.endswith(("/__init__.py", f"{os.sep}__init__.py"))

    @property
    def service(self) -> str:
        """The service that it belongs to, or "" outside of services."""
        return self.module.rpartition("::")[0]

    @property
    def package(self) -> str:
        """What a relative import starts from, without the service: its parent, or itself for an `__init__.py`."""
        name = self.module.rpartition("::")[2]
        return name if self.is_package else name.rpartition(".")[0]

    @cached_property
    def content(self) -> bytes:
        """The bytes of the file.

        Raises:
            SourceError: it cannot be read.
        """
        return self._read()

    @cached_property
    def signs(self) -> frozenset[bytes]:
        """Words in the file, and its relative imports, by which to tell what it may hold without parsing it.

        Raises:
            SourceError: it cannot be read.
        """
        content = self._read()  # and forgotten: every file is asked for its signs, and few for more
        return frozenset([word for word in _WORDS if word in content] + _RELATIVE.findall(content))

    def take_signs(self, signs: frozenset[bytes]) -> None:
        """Believe that these are its signs, without a look."""
        vars(self)["signs"] = signs

    @cached_property
    def text(self) -> str:
        """The decoded file.

        Raises:
            SourceError: it cannot be read, or not in the encoding that it declares.
        """
        try:
            content = self.content
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
        try:
            return ast.parse(self.text, filename=self.shown)
        except SyntaxError as error:
            raise self._syntax_error(error) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise self._error(f"cannot be parsed: {str(error) or 'it is nested too deeply'}") from None

    def location(self, node: ast.expr | ast.stmt | ast.alias | ast.arg | ast.excepthandler) -> Location:
        """The place of `node`, in characters."""
        line = self.lines[node.lineno - 1] if node.lineno <= len(self.lines) else ""
        end_line = node.end_lineno or node.lineno
        last = self.lines[end_line - 1] if end_line <= len(self.lines) else ""
        return Location(
            self.shown,
            node.lineno,
            _characters(line, node.col_offset) + 1,
            end_line,
            _characters(last, node.end_col_offset or 0) + 1,
        )

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines as Python counts them, without their ends."""
        lines = self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return tuple(lines if lines[-1] else lines[:-1])

    def _read(self) -> bytes:
        try:
            return content(self.file, MOST_BYTES)
        except OSError as error:
            raise self._error(f"cannot be read: {error.strerror or error}") from None

    def _syntax_error(self, error: SyntaxError) -> SourceError:
        location = Location(self.shown, error.lineno or 1, max(error.offset or 1, 1))
        version = needed_version(error, self.lines)
        if version:
            return SourceError(
                f"needs Python {version}: {error.msg}", f"run archguard with Python {version} or newer", location
            )
        return SourceError(f"is not valid Python: {error.msg}", location=location)

    def _error(self, message: str, hint: str = "") -> SourceError:
        return SourceError(message, hint, Location(self.shown))


def _characters(line: str, utf8_offset: int) -> int:
    return utf8_offset if line.isascii() else len(line.encode()[:utf8_offset].decode(errors="ignore"))
