"""Code lens and completion in configuration files."""

from pathlib import Path

import pytest
from editor import Editor, asynchronous, editing
from lsprotocol import types
from project import Project

from archguard.servers.lsp.configuration_context import Context, context_at

REFRESHING = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        code_lens=types.CodeLensWorkspaceClientCapabilities(refresh_support=True)
    )
)


async def _lenses(editor: Editor, path: Path) -> list[tuple[int, str]]:
    found = await editor.client.text_document_code_lens_async(types.CodeLensParams(editor.document(path)))
    return [(lens.range.start.line, lens.command.title) for lens in found or () if lens.command]


async def _completions(editor: Editor, path: Path, text: str) -> list[str]:
    """What is offered where `text` has a bar; the labels."""
    before, _, after = text.partition("|")
    editor.type(path, before + after)
    position = types.Position(before.count("\n"), len(before) - before.rfind("\n") - 1)
    found = await editor.client.text_document_completion_async(types.CompletionParams(editor.document(path), position))
    assert isinstance(found, types.CompletionList)
    for item in found.items:
        assert isinstance(item.text_edit, types.TextEdit)
        assert item.text_edit.range.end == position
    return [item.label for item in found.items]


@asynchronous
async def test_each_contract_and_component_has_its_count(shop: Project) -> None:
    config = shop.root / "archguard.yaml"
    shop.write("shop/data.py", "import shop.web\n")
    async with editing(shop.root) as editor:
        editor.open(config, language="yaml")
        assert await _lenses(editor, config) == [(6, "1 violation (1 new, 0 known)"), (3, "1 module"), (4, "1 module")]


@asynchronous
async def test_counts_follow_their_lines_while_the_file_is_edited(shop: Project) -> None:
    config = shop.root / "archguard.yaml"
    async with editing(shop.root) as editor:
        editor.open(config, "# one line more\n" + config.read_text(), language="yaml")
        assert await _lenses(editor, config) == [(7, "kept"), (4, "1 module"), (5, "1 module")]


@asynchronous
async def test_a_table_of_pyproject_has_counts_too(shop: Project) -> None:
    (shop.root / "archguard.yaml").unlink()
    table = '[tool.archguard]\ncomponents = {web = "shop.web"}\n[[tool.archguard.contracts]]\nid = "round"\n'
    config = shop.write("pyproject.toml", table + 'kind = "acyclic"\nchildren_of = "shop"\n')
    async with editing(shop.root) as editor:
        editor.open(config, language="toml")
        assert await _lenses(editor, config) == [(3, "kept"), (1, "1 module")]


@asynchronous
async def test_the_editor_is_told_when_counts_may_have_changed(shop: Project) -> None:
    config, data = shop.root / "archguard.yaml", shop.root / "shop/data.py"
    async with editing(shop.root, capabilities=REFRESHING) as editor:
        editor.open(config, language="yaml")
        editor.open(data, "import shop.web\n")
        await editor.diagnostics(data)
        assert await _lenses(editor, config) == [(6, "1 violation (1 new, 0 known)"), (3, "1 module"), (4, "1 module")]

    assert editor.refreshed


@asynchronous
async def test_other_yaml_files_have_no_counts(shop: Project) -> None:
    other = shop.write("compose.yaml", "components: {web: shop.web}\n")
    async with editing(shop.root) as editor:
        editor.open(other, language="yaml")
        assert await _lenses(editor, other) == []


@asynchronous
async def test_completion_offers_what_fits(shop: Project) -> None:
    config = shop.root / "archguard.yaml"
    text = config.read_text()
    async with editing(shop.root) as editor:
        editor.open(config, language="yaml")

        assert await _completions(editor, config, f"{text}  - id: new\n    kind: for|\n") == ["forbidden"]
        assert await _completions(editor, config, f"{text}  - {{id: new, kind: forbidden, must_not_|}}\n") == [
            "must_not_import"
        ]
        assert await _completions(editor, config, text.replace("[web, data]", "[web, d|]")) == ["data"]
        assert await _completions(editor, config, f"{text}  - {{id: new, kind: forbidden, modules: shop.d|\n") == [
            "shop.data"
        ]
        assert await _completions(editor, config, f"{text}    severity: |\n") == ["error", "warning", "info"]
        assert await _completions(editor, config, f"{text}    clo|\n") == ["closed"]
        assert await _completions(editor, config, f"{text}    closed: |\n") == ["true", "false"]
        assert await _completions(editor, config, f"{text}ign|\n") == ["ignore"]
        assert "archguard:layered" in await _completions(editor, config, f"{text}extends: [|]\n")
        assert await _completions(editor, config, f"{text}ignore:\n  - contract: |\n") == ["layered"]
        assert (await _completions(editor, config, f"{text}  - |\n"))[:3] == ["kind", "id", "reason"]


@asynchronous
async def test_keys_that_are_there_are_not_offered_again(shop: Project) -> None:
    config = shop.root / "archguard.yaml"
    async with editing(shop.root) as editor:
        editor.open(config, language="yaml")
        found = await _completions(editor, config, config.read_text() + "    |\n")

    assert "may_import" in found
    assert not {"id", "kind", "reason", "layers"} & set(found)


@asynchronous
async def test_other_yaml_files_get_no_completion(shop: Project) -> None:
    other = shop.write("compose.yaml", "ser")
    async with editing(shop.root) as editor:
        editor.open(other, language="yaml")
        params = types.CompletionParams(editor.document(other), types.Position(0, 3))
        assert await editor.client.text_document_completion_async(params) is None


@pytest.mark.parametrize(
    ("text", "keys", "typed"),
    [
        ("a:\n  b: c|\n", ("a", "b"), "c"),
        ("a:\n  b: |\n", ("a", "b"), ""),
        ("a:\n  b|\nc: 1\n", ("a",), "b"),
        ("a:\n  - {b: [c, d.|], e: f}\n", ("a", 0, "b", 1), "d."),
        ("a:\n  - {b: [c, d.|\n", ("a", 0, "b", 1), "d."),
        ("a:\r\n  b: c|\r\n", ("a", "b"), "c"),
        ("a: x\nb: [y|]\nc: {broken\n", ("b", 0), "y"),
    ],
)
def test_the_keys_to_a_value_are_found_while_it_is_written(text: str, keys: tuple[str | int, ...], typed: str) -> None:
    found = _context(text)

    assert found
    assert (found.keys, found.is_key, found.typed) == (keys, False, typed)


@pytest.mark.parametrize(
    ("text", "keys"), [("a:\n  x: 1\n  b|\nc: 1\n", ("a",)), ("a: {b: c, b|}\n", ("a",)), ("b|\na: 1\n", ())]
)
def test_a_key_is_told_from_a_value(text: str, keys: tuple[str | int, ...]) -> None:
    found = _context(text)

    assert found
    assert (found.keys, found.is_key, found.typed) == (keys, True, "b")


def _context(text: str) -> Context | None:
    before, _, after = text.partition("|")
    return context_at(before + after, (before.count("\n") + 1, len(before) - before.rfind("\n")))


def test_a_position_in_no_yaml_has_no_keys() -> None:
    assert context_at("a: [b\n - c: }\nd\n", (3, 2)) is None
