"""What changes without typing: files on disk, the configuration, folders, documents that are closed."""

from editor import asynchronous, editing
from lsprotocol import types
from project import Project

UPWARDS = "import shop.web\n"
WATCHING = types.ClientCapabilities(
    workspace=types.WorkspaceClientCapabilities(
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
    )
)


@asynchronous
async def test_a_file_that_changes_outside_of_the_editor_is_checked_again(shop: Project) -> None:
    helper = shop.write("shop/helper.py", "")
    data = shop.write("shop/data.py", "import shop.helper\n")
    async with editing(shop.root, capabilities=WATCHING) as editor:
        editor.open(data)
        assert await editor.diagnostics(data) == []

        helper.write_text(UPWARDS)
        change = types.FileEvent(helper.as_uri(), types.FileChangeType.Changed)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
        found = await editor.published_for(data, lambda it: it.diagnostics)

    assert [it.code for it in found] == ["layered"]
    assert [it.method for it in editor.registered] == ["workspace/didChangeWatchedFiles"]


@asynchronous
async def test_nothing_is_registered_with_a_client_that_cannot_watch_files(shop: Project) -> None:
    async with editing(shop.root) as editor:
        editor.open(shop.root / "shop/web.py")
        await editor.diagnostics(shop.root / "shop/web.py")

    assert editor.registered == []


@asynchronous
async def test_what_was_typed_and_not_saved_does_not_count_after_closing(shop: Project) -> None:
    data = shop.root / "shop/data.py"
    async with editing(shop.root) as editor:
        editor.open(data, UPWARDS)
        assert await editor.diagnostics(data)

        editor.close(data)
        assert await editor.published_for(data, lambda it: it.version is None) == []


@asynchronous
async def test_a_configuration_that_is_saved_counts_at_once(shop: Project) -> None:
    config, web = shop.root / "archguard.yaml", shop.root / "shop/web.py"
    async with editing(shop.root) as editor:
        editor.open(web)
        editor.open(config, language="yaml")
        assert await editor.diagnostics(web) == []

        text = config.read_text().replace("[web, data]", "[data, web]")
        editor.type(config, text)
        editor.save(config, text)
        found = await editor.published_for(web, lambda it: it.diagnostics)

    assert [it.code for it in found] == ["layered"]


@asynchronous
async def test_faults_of_a_configuration_are_shown_while_it_is_typed(shop: Project) -> None:
    config = shop.root / "archguard.yaml"
    async with editing(shop.root) as editor:
        editor.open(config, language="yaml")
        assert await editor.diagnostics(config) == []

        editor.type(config, config.read_text().replace("[web, data]", "[wep, data]"))
        (unmatched,) = await editor.diagnostics(config)
        editor.type(config, config.read_text() + "    servity: error\n")
        (unknown,) = await editor.diagnostics(config)

    assert unmatched.message.splitlines() == ["'wep' is neither a component nor a module", "hint: did you mean 'web'?"]
    assert unmatched.range.start == types.Position(9, 13)
    assert unknown.message.splitlines() == ["unknown key `servity`", "hint: did you mean 'severity'?"]
    assert unknown.severity is types.DiagnosticSeverity.Error


@asynchronous
async def test_faults_of_files_in_contracts_are_shown_there(shop: Project) -> None:
    more = shop.write("contracts/more.yaml", "contracts: []\n")
    async with editing(shop.root) as editor:
        editor.open(more, language="yaml")
        await editor.diagnostics(more)

        editor.type(more, "contracts:\n  - {id: layered, kind: acyclic}\n")
        found = await editor.diagnostics(more)

    assert "'layered' is declared twice" in [it.message.splitlines()[0] for it in found]


@asynchronous
async def test_while_the_configuration_is_broken_what_was_found_stays(shop: Project) -> None:
    config, data = shop.root / "archguard.yaml", shop.write("shop/data.py", UPWARDS)
    async with editing(shop.root) as editor:
        editor.open(data)
        assert [it.code for it in await editor.diagnostics(data)] == ["layered"]

        editor.open(config, language="yaml")
        editor.save(config, config.read_text() + "contracts: {}\n")
        editor.type(config, config.read_text())
        assert [it.code for it in await editor.diagnostics(config)] == ["configuration"]

        editor.type(data, UPWARDS)
        assert [it.code for it in await editor.diagnostics(data)] == ["layered"]


@asynchronous
async def test_each_folder_has_its_own_project(shop: Project) -> None:
    other = Project(shop.root / "other")
    other.configure(
        """\
        version: 1
        contracts:
          - {id: apart, kind: forbidden, modules: app.a, must_not_import: app.b}
        """
    )
    other.write_all({"app/__init__.py": "", "app/a.py": "", "app/b.py": ""})
    data, module = shop.root / "shop/data.py", other.root / "app/a.py"
    async with editing(shop.root, other.root) as editor:
        editor.open(data, UPWARDS)
        editor.open(module, "import app.b\n")
        found = [it.code for path in (data, module) for it in await editor.diagnostics(path)]

    assert found == ["layered", "apart"]


@asynchronous
async def test_violations_are_shown_before_any_file_is_opened(shop: Project) -> None:
    data = shop.write("shop/data.py", UPWARDS)
    async with editing(shop.root) as editor:
        found = await editor.published_for(data, lambda it: it.diagnostics)

    assert [it.code for it in found] == ["layered"]


@asynchronous
async def test_a_baseline_that_is_written_meanwhile_counts(shop: Project) -> None:
    data = shop.write("shop/data.py", UPWARDS)
    async with editing(shop.root) as editor:
        editor.open(data)
        assert [it.severity for it in await editor.diagnostics(data)] == [types.DiagnosticSeverity.Error]

        assert shop.run("baseline").returncode == 0
        editor.type(data, UPWARDS)
        assert [it.severity for it in await editor.diagnostics(data)] == [types.DiagnosticSeverity.Hint]


@asynchronous
async def test_only_the_last_of_many_edits_is_checked(shop: Project) -> None:
    data = shop.root / "shop/data.py"
    async with editing(shop.root) as editor:
        editor.open(data)
        await editor.diagnostics(data)
        before = len(editor.published[data.as_uri()])

        for number in range(20):
            editor.type(data, f"x = {number}\n")
        await editor.diagnostics(data)

    assert len(editor.published[data.as_uri()]) == before + 1


@asynchronous
async def test_a_configuration_that_is_written_meanwhile_makes_a_project(shop: Project) -> None:
    config, data = shop.root / "archguard.yaml", shop.root / "shop/data.py"
    text = config.read_text()
    config.unlink()
    async with editing(shop.root) as editor:
        editor.open(data, UPWARDS)
        assert await editor.diagnostics(data) == []

        editor.open(config, text, language="yaml")
        editor.save(config, text)
        found = await editor.published_for(data, lambda it: it.diagnostics)

    assert [it.code for it in found] == ["layered"]


@asynchronous
async def test_a_configuration_that_is_deleted_takes_its_violations_along(shop: Project) -> None:
    data = shop.root / "shop/data.py"
    async with editing(shop.root) as editor:
        editor.open(data, UPWARDS)
        assert await editor.diagnostics(data)

        (shop.root / "archguard.yaml").unlink()
        change = types.FileEvent((shop.root / "archguard.yaml").as_uri(), types.FileChangeType.Deleted)
        editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([change]))
        assert await editor.published_for(data, lambda it: not it.diagnostics) == []


@asynchronous
async def test_a_file_that_is_extended_from_outside_of_the_project_is_part_of_its_configuration(shop: Project) -> None:
    inner = Project(shop.root / "inner")
    base = shop.root / "base.yaml"
    base.write_text((shop.root / "archguard.yaml").read_text().replace("layered", "based"))
    inner.configure("version: 1\nextends: [../base.yaml]\n")
    inner.write_all({"shop/__init__.py": "", "shop/data.py": "", "shop/web.py": ""})
    data = inner.root / "shop/data.py"
    async with editing(inner.root) as editor:
        editor.open(data, UPWARDS)
        assert [it.code for it in await editor.diagnostics(data)] == ["based"]

        editor.open(base, base.read_text().replace("[web, data]", "[wep, data]"), language="yaml")
        (found,) = await editor.diagnostics(base)

    assert found.message.splitlines()[0] == "'wep' is neither a component nor a module"
