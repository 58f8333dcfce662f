"""Diagnostics of what is typed, by a real client."""

from editor import asynchronous, editing
from lsprotocol import types
from project import Project

UPWARDS = "from shop.web import TABLE\n"


@asynchronous
async def test_what_is_typed_is_checked_before_it_is_saved(shop: Project) -> None:
    data = shop.root / "shop/data.py"
    async with editing(shop.root) as editor:
        editor.open(data)
        assert await editor.diagnostics(data) == []

        editor.type(data, UPWARDS)
        (found,) = await editor.diagnostics(data)

    assert found.range == types.Range(types.Position(0, 21), types.Position(0, 26))
    assert found.severity is types.DiagnosticSeverity.Error
    assert (found.source, found.code) == ("archguard", "layered")
    assert found.message.splitlines() == [
        "shop.data must not import shop.web: web is above data",
        "because The web is replaced every year.",
        "1. move what shop.data needs from shop.web to data, which both may import",
        "2. inject it: a module that may import both passes it to shop.data",
    ]
    assert found.code_description
    assert found.code_description.href == f"{(shop.root / 'archguard.yaml').as_uri()}#L7"


@asynchronous
async def test_a_chain_is_listed_as_related_places(shop: Project) -> None:
    shop.write("shop/helper.py", "import shop.web\n")
    data = shop.root / "shop/data.py"
    async with editing(shop.root) as editor:
        editor.open(data, "import shop.helper\n")
        (found,) = await editor.diagnostics(data)

    assert [(it.message, it.location.uri.rpartition("/")[2]) for it in found.related_information or ()] == [
        ("shop.data -> shop.helper", "data.py"),
        ("shop.helper -> shop.web", "helper.py"),
    ]


@asynchronous
async def test_the_drafts_of_all_open_documents_count_together(shop: Project) -> None:
    helper = shop.write("shop/helper.py", "")
    data = shop.root / "shop/data.py"
    async with editing(shop.root) as editor:
        editor.open(helper)
        editor.open(data)
        editor.type(data, "import shop.helper\n")
        assert await editor.diagnostics(data) == []

        editor.type(helper, "import shop.web\n")
        (found,) = await editor.published_for(data, lambda it: it.diagnostics)

    assert "through shop.helper" in found.message


@asynchronous
async def test_a_violation_in_a_file_that_is_not_open_is_shown_too(shop: Project) -> None:
    helper = shop.write("shop/helper.py", "")
    shop.write("shop/data.py", "import shop.helper\n")
    async with editing(shop.root) as editor:
        editor.open(helper, "import shop.web\n")
        found = await editor.published_for(shop.root / "shop/data.py", lambda it: it.diagnostics)

    assert [it.code for it in found] == ["layered"]


@asynchronous
async def test_only_open_files_are_shown_on_request(shop: Project) -> None:
    shop.write("shop/data.py", UPWARDS)
    web = shop.root / "shop/web.py"
    async with editing(shop.root, options={"diagnosticMode": "openFilesOnly"}) as editor:
        editor.open(web)
        await editor.diagnostics(web)

        assert list(editor.published) == [web.as_uri()]


@asynchronous
async def test_a_setting_that_does_not_exist_is_logged(shop: Project) -> None:
    async with editing(shop.root, options={"diagnosticMode": "everything"}) as editor:
        editor.open(shop.root / "shop/web.py")
        await editor.diagnostics(shop.root / "shop/web.py")

    assert ["diagnosticMode" in it.message for it in editor.logged] == [True]


@asynchronous
async def test_a_violation_of_the_baseline_is_a_hint(shop: Project) -> None:
    data = shop.write("shop/data.py", UPWARDS)
    assert shop.run("baseline").returncode == 0
    async with editing(shop.root) as editor:
        editor.open(data)
        (found,) = await editor.diagnostics(data)

    assert found.severity is types.DiagnosticSeverity.Hint
    assert "listed in the baseline" in found.message


@asynchronous
async def test_a_violation_of_the_baseline_is_not_shown_in_a_closed_file(shop: Project) -> None:
    data = shop.write("shop/data.py", UPWARDS)
    assert shop.run("baseline").returncode == 0
    async with editing(shop.root) as editor:
        editor.open(shop.root / "shop/web.py")
        await editor.diagnostics(shop.root / "shop/web.py")

        assert data.as_uri() not in editor.published


@asynchronous
async def test_one_violation_more_than_the_baseline_lists_is_an_error(shop: Project) -> None:
    data = shop.write("shop/data.py", UPWARDS)
    assert shop.run("baseline").returncode == 0
    async with editing(shop.root) as editor:
        editor.open(data, f"{UPWARDS}import shop.web\n")
        found = await editor.diagnostics(data)

    assert [it.severity for it in found] == [types.DiagnosticSeverity.Hint, types.DiagnosticSeverity.Error]


@asynchronous
async def test_a_syntax_error_keeps_what_was_found_and_is_no_pass(shop: Project) -> None:
    data = shop.root / "shop/data.py"
    async with editing(shop.root) as editor:
        editor.open(data)
        editor.type(data, UPWARDS)
        await editor.diagnostics(data)

        editor.type(data, f"# one\n# two\n{UPWARDS}def f(:\n")
        kept, told = await editor.diagnostics(data)

    assert (kept.code, kept.range.start) == ("layered", types.Position(2, 21))
    assert (told.code, told.severity) == ("syntax", types.DiagnosticSeverity.Information)
    assert told.message.startswith("not checked: this is not valid Python")
    assert told.range.start.line == 3


@asynchronous
async def test_a_file_that_was_never_valid_says_that_it_is_not_checked(shop: Project) -> None:
    data = shop.write("shop/data.py", "def f(:\n")
    async with editing(shop.root) as editor:
        editor.open(data)
        found = await editor.diagnostics(data)

    assert [it.code for it in found] == ["syntax"]


@asynchronous
async def test_a_new_file_that_is_not_valid_says_so_too(shop: Project) -> None:
    new = shop.root / "shop/new.py"
    async with editing(shop.root) as editor:
        editor.open(new, "def f(:\n")
        found = await editor.diagnostics(new)

    assert [it.code for it in found] == ["syntax"]


@asynchronous
async def test_a_file_without_a_project_gets_no_diagnostics(shop: Project) -> None:
    shop.write("elsewhere/.git/HEAD", "")
    stray = shop.write("elsewhere/stray.py", "import shop.web\n")
    async with editing(shop.root / "elsewhere") as editor:
        editor.open(stray)
        assert await editor.diagnostics(stray) == []


@asynchronous
async def test_a_file_that_is_no_module_gets_none_even_if_it_is_broken(shop: Project) -> None:
    script = shop.write("scripts/run.py", "import shop.web\n")
    async with editing(shop.root) as editor:
        editor.open(script, "import (\n")
        assert await editor.diagnostics(script) == []


@asynchronous
async def test_a_document_that_is_no_file_changes_nothing(shop: Project) -> None:
    web = shop.root / "shop/web.py"
    async with editing(shop.root) as editor:
        for uri in ("untitled:Untitled-1", "git:/shop/web.py", "file:///c%3A/shop/web.py"):
            item = types.TextDocumentItem(uri, "python", 1, "import (")
            editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        editor.open(web)
        assert await editor.diagnostics(web) == []

    assert editor.logged == []


@asynchronous
async def test_a_new_file_is_checked_before_it_exists(shop: Project) -> None:
    new = shop.root / "shop/data2.py"
    shop.configure((shop.root / "archguard.yaml").read_text().replace("data: shop.data", "data: shop.data*"))
    async with editing(shop.root) as editor:
        editor.open(new, "import shop.web\n")
        found = await editor.diagnostics(new)

    assert [it.code for it in found] == ["layered"]


@asynchronous
async def test_columns_count_utf_16_units_and_lines_end_as_in_the_protocol(shop: Project) -> None:
    data = shop.root / "shop/data.py"
    async with editing(shop.root) as editor:
        editor.open(data, 'x = "\f\u2028"\r\ny = "\U0001f600"; import shop.web\r\n')
        (found,) = await editor.diagnostics(data)

    assert found.range == types.Range(types.Position(1, 17), types.Position(1, 25))


@asynchronous
async def test_columns_count_as_the_client_prefers(shop: Project) -> None:
    data = shop.root / "shop/data.py"
    general = types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf8])
    async with editing(shop.root, capabilities=types.ClientCapabilities(general=general)) as editor:
        editor.open(data, 'y = "\U0001f600"; import shop.web\n')
        (found,) = await editor.diagnostics(data)

    assert found.range.start.character == 19


@asynchronous
async def test_text_in_the_encoding_of_the_file_is_checked_as_it_will_be_saved(shop: Project) -> None:
    data = shop.write("shop/data.py", "# coding: latin-1\nx = 'é'\n".encode("latin-1"))
    async with editing(shop.root) as editor:
        editor.open(data, "# coding: latin-1\nx = 'é'; import shop.web\n")
        (found,) = await editor.diagnostics(data)

    assert found.range.start == types.Position(1, 16)
