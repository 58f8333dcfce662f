"""The command: its exit codes, what it writes where, and what it says without the library."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from editor import asynchronous, editing
from lsprotocol import types
from project import Project
from pygls.exceptions import JsonRpcMethodNotFound

WITHOUT_PYGLS = """\
import sys
sys.modules["pygls"] = None
sys.argv = ["archguard", "lsp"]
from archguard.__main__ import program
program()
"""


def _message(**fields: object) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **fields}).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def _talk(folder: Path, *messages: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "archguard", "lsp"]
    return subprocess.run(command, input=b"".join(messages), cwd=folder, capture_output=True, timeout=60, check=False)


INITIALIZE = _message(id=1, method="initialize", params={"processId": None, "rootUri": None, "capabilities": {}})


def test_without_the_library_the_error_names_the_extra(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PYGLS], cwd=tmp_path, capture_output=True, encoding="utf-8", check=False
    )

    assert done.returncode == 2
    assert done.stdout == ""
    assert 'pip install "archguard-enforcer[lsp]"' in done.stderr


def test_it_ends_with_0_if_the_editor_says_so_before(tmp_path: Path) -> None:
    done = _talk(tmp_path, INITIALIZE, _message(id=2, method="shutdown"), _message(method="exit"))

    assert done.returncode == 0


def test_it_ends_with_1_if_the_editor_is_gone(tmp_path: Path) -> None:
    assert _talk(tmp_path, INITIALIZE).returncode == 1


def test_stdout_holds_the_protocol_and_nothing_else(tmp_path: Path) -> None:
    done = _talk(tmp_path, INITIALIZE, _message(id=2, method="shutdown"), _message(method="exit"))

    rest = done.stdout
    while rest:
        header, _, rest = rest.partition(b"\r\n\r\n")
        lines = dict(line.split(b": ") for line in header.split(b"\r\n"))
        length = int(lines[b"Content-Length"])
        assert json.loads(rest[:length])["jsonrpc"] == "2.0"
        rest = rest[length:]


@pytest.fixture
def plugged_in(shop: Project, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Mapping[str, str]]:
    """Install a kind of contract that runs a line of Python when it is checked, and use it in the shop."""

    def install(line: str) -> Mapping[str, str]:
        folder = tmp_path_factory.mktemp("plugins")
        Project(folder).write_all(
            {
                "loud.py": _LOUD.format(line=line),
                "loud-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: loud\nVersion: 1\n",
                "loud-1.dist-info/entry_points.txt": "[archguard.kinds]\nloud = loud:Loud\n",
            }
        )
        shop.write("archguard.yaml", (shop.root / "archguard.yaml").read_text() + "  - {id: noise, kind: loud}\n")
        return {"PYTHONPATH": os.pathsep.join((str(folder), os.environ.get("PYTHONPATH", "")))}

    return install


@asynchronous
async def test_what_a_plug_in_prints_does_not_reach_the_protocol(
    shop: Project, plugged_in: Callable[[str], Mapping[str, str]]
) -> None:
    data = shop.root / "shop/data.py"
    async with editing(shop.root, environment=plugged_in('print("noise"); os.write(1, b"noise")')) as editor:
        editor.open(data, "import shop.web\n")
        found = await editor.diagnostics(data)

    assert [it.code for it in found] == ["layered"]


@asynchronous
async def test_a_fault_is_logged_and_the_next_edit_is_checked(
    shop: Project, plugged_in: Callable[[str], Mapping[str, str]]
) -> None:
    data, text = shop.root / "shop/data.py", (shop.root / "archguard.yaml").read_text()
    async with editing(shop.root, environment=plugged_in("raise ZeroDivisionError")) as editor:
        editor.open(data, "import shop.web\n")
        await editor.logged_something()
        shop.write("archguard.yaml", text)
        editor.type(data, "import shop.web\n")
        found = await editor.diagnostics(data)

    assert [it.code for it in found] == ["layered"]
    assert editor.logged[0].type is types.MessageType.Error
    assert "ZeroDivisionError" in editor.logged[0].message


@asynchronous
async def test_a_check_that_takes_long_blocks_neither_messages_nor_the_end(
    shop: Project, plugged_in: Callable[[str], Mapping[str, str]]
) -> None:
    started = shop.root / "started"
    os.mkfifo(started)
    line = f"open({str(started)!r}, 'w').close(); import time; time.sleep(600)"
    async with editing(shop.root, environment=plugged_in(line)) as editor:
        await asyncio.to_thread(started.read_bytes)
        editor.open(shop.root / "shop/web.py")
        client = editor.client
        with pytest.raises(JsonRpcMethodNotFound):
            await asyncio.wait_for(client.protocol.send_request_async("archguard/unknown", None), 60)


@asynchronous
async def test_a_check_that_takes_long_is_shown_as_being_under_way(
    shop: Project, plugged_in: Callable[[str], Mapping[str, str]]
) -> None:
    web = shop.root / "shop/web.py"
    window = types.WindowClientCapabilities(work_done_progress=True)
    capabilities = types.ClientCapabilities(window=window)
    environment = plugged_in("import time; time.sleep(2)")
    async with editing(shop.root, capabilities=capabilities, environment=environment) as editor:
        editor.open(web)
        await editor.diagnostics(web)

    assert editor.tokens
    assert [(token, "end") for token in editor.tokens] == [it for it in editor.progress if it[1] == "end"]
    assert [(token, "begin") for token in editor.tokens] == [it for it in editor.progress if it[1] == "begin"]


_LOUD = """\
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from archguard import Codebase, Contract, Violation


@dataclass(frozen=True, kw_only=True)
class Loud(Contract):
    kind: ClassVar[str] = "loud"

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        {line}
        yield from ()
"""
