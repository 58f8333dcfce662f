"""The folder for what can be found out again: out of the sight of git, backups and searches.

It lies in the project, where a change that somebody sends may write too. So every entry bears a code that only who
knows a secret of this user can make (a keyed BLAKE2b over the project, the name of the entry and its text), a folder
that git tracks is not used, and nothing is read or written through a link.
"""

import os
import stat

from archguard.incremental.secret import open_plain, secret
from archguard.incremental.tracked import is_tracked

NAME = ".archguard_cache"
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by archguard; see https://bford.info/cachedir/\n"


def place(root: str, *names: str) -> str:
    """Where `names` are in the cache of the project at `root`."""
    return os.path.join(root, NAME, *names)


def load(root: str, *names: str) -> str | None:
    """The text that was kept under `names` in the cache of the project at `root`.

    None if there is none, or if it is damaged, or nobody knows whether this user has written it.
    """
    key = secret(root)
    if key is None or is_refused(root) or not _are_folders(root, names[:-1]):
        return None
    try:
        with open(place(root, *names), "rb", opener=open_plain) as kept:
            content = kept.read() if _is_ours(os.fstat(kept.fileno()), stat.S_ISREG) else b""
    except OSError:
        return None
    code, _, text = content.partition(b"\n")
    if not _is_equal(code, _code(key, root, names, text)):
        return None
    return text.decode("utf-8", "surrogatepass")


def save(root: str, names: tuple[str, ...], text: str) -> None:
    """Keep `text` under `names` in the cache of the project at `root`.

    Nobody ever sees half of it. A folder that cannot be written, or a full disk, is done without.
    """
    key = secret(root)
    if key is None or is_refused(root):
        return
    content = text.encode("utf-8", "surrogatepass")
    file = place(root, *names)
    part = f"{file}.{os.getpid()}-{os.urandom(4).hex()}"
    try:
        _make_folders(root, names[:-1])
        with open(part, "xb") as kept:
            kept.write(_code(key, root, names, content) + b"\n" + content)
        os.replace(part, file)
    except OSError:
        _remove(part)


def prune(root: str, names: tuple[str, ...], most: int) -> None:
    """Leave only the `most` newest files in the folder `names` of the cache."""
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
    """Whether the cache of the project at `root` came with the project: git tracks it, or it is a link."""
    return os.path.islink(place(root)) or is_tracked(root, NAME)


def _make_folders(root: str, names: tuple[str, ...]) -> None:
    """Make the folder `names` in the cache.

    Raises:
        OSError: it cannot be made, or there is a link or somebody else's folder on the way to it.
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
            with open(place(root, name), "x", encoding="utf-8") as file:  # never through a link that is there
                file.write(content)
        except FileExistsError:
            pass


def _are_folders(root: str, names: tuple[str, ...]) -> bool:
    """Whether the cache, and each of the folders `names` in each other in it, is this user's own folder and no link."""
    try:
        found = [os.lstat(place(root, *names[:depth])) for depth in range(len(names) + 1)]
    except OSError:
        return False
    return all(_is_ours(each, stat.S_ISDIR) for each in found)


def _is_ours(found: os.stat_result, is_sort: "Callable[[int], bool]") -> bool:
    """Whether it is of that sort, and this user's, or the administrator's; there are no owners on Windows."""
    return is_sort(found.st_mode) and (not hasattr(os, "geteuid") or found.st_uid in (0, os.geteuid()))


def _code(key: bytes, root: str, names: tuple[str, ...], content: bytes) -> bytes:
    """What only who knows `key` can say of `content`, which is under `names` in the cache of the project at `root`."""
    from _blake2 import blake2b  # `hashlib` takes 5 ms to load OpenSSL

    about = "\0".join((os.path.realpath(root), *names)).encode("utf-8", "surrogatepass")
    code = blake2b(len(about).to_bytes(8, "big") + about + content, key=key, digest_size=32)
    return b"archguard %s" % code.hexdigest().encode()


def _is_equal(one: bytes, other: bytes) -> bool:
    from _operator import _compare_digest  # what `hmac` has it from, which takes long to load

    return bool(_compare_digest(one, other))


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        pass


TYPE_CHECKING = False  # importing `typing` takes longer than many an answer
if TYPE_CHECKING:
    from collections.abc import Callable
