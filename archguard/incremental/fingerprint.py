"""How a file or a folder stands, so that it shows when it has changed."""

import errno
import os
import stat
import time

from archguard.incremental.store import NAME

_OURS = ("__pycache__", NAME)
"""What running code, or looking at it, leaves in folders, and nobody looks at."""
_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_TICK = 2_000_000_000
"""Nanoseconds within which two changes may bear the same time: the coarsest file systems tell every second one."""


def stat_fingerprint(path: str) -> list[int] | None:
    """When it was changed, its inode and its size: another content has another stamp. None if it is not there."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return [found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size]


def is_settled(found: list[int]) -> bool:
    """Whether any change from now on will show in the stamp: not if the last one was just now, or in the future."""
    return max(found[0], found[1]) < time.time_ns() - _TICK


def digest(path: str) -> str:
    """What is in a file, the names in a folder, or why neither can be told."""
    return digest_and_links(path)[0]


def digest_and_links(path: str) -> tuple[str, list[str]]:
    """The same; and the links in a folder, since what they lead to can change without it."""
    links: list[str] = []
    try:
        found = _names(path, links) if os.path.isdir(path) else content(path)
    except (OSError, ValueError) as error:
        return f"error {getattr(error, 'errno', '')}", []
    from hashlib import blake2b  # 5 ms, and mostly stamps tell, or there is nothing

    return blake2b(found, digest_size=16).hexdigest(), links


def kind(path: str) -> str:
    """Whether there is a file, a folder, or nothing."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return ""
    return "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "other"


def content(path: str, most: int = 0) -> bytes:
    """What is in a file of at most `most` bytes, or of any size.

    Raises:
        OSError: it cannot be read, is larger, or is no file: reading a pipe or a device may never end.
    """
    _refuse_others(path, os.stat(path))  # before it is opened, which alone makes some devices do something
    with open(os.open(path, os.O_RDONLY | _AT_ONCE), "rb", buffering=0) as file:
        found = os.fstat(file.fileno())
        _refuse_others(path, found)  # it may have become a pipe since then, which `_AT_ONCE` does not wait for
        if most and found.st_size > most:
            raise OSError(errno.EFBIG, f"is larger than {most >> 20} MiB", path)
        return file.readall()


def _refuse_others(path: str, found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "is a pipe, a socket or a device, not a file", path)


def _names(folder: str, links: list[str]) -> bytes:
    """The names in `folder`, and which of them are folders themselves; `links` are added to."""
    told = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name not in _OURS:
                told.append(f"{entry.name}{'/' * _is_folder(entry)}")
                if entry.is_symlink():
                    links.append(entry.path)
    return b"folder\0" + "\0".join(sorted(told)).encode("utf-8", "surrogatepass")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False
