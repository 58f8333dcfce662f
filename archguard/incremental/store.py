"""The cache folder: signed text files, hidden from git, backups and searches.

The folder lies in the project, so a pull request could bring forged entries. Hence every entry starts with a message
authentication code: keyed BLAKE2b, with a secret of this user, over the project's path, the entry's name and its text.
The path is left out for entries that are valid anywhere: those whose name and text hold digests of all that they were
computed from. In another project of the same user, they say nothing about files with other content. A cache folder that
git tracks is not used, and nothing is read or written through a symbolic link.

Entries are written to a temporary file and renamed. A failed write is silent: the cache is only an optimization.
"""

import os
import stat

from archguard.incremental.secret import open_plain, secret
from archguard.incremental.tracked import is_tracked

NAME = ".archguard_cache"
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by archguard; see https://bford.info/cachedir/\n"

_ANYWHERE = b"archguard anywhere "
"""The beginning of an entry that is valid in any folder; its code is one of such an entry."""


def place(root: str, *names: str) -> str:
    """The path of the entry `names` in the cache of the project at `root`."""
    return os.path.join(root, NAME, *names)


def load(root: str, *names: str) -> str | None:
    """The text of the entry `names` in the cache of the project at `root`.

    None if there is none, if it is damaged, or if its signature is not this user's.
    """
    content = load_bytes(root, *names)
    return None if content is None else content.decode("utf-8", "surrogatepass")


def load_bytes(root: str, *names: str) -> bytes | None:
    """The bytes of the entry `names`, as `load`."""
    key = secret(root)
    if key is None or is_refused(root) or not _are_folders(root, names[:-1]):
        return None
    try:
        with open(place(root, *names), "rb", opener=open_plain) as entry:
            content = entry.read() if _is_ours(os.fstat(entry.fileno()), stat.S_ISREG) else b""
    except OSError:
        return None
    code, _, text = content.partition(b"\n")
    if not _is_equal(code, _code(key, root, names, text, anywhere=code.startswith(_ANYWHERE))):
        return None
    return text


def load_part(root: str, names: tuple[str, ...], offset: int, length: int) -> bytes:
    """A part of the content of the entry `names`; b"" if it cannot be read.

    Nothing is authenticated: compare the part with a digest that an authenticated entry holds.
    """
    if is_refused(root) or not _are_folders(root, names[:-1]):
        return b""
    try:
        with open(place(root, *names), "rb", opener=open_plain) as entry:
            if not _is_ours(os.fstat(entry.fileno()), stat.S_ISREG):
                return b""
            entry.seek(len(entry.readline()) + offset)
            return entry.read(length)
    except OSError:
        return b""


def save(root: str, names: tuple[str, ...], text: str, *, anywhere: bool = False) -> None:
    """Store `text` as the entry `names` in the cache of the project at `root`.

    The write is atomic. If the folder cannot be written, or the disk is full, nothing is stored.

    Args:
        root: The folder of the project.
        names: The name of the entry.
        text: What to store.
        anywhere: Whether it is valid in any folder: its name and text hold no path outside of the project, and digests
            of everything that it was computed from.
    """
    save_bytes(root, names, text.encode("utf-8", "surrogatepass"), anywhere=anywhere)


def save_bytes(root: str, names: tuple[str, ...], content: bytes, *, anywhere: bool = False) -> None:
    """Store `content` as the entry `names`, as `save`."""
    key = secret(root)
    if key is None or is_refused(root):
        return
    file = place(root, *names)
    temporary = f"{file}.{os.getpid()}-{os.urandom(4).hex()}"
    try:
        _make_folders(root, names[:-1])
        with open(temporary, "xb") as file_object:
            file_object.write(_code(key, root, names, content, anywhere=anywhere) + b"\n" + content)
        os.replace(temporary, file)
    except OSError:
        _remove(temporary)


def prune(root: str, names: tuple[str, ...], most: int) -> None:
    """Delete all but the `most` newest files in the folder `names` of the cache."""
    if is_refused(root) or not _are_folders(root, names):
        return
    try:
        entries = [
            (entry.stat(follow_symlinks=False).st_mtime, entry.path) for entry in os.scandir(place(root, *names))
        ]
    except OSError:
        return
    for _, path in sorted(entries, reverse=True)[most:]:
        _remove(path)


def is_refused(root: str) -> bool:
    """Whether the cache of the project at `root` may have come with the repository: git tracks it, or it is a link."""
    return os.path.islink(place(root)) or is_tracked(root, NAME)


def _make_folders(root: str, names: tuple[str, ...]) -> None:
    """Create the folder `names` in the cache, with its parents.

    Raises:
        OSError: it cannot be created, or a parent is a symbolic link or belongs to another user.
    """
    for depth in range(len(names) + 1):
        try:
            os.mkdir(place(root, *names[:depth]))
        except FileExistsError:
            pass
    if not _are_folders(root, names):
        raise NotADirectoryError(place(root, *names))
    for name, content in (("CACHEDIR.TAG", _TAG), (".gitignore", "*\n")):
        try:
            with open(
                place(root, name), "x", encoding="utf-8"
            ) as file:  # mode `x` never writes through an existing link
                file.write(content)
        except FileExistsError:
            pass


def _are_folders(root: str, names: tuple[str, ...]) -> bool:
    """Whether the cache folder, and each of the nested folders `names` in it, belongs to this user and is no link."""
    try:
        found = [os.lstat(place(root, *names[:depth])) for depth in range(len(names) + 1)]
    except OSError:
        return False
    return all(_is_ours(each, stat.S_ISDIR) for each in found)


def _is_ours(found: os.stat_result, has_type: "Callable[[int], bool]") -> bool:
    """Whether it has the expected type, and belongs to this user or to root. On Windows the owner is not checked."""
    return has_type(found.st_mode) and (not hasattr(os, "geteuid") or found.st_uid in (0, os.geteuid()))


def _code(key: bytes, root: str, names: tuple[str, ...], content: bytes, *, anywhere: bool) -> bytes:
    """The authentication code of an entry. Bound to its name and, unless it is valid `anywhere`, to the project."""
    from _blake2 import blake2b  # `hashlib` takes 5 ms to load OpenSSL

    context = "\0".join(("" if anywhere else os.path.realpath(root), *names)).encode("utf-8", "surrogatepass")
    code = blake2b(len(context).to_bytes(8, "big") + context + content, key=key, digest_size=32)
    return (_ANYWHERE if anywhere else b"archguard ") + code.hexdigest().encode()


def _is_equal(one: bytes, other: bytes) -> bool:
    from _operator import _compare_digest  # the function behind `hmac.compare_digest`; `hmac` takes long to load

    return bool(_compare_digest(one, other))


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        pass


TYPE_CHECKING = False  # importing `typing` takes longer than many a replay
if TYPE_CHECKING:
    from collections.abc import Callable
