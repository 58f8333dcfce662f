"""The connection of Windows, over what that module offers on this system: its ends prove to know the user's secret."""

from collections.abc import Iterator
from contextlib import suppress
from queue import Queue
from threading import Thread

import pytest
from daemons import PATIENCE, Daemons

from archguard.incremental.secret import VARIABLE
from archguard.servers.connection import PipeConnection, _pipe
from archguard.servers.listener import AlreadyServedError, _PipeListener
from archguard.servers.protocol import MOST_BYTES


@pytest.fixture
def address(daemons: Daemons) -> str:
    return str(daemons.folder / "pipe")


@pytest.fixture
def accepted(address: str) -> Iterator[Queue[PipeConnection | None]]:
    """What a daemon accepts."""
    listener, found = _PipeListener(address, "/project"), Queue[PipeConnection | None]()

    def accept() -> None:
        with suppress(OSError):  # it is closed
            while True:
                found.put(listener.accept())

    Thread(target=accept, daemon=True).start()
    yield found
    listener.close()


def test_lines_reach_the_other_end(address: str, accepted: Queue[PipeConnection]) -> None:
    client = _pipe(address, "/project")
    assert client
    server = accepted.get(timeout=PATIENCE)
    for end in (client, server):
        end.wait_at_most(PATIENCE)

    client.send(b"question\n")
    assert server.receive() == b"question"
    server.send(b"answer\n")
    assert client.receive() == b"answer"

    client.close()
    assert server.receive() is None


def test_who_does_not_know_the_secret_is_no_client(
    address: str, accepted: Queue[PipeConnection | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "of another user")

    assert _pipe(address, "/project") is None
    assert accepted.get(timeout=PATIENCE) is None


def send_too_much(client: PipeConnection) -> None:
    with pytest.raises(OSError, match="Broken pipe|Connection reset"):
        client.send(b" " * (MOST_BYTES + 1))


def test_silence_and_endless_messages_are_bounded(address: str, accepted: Queue[PipeConnection]) -> None:
    client = _pipe(address, "/project")
    assert client
    server = accepted.get(timeout=PATIENCE)
    server.wait_at_most(0.01)
    with pytest.raises(TimeoutError):
        server.receive()

    server.wait_at_most(PATIENCE)
    sending = Thread(target=send_too_much, args=(client,))
    sending.start()
    with pytest.raises(OSError, match="bad message length"):
        server.receive()
    sending.join(PATIENCE)


def test_a_second_listener_is_refused(address: str, accepted: Queue[PipeConnection]) -> None:
    with pytest.raises(AlreadyServedError):
        _PipeListener(address, "/project")


def test_where_nobody_listens_there_is_no_connection(address: str) -> None:
    assert _pipe(address, "/project") is None
