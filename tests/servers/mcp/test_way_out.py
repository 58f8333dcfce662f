"""An agent's way through the protocol: an edit that adds a query to a controller is denied, and the fix is accepted."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp_clients import Caller, connected, process, text
from project import Project

from archguard.servers.workspace import Workspace

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "examples/layered_shop"
HOW_TO = ROOT / "docs/how-to/use-archguard-from-an-mcp-client.md"
CONTROLLER = "shop/controllers/orders.py"
REPOSITORY = "shop/repositories/orders.py"


@pytest.fixture
def layered_shop(project: Project) -> Project:
    """A copy of the example."""
    shutil.copytree(EXAMPLE, project.root, dirs_exist_ok=True)
    return project


def test_a_query_in_a_controller_is_denied_and_accepted_after_following_the_first_fix(layered_shop: Project) -> None:
    in_controller = [
        {
            "old_text": "from fastapi import APIRouter, HTTPException, status\n",
            "new_text": "from fastapi import APIRouter, HTTPException, status\nfrom sqlalchemy import select\n\n"
            "from shop.dependencies import SessionDep\nfrom shop.repositories.tables import OrderRow\n",
        },
        {
            "old_text": '@router.get("/{order_id}")',
            "new_text": '@router.get("")\ndef list_orders(session: SessionDep) -> list[OrderRow]:\n'
            '    """All orders."""\n    return list(session.scalars(select(OrderRow)))\n\n\n'
            '@router.get("/{order_id}")',
        },
    ]
    in_repository = [
        {
            "old_text": "    def get(self, order_id: UUID)",
            "new_text": '    def all(self) -> list[Order]:\n        """All orders."""\n'
            "        return [_order(row) for row in self._session.scalars(select(OrderRow))]\n\n"
            "    def get(self, order_id: UUID)",
        },
        {
            "old_text": "from sqlalchemy.orm import Session\n",
            "new_text": "from sqlalchemy import select\nfrom sqlalchemy.orm import Session\n",
        },
    ]

    async def work(client: Client) -> None:
        denied = await client.call_tool("check_edit", {"path": CONTROLLER, "edits": in_controller})
        value: Any = denied.structured_content
        assert value["verdict"] == "denied"
        assert "= why: A query that is written in one place is indexed, reviewed and replaced" in text(denied)
        query = next(it for it in value["new"] if it["contract"] == "queries-in-repositories")
        assert query["fix"][0] == "move it to shop.repositories.orders, and call that through services"

        places = await client.call_tool(
            "where_should", {"calls": ["sqlalchemy.orm.Session.scalars"], "imports": ["sqlalchemy"]}
        )
        found: Any = places.structured_content
        assert [place["name"] for place in found["places"]] == ["shop.repositories"]

        accepted = await client.call_tool("check_edit", {"path": REPOSITORY, "edits": in_repository})
        assert text(accepted) == "accepted: no new violation"
        _write(layered_shop, REPOSITORY, in_repository)

        service = {"old_text": "    def find(self,", "new_text": _SERVICE + "    def find(self,"}
        calling = await client.call_tool("check_edit", {"path": "shop/services/ordering.py", "edits": [service]})
        assert text(calling) == "accepted: no new violation"
        _write(layered_shop, "shop/services/ordering.py", [service])

        route = {"old_text": '@router.get("/{order_id}")', "new_text": _ROUTE + '@router.get("/{order_id}")'}
        shown = await client.call_tool("check_edit", {"path": CONTROLLER, "edits": [route]})
        assert text(shown) == "accepted: no new violation"
        _write(layered_shop, CONTROLLER, [route])

    connected(process(layered_shop.root), work)
    assert layered_shop.call("check").returncode == 0


def test_the_answers_that_the_how_to_shows_are_those_of_the_server(layered_shop: Project) -> None:
    page = HOW_TO.read_text(encoding="utf-8")
    first, second = (block.partition("\n```")[0] for block in page.split("```text\n")[1:])
    edit = {
        "old_text": "from fastapi import APIRouter, HTTPException, status\n",
        "new_text": "from fastapi import APIRouter, HTTPException, status\nfrom sqlalchemy import select\n",
    }

    async def work(client: Client) -> list[str]:
        denied = await client.call_tool("check_edit", {"path": CONTROLLER, "edits": [edit]})
        places = await client.call_tool("where_should", {"calls": ["sqlalchemy.orm.Session.scalars"]})
        return [text(denied), text(places)]

    denied, places = Caller(Workspace(layered_shop.root)).with_client(work)
    assert denied == first
    assert set(second.splitlines()) <= set(places.splitlines())


_SERVICE = '    def all(self) -> list[Order]:\n        """All orders."""\n        return self._orders.all()\n\n'
_ROUTE = (
    '@router.get("")\ndef list_orders(ordering: OrderingDep) -> list[OrderOut]:\n    """All orders."""\n'
    "    return [OrderOut.of(order) for order in ordering.all()]\n\n\n"
)


def _write(project: Project, path: str, edits: list[dict[str, str]]) -> None:
    content = (project.root / path).read_text(encoding="utf-8")
    for edit in edits:
        content = content.replace(edit["old_text"], edit["new_text"])
    project.write(path, content)
