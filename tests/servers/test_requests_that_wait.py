"""Requests are answered one after another, by their urgency, and a fault in one of them is no fault of the others."""

import gc
import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from queue import Queue
from threading import Event, Thread
from typing import Any

import pytest
from daemons import PATIENCE, Daemons
from project import Project

from archguard.servers.daemon import FIRST_ANSWERS, Daemon
from archguard.servers.listener import listening

pytestmark = pytest.mark.skipif(os.name == "nt", reason="a named pipe is no socket")


class Served:
    """A daemon in this process, whose answers wait until the test lets them go."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.begun: Queue[str] = Queue()
        """The names of the requests in the order in which they are answered."""
        self.may_go_on = Event()
        self.logged: list[str] = []
        self.ends: Queue[str] = Queue()
        self.kept: list[bytearray] = []
        self.thread = Thread()

    def run(self, ready: Event) -> None:
        daemon = Daemon(Path("/project"), PATIENCE, self.logged.append, most_growth=100 << 20)
        with listening(self.address, "/project") as listener:
            daemon.accept_from(listener)
            ready.set()
            self.ends.put(daemon.run(self))

    def __call__(self, request: dict[str, Any]) -> dict[str, Any]:
        name = request.get("name", request["method"])
        self.begun.put(name)
        if name == "first":
            assert self.may_go_on.wait(PATIENCE)
        if name == "grow":
            self.kept.append(bytearray(b"x" * (60 << 20)))
        if name == "fault":
            raise ZeroDivisionError("by zero")
        return {"name": name}

    def send(self, method: str, name: str = "") -> socket.socket:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE)
        connection.connect(self.address)
        connection.sendall(json.dumps({"method": method, "name": name}).encode() + b"\n")
        return connection

    def wait_for(self, waiting: int) -> None:
        """Wait until so many requests wait."""
        while True:
            with closing(self.send("status")) as connection:
                if answer(connection)["waiting"] == waiting:
                    return


def answer(connection: socket.socket) -> Any:
    return json.loads(connection.makefile("rb").readline())


@pytest.fixture
def served(project: Project, daemons: Daemons) -> Iterator[Served]:
    served = Served(daemons.address(project))
    ready = Event()
    thread = served.thread = Thread(target=served.run, args=(ready,))
    thread.start()
    assert ready.wait(PATIENCE)
    yield served
    gc.unfreeze()  # a daemon collects by itself
    gc.enable()
    served.may_go_on.set()
    if not thread.is_alive():
        return
    with closing(served.send("stop")) as connection:
        assert answer(connection) == {"stopped": True}
    thread.join(PATIENCE)
    assert served.ends.get(timeout=PATIENCE) == "a client has asked for it"


def test_edits_are_answered_before_reports(served: Served) -> None:
    first = served.send("report", "first")
    assert served.begun.get(timeout=PATIENCE) == "first"
    others = []
    for number, (method, name) in enumerate(
        [("report", "report 1"), ("check", "edit 1"), ("report", "report 2"), ("preview", "text"), ("check", "edit 2")]
    ):
        others.append(served.send(method, name))
        served.wait_for(number + 1)

    served.may_go_on.set()

    assert [answer(connection)["name"] for connection in (first, *others)] == [
        "first",
        "report 1",
        "edit 1",
        "report 2",
        "text",
        "edit 2",
    ]
    assert [served.begun.get(timeout=PATIENCE) for _ in others] == ["edit 1", "text", "edit 2", "report 1", "report 2"]
    for connection in (first, *others):
        connection.close()


def test_the_status_is_told_while_others_wait(served: Served) -> None:
    with closing(served.send("report", "first")):
        assert served.begun.get(timeout=PATIENCE) == "first"
        with closing(served.send("status")) as connection:
            assert answer(connection)["answered"] == 0


def test_nothing_is_computed_for_a_client_that_has_gone(served: Served) -> None:
    first = served.send("report", "first")
    assert served.begun.get(timeout=PATIENCE) == "first"
    served.send("check", "gone").close()
    served.wait_for(1)
    last = served.send("check", "last")
    served.wait_for(2)

    served.may_go_on.set()

    assert answer(last) == {"name": "last"}
    assert [served.begun.get(timeout=PATIENCE)] == ["last"]
    first.close()
    last.close()


def test_a_fault_is_an_error_of_its_request_only(served: Served) -> None:
    with closing(served.send("check", "fault")) as connection:
        error = answer(connection)["error"]
    with closing(served.send("check", "next")) as connection:
        assert answer(connection) == {"name": "next"}

    assert (error["code"], error["hint"]) == ("fault", "please report it")
    assert "ZeroDivisionError: by zero" in error["message"]
    assert "in __call__" in served.logged[0]


def test_what_was_written_after_a_check_is_read_before_somebody_asks(served: Served) -> None:
    with closing(served.send("check", "draft")) as connection:
        assert answer(connection) == {"name": "draft"}
    assert [served.begun.get(timeout=PATIENCE) for _ in range(2)] == ["draft", "refresh"]


def test_more_clients_than_there_may_be_at_once_are_answered_in_turn(served: Served) -> None:
    connections = [served.send("check", str(number)) for number in range(100)]
    names = []
    for connection in connections:
        names.append(answer(connection)["name"])
        connection.close()

    assert names == [str(number) for number in range(100)]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems tell the most memory that there has been")
def test_one_that_has_grown_too_much_ends_after_its_answer(served: Served) -> None:
    for number in range(FIRST_ANSWERS + 5):
        with closing(served.send("check", str(number))) as connection:
            assert answer(connection)["name"] == str(number)
    for _ in range(2):
        with closing(served.send("check", "grow")) as connection:
            assert answer(connection) == {"name": "grow"}

    assert "it has grown by 1" in served.ends.get(timeout=PATIENCE)
    served.thread.join(PATIENCE)
    assert not Path(served.address).exists()
