"""Whether git tracks a folder: told from its index, since to ask git takes longer than an answer."""

import os

_SHORTENED = 4
"""The version of an index from which on names do not stand there in full."""
_ENTRY = 62
"""Bytes before the name of an entry, where names of objects are SHA-1."""


def is_tracked(root: str, name: str) -> bool:
    """Whether git tracks `name`, or anything in it, in the folder `root` or in a folder beside or below that.

    What cannot be read for sure counts as tracked.
    """
    folder = _git_folder(os.path.realpath(root))
    if folder is None:
        return False
    try:
        indexes = [each for each in os.listdir(folder) if each == "index" or each.startswith("sharedindex.")]
        return any(_mentions(_content(os.path.join(folder, index)), name.encode()) for index in indexes)
    except OSError:
        return True


def _git_folder(folder: str) -> str | None:
    """The folder of the repository that `folder` is in; None if it is in none."""
    while not os.path.exists(os.path.join(folder, ".git")):
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
    found = os.path.join(folder, ".git")
    if os.path.isdir(found):
        return found
    pointer = _content(found).partition(b"gitdir:")[2].strip()  # a linked working tree, or a submodule
    return os.path.join(folder, os.fsdecode(pointer))


def _content(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _mentions(index: bytes, name: bytes) -> bool:
    if int.from_bytes(index[4:8], "big") < _SHORTENED:
        return name + b"/" in index or name + b"\0" in index
    return any(name in path.split(b"/") for path in _paths(index))


def _paths(index: bytes) -> "Iterator[bytes]":
    """The names of an index of version 4, in which each leaves out what it begins with like the one before.

    Raises:
        OSError: it is of another form, such as with SHA-256.
    """
    path, at = b"", 12
    try:
        for _ in range(int.from_bytes(index[8:12], "big")):
            at += _ENTRY + 2 * bool(index[at + _ENTRY - 2] & 0x40)
            cut, at = _number(index, at)
            end = index.index(b"\0", at)
            path = path[: len(path) - cut] + index[at:end]
            at = end + 1
            yield path
    except (IndexError, ValueError) as error:
        raise OSError("not an index that can be read") from error


def _number(index: bytes, at: int) -> tuple[int, int]:
    """The number at that place, and the place behind it: https://git-scm.com/docs/index-format."""
    byte = index[at]
    number = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = index[at]
        number = (number + 1 << 7) | (byte & 0x7F)
    return number, at + 1


TYPE_CHECKING = False  # importing `typing` takes longer than many an answer
if TYPE_CHECKING:
    from collections.abc import Iterator
