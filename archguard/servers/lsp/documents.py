"""The documents that the editor has open, and how their texts become drafts of files.

An editor sends whole texts (`TextDocumentSyncKind.Full`): with incremental changes, the library would count lines as
`str.splitlines` does, which ends them at form feeds and separators too, and would place later edits wrongly.
"""

import io
import os
import re
import tokenize
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

from pygls.uris import from_fs_path, to_fs_path

from archguard.dataclass import dataclass

LINE_END: Final = re.compile(r"\r\n|\r|\n")
"""The ends of lines by the protocol, which are those of Python."""
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Document:
    """A text that the editor has open."""

    uri: str
    path: Path
    version: int
    text: str

    @property
    def is_python(self) -> bool:
        """Whether it may be the file of a module."""
        return self.path.suffix == ".py"

    @cached_property
    def draft(self) -> bytes:
        """The bytes that saving it would write, in the encoding that the text declares."""
        return encoded(self.text) if self.is_python else self.text.encode("utf-8", "surrogatepass")

    @property
    def is_saved(self) -> bool:
        """Whether the file on disk has the same text. A mark for the byte order, which editors hide, does not count."""
        try:
            return self.path.read_bytes().removeprefix(_BOM) == self.draft
        except OSError:
            return False


def path_of(uri: str) -> Path | None:
    """The file of `uri`; None if it is none, such as `untitled:` or the older version that a comparison shows."""
    path = to_fs_path(uri)
    return Path(os.path.abspath(path)) if path and os.path.isabs(path) else None  # noqa: PTH100, PTH117  # keeps links


def uri_of(path: Path) -> str:
    """The URI of a file that the editor has not open."""
    return from_fs_path(str(path)) or path.as_uri()


def lines_of(text: str) -> tuple[str, ...]:
    """The lines of `text` as the protocol and Python count them, without their ends."""
    return tuple(LINE_END.split(text))


def lines_on_disk(path: Path) -> tuple[str, ...]:
    """The lines of a file, as long as it stays the same; none if it cannot be read."""
    try:
        found = path.stat()
        return _lines_on_disk(path, found.st_mtime_ns, found.st_size)
    except (OSError, SyntaxError, ValueError):  # an unknown encoding is a SyntaxError
        return ()


@lru_cache(maxsize=1_000)  # as many files as there are diagnostics in files that are not open
def _lines_on_disk(path: Path, changed: int, size: int) -> tuple[str, ...]:
    del changed, size
    content = path.read_bytes()
    encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    return lines_of(content.decode(encoding))


def encoded(text: str) -> bytes:
    """The bytes of a Python file with this `text`."""
    in_utf8 = text.encode("utf-8", "surrogatepass")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(in_utf8).readline)
        return in_utf8 if encoding.startswith("utf-8") else text.encode(encoding)
    except (SyntaxError, ValueError):  # the comment is half written, or the encoding lacks a character
        return in_utf8
