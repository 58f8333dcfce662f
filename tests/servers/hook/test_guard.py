"""Edits that switch the hooks off, or put another configuration in the place of the one that there is."""

import json
from pathlib import Path

import pytest

from archguard.servers.hook.guard import may_hold_contracts, weakenings

HOOK = {"matcher": "Edit|Write", "hooks": [{"type": "command", "command": "archguard hook claude", "timeout": 30}]}
SETTINGS = {
    "model": "opus",
    "permissions": {"deny": ["Edit(archguard.yaml)", "Read(.env)"]},
    "hooks": {"PreToolUse": [HOOK], "Stop": [{"hooks": HOOK["hooks"]}]},
}


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text(json.dumps(SETTINGS), encoding="utf-8")
    return path


def found(path: Path, text: str | None, root: str = "") -> list[str]:
    """What writing `text` would weaken, without the path."""
    return [sentence.removeprefix(f"{path}: ") for sentence in weakenings({str(path): text}, lambda _: root)]


def changed(**more: object) -> str:
    return json.dumps(SETTINGS | more)


LOST = ["an entry of archguard would be changed or removed"]


def test_other_settings_may_change(settings: Path) -> None:
    other = {"matcher": "Bash", "hooks": [{"type": "command", "command": "other"}]}
    assert found(settings, changed(model="sonnet")) == []
    assert found(settings, changed(hooks={**SETTINGS["hooks"], "PreToolUse": [other, HOOK]})) == []
    assert found(settings, changed(permissions={"deny": ["Edit(archguard.yaml)"]})) == []


@pytest.mark.parametrize(
    "hooks",
    [
        {},
        {"PreToolUse": [HOOK]},
        {**SETTINGS["hooks"], "PreToolUse": [{**HOOK, "matcher": "Nothing"}]},
        {"PostToolUse": [HOOK], "Stop": SETTINGS["hooks"]["Stop"]},
    ],
)
def test_a_hook_that_is_removed_or_moved_or_gets_another_matcher_is_told(hooks: object, settings: Path) -> None:
    assert found(settings, changed(hooks=hooks)) == LOST


def test_an_entry_of_a_deny_list_that_is_removed_is_told(settings: Path) -> None:
    assert found(settings, changed(permissions={"deny": ["Read(.env)"]})) == LOST


def test_settings_that_are_removed_or_cannot_be_read_any_more_are_told(settings: Path) -> None:
    assert found(settings, None) == LOST
    assert found(settings, "{") == LOST


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (".claude/settings.local.json", '{"disableAllHooks" : true}'),
        (".github/copilot/settings.json", '{"disableAllHooks": true}'),
        (".github/hooks/other.json", '{"disableAllHooks": true}'),
        (".gemini/settings.json", '{"hooksConfig": {"enabled": false}}'),
        (".codex/config.toml", "[features]\nhooks = false\n"),
    ],
)
def test_a_switch_that_turns_all_hooks_off_is_told(name: str, text: str, tmp_path: Path) -> None:
    assert found(tmp_path / name, text) == ["turns all hooks off"]


def test_a_switch_that_is_there_or_leaves_hooks_on_is_not(tmp_path: Path) -> None:
    path = tmp_path / ".claude" / "settings.local.json"
    assert found(path, '{"disableAllHooks": false}') == []
    path.parent.mkdir()
    path.write_text('{"disableAllHooks": true}', encoding="utf-8")
    assert found(path, '{"disableAllHooks": true, "model": "opus"}') == []


def test_settings_in_toml_are_compared_too(tmp_path: Path) -> None:
    path = tmp_path / ".codex" / "config.toml"
    path.parent.mkdir()
    path.write_text('model = "a"\n[mcp_servers.archguard]\ncommand = "archguard"\nargs = ["mcp"]\n', encoding="utf-8")
    assert found(path, 'model = "b"\n[mcp_servers.archguard]\ncommand = "archguard"\n') == []
    assert found(path, 'model = "b"\n') == LOST


def test_settings_with_comments_are_compared_by_lines(tmp_path: Path) -> None:
    path = tmp_path / ".vscode" / "settings.json"
    path.parent.mkdir()
    text = '{\n  // who may edit\n  "chat.tools.edits.autoApprove": {\n    "**/archguard.yaml": false\n  }\n}\n'
    path.write_text(text, encoding="utf-8")
    assert found(path, text.replace("who may", "may anybody")) == []
    assert found(path, text.replace("false", "true")) == LOST


def test_what_a_key_that_names_archguard_says_is_an_entry(tmp_path: Path) -> None:
    path = tmp_path / ".vscode" / "settings.json"
    path.parent.mkdir()
    path.write_text('{"autoApprove": {"**/archguard.yaml": false}}', encoding="utf-8")
    assert found(path, '{"autoApprove": {"**/archguard.yaml": false, "a": true}}') == []
    assert found(path, '{"autoApprove": {"**/archguard.yaml": true}}') == LOST


def test_a_file_of_another_name_is_no_settings(tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(json.dumps(SETTINGS), encoding="utf-8")
    assert found(tmp_path / "settings.json", "{}") == []


def test_a_new_configuration_below_another_one_is_told(tmp_path: Path) -> None:
    taken = ["a configuration in here would take the place of the one further up"]
    assert found(tmp_path / "shop" / "archguard.yaml", "version: 1\n", str(tmp_path)) == taken
    assert found(tmp_path / "shop" / "pyproject.toml", "[tool.archguard]\n", str(tmp_path)) == taken
    assert found(tmp_path / "shop" / "pyproject.toml", "[project]\n", str(tmp_path)) == []
    assert found(tmp_path / "archguard.yaml", "version: 1\n") == []


def test_files_that_may_hold_contracts() -> None:
    assert all(map(may_hold_contracts, ["archguard.yaml", "a/contracts/x.YML", ".importlinter", "pyproject.toml"]))
    assert not any(map(may_hold_contracts, ["a.py", "README.md", "yaml"]))
