"""Read the output of `git diff-tree --patch --unified=0`: the lines that each commit deletes and adds, by file."""

import re
from collections.abc import Iterator
from dataclasses import field
from typing import IO, Final

from archguard.dataclass import dataclass

_COMMIT: Final = re.compile(rb"[0-9a-f]{40,64}\n")
_HUNK: Final = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True)
class Hunk:
    """Lines of a file that others replace."""

    start: int
    """How many lines of the old file are before it."""
    deleted: tuple[bytes, ...]
    """The old lines, without white space around them."""
    added: tuple[bytes, ...]
    """The new lines, without white space around them."""


@dataclass(frozen=True)
class FilePatch:
    """What a commit does to one file."""

    before: str
    """Its path before; "" if it is new."""
    after: str
    """Its path after; "" if it is deleted."""
    hunks: tuple[Hunk, ...]


@dataclass
class _File:
    """A file of a patch while it is read."""

    before: str = ""
    after: str = ""
    hunks: list[Hunk] = field(default_factory=list)

    def patch(self) -> FilePatch:
        return FilePatch(self.before, self.after, tuple(self.hunks))


def read_patches(output: IO[bytes]) -> Iterator[tuple[str, tuple[FilePatch, ...]]]:
    """Each commit with its patch, in the order of `output`; a commit that changes nothing may be missing."""
    commit, files = "", list[_File]()
    for line in output:
        if _COMMIT.fullmatch(line):
            if commit:
                yield commit, tuple(file.patch() for file in files)
            commit, files = line.decode().strip(), []
        elif line.startswith(b"diff --git "):
            files.append(_File())
        elif files:
            _read_line(line, files[-1], output)
    if commit:
        yield commit, tuple(file.patch() for file in files)


def _read_line(line: bytes, file: _File, output: IO[bytes]) -> None:
    """Read one line of a file's header, or a whole hunk."""
    if hunk := _HUNK.match(line):
        file.hunks.append(_hunk(hunk, output))
    elif line.startswith((b"--- a/", b"rename from ")):
        file.before = _path(line)
    elif line.startswith((b"+++ b/", b"rename to ")):
        file.after = _path(line)


def _path(line: bytes) -> str:
    """The path in a line; Git puts a tab behind one with a space."""
    for mark in (b"--- a/", b"+++ b/", b"rename from ", b"rename to "):
        line = line.removeprefix(mark)
    return line.rstrip(b"\r\n\t").decode(errors="surrogateescape")


def _hunk(head: re.Match[bytes], output: IO[bytes]) -> Hunk:
    """The hunk below its `head`. Lines are counted: what begins with `--- ` may be a deleted comment of SQL."""
    start, deleted, _, added = (1 if number is None else int(number) for number in head.groups())
    old = tuple(_content(output) for _ in range(deleted))
    new = tuple(_content(output) for _ in range(added))
    return Hunk(start - 1 if deleted else start, old, new)


def _content(output: IO[bytes]) -> bytes:
    """The next line of a hunk, without its mark and the white space around it."""
    line = output.readline()
    while line.startswith(b"\\"):  # `\ No newline at end of file`
        line = output.readline()
    return line[1:].strip()
