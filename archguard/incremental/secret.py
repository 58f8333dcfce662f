"""The secret with which entries of the cache are signed: of this user, and outside of every project."""

import os
import stat

VARIABLE = "ARCHGUARD_CACHE_KEY"
"""Where the owner of a CI system hands the secret to the runs that may use, and fill, a cache that is restored."""
_SIZE = 32


def secret(root: str) -> bytes | None:
    """The key for the project at `root`; None if there is none that can be trusted. A first one is made."""
    told = os.environ.get(VARIABLE)
    if told:
        from _blake2 import blake2b  # `hashlib` takes 5 ms to load OpenSSL

        return bytes(blake2b(told.encode("utf-8", "surrogateescape"), digest_size=_SIZE).digest())
    file = key_file()
    if file is None or _is_below(file, root):  # a home in the project: its files may have come with it
        return None
    return _read(file) or _make(file)


def key_file() -> str | None:
    """Where the secret of this user is kept, if there is a place for it."""
    told = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME", "")
    folder = told if os.path.isabs(told) else os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(folder, "archguard", "key") if os.path.isabs(folder) else None


def _is_below(file: str, root: str) -> bool:
    whole, folder = os.path.realpath(file), os.path.realpath(root)
    return whole.startswith(os.path.join(folder, ""))


def _read(file: str) -> bytes | None:
    """The key, if only this user can have written it; a repository cannot bring a file that none but he may read."""
    try:
        with open(file, "rb", opener=open_plain) as kept:
            found = os.fstat(kept.fileno())
            key = kept.read(_SIZE + 1) if stat.S_ISREG(found.st_mode) and _is_private(found) else b""
    except OSError:
        return None
    return key if len(key) == _SIZE else None


def open_plain(file: str, flags: int) -> int:
    """Open `file`, but follow no link, and wait for no pipe."""
    return os.open(file, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _is_private(found: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or (found.st_uid == os.geteuid() and not found.st_mode & 0o077)


def _make(file: str) -> bytes | None:
    key = os.urandom(_SIZE)
    try:
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with open(number, "wb") as kept:
            kept.write(key)
    except OSError:  # nothing is kept then; so it is where a file is there that cannot be trusted
        return _read(file)
    return key
