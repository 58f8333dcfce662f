"""Clients of the server: in this process, and over stdin and stdout of another one; and a shop to ask about."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import CallToolResult

from archguard.servers.mcp.server import build_server
from archguard.servers.workspace import Workspace

_T = TypeVar("_T")

FILES = {
    "shop/__init__.py": "",
    "shop/controllers/__init__.py": "",
    "shop/controllers/orders.py": "import shop.services.ordering\n\n\ndef show():\n    return 1\n",
    "shop/services/__init__.py": "",
    "shop/services/ordering.py": "from shop.repositories.orders import OrderRepository\n",
    "shop/repositories/__init__.py": "",
    "shop/repositories/orders.py": "from sqlalchemy.orm import Session\n\n\nclass OrderRepository: ...\n",
}
CONTRACTS = """
    version: 1
    project: {packages: [shop]}
    components: {controllers: shop.controllers, services: shop.services, repositories: shop.repositories}
    contracts:
      - {id: layered, kind: layers, layers: [controllers, services, repositories]}
      - {id: queries, kind: database, allowed_in: repositories, reason: One place for queries.}
"""


@dataclass(frozen=True)
class Caller:
    """Calls one tool after the other, as a client in this process."""

    workspace: Workspace

    def call(self, tool: str, **arguments: Any) -> CallToolResult:
        """The result of one call."""
        return self.calls((tool, arguments))[0]

    def value(self, tool: str, **arguments: Any) -> Any:
        """The structured answer of a call that succeeds."""
        found = self.call(tool, **arguments)
        assert not found.is_error, text(found)
        return found.structured_content

    def error(self, tool: str, **arguments: Any) -> str:
        """The text of a call that fails."""
        found = self.call(tool, **arguments)
        assert found.is_error
        assert found.structured_content is None
        return text(found)

    def calls(self, *calls: tuple[str, Mapping[str, Any]]) -> list[CallToolResult]:
        """The results of several calls in one connection."""

        async def call_all(client: Client) -> list[CallToolResult]:
            return [await client.call_tool(tool, dict(arguments)) for tool, arguments in calls]

        return self.with_client(call_all)

    def with_client(self, work: Callable[[Client], Awaitable[_T]]) -> _T:
        """What `work` gives for a client that is connected."""
        return connected(build_server(self.workspace), work)


def connected(server: Any, work: Callable[[Client], Awaitable[_T]]) -> _T:
    """What `work` gives for a client of `server`."""

    async def run() -> _T:
        async with Client(server) as client:
            return await work(client)

    return asyncio.run(run())


def text(result: CallToolResult) -> str:
    """The text of a result."""
    (content,) = result.content
    assert content.type == "text"
    return content.text


def process(folder: Path, *arguments: str) -> StdioServerParameters:
    """`archguard mcp` in a process of its own."""
    return StdioServerParameters(
        command=sys.executable, args=["-m", "archguard", "mcp", *arguments], cwd=folder, env={"CI": ""}
    )
