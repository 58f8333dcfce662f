"""List folders for the search for modules: with readable names, through symbolic links, in bounded time.

A link may lead to the folder that it is in, to one that is read already, or out of the project to a whole file system.
Links are followed breadth first, after all plain folders. A link in a plain folder is followed unless its target is a
parent of the link. A link behind another link is followed only if its target has not been read yet. So each folder gets
the names that code is likely to import it by, and n folders that all link to each other give n * n listings; following
every path would give more than n factorial.
"""

import os
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Final

from archguard.incremental.input_recorder import real_path

MOST_LINKED: Final = 5_000
"""Folders behind links to read at most: more than any package has, less than `/usr`, which takes a second."""
_NAME = attrgetter("name")


def readable(path: str) -> str:
    """`path` decoded as UTF-8, also where the locale has a smaller encoding (`LC_ALL=C`).

    File names are UTF-8 nearly everywhere; a name that is not keeps its surrogate escapes.
    """
    if path.isascii():
        return path
    try:
        return os.fsencode(path).decode("utf-8")
    except UnicodeError:
        return path


def native(path: str) -> str:
    """A path from the configuration in the encoding of the file system: the inverse of `readable`."""
    return path if path.isascii() else os.fsdecode(path.encode("utf-8", "surrogateescape"))


def printable(path: str) -> str:
    """`path` for a report: bytes that are not UTF-8 are escaped."""
    text = readable(path)
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def has_no_text(name: str) -> bool:
    """Whether some bytes of a `readable` name are not UTF-8."""
    return not name.isascii() and any("\ud800" <= character <= "\udfff" for character in name)


@dataclass(frozen=True)
class Listing:
    """The entries of a folder that matter to the search for modules, sorted by name."""

    folders: tuple["os.DirEntry[str]", ...]
    files: tuple["os.DirEntry[str]", ...]
    others: tuple["os.DirEntry[str]", ...]
    """Pipes, sockets, devices, and broken links."""

    @classmethod
    def of(cls, folder: str, endings: tuple[str, ...] = (".py",)) -> "Listing":
        """The folders, and the files whose names end with one of `endings`, without hidden ones.

        Raises:
            OSError: the folder cannot be read.
        """
        folders: list[os.DirEntry[str]] = []
        files: list[os.DirEntry[str]] = []
        others: list[os.DirEntry[str]] = []
        for entry in os.scandir(folder):
            if entry.name.startswith(".") or entry.name == "__pycache__":
                continue
            if _is_folder(entry):
                folders.append(entry)
            elif entry.name.endswith(endings):
                (files if _is_file(entry) else others).append(entry)
        return cls(*(tuple(sorted(found, key=_NAME)) for found in (folders, files, others)))


def holds_python(folder: Path) -> bool:
    """Whether there is a Python file below `folder`, or may be one, in a folder that cannot be read."""
    top = real_path(folder)
    waiting, seen, behind = [(str(folder), top)], {top}, 0
    while waiting:
        here, real = waiting.pop()
        try:
            listing = Listing.of(here)
        except OSError:
            return True
        if listing.files or listing.others or behind > MOST_LINKED:
            return True
        for entry in reversed(listing.folders):
            inner = real_path(entry.path) if entry.is_symlink() else f"{real}{os.sep}{entry.name}"
            if inner not in seen:
                seen.add(inner)
                waiting.append((entry.path, inner))
                behind += not inner.startswith(top)
    return False


@dataclass
class Links:
    """The symbolic links that a search has found, and which of them it follows."""

    tell: Callable[[str, str], None]
    """Called with each link that is not followed, and the reason."""
    read: set[str] = field(default_factory=set)
    """The real paths of the folders that have been read."""
    reported: set[str] = field(default_factory=set)
    waiting: deque[tuple[str, str, bool]] = field(default_factory=deque)
    """The path of each link, the real path of the folder that it is in, and whether that is behind another link."""
    behind: int = 0
    """The number of folders read behind links."""

    def followed(self) -> Iterator[tuple[str, str]]:
        """Each link to follow, and its target; the caller adds links to `waiting` meanwhile."""
        while self.waiting:
            link, folder, is_behind = self.waiting.popleft()
            target = real_path(link)
            # With separators, or `/a/bc` would count as inside of `/a/b`.
            if (folder + os.sep).startswith(target.rstrip(os.sep) + os.sep):
                self._pass_over(link, folder, "a link to a folder around it was not followed")
            elif is_behind and target in self.read:
                self._pass_over(link, folder, "a link to a folder that has been read was not followed again")
            else:
                yield link, target

    def _pass_over(self, link: str, folder: str, why: str) -> None:
        """Report the link once, even if several paths lead to it."""
        own = folder + os.sep + link.rpartition(os.sep)[2]
        if own not in self.reported:
            self.reported.add(own)
            self.tell(link, why)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a symbolic link to itself
        return False


def _is_file(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False
