"""A small shop under version control, and a way to call the hook."""

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hook_calls import Answer, Hook, shop_in
from project import Project

from archguard.servers.hook.run import NO_DAEMON, run


@pytest.fixture(autouse=True)
def user(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for what is remembered of sessions, apart from that of the user who runs the tests."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    monkeypatch.setenv("LOCALAPPDATA", str(home))
    return home


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """The shop, committed."""
    return shop_in(tmp_path / "shop_project")


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Hook:
    """Call the hook in this process, without a daemon."""

    def call(host: str, sent: object, *options: str) -> Answer:
        content = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))
        capsys.readouterr()
        code = run([host, NO_DAEMON, *options])
        written = capsys.readouterr()
        return Answer(code, json.loads(written.out) if written.out else None, written.err)

    return call
