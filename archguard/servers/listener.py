"""Where the daemon waits for clients: a Unix socket of this user alone, or a named pipe on Windows.

A lock on the file beside the socket is held for as long as the daemon lives, and the system releases it however the
daemon ends. So whoever holds it may remove the socket of one that has died, and of two that start at once one listens.
"""

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Final, Protocol

from archguard.errors import ArchguardError
from archguard.incremental.secret import secret
from archguard.servers.connection import Connection, PipeConnection, SocketConnection, connect

_MOST_WAITING: Final = 512
"""Connections that the system holds until they are accepted; a client beyond that is refused, and works alone."""
_SECONDS_TO_END: Final = 5.0
"""How long a daemon that is ending may keep the lock."""
_PAUSE: Final = 0.02


class AlreadyServedError(ArchguardError):
    """Another daemon listens for the project."""


class Listener(Protocol):
    """Accepts clients."""

    def accept(self) -> Connection | None:
        """The next client; None for one that is not this user, or that has gone already."""


@contextmanager
def listening(address: str, root: str) -> Iterator[Listener]:
    """Listen at `address` for the project at `root`, and leave nothing behind.

    Raises:
        AlreadyServedError: another daemon listens there.
        OSError: the socket cannot be made.
    """
    if sys.platform == "win32":
        with closing(_PipeListener(address, root)) as pipes:
            yield pipes
        return
    with _locked(address, root), _bound(address) as endpoint:
        yield _SocketListener(endpoint)


@contextmanager
def _locked(address: str, root: str) -> Iterator[None]:
    import fcntl  # noqa: PLC0415  # not on Windows

    lock = os.open(f"{address}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    deadline = time.monotonic() + _SECONDS_TO_END
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:  # by one that listens, or will in a moment, or is ending
            if (other := connect(address, root, _PAUSE)) or time.monotonic() > deadline:
                if other:
                    other.close()
                os.close(lock)
                raise AlreadyServedError("a daemon runs for this project already") from None
            time.sleep(_PAUSE)
    yield
    os.close(lock)  # the file stays: to remove it would let two daemons lock two files of the same name


@contextmanager
def _bound(address: str) -> Iterator[socket.socket]:
    with suppress(FileNotFoundError):
        os.unlink(address)  # noqa: PTH108  # of a daemon that was killed: this one holds the lock
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as endpoint:
        mask = os.umask(0o177)  # the socket is 0600 from its first moment on
        try:
            endpoint.bind(address)
        finally:
            os.umask(mask)
        endpoint.listen(_MOST_WAITING)
        try:
            yield endpoint
        finally:
            with suppress(FileNotFoundError):
                os.unlink(address)  # noqa: PTH108


class _SocketListener:
    def __init__(self, endpoint: socket.socket) -> None:
        self._endpoint = endpoint

    def accept(self) -> Connection | None:
        connection = SocketConnection(self._endpoint.accept()[0])
        if connection.is_of_this_user():
            return connection
        connection.close()
        return None


class _PipeListener:
    def __init__(self, address: str, root: str) -> None:
        from multiprocessing.connection import Listener as Pipes  # noqa: PLC0415  # on Windows only

        key = secret(root)
        if key is None:
            raise ArchguardError("there is no secret of this user that clients could prove to know")
        try:
            self._pipes = Pipes(address, authkey=key)
        except OSError:
            raise AlreadyServedError("a daemon runs for this project already") from None

    def accept(self) -> Connection | None:
        from multiprocessing import AuthenticationError  # noqa: PLC0415  # on Windows only

        try:
            return PipeConnection(self._pipes.accept())
        except (EOFError, AuthenticationError):
            return None

    def close(self) -> None:
        self._pipes.close()
