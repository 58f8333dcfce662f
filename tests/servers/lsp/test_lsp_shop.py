"""The bundled example from end to end: a query that is typed into a controller is told, and goes away as told."""

from pathlib import Path

from editor import apply, asynchronous, editing
from lsprotocol import types

QUERY = """

@router.get("/orders/{order_id}/total")
def total(order_id: int, session: SessionDep) -> int:
    return session.execute(text("SELECT total FROM orders")).scalar_one()
"""


def _with_query(text: str) -> str:
    imports = "from sqlalchemy import text\nfrom sqlalchemy.orm import Session\n"
    return f"{imports}{text}{QUERY}".replace("session: SessionDep", "session: Session")


@asynchronous
async def test_a_query_in_a_controller_is_told_with_the_reason_and_goes_away_by_the_first_fix(example: Path) -> None:
    controller = example / "shop/controllers/orders.py"
    repository = example / "shop/repositories/orders.py"
    async with editing(example) as editor:
        editor.open(controller)
        editor.open(repository)
        assert await editor.diagnostics(controller) == []

        editor.type(controller, _with_query(controller.read_text()))
        found = [it for it in await editor.diagnostics(controller) if it.code == "queries-in-repositories"]
        call = next(it for it in found if "Session.execute" in it.message)
        assert "because A query that is written in one place is indexed, reviewed and replaced in one place." in (
            call.message.splitlines()
        )
        assert "1. move it to shop.repositories.orders, and call that through services" in call.message

        editor.type(controller, controller.read_text())
        editor.type(
            repository,
            repository.read_text() + "\n    def total(self) -> int:\n        return self._session.execute(1)\n",
        )
        assert await editor.diagnostics(controller) == []
        assert [it for it in await editor.diagnostics(repository) if it.code == "queries-in-repositories"] == []


@asynchronous
async def test_the_quick_fix_overlooks_it_with_a_reason(example: Path) -> None:
    controller = example / "shop/controllers/orders.py"
    text = controller.read_text() + "\n\nimport sqlalchemy\n\nprint(sqlalchemy)\n"
    async with editing(example) as editor:
        editor.open(controller)
        editor.type(controller, text)
        (found,) = await editor.diagnostics(controller)
        context = types.CodeActionContext(diagnostics=[found])
        params = types.CodeActionParams(editor.document(controller), found.range, context)
        actions = await editor.client.text_document_code_action_async(params) or []
        fix = next(it for it in actions if isinstance(it, types.CodeAction) and it.title.startswith("Overlook"))

        editor.type(controller, apply(text, fix, controller).replace("<reason>", "until SHOP-1"))
        assert await editor.diagnostics(controller) == []
