"""The secret key that signs cache entries. It belongs to the user, and lies outside of every project.

A repository can bring a cache folder, but it cannot bring the key: without it, entries are ignored.
"""

import os
import stat

VARIABLE = "ARCHGUARD_CACHE_KEY"
"""The environment variable that passes the secret to runs in CI that share a restored cache."""
_SIZE = 32


def secret(root: str) -> bytes | None:
    """The key for the project at `root`, made on first use; None if there is none that can be trusted."""
    from_environment = os.environ.get(VARIABLE)
    if from_environment:
        from _blake2 import blake2b  # `hashlib` takes 5 ms to load OpenSSL

        return bytes(blake2b(from_environment.encode("utf-8", "surrogateescape"), digest_size=_SIZE).digest())
    file = key_file()
    if file is None or _is_inside(
        file, root
    ):  # the home folder is in the project: its files may have come with the repository
        return None
    return _read(file) or _make(file)


def key_file() -> str | None:
    """The file of this user's secret; None without a home folder."""
    cache_home = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME", "")
    folder = cache_home if os.path.isabs(cache_home) else os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(folder, "archguard", "key") if os.path.isabs(folder) else None


def _is_inside(file: str, root: str) -> bool:
    path, folder = os.path.realpath(file), os.path.realpath(root)
    return path.startswith(os.path.join(folder, ""))


def _read(file: str) -> bytes | None:
    """The key, if only this user may read and write its file; files in a checkout normally have wider permissions."""
    try:
        with open(file, "rb", opener=open_plain) as file_object:
            found = os.fstat(file_object.fileno())
            key = file_object.read(_SIZE + 1) if stat.S_ISREG(found.st_mode) and _is_private(found) else b""
    except OSError:
        return None
    return key if len(key) == _SIZE else None


def open_plain(file: str, flags: int) -> int:
    """An `opener` that follows no symbolic link and waits for no pipe."""
    return os.open(file, flags | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _is_private(found: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or (found.st_uid == os.geteuid() and not found.st_mode & 0o077)


def _make(file: str) -> bytes | None:
    key = os.urandom(_SIZE)
    try:
        os.makedirs(os.path.dirname(file), mode=0o700, exist_ok=True)
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with open(number, "wb") as file_object:
            file_object.write(key)
    except OSError:  # nothing is stored then; an untrusted file stays as it is
        return _read(file)
    return key
