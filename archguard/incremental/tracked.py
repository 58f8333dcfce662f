"""Whether git tracks a folder, read from the git index: starting git takes longer than replaying a report."""

import os

_COMPRESSED = 4
"""The first version of the index format that compresses path names."""
_ENTRY = 62
"""Bytes of an index entry before its path name, with SHA-1 object names."""


def is_tracked(root: str, name: str) -> bool:
    """Whether git tracks `name`, or anything in it, in the folder `root` or in a folder beside or below that.

    An index that cannot be read counts as tracked.
    """
    folder = _git_folder(os.path.realpath(root))
    if folder is None:
        return False
    try:
        # With `git update-index --split-index`, most entries are in a shared index.
        indexes = [each for each in os.listdir(folder) if each == "index" or each.startswith("sharedindex.")]
        return any(_mentions(_content(os.path.join(folder, index)), name.encode()) for index in indexes)
    except OSError:
        return True


def _git_folder(folder: str) -> str | None:
    """The folder of the repository that `folder` is in; None if it is in none."""
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    found = os.path.join(folder, ".git")
    if os.path.isdir(found):
        return found
    pointer = _content(found).partition(b"gitdir:")[2].strip()  # a linked working tree, or a submodule
    return os.path.join(folder, os.fsdecode(pointer))


def _content(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _mentions(index: bytes, name: bytes) -> bool:
    # Paths are in plain text there, so that a search of the bytes is enough: it may find too much, never too little.
    if int.from_bytes(index[4:8], "big") < _COMPRESSED:
        return name + b"/" in index or name + b"\0" in index
    return any(name in path.split(b"/") for path in _paths(index))


def _paths(index: bytes) -> "Iterator[bytes]":
    """The path names of a version 4 index, where each name omits the prefix that it shares with the one before.

    Raises:
        OSError: the format is another one, such as SHA-256 object names.
    """
    path, at = b"", 12
    try:
        for _ in range(int.from_bytes(index[8:12], "big")):
            # Two further bytes of flags, if the bit for extended flags is set.
            at += _ENTRY + 2 * bool(index[at + _ENTRY - 2] & 0x40)
            cut, at = _number(index, at)
            end = index.index(b"\0", at)
            path = path[: len(path) - cut] + index[at:end]
            at = end + 1
            yield path
    except (IndexError, ValueError) as error:
        raise OSError("not an index that can be read") from error


def _number(index: bytes, at: int) -> tuple[int, int]:
    """The variable-width integer at the offset `at`, and the offset after it: https://git-scm.com/docs/index-format."""
    byte = index[at]
    number = byte & 0x7F
    while byte & 0x80:
        at += 1
        byte = index[at]
        number = (number + 1 << 7) | (byte & 0x7F)
    return number, at + 1


TYPE_CHECKING = False  # importing `typing` takes longer than many a replay
if TYPE_CHECKING:
    from collections.abc import Iterator
