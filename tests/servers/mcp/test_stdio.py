"""`archguard mcp` as clients start it: a process that speaks the protocol over stdin and stdout."""

import json
import subprocess
import sys
from typing import Any

import pytest
from mcp import Client
from mcp_clients import connected, process, text
from project import Project

QUERY = "from sqlalchemy.orm import Session\n"


def test_a_process_answers_over_stdin_and_stdout(shop: Project) -> None:
    async def work(client: Client) -> list[Any]:
        listed = await client.list_tools()
        denied = await client.call_tool("check_edit", {"path": "shop/controllers/orders.py", "text": QUERY})
        shop.write("shop/controllers/orders.py", QUERY)
        accepted = await client.call_tool("check_edit", {"path": "shop/controllers/orders.py", "text": QUERY})
        return [len(listed.tools), denied.structured_content["verdict"], accepted.structured_content["verdict"]]

    assert connected(process(shop.root), work) == [6, "denied", "accepted"]


def test_the_configuration_may_be_named(shop: Project) -> None:
    (shop.root / "archguard.yaml").rename(shop.root / "rules.yaml")

    async def work(client: Client) -> str:
        return text(await client.call_tool("explain", {"subject": "queries"}))

    assert connected(process(shop.root, "--config", "rules.yaml"), work).startswith("queries (database)")


def test_the_server_starts_without_a_configuration_and_finds_one_that_is_written_later(project: Project) -> None:
    async def work(client: Client) -> list[bool]:
        before = await client.call_tool("brief", {})
        project.write("shop/__init__.py")
        project.configure("contracts: [{id: apart, kind: acyclic, children_of: shop}]")
        return [before.is_error, (await client.call_tool("brief", {})).is_error]

    assert connected(process(project.root), work) == [True, False]


def test_nothing_but_the_protocol_is_on_stdout_and_the_end_of_stdin_ends_the_process(shop: Project) -> None:
    shop.write("shop/broken.py", "def f(:\n'\\d'\n")  # Python warns of it, and cannot parse it
    requests = [
        {
            "jsonrpc": "2.0",
            "id": 1,
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": {"name": "test", "version": "1"},
            },
        },
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "brief", "arguments": {}}},
    ]
    with subprocess.Popen(
        [sys.executable, "-m", "archguard", "mcp"],
        cwd=shop.root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as server:
        assert server.stdin and server.stdout and server.stderr  # noqa: PT018  # for the type checker
        answers = []
        for request in requests:
            server.stdin.write(json.dumps(request) + "\n")
            server.stdin.flush()
            if "id" in request:
                answers.append(json.loads(server.stdout.readline()))
        server.stdin.close()
        rest, told = server.stdout.read(), server.stderr.read()
        server.wait(timeout=30)
    assert [answer["id"] for answer in answers] == [1, 2]
    assert answers[0]["result"]["serverInfo"]["name"] == "archguard"
    assert answers[1]["result"]["isError"] is False
    assert rest == ""
    assert "Traceback" not in told


def test_without_the_library_the_error_says_what_to_install(shop: Project) -> None:
    program = (
        "import sys, importlib.util as util\n"
        "find = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'mcp' else find(name, *rest)\n"
        "sys.argv = ['archguard', 'mcp']\n"
        "from archguard.cli import main\n"
        "main()\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=shop.root, capture_output=True, encoding="utf-8", check=False, timeout=60
    )
    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr == (
        "error: the library of the protocol is not installed\n"
        '    hint: install it: pip install "archguard-enforcer[mcp]"\n'
    )


@pytest.mark.parametrize("command", ["archguard.cli", "archguard.cli.mcp", "archguard.servers.mcp"])
def test_nothing_but_the_server_imports_the_library(command: str) -> None:
    program = f"import sys, {command}\nprint([name for name in sys.modules if name.partition('.')[0] == 'mcp'])"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=True, timeout=60)
    assert run.stdout == "[]\n"
