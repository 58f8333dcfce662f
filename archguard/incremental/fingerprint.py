"""Fingerprints of files and folders: a changed file has another fingerprint.

The cheap one comes from `stat`: modification and change time in nanoseconds, inode and size. Two changes within one
tick of the file system's clock can share all four, so a fingerprint counts only once its file is "settled": unchanged
for longer than a tick. Until then, and for folders, a BLAKE2b digest of the content (of a folder: its names) is used.
"""

import errno
import os
import stat
import time
from _blake2 import blake2b  # `hashlib` takes 3 ms to load OpenSSL

from archguard.incremental.store import NAME

TYPE_CHECKING = False  # importing `typing` takes longer than many a replay
if TYPE_CHECKING:
    from collections.abc import Iterable

_IGNORED_NAMES = ("__pycache__", NAME)
"""Entries that running Python or archguard creates in folders, and that no report depends on."""
_NON_BLOCKING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_CHUNK = 1 << 20
"""Bytes that are read at once, if a file turns out to have more than it says."""
_TICK = 2_000_000_000
"""Nanoseconds within which two changes may get the same time: FAT, the coarsest file system, counts in 2 s steps."""


def stat_fingerprint(path: str) -> list[int] | None:
    """Modification time, change time (both in ns), inode and size; None if there is no such file."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return [found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size]


def is_settled(found: list[int]) -> bool:
    """Whether every later change will alter the fingerprint: not if the last change was just now, or in the future."""
    # `git checkout` and `touch -d` set the modification time to the past or future; the change time is the kernel's.
    return max(found[0], found[1]) < time.time_ns() - _TICK


def digest(path: str) -> str:
    """A digest of the content of a file, or of the names in a folder; the error number if it cannot be read."""
    return digest_and_links(path)[0]


def digest_and_links(path: str) -> tuple[str, list[str]]:
    """The digest; and the symbolic links in a folder, since their targets can change while the folder does not."""
    links: list[str] = []
    try:
        found = _names(path, links) if os.path.isdir(path) else content(path)
    except (OSError, ValueError) as error:
        return f"error {getattr(error, 'errno', '')}", []
    return content_digest(found), links


def content_digest(found: bytes) -> str:
    """A digest of some bytes."""
    return blake2b(found, digest_size=16).hexdigest()


def digest_of(values: "Iterable[object]") -> str:
    """A digest of `values`, whose representation must be the same in each run: no sets."""
    return content_digest(repr([*values]).encode())


def kind(path: str) -> str:
    """`file`, `folder` or `other`; "" if there is nothing."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return ""
    return "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "other"


def content(path: str, most: int = 0) -> bytes:
    """The content of a file of at most `most` bytes; of any size if `most` is 0.

    Raises:
        OSError: it cannot be read, is larger, or is no regular file: reading a pipe or a device may never end.
    """
    _require_regular_file(path, os.stat(path))  # before `open`, which alone has an effect on some devices
    descriptor = os.open(path, os.O_RDONLY | _NON_BLOCKING)  # without `open`, which takes as long as the reading
    try:
        found = os.fstat(descriptor)
        _require_regular_file(
            path, found
        )  # it may have been replaced by a pipe meanwhile; `O_NONBLOCK` keeps `open` from waiting
        if most and found.st_size > most:
            raise OSError(errno.EFBIG, f"is larger than {most >> 20} MiB", path)
        read = os.read(descriptor, found.st_size + 1)
        while more := os.read(descriptor, _CHUNK):  # it has grown meanwhile, or is on a slow file system
            read += more
        return read
    finally:
        os.close(descriptor)


def _require_regular_file(path: str, found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "is a pipe, a socket or a device, not a file", path)


def _names(folder: str, links: list[str]) -> bytes:
    """The sorted names in `folder`, subfolders with a slash; appends its symbolic links to `links`."""
    names = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name not in _IGNORED_NAMES:
                names.append(f"{entry.name}{'/' * _is_folder(entry)}")
                if entry.is_symlink():
                    links.append(entry.path)
    return b"folder\0" + "\0".join(sorted(names)).encode("utf-8", "surrogatepass")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a symbolic link to itself
        return False
