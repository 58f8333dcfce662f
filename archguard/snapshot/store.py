"""The folder for what can be found out again: out of the sight of git, backups and searches."""

import os
from zlib import crc32

NAME = ".archguard_cache"
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# Made by archguard; see https://bford.info/cachedir/\n"


def place(root: str, *names: str) -> str:
    """Where `names` are in the cache of the project at `root`."""
    return os.path.join(root, NAME, *names)


def load(file: str) -> str | None:
    """The text that was kept in `file`; None if there is none, or if it is damaged or somebody else's."""
    try:
        with open(file, "rb") as kept:
            content = kept.read() if _is_ours(kept.fileno()) else b""
    except OSError:
        return None
    checksum, _, text = content.partition(b"\n")
    if checksum != _checksum(text):
        return None
    return text.decode("utf-8", "surrogatepass")


def save(root: str, names: tuple[str, ...], text: str) -> None:
    """Keep `text` under `names` in the cache of the project at `root`.

    Nobody ever sees half of it. A folder that cannot be written, or a full disk, is done without.
    """
    content = text.encode("utf-8", "surrogatepass")
    file = place(root, *names)
    part = f"{file}.{os.getpid()}-{os.urandom(4).hex()}"
    try:
        _make_folder(root, os.path.dirname(file))
        with open(part, "wb") as kept:
            kept.write(_checksum(content) + b"\n" + content)
        os.replace(part, file)
    except OSError:
        _remove(part)


def prune(root: str, names: tuple[str, ...], most: int) -> None:
    """Leave only the `most` newest files in the folder `names` of the cache."""
    try:
        entries = [(entry.stat().st_mtime, entry.path) for entry in os.scandir(place(root, *names))]
    except OSError:
        return
    for _, path in sorted(entries, reverse=True)[most:]:
        _remove(path)


def _make_folder(root: str, folder: str) -> None:
    os.makedirs(folder, exist_ok=True)
    for name, content in (("CACHEDIR.TAG", _TAG), (".gitignore", "*\n")):
        if not os.path.exists(place(root, name)):
            with open(place(root, name), "w", encoding="utf-8") as file:
                file.write(content)


def _is_ours(file: int) -> bool:
    """Whether this user, or the administrator, wrote it; there are no owners on Windows."""
    return not hasattr(os, "geteuid") or os.fstat(file).st_uid in (0, os.geteuid())


def _checksum(content: bytes) -> bytes:
    return b"archguard %08x" % crc32(content)


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except OSError:
        pass
