"""What the tools answer, by the protocol's own client in memory, which checks each answer against the tool's schema."""

import asyncio
from pathlib import Path
from threading import Event
from typing import Any, NoReturn

import pytest
from mcp import Client
from mcp_clients import CONTRACTS, Caller, text
from mcp_types import ListToolsResult
from project import Project

from archguard.checking.session import Session
from archguard.servers.mcp import TOOLS
from archguard.servers.workspace import Workspace

ORDERS = "shop/controllers/orders.py"
QUERY = "from sqlalchemy.orm import Session\n\n\ndef show(session: Session):\n    return session.execute('x')\n"
FIX = "move it to shop.repositories.orders, and call that from here"


async def listed(client: Client) -> ListToolsResult:
    return await client.list_tools()


def test_every_tool_is_listed_as_one_that_changes_nothing(caller: Caller) -> None:
    tools = caller.with_client(listed).tools
    assert [tool.name for tool in tools] == ["check_edit", "may_import", "where_should", "explain", "brief", "impact"]
    for tool in tools:
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is True
        assert tool.annotations.destructive_hint is False
        assert tool.annotations.open_world_hint is False
        assert tool.title
        assert tool.description
        assert all(argument["description"] for argument in tool.input_schema["properties"].values())


def test_an_edit_that_breaks_a_contract_is_denied_with_place_reason_and_fixes(caller: Caller) -> None:
    found = caller.call("check_edit", path=ORDERS, text=QUERY)
    assert not found.is_error
    value: Any = found.structured_content
    assert (value["verdict"], value["fixed"], value["unchanged"], value["left_out"]) == ("denied", 0, 0, 0)
    assert [(it["contract"], it["line"]) for it in value["new"]] == [("queries", 1), ("queries", 5)]
    assert value["new"][0]["fix"] == [FIX]
    assert text(found) == (
        "denied: 2 new violations\n"
        f"{ORDERS}:1:28: error: shop.controllers.orders must not import sqlalchemy.orm [queries]\n"
        "  1 | from sqlalchemy.orm import Session\n"
        "    |                            ^^^^^^^\n"
        "    = why: One place for queries.\n"
        f"    = help: {FIX}\n"
        f"{ORDERS}:5:12: error: shop.controllers.orders must not call sqlalchemy.orm.Session.execute [queries]\n"
        "  5 |     return session.execute('x')\n"
        "    |            ^^^^^^^^^^^^^^^^^^^^\n"
        "    = why: One place for queries.\n"
        f"    = help: {FIX}"
    )


def test_nothing_is_written(caller: Caller, shop: Project) -> None:
    before = (shop.root / ORDERS).read_bytes()
    caller.value("check_edit", path=ORDERS, text=QUERY)
    caller.value("check_edit", path="shop/controllers/new.py", text=QUERY)
    assert (shop.root / ORDERS).read_bytes() == before
    assert not (shop.root / "shop/controllers/new.py").exists()


def test_an_edit_that_breaks_nothing_is_accepted(caller: Caller) -> None:
    value = caller.value("check_edit", path=ORDERS, edits=[{"old_text": "return 1", "new_text": "return 2"}])
    assert (value["verdict"], value["new"], value["problems"]) == ("accepted", [], [])


def test_an_absolute_path_and_a_file_that_is_still_to_be_written_are_checked(caller: Caller, shop: Project) -> None:
    assert caller.value("check_edit", path=str(shop.root / ORDERS), text=QUERY)["verdict"] == "denied"
    assert caller.value("check_edit", path="shop/services/refunds.py", text=QUERY)["verdict"] == "denied"
    assert caller.value("check_edit", path="shop/repositories/refunds.py", text=QUERY)["verdict"] == "accepted"


def test_edits_are_made_one_after_the_other(caller: Caller) -> None:
    edits = [
        {"old_text": "return 1", "new_text": "return two"},
        {"old_text": "return two", "new_text": "import shop.repositories.orders, sqlalchemy"},
    ]
    assert caller.value("check_edit", path=ORDERS, edits=edits)["verdict"] == "denied"


def test_edits_may_be_sent_as_json_in_a_string(caller: Caller) -> None:
    edits = '[{"old_text": "return 1", "new_text": "return 2"}]'
    assert caller.value("check_edit", path=ORDERS, edits=edits)["verdict"] == "accepted"


def test_a_text_that_looks_like_json_is_a_text(caller: Caller) -> None:
    assert caller.value("check_edit", path=ORDERS, text="[1, 2]\n")["verdict"] == "accepted"


def test_edits_of_a_file_with_the_line_ends_of_windows_are_found(caller: Caller, shop: Project) -> None:
    shop.write(ORDERS, b"def show():\r\n    return 1\r\n")
    edits = [{"old_text": "def show():\n    return 1", "new_text": "import sqlalchemy\n\ndef show():\n    return 2"}]
    (violation,) = caller.value("check_edit", path=ORDERS, edits=edits)["new"]
    assert violation["line"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"edits": [{"old_text": "return 2", "new_text": ""}]},
            "the `old_text` of edit 1 is not in the file; nothing was checked",
        ),
        (
            {"edits": [{"old_text": "s", "new_text": ""}]},
            "the `old_text` of edit 1 stands in the file more than once; nothing was checked",
        ),
        (
            {"edits": [{"old_text": "return 1", "new_text": "aaa"}, {"old_text": "aa", "new_text": ""}]},
            "of edit 2 stands",
        ),
        ({"edits": [{"old_text": "", "new_text": "x"}]}, "the `old_text` of edit 1 is not in the file"),
        ({"edits": [{"old_text": "x"}]}, "lacks 'new_text'"),
        ({"edits": 3}, "an argument of check_edit does not fit: the key 'edits' is 3"),
        ({"edits": "[{"}, "an argument of check_edit does not fit"),
        ({}, "give either the new `text` of the file, or `edits`"),
        ({"text": "", "edits": [{"old_text": "1", "new_text": "2"}]}, "give either the new `text`"),
        ({"text": "", "dry_run": True}, "check_edit has no argument 'dry_run'"),
        ({"text": 3}, "an argument of check_edit does not fit: the key 'text' is 3"),
    ],
)
def test_arguments_that_do_not_fit_are_an_error_and_nothing_is_checked(
    caller: Caller, arguments: dict[str, Any], message: str
) -> None:
    assert message in caller.error("check_edit", path=ORDERS, **arguments)


def test_edits_of_a_file_that_does_not_exist_are_an_error(caller: Caller) -> None:
    edits = [{"old_text": "1", "new_text": "2"}]
    assert "give its whole `text`" in caller.error("check_edit", path="shop/new.py", edits=edits)


@pytest.mark.parametrize("path", ["../other.py", "/etc/passwd", "shop/../../x.py"])
@pytest.mark.parametrize(("tool", "argument"), [("check_edit", "path"), ("brief", "path"), ("may_import", "importer")])
def test_paths_outside_of_the_project_are_refused(caller: Caller, tool: str, argument: str, path: str) -> None:
    more: dict[str, Any] = {"check_edit": {"text": ""}, "may_import": {"imported": "json"}}.get(tool, {})
    assert f"'{path}' is outside of the project" in caller.error(tool, **{argument: path}, **more)


def test_a_link_that_leads_out_of_the_project_is_refused(
    caller: Caller, shop: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (shop.root / "shop/away.py").symlink_to(tmp_path_factory.mktemp("away") / "secret.py")
    assert "is outside of the project" in caller.error("check_edit", path="shop/away.py", text="")


@pytest.mark.parametrize(
    ("path", "content", "code"), [(ORDERS, "def f(:\n", "syntax"), ("README.md", "Hello", "no-module")]
)
def test_what_cannot_be_checked_is_neither_accepted_nor_denied(
    caller: Caller, path: str, content: str, code: str
) -> None:
    value = caller.value("check_edit", path=path, text=content)
    assert value["verdict"] == "not checked"
    assert [problem["code"] for problem in value["problems"]] == [code]


def test_a_violation_that_fails_no_run_does_not_deny(caller: Caller, shop: Project) -> None:
    shop.configure(CONTRACTS.replace("kind: database,", "kind: database, severity: warning,"))
    value = caller.value("check_edit", path=ORDERS, text=QUERY)
    assert (value["verdict"], [it["severity"] for it in value["new"]]) == ("accepted", ["warning", "warning"])


def test_twenty_violations_are_listed_and_the_others_counted(caller: Caller) -> None:
    lines = [f"    session.execute('{number}')\n" for number in range(21)]
    value = caller.value("check_edit", path=ORDERS, text=QUERY + "".join(lines))
    assert (len(value["new"]), value["left_out"]) == (20, 3)


def test_an_import_is_allowed_or_denied_with_the_reason(caller: Caller) -> None:
    new = "shop.services.refunds"
    assert caller.value("may_import", importer=new, imported="shop.repositories.orders")["allowed"] is True
    found = caller.call("may_import", importer=new, imported="shop.controllers.orders")
    value: Any = found.structured_content
    assert (value["allowed"], [it["contract"] for it in value["denials"]]) == (False, ["layered"])
    assert text(found).startswith(f"{new} (still to be written) must not import shop.controllers.orders\n")


def test_a_place_is_proposed_for_code_with_reasons(caller: Caller) -> None:
    found = caller.call("where_should", calls=["sqlalchemy.orm.Session.execute"])
    value: Any = found.structured_content
    assert [place["name"] for place in value["places"]] == ["shop.repositories"]
    assert text(found).startswith(
        "1 of 4 packages accept it\n"
        "1. shop.repositories, component repositories: a new file such as shop/repositories/new_module.py\n"
    )
    nowhere = caller.call("where_should", imports=["sqlalchemy", "shop.controllers.orders"])
    assert text(nowhere).startswith("none of 4 packages accepts it\n")


def test_a_contract_is_explained_by_its_id(caller: Caller) -> None:
    found = caller.call("explain", subject="queries")
    value: Any = found.structured_content
    assert (value["contract"]["id"], value["contract"]["status"], value["violations"]) == ("queries", "kept", [])
    assert text(found).startswith("queries (database): Only repositories reach a database.\n")


def test_a_violation_is_explained_by_its_fingerprint(caller: Caller, shop: Project) -> None:
    (new, _) = caller.value("check_edit", path=ORDERS, text=QUERY)["new"]
    assert "there is no violation" in caller.error("explain", subject=new["fingerprint"])
    shop.write(ORDERS, QUERY)
    value = caller.value("explain", subject=new["fingerprint"])
    assert value["violations"] == [new]
    assert (value["contract"]["id"], value["contract"]["status"]) == ("queries", "broken")


def test_a_name_that_is_neither_is_an_error_with_the_nearest_contract(caller: Caller) -> None:
    assert caller.error("explain", subject="querys") == (
        "error: there is no contract 'querys'\nhint: did you mean 'queries'?"
    )


def test_a_page_is_given_on_a_path_and_on_the_project(caller: Caller) -> None:
    assert [part["name"] for part in caller.value("brief")["parts"]][:2] == ["controllers", "services"]
    found = caller.call("brief", path="shop/services/refunds.py")
    value: Any = found.structured_content
    assert (value["is_new"], value["components"]) == (True, ["services"])
    assert text(found).startswith("# `shop.services.refunds`\n")


def test_what_depends_on_a_module_is_counted(caller: Caller) -> None:
    value = caller.value("impact", module="shop.repositories.orders")
    assert (value["direct"]["total"], value["indirect"]["total"]) == (1, 2)


def test_a_tool_that_does_not_exist_is_an_error_that_lists_the_tools(caller: Caller) -> None:
    assert ", ".join(tool.id for tool in TOOLS) in caller.error("write_file", path="x")


def test_a_missing_argument_is_an_error_that_says_what_it_is(caller: Caller) -> None:
    assert caller.error("impact") == ("error: impact needs the argument 'module'\nhint: A module, file or component.")


def test_a_changed_file_and_configuration_are_seen_by_the_next_call(caller: Caller, shop: Project) -> None:
    assert caller.value("check_edit", path=ORDERS, text=QUERY)["verdict"] == "denied"
    shop.write(ORDERS, QUERY)
    assert caller.value("check_edit", path=ORDERS, text=QUERY)["verdict"] == "accepted"
    shop.write(ORDERS, "")
    shop.configure(CONTRACTS.replace("allowed_in: repositories", "allowed_in: [repositories, controllers]"))
    assert caller.value("check_edit", path=ORDERS, text=QUERY)["verdict"] == "accepted"


def test_the_faults_of_a_configuration_are_told_with_hints_until_they_are_mended(caller: Caller, shop: Project) -> None:
    shop.configure(CONTRACTS.replace("kind: layers", "kind: layer"))
    told = caller.error("brief")
    assert told.startswith("error: archguard.yaml:")
    assert "hint: did you mean 'layers'?" in told
    shop.configure(CONTRACTS)
    assert caller.value("brief")["modules"] == 7


def test_a_folder_without_a_configuration_is_told(caller: Caller, shop: Project) -> None:
    (shop.root / "archguard.yaml").unlink()
    assert "hint:" in caller.error("brief")


class FaultyWorkspace(Workspace):
    """A workspace with a fault in it."""

    def session(self) -> NoReturn:
        raise ZeroDivisionError("by zero")


def test_a_fault_in_archguard_is_told_without_a_traceback(shop: Project) -> None:
    caller = Caller(FaultyWorkspace(shop.root))
    assert caller.error("check_edit", path=ORDERS, text="").startswith(
        "error: a fault in archguard itself, nothing was checked: ZeroDivisionError: by zero\nhint: please report it"
    )


def test_names_of_the_project_cannot_give_commands_to_a_log(caller: Caller, shop: Project) -> None:
    shop.configure(CONTRACTS.replace("reason: One place for queries.", "reason: '##vso[task.complete]now'"))
    told = text(caller.call("check_edit", path=ORDERS, text=QUERY))
    assert "##vso[" not in told
    assert "# #vso[task.complete]now" in told


def test_calls_at_the_same_time_are_answered_one_after_the_other(caller: Caller) -> None:
    async def work(client: Client) -> list[Any]:
        asked = [client.call_tool("check_edit", {"path": ORDERS, "text": QUERY}) for _ in range(5)]
        return list(await asyncio.gather(*asked))

    assert [found.structured_content["verdict"] for found in caller.with_client(work)] == ["denied"] * 5


class SlowWorkspace(Workspace):
    """A workspace that takes until it is told to go on, and counts how often it is used."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.may_go_on = Event()
        self.used = 0

    def session(self) -> Session:
        self.used += 1
        assert self.may_go_on.wait(60)
        return super().session()


def test_the_tools_are_listed_while_the_project_is_being_read(shop: Project) -> None:
    workspace = SlowWorkspace(shop.root)

    async def work(client: Client) -> list[Any]:
        call = asyncio.create_task(client.call_tool("check_edit", {"path": ORDERS, "text": QUERY}))
        tools = (await client.list_tools()).tools
        assert not call.done()
        workspace.may_go_on.set()
        return [len(tools), (await call).is_error]

    assert Caller(workspace).with_client(work) == [6, False]


def test_a_call_that_is_cancelled_before_its_turn_is_not_computed(shop: Project) -> None:
    workspace = SlowWorkspace(shop.root)

    async def work(client: Client) -> int:
        await client.list_tools()  # the worker begins to read, and waits
        call = asyncio.create_task(client.call_tool("check_edit", {"path": ORDERS, "text": QUERY}))
        await asyncio.sleep(0.1)
        call.cancel()
        await client.list_tools()
        workspace.may_go_on.set()
        await client.call_tool("explain", {"subject": "no contract"})
        return workspace.used

    assert Caller(workspace).with_client(work) == 2  # the reading, and one by `explain`
