"""One side of a conversation between a client and the daemon: lines of bytes, over a Unix socket or a named pipe."""

import os
import sys

from archguard.servers.protocol import MOST_BYTES, InvalidMessageError

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from _socket import socket
    from multiprocessing.connection import Connection as Pipe
    from typing import TypeAlias

_CHUNK = 1 << 16
_PEERS_ON_MACOS = (0, 1, 76)
"""Level and name of the option LOCAL_PEERCRED, and the size of the structure that it fills."""


class SocketConnection:
    """A Unix socket that carries lines."""

    def __init__(self, endpoint: "socket") -> None:
        self._socket = endpoint
        self._unread = b""

    def send(self, line: bytes) -> None:
        """Send a line that ends with a line feed.

        Raises:
            OSError: the other side has gone, or does not read for too long.
        """
        self._socket.sendall(line)

    def receive(self) -> bytes | None:
        """The next line without its end; None if the other side has gone, even in the middle of a line.

        Raises:
            OSError: nothing came for too long.
            InvalidMessageError: the line is longer than `MOST_BYTES`.
        """
        chunks, size, chunk = [], 0, self._unread
        while b"\n" not in chunk:
            chunks.append(chunk)
            size += len(chunk)
            if size > MOST_BYTES:
                raise InvalidMessageError(f"a message of more than {MOST_BYTES >> 20} MiB")
            chunk = self._socket.recv(_CHUNK)
            if not chunk:
                return None
        line, _, self._unread = chunk.partition(b"\n")
        return b"".join([*chunks, line])

    def wait_at_most(self, seconds: float) -> None:
        """Limit how long each later call may wait."""
        self._socket.settimeout(max(seconds, 0.001))  # 0 would mean not to wait at all

    def is_closed(self) -> bool:
        """Whether the other side has gone, so that no answer would reach it. Not while another thread uses this."""
        from _socket import MSG_PEEK

        seconds = self._socket.gettimeout()
        self._socket.settimeout(0)
        try:
            return not self._unread and self._socket.recv(1, MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self._socket.settimeout(seconds)

    def is_of_this_user(self) -> bool:
        """Whether the process at the other side belongs to this user; True where the system does not tell."""
        user = self._peer()
        return user is None or user == os.geteuid()

    def close(self) -> None:
        """End the conversation."""
        self._socket.close()

    def _peer(self) -> int | None:
        if sys.platform == "linux":
            from _socket import SO_PEERCRED, SOL_SOCKET

            return int.from_bytes(self._socket.getsockopt(SOL_SOCKET, SO_PEERCRED, 12)[4:8], sys.byteorder)
        if sys.platform == "darwin":
            return int.from_bytes(self._socket.getsockopt(*_PEERS_ON_MACOS)[4:8], sys.byteorder)
        return None


class PipeConnection:
    """A named pipe of Windows, whose two ends have proved to know the user's secret."""

    def __init__(self, pipe: "Pipe") -> None:
        self._pipe = pipe
        self._seconds: float | None = None

    def send(self, line: bytes) -> None:
        """Send a line, as `SocketConnection.send`."""
        self._pipe.send_bytes(line)

    def receive(self) -> bytes | None:
        """The next line, as `SocketConnection.receive`."""
        if not self._pipe.poll(self._seconds):
            raise TimeoutError("nothing came")
        try:
            return self._pipe.recv_bytes(MOST_BYTES).removesuffix(b"\n")
        except EOFError:
            return None

    def wait_at_most(self, seconds: float) -> None:
        """Limit how long each later call to `receive` may wait."""
        self._seconds = max(seconds, 0.0)

    def is_closed(self) -> bool:
        """Whether the other side has gone."""
        return self._pipe.closed

    def is_of_this_user(self) -> bool:
        """Whether the other side belongs to this user: it has proved that already."""
        return True

    def close(self) -> None:
        """End the conversation."""
        self._pipe.close()


Connection: "TypeAlias" = SocketConnection | PipeConnection


def connect(address: str, root: str, seconds: float) -> "Connection | None":
    """Connect to the daemon of the project at `root`; None if none is at `address`, or if it is another user's."""
    return _pipe(address, root) if os.name == "nt" else _socket_connection(address, seconds)


def _socket_connection(address: str, seconds: float) -> SocketConnection | None:
    from _socket import AF_UNIX, SOCK_STREAM, socket  # the module `socket` takes 3 ms to load

    endpoint = socket(AF_UNIX, SOCK_STREAM)
    connection = SocketConnection(endpoint)
    connection.wait_at_most(seconds)
    try:
        endpoint.connect(address)
    except OSError:
        endpoint.close()
        return None
    if connection.is_of_this_user():
        return connection
    endpoint.close()
    return None


def _pipe(address: str, root: str) -> PipeConnection | None:
    from multiprocessing import AuthenticationError
    from multiprocessing.connection import Client

    from archguard.incremental.secret import secret

    key = secret(root)
    try:
        return PipeConnection(Client(address, authkey=key)) if key else None
    except (OSError, EOFError, AuthenticationError):
        return None
