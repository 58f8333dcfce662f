"""Resident processes that a test starts, apart from those of the user who runs it."""

import json
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from project import Project

from archguard.servers.client import ask
from archguard.servers.protocol import address

PATIENCE = 60.0
"""Seconds: more than any answer takes on a busy machine."""


class Daemons:
    """Where the daemons of a test listen and write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def sockets(self) -> list[Path]:
        """The sockets that there are."""
        return sorted(path for path in self.folder.rglob("*") if path.is_socket())

    @property
    def log(self) -> str:
        """What they have written."""
        return (self.folder / "archguard/daemon.log").read_text(encoding="utf-8")

    def ask(self, project: Project, method: str, *, start: bool = True, **arguments: Any) -> Any:
        """The answer to a request; None if nothing runs."""
        return ask(str(project.root), {"method": method, **arguments}, start=start, timeout=PATIENCE)

    def check(self, project: Project, drafts: dict[str, str | None]) -> Any:
        """The answer to a check of drafts, by their paths below the root."""
        return self.ask(project, "check", drafts={str(project.root / path): text for path, text in drafts.items()})

    def pid(self, project: Project) -> int | None:
        """The process that runs for `project`."""
        answer = self.ask(project, "status", start=False)
        return answer["pid"] if answer else None

    def address(self, project: Project) -> str:
        """Where it listens."""
        found = address(str(project.root.resolve()), (), make_folder=True)
        assert found
        return found

    @contextmanager
    def connected(self, project: Project) -> Iterator[socket.socket]:
        """A connection to what runs for `project`, without a client that knows how to behave."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(self.address(project))
            yield connection

    def stop(self) -> None:
        """End all of them."""
        for path in self.sockets:
            with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(PATIENCE)
                connection.connect(str(path))
                connection.sendall(json.dumps({"method": "stop"}).encode() + b"\n")
                while connection.recv(4096):
                    pass


@contextmanager
def daemons_of_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[Daemons]:
    """A place for daemons, which ends all that are there at last."""
    folder = Path(tempfile.mkdtemp(prefix="ag-"))  # shorter than `tmp_path`: the path of a socket is limited
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    daemons = Daemons(folder)
    try:
        yield daemons
    finally:
        daemons.stop()
        shutil.rmtree(folder, ignore_errors=True)
