"""What is denied, what a session has brought, and what archguard tells when it cannot say."""

import json
import os
from pathlib import Path

import pytest
from hook_calls import CONTRACTS, FILES, ORDERS, Hook, after, before, committed, edit, stop, text_of, write
from project import Project
from repository import commit

BROKEN = ORDERS.replace("services", "db", 1)
CONTROLLER = "shop/controllers/orders.py"


class TestBeforeAnEdit:
    def test_a_violation_that_is_there_already_does_not_deny_another_edit(self, shop: Project, hook: Hook) -> None:
        shop.write(CONTROLLER, BROKEN)
        assert hook("claude", edit(shop, "orders()", "orders()[:10]")).message is None

    def test_an_edit_that_removes_a_violation_gets_no_answer(self, shop: Project, hook: Hook) -> None:
        shop.write(CONTROLLER, BROKEN)
        assert hook("claude", edit(shop, "from shop import db", "from shop import services")).message is None

    def test_a_violation_that_does_not_fail_a_run_does_not_deny(self, shop: Project, hook: Hook) -> None:
        shop.write("archguard.yaml", f"{CONTRACTS}    severity: warning\n")
        assert hook("claude", edit(shop, "import services", "import db")).message is None

    def test_a_file_that_makes_others_break_a_contract_is_denied(self, shop: Project, hook: Hook) -> None:
        shop.write("archguard.yaml", CONTRACTS.replace("indirect: false", "indirect: true"))
        shop.write(CONTROLLER, "from shop import helpers\n")
        shop.write("shop/helpers.py", "")
        answer = hook("claude", write(shop, "shop/helpers.py", "from shop import db\n"))
        assert "controllers-call-services" in text_of(answer.message)

    def test_an_ignore_with_a_reason_is_the_business_of_a_review(self, shop: Project, hook: Hook) -> None:
        ignored = "from shop import db  # archguard: ignore[controllers-call-services] until the service is there"
        assert hook("claude", edit(shop, "from shop import services", ignored)).message is None

    def test_an_ignore_without_a_reason_is_denied_with_what_it_would_hide(self, shop: Project, hook: Hook) -> None:
        ignored = "from shop import db  # archguard: ignore[controllers-call-services]"
        text = text_of(hook("claude", edit(shop, "from shop import services", ignored)).message)
        assert "shop/controllers/orders.py:1:18 [controllers-call-services]" in text
        assert "the ignore has no reason; say why" in text

    def test_an_ignore_without_a_reason_that_hides_nothing_is_for_a_person_to_decide(
        self, shop: Project, hook: Hook
    ) -> None:
        answer = hook(
            "claude", edit(shop, "import services", "import services  # archguard: ignore[controllers-call-services]")
        )
        assert answer.message is not None
        assert answer.message["hookSpecificOutput"]["permissionDecision"] == "ask"

    def test_a_text_that_python_cannot_parse_is_told_and_not_denied(self, shop: Project, hook: Hook) -> None:
        answer = hook("claude", edit(shop, "def show():", "def show(:"))
        assert answer.message is not None
        assert answer.message.keys() == {"systemMessage"}
        assert "archguard: this edit could not be checked: shop/controllers/orders.py:4" in text_of(answer.message)

    def test_a_larger_baseline_is_for_a_person_to_decide(self, shop: Project, hook: Hook) -> None:
        shop.write(CONTROLLER, BROKEN)
        shop.call("baseline")
        baseline = (shop.root / "archguard-baseline.yaml").read_text(encoding="utf-8")
        (shop.root / "archguard-baseline.yaml").unlink()
        text = text_of(hook("claude", write(shop, "archguard-baseline.yaml", baseline)).message)
        assert "takes 1 violation more of controllers-call-services as known" in text

    def test_a_new_file_of_contracts_that_only_adds_some_gets_no_answer(self, shop: Project, hook: Hook) -> None:
        more = "contracts:\n  - {id: apart, kind: forbidden, modules: shop.db, must_not_import: shop.services}\n"
        assert hook("claude", write(shop, "contracts/more.yaml", more)).message is None

    def test_other_yaml_of_the_project_gets_no_answer(self, shop: Project, hook: Hook) -> None:
        assert hook("claude", write(shop, "data/values.yaml", "a: 1\n")).message is None

    def test_a_project_that_is_reached_through_a_link_is_the_same(
        self, shop: Project, hook: Hook, tmp_path: Path
    ) -> None:
        (tmp_path / "link").symlink_to(shop.root, target_is_directory=True)
        linked = Project(tmp_path / "link")
        assert "controllers-call-services" in text_of(
            hook("claude", edit(linked, "import services", "import db")).message
        )

    def test_a_file_of_a_project_without_contracts_gets_no_answer(self, hook: Hook, tmp_path: Path) -> None:
        (tmp_path / ".git").mkdir()
        assert hook("claude", write(Project(tmp_path), "a.py", "import b\n")).message is None
        assert hook("claude", stop(Project(tmp_path))).message is None


class TestAStop:
    def test_only_what_the_session_has_brought_counts(self, shop: Project, hook: Hook) -> None:
        shop.write(CONTROLLER, BROKEN)
        committed(shop)
        assert hook("claude", stop(shop)).message is None

        shop.write("shop/controllers/more.py", "from shop import db\n")
        text = text_of(hook("claude", stop(shop)).message)
        assert "shop/controllers/more.py:1" in text
        assert "shop/controllers/orders.py" not in text

    def test_what_the_session_commits_counts_too(self, shop: Project, hook: Hook) -> None:
        assert hook("claude", before(shop, "Bash", {"command": "git commit"})).message is None
        shop.write(CONTROLLER, BROKEN)
        committed(shop)
        assert "shop/controllers/orders.py:1" in text_of(hook("claude", stop(shop)).message)

    def test_another_session_has_not_brought_it(self, shop: Project, hook: Hook) -> None:
        shop.write(CONTROLLER, BROKEN)
        assert text_of(hook("claude", stop(shop)).message)
        commit(shop)
        assert hook("claude", stop(shop) | {"session_id": "session-2"}).message is None

    def test_without_git_what_the_baseline_does_not_list_counts(self, hook: Hook, tmp_path: Path) -> None:
        shop = Project(tmp_path)
        shop.write_all(FILES | {CONTROLLER: BROKEN})
        assert "shop/controllers/orders.py:1" in text_of(hook("claude", stop(shop)).message)
        shop.call("baseline")
        assert hook("claude", stop(shop) | {"session_id": "session-2"}).message is None

    def test_a_new_violation_blocks_again_but_the_old_one_is_not_repeated(self, shop: Project, hook: Hook) -> None:
        shop.write(CONTROLLER, BROKEN)
        assert "orders.py" in text_of(hook("claude", stop(shop)).message)
        shop.write("shop/controllers/more.py", "from shop import db\n")
        answer = hook("claude", stop(shop)).message
        assert answer is not None
        assert answer["decision"] == "block"
        assert "more.py" in answer["reason"]
        assert "orders.py" not in answer["reason"]

    def test_a_violation_that_comes_back_blocks_again(self, shop: Project, hook: Hook) -> None:
        for text, is_blocked in ((BROKEN, True), (ORDERS, False), (BROKEN, True)):
            shop.write(CONTROLLER, text)
            answer = hook("claude", stop(shop)).message
            assert (answer is not None and answer.get("decision") == "block") is is_blocked

    def test_a_contract_that_a_shell_has_weakened_blocks_once(self, shop: Project, hook: Hook) -> None:
        assert hook("claude", stop(shop)).message is None
        shop.write("archguard.yaml", CONTRACTS.replace("must_not_import: shop.db", "must_not_import: shop.reports"))
        answer = hook("claude", stop(shop)).message
        assert answer is not None
        assert answer["decision"] == "block"
        assert "this session has weakened the architecture contracts" in answer["reason"]
        assert "archguard.yaml:4:5: contract controllers-call-services is weaker" in answer["reason"]
        assert "unless the user has agreed to it" in answer["reason"]
        assert hook("claude", stop(shop)).message.keys() == {"systemMessage"}  # type: ignore[union-attr]

        shop.write("archguard.yaml", CONTRACTS)
        assert hook("claude", stop(shop)).message is None

    def test_a_file_of_contracts_that_a_shell_has_removed_blocks(self, shop: Project, hook: Hook) -> None:
        more = "contracts:\n  - {id: apart, kind: forbidden, modules: shop.db, must_not_import: shop.services}\n"
        shop.write("contracts/more.yaml", more)
        committed(shop)
        assert hook("claude", stop(shop)).message is None
        (shop.root / "contracts/more.yaml").unlink()
        assert "contract apart is gone" in text_of(hook("claude", stop(shop)).message)

    def test_a_contract_that_is_stricter_or_other_text_in_the_configuration_blocks_nothing(
        self, shop: Project, hook: Hook
    ) -> None:
        assert hook("claude", stop(shop)).message is None
        shop.write("archguard.yaml", "# The shop.\n" + CONTRACTS.replace("shop.db", "[shop.db, shop.reports]"))
        assert hook("claude", stop(shop)).message is None

    def test_another_host_is_blocked_for_itself(self, shop: Project, hook: Hook) -> None:
        shop.write(CONTROLLER, BROKEN)
        assert "decision" in (hook("claude", stop(shop)).message or {})
        assert "decision" in (hook("codex", stop(shop)).message or {})

    def test_a_session_without_an_id_is_never_blocked(self, shop: Project, hook: Hook) -> None:
        shop.write(CONTROLLER, BROKEN)
        answer = hook("claude", stop(shop) | {"session_id": ""}).message
        assert answer is not None
        assert answer.keys() == {"systemMessage"}

    def test_a_session_that_cannot_be_remembered_is_never_blocked(self, shop: Project, hook: Hook, user: Path) -> None:
        (user / "archguard").write_text("no folder", encoding="utf-8")
        shop.write(CONTROLLER, BROKEN)
        answer = hook("claude", stop(shop)).message
        assert answer is not None
        assert answer.keys() == {"systemMessage"}

    def test_a_project_outside_of_the_folder_of_the_session_counts_once_it_is_edited(
        self, shop: Project, hook: Hook
    ) -> None:
        above = stop(Project(shop.root.parent))
        shop.write(CONTROLLER, BROKEN)
        assert hook("claude", above).message is None
        assert hook("claude", edit(shop, "orders()", "orders()[:1]") | {"cwd": str(shop.root.parent)}).message is None
        assert "orders.py:1" in text_of(hook("claude", above).message)

    def test_a_batch_of_tools_is_told_of_new_violations_only(self, shop: Project, hook: Hook) -> None:
        shop.write(CONTROLLER, BROKEN)
        assert "orders.py" in text_of(hook("claude", after(shop)).message)
        shop.write("shop/controllers/more.py", "from shop import db\n")
        text = text_of(hook("claude", after(shop)).message)
        assert "more.py" in text
        assert "orders.py" not in text


class TestWhatGoesWrong:
    def test_a_configuration_that_cannot_be_read_is_told_once_and_denies_nothing(
        self, shop: Project, hook: Hook
    ) -> None:
        shop.write("archguard.yaml", "version: 1\ncontractz: []\n")
        sent = edit(shop, "import services", "import db")
        assert "nothing was checked, unknown key `contractz`" in text_of(hook("claude", sent).message)
        assert hook("claude", sent).message is None

    @pytest.mark.parametrize("host", ["copilot", "cursor"])
    def test_it_is_told_on_stderr_where_the_host_has_no_form_for_it(self, host: str, shop: Project, hook: Hook) -> None:
        shop.write("archguard.yaml", "version: 1\ncontractz: []\n")
        event = {"cwd": str(shop.root), "sessionId": "a", "stopReason": "end_turn", "status": "completed"}
        answer = hook(host, event | {"hook_event_name": "stop" if host == "cursor" else ""})
        assert answer.message is None
        assert answer.code == 0
        assert "nothing was checked, unknown key `contractz`" in answer.stderr

    @pytest.mark.parametrize("sent", [b"", b"{", b"\xff", b'{"hook_event_name": 1}' + b"[" * 100_000])
    def test_an_event_that_is_no_json_is_told(self, sent: bytes, hook: Hook) -> None:
        answer = hook("claude", sent)
        assert answer.code == 0
        assert "archguard: nothing was checked" in text_of(answer.message)

    @pytest.mark.parametrize("sent", [None, [], "text", {}, {"hook_event_name": []}, {"hook_event_name": "Stop"}])
    def test_json_that_is_no_event_gets_no_answer(self, sent: object, hook: Hook) -> None:
        assert hook("claude", sent).message is None

    def test_a_host_that_is_not_known_is_an_error_that_is_no_denial(self, hook: Hook) -> None:
        answer = hook("emacs", {})
        assert answer.code == 1
        assert answer.stderr == (
            "error: `archguard hook` takes one host: claude, codex, gemini, copilot, cursor, vscode\n"
        )

    def test_a_damaged_memory_of_the_session_is_a_new_one(self, shop: Project, hook: Hook, user: Path) -> None:
        assert hook("claude", stop(shop)).message is None
        (file,) = user.rglob("sessions/*.json")
        for damage in ("", "{", "[]", '{"version": 0, "projects": 1}'):
            file.write_text(damage, encoding="ascii")
            assert hook("claude", stop(shop)).message is None
            assert json.loads(file.read_text(encoding="ascii"))["projects"]

    def test_the_memory_of_a_session_is_for_its_user_alone(self, shop: Project, hook: Hook, user: Path) -> None:
        assert hook("claude", stop(shop)).message is None
        (file,) = user.rglob("sessions/*.json")
        assert file.stat().st_mode & 0o777 == 0o600

    def test_sessions_that_have_not_called_for_a_month_are_forgotten(
        self, shop: Project, hook: Hook, user: Path
    ) -> None:
        for days, session in ((29, "recent"), (31, "old")):
            assert hook("claude", stop(shop) | {"session_id": session}).message is None
            newest = max(user.rglob("sessions/*.json"), key=lambda file: file.stat().st_mtime)
            called = newest.stat().st_mtime - days * 24 * 3600
            os.utime(newest, (called, called))
        assert hook("claude", stop(shop) | {"session_id": "new"}).message is None
        assert len([*user.rglob("sessions/*.json")]) == 2
