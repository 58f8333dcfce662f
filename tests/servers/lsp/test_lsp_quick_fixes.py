"""Quick fixes, applied as an editor applies them."""

from pathlib import Path

from editor import Editor, apply, asynchronous, editing
from lsprotocol import types
from project import Project

UPWARDS = "from shop.web import TABLE\n"


async def _fixes(editor: Editor, path: Path, line: int) -> dict[str, types.CodeAction]:
    """The quick fixes at a line, by title."""
    where = types.Range(types.Position(line, 0), types.Position(line, 99))
    context = types.CodeActionContext(diagnostics=[])
    params = types.CodeActionParams(editor.document(path), where, context)
    found = await editor.client.text_document_code_action_async(params) or []
    return {fix.title: fix for fix in found if isinstance(fix, types.CodeAction)}


@asynchronous
async def test_the_comment_of_the_quick_fix_overlooks_nothing_until_it_has_a_reason(shop: Project) -> None:
    data = shop.root / "shop/data.py"
    text = f"{UPWARDS}print(TABLE)\n"
    async with editing(shop.root) as editor:
        editor.open(data, text)
        fix = (await _fixes(editor, data, 0))["Overlook layered here: replace <reason> by why"]
        fixed = apply(text, fix, data)
        assert fixed == f"# archguard: ignore[layered] <reason>\n{text}"

        editor.type(data, fixed)
        assert sorted(str(it.code) for it in await editor.diagnostics(data)) == ["layered", "suppression"]
        editor.type(data, fixed.replace("<reason>", "until SHOP-1"))
        assert await editor.diagnostics(data) == []

    assert [it.code for it in fix.diagnostics or ()] == ["layered"]


@asynchronous
async def test_an_import_that_nothing_uses_is_removed(shop: Project) -> None:
    data = shop.root / "shop/data.py"
    async with editing(shop.root) as editor:
        editor.open(data, f"x = 1\r\n{UPWARDS}")
        fixes = await _fixes(editor, data, 1)

    assert list(fixes) == [
        "Remove the unused import of shop.web.TABLE",
        "Overlook layered here: replace <reason> by why",
    ]
    assert apply(f"x = 1\r\n{UPWARDS}", next(iter(fixes.values())), data) == "x = 1\r\n"


@asynchronous
async def test_a_name_is_imported_from_the_interface_that_offers_it(shop: Project) -> None:
    shop.configure(
        """\
        version: 1
        project: {packages: [shop]}
        contracts:
          - {id: doors, kind: protected, modules: shop.orders, interface: [.api]}
        """
    )
    shop.write_all(
        {
            "shop/orders/__init__.py": "",
            "shop/orders/models.py": "class Order: ...\nclass Line: ...\n",
            "shop/orders/api.py": "from shop.orders.models import Order\n",
        }
    )
    web = shop.root / "shop/web.py"
    text = "from shop.orders.models import Order as O\nfrom shop.orders.models import Line\nprint(O, Line)\n"
    async with editing(shop.root) as editor:
        editor.open(web, text)
        offered, not_offered = await _fixes(editor, web, 0), await _fixes(editor, web, 1)

    assert apply(text, offered["Import Order from shop.orders.api"], web).startswith(
        "from shop.orders.api import Order as O\n"
    )
    assert list(not_offered) == ["Overlook doors here: replace <reason> by why"]


@asynchronous
async def test_another_door_that_is_closed_too_is_not_offered(shop: Project) -> None:
    shop.write_all(
        {"shop/web/__init__.py": "from shop.web.page import Page\n", "shop/web/page.py": "class Page: ...\n"}
    )
    (shop.root / "shop/web.py").unlink()
    data = shop.root / "shop/data.py"
    async with editing(shop.root) as editor:
        editor.open(data, "from shop.web.page import Page\nprint(Page)\n")
        fixes = await _fixes(editor, data, 0)

    assert list(fixes) == ["Overlook layered here: replace <reason> by why"]


@asynchronous
async def test_a_comment_that_overlooks_nothing_is_removed(shop: Project) -> None:
    data = shop.root / "shop/data.py"
    text = "x = 1  # archguard: ignore[layered] SHOP-1\n"
    async with editing(shop.root) as editor:
        editor.open(data, text)
        fixes = await _fixes(editor, data, 0)

    assert apply(text, fixes["Remove the comment, which overlooks nothing"], data) == "x = 1\n"


@asynchronous
async def test_a_name_is_corrected_in_the_configuration(shop: Project) -> None:
    config = shop.root / "archguard.yaml"
    text = config.read_text().replace("[web, data]", "[wep, data]")
    async with editing(shop.root) as editor:
        editor.open(config, text, language="yaml")
        fixes = await _fixes(editor, config, 9)

    assert apply(text, fixes["Write web"], config) == config.read_text()


@asynchronous
async def test_known_violations_need_no_comment(shop: Project) -> None:
    data = shop.write("shop/data.py", f"{UPWARDS}print(TABLE)\n")
    assert shop.run("baseline").returncode == 0
    async with editing(shop.root) as editor:
        editor.open(data)
        assert await _fixes(editor, data, 0) == {}


@asynchronous
async def test_a_text_that_is_not_checked_gets_no_fixes(shop: Project) -> None:
    data = shop.write("shop/data.py", UPWARDS)
    async with editing(shop.root) as editor:
        editor.open(data)
        editor.type(data, f"{UPWARDS}def f(:")
        assert await _fixes(editor, data, 0) == {}
