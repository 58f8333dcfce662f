"""How clients and the resident process talk, and where they meet.

A message is one line: a JSON object in ASCII, ended by a line feed. A client sends requests one after another on one
connection, and each gets one answer, in the same order. The page `docs/reference/daemon.md` lists the methods.

They meet at a Unix socket in a folder that only this user can enter (on Windows, at a named pipe). Its name is a digest
of the project, the configuration, and the archguard and the Python that run: another one of these has another daemon.
"""

import os
import stat
import sys

from archguard.incremental.light_json import dumps, loads
from archguard.incremental.secret import key_file
from archguard.incremental.startup import inherited_path

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

VERSION = 1
"""Incremented by incompatible changes of requests or answers; a daemon of another version is never met."""
MOST_BYTES = 32 << 20
"""The largest message: a generated file of 5 MB, each character of it escaped as six (`\\u00e4`), still fits."""
_LONGEST_ADDRESS = 103
"""Bytes in the path of a socket: 108 on Linux, 104 on macOS, with a zero byte at the end."""
PRIVATE = 0o700


class InvalidMessageError(Exception):
    """A message that cannot be understood."""


def encoded(message: "dict[str, Any]") -> bytes:
    """The line for `message`."""
    return dumps(message).encode("ascii") + b"\n"


def decoded(line: bytes) -> "dict[str, Any]":
    """The message in `line`.

    Raises:
        InvalidMessageError: it is not a JSON object.
    """
    try:
        message = loads(line.decode())
    except (ValueError, RecursionError) as error:
        raise InvalidMessageError(f"not JSON: {error}") from None
    if not isinstance(message, dict):
        raise InvalidMessageError("not a JSON object")
    return message


def address(root: str, config: "Sequence[str]", *, make_folder: bool) -> str | None:
    """Where clients and the daemon of a project meet; None if there is no folder of this user alone.

    Args:
        root: The real path of the project's folder.
        config: The real paths of the configuration files, if they are named rather than found.
        make_folder: Whether to create the folder of the socket, as the daemon does.
    """
    name = _name(root, config)
    if os.name == "nt":
        return rf"\\.\pipe\archguard-{name}"
    paths = (os.path.join(folder, name) for folder in _folders(root) if _is_private(folder, make=make_folder))
    return next((path for path in paths if len(os.fsencode(path)) <= _LONGEST_ADDRESS), None)


def _name(root: str, config: "Sequence[str]") -> str:
    from _blake2 import blake2b  # `hashlib` takes 5 ms to load OpenSSL

    user = os.environ.get("USERNAME", "") if os.name == "nt" else ""  # pipes have no folder of their own
    # Of the Python its environment, not its program, which has several names.
    installed = (sys.version, os.path.realpath(sys.prefix), os.path.realpath(__file__))
    parts = (VERSION, *installed, user, inherited_path(root), root, *config)
    return str(blake2b("\0".join(map(str, parts)).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest())


def _folders(root: str) -> "Iterator[str]":
    """Folders for the socket, best first, none of them in the project: what lies there may have come with it."""
    runtime, key = os.environ.get("XDG_RUNTIME_DIR", ""), key_file()
    candidates = (
        os.path.join(runtime, "archguard") if os.path.isabs(runtime) else "",
        os.path.join(os.path.dirname(key), "daemons") if key else "",
        f"/tmp/archguard-{os.geteuid()}",  # noqa: S108  # short; used only if it is this user's alone
    )
    inside = os.path.join(root, "")
    return (folder for folder in candidates if folder and not os.path.realpath(folder).startswith(inside))


def _is_private(folder: str, *, make: bool) -> bool:
    """Whether `folder` is a folder, no link, that belongs to this user and that nobody else can enter."""
    try:
        if make:
            os.makedirs(os.path.dirname(folder), PRIVATE, exist_ok=True)
            try:
                os.mkdir(folder, PRIVATE)
            except FileExistsError:
                pass
        found = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077
