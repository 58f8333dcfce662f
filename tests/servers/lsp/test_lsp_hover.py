"""What is said of an import, and of names in a configuration."""

from pathlib import Path

from editor import Editor, asynchronous, at, editing
from lsprotocol import types
from project import Project


async def _hover(editor: Editor, path: Path, position: types.Position) -> tuple[str, types.Range]:
    found = await editor.client.text_document_hover_async(types.HoverParams(editor.document(path), position))
    assert found is not None
    assert found.range is not None
    assert isinstance(found.contents, types.MarkupContent)
    return found.contents.value, found.range


@asynchronous
async def test_an_allowed_import_is_explained_by_the_contracts_that_look_at_it(shop: Project) -> None:
    web = shop.root / "shop/web.py"
    async with editing(shop.root) as editor:
        editor.open(web)
        text, where = await _hover(editor, web, types.Position(0, 24))

    assert text.splitlines() == [
        "**`shop.data`** (component `data`, layer `data` of `layered`)",
        "",
        "No contract denies it to `shop.web` (component `web`, layer `web` of `layered`).",
        "",
        "- `layered`: Each of web, data may import those below it, never those above.",
        "    - because The web is replaced every year.",
    ]
    assert where == types.Range(types.Position(0, 22), types.Position(0, 27))


@asynchronous
async def test_a_denied_import_is_explained_by_its_contract(shop: Project) -> None:
    data = shop.root / "shop/data.py"
    async with editing(shop.root) as editor:
        editor.open(data, "import shop.web\n")
        text, _ = await _hover(editor, data, types.Position(0, 10))

    assert text.splitlines()[2:] == [
        "`shop.data` must not import it:",
        "",
        "- `layered` (layers): shop.data must not import shop.web: web is above data",
        "    - Each of web, data may import those below it, never those above.",
        "    - because The web is replaced every year.",
        "    1. move what shop.data needs from shop.web to data, which both may import",
        "    2. inject it: a module that may import both passes it to shop.data",
    ]


@asynchronous
async def test_an_overlooked_import_says_so(shop: Project) -> None:
    data = shop.root / "shop/data.py"
    async with editing(shop.root) as editor:
        editor.open(data, "import shop.web  # archguard: ignore[layered] until SHOP-1\n")
        text, _ = await _hover(editor, data, types.Position(0, 10))

    assert "Overlooked here for `layered`: until SHOP-1" in text


@asynchronous
async def test_the_name_leads_to_the_module_that_defines_it(shop: Project) -> None:
    shop.write("shop/__init__.py", "from shop.data import TABLE\n")
    web = shop.root / "shop/web.py"
    async with editing(shop.root) as editor:
        editor.open(web, "from shop import TABLE\n")
        text, _ = await _hover(editor, web, types.Position(0, 18))

    assert text.startswith("**`shop.data`**")


@asynchronous
async def test_a_package_from_outside_is_told_from_the_project(shop: Project) -> None:
    web = shop.root / "shop/web.py"
    async with editing(shop.root) as editor:
        editor.open(web, "import json\n")
        text, _ = await _hover(editor, web, types.Position(0, 8))

    assert text.startswith("**`json`** is outside of the project.")


@asynchronous
async def test_other_places_say_nothing(shop: Project) -> None:
    web = shop.root / "shop/web.py"
    async with editing(shop.root) as editor:
        editor.open(web)
        params = types.HoverParams(editor.document(web), types.Position(2, 2))
        assert await editor.client.text_document_hover_async(params) is None


@asynchronous
async def test_a_component_in_the_configuration_lists_its_modules(shop: Project) -> None:
    config = shop.root / "archguard.yaml"
    async with editing(shop.root) as editor:
        editor.open(config, language="yaml")
        text, _ = await _hover(editor, config, at(config.read_text(), "[web, data]", 2))

    assert text.splitlines() == ["Component **`web`**, what customers see: 1 module", "", "- `shop.web`"]


@asynchronous
async def test_a_contract_in_the_configuration_says_what_it_asks(shop: Project) -> None:
    config = shop.root / "archguard.yaml"
    shop.write("shop/data.py", "import shop.web\n")
    async with editing(shop.root) as editor:
        editor.open(config, language="yaml")
        text, _ = await _hover(editor, config, at(config.read_text(), "layered", 2))

    assert text.splitlines()[0] == "**`layered`** (layers): 1 violation (1 new, 0 known)"


@asynchronous
async def test_text_of_the_project_does_not_become_a_link(shop: Project) -> None:
    config = shop.root / "archguard.yaml"
    shop.write("archguard.yaml", config.read_text().replace("The web is", "The [click](command:evil) <b>web is"))
    async with editing(shop.root) as editor:
        editor.open(config, language="yaml")
        text, _ = await _hover(editor, config, at(config.read_text(), "layered", 2))

    assert r"\[click\](command:evil) \<b\>" in text
