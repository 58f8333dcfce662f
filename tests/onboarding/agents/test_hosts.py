"""What install writes for a host is what that host reads: forms, commands and files."""

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from archguard.onboarding.agents import load_hosts

HOSTS = load_hosts()
GUARDED = ("archguard.yaml", "archguard-baseline.yaml", "contracts/**/*.yaml")

COMMAND = {"type": "string", "minLength": 1}
SECONDS = {"type": "integer", "minimum": 30, "maximum": 600}
HANDLER = {
    "type": "object",
    "required": ["type", "command"],
    "additionalProperties": False,
    "properties": {"type": {"const": "command"}, "command": COMMAND, "timeout": SECONDS},
}


def of(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    """An object with no other members."""
    names = [*properties] if not required else [*required]
    return {"type": "object", "required": names, "additionalProperties": False, "properties": properties}


def events(handler: dict[str, Any], *names: str) -> dict[str, Any]:
    return of({name: {"type": "array", "minItems": 1, "items": handler} for name in names})


def groups(handler: dict[str, Any]) -> dict[str, Any]:
    """Hooks in groups, as Claude Code brought them up."""
    return of({"matcher": {"type": "string"}, "hooks": {"type": "array", "minItems": 1, "items": handler}}, "hooks")


def servers(key: str, **more: Any) -> dict[str, Any]:
    return of({key: of({"archguard": of({"command": {"const": "archguard"}, "args": {"const": ["mcp"]}, **more})})})


STDIO = {"type": {"const": "stdio"}}
MILLISECONDS = {"type": "integer", "minimum": 30_000}
GEMINI_HANDLER = of({**HANDLER["properties"], "timeout": MILLISECONDS, "name": COMMAND})
COPILOT_HANDLER = of(
    {
        "type": {"const": "command"},
        "matcher": COMMAND,
        "bash": COMMAND,
        "powershell": COMMAND,
        "timeoutSec": SECONDS,
    },
    "type",
    "bash",
    "powershell",
)
CURSOR_HANDLER = of({"command": COMMAND, "matcher": COMMAND, "timeout": SECONDS, "loop_limit": {"const": 1}}, "command")
FORMS = {
    ".claude/settings.json": of(
        {
            "permissions": of({"deny": {"items": {"pattern": r"^Edit\(/[^)]+\)$"}}}),
            "hooks": events(groups(HANDLER), "SessionStart", "PreToolUse", "Stop", "SubagentStop"),
        }
    ),
    ".mcp.json": servers("mcpServers", **STDIO),
    ".codex/hooks.json": of({"hooks": events(groups(HANDLER), "SessionStart", "PreToolUse", "Stop")}),
    ".codex/config.toml": servers("mcp_servers"),
    ".gemini/settings.json": of(
        {"hooks": events(groups(GEMINI_HANDLER), "SessionStart", "BeforeTool", "AfterAgent")}
        | servers("mcpServers")["properties"]
    ),
    ".github/hooks/archguard-copilot.json": of(
        {"hooks": events(COPILOT_HANDLER, "sessionStart", "preToolUse", "agentStop"), "version": {"const": 1}}
    ),
    ".github/mcp.json": servers("mcpServers", **STDIO, tools={"const": ["*"]}),
    ".cursor/hooks.json": of(
        {"hooks": events(CURSOR_HANDLER, "sessionStart", "preToolUse", "stop"), "version": {"const": 1}}
    ),
    ".cursor/cli.json": of(
        {"permissions": of({"deny": {"items": {"pattern": r"^Write\([^)]+\)$"}}, "allow": {"const": []}})}
    ),
    ".cursor/mcp.json": servers("mcpServers", **STDIO),
    ".github/hooks/archguard-vscode.json": of({"hooks": events(HANDLER, "SessionStart", "PreToolUse", "Stop")}),
    ".vscode/settings.json": of({"chat.tools.edits.autoApprove": {"additionalProperties": {"const": False}}}),
    ".vscode/mcp.json": servers("servers", **STDIO),
}
"""Of each file, what the documentation of its host says of the parts that are used here."""
SETTINGS = [(name, path) for name, host in HOSTS.items() for path in host.settings]


def content(name: str, path: str) -> Any:
    text = HOSTS[name].settings[path]
    return tomllib.loads(text) if path.endswith(".toml") else json.loads(text)


@pytest.mark.parametrize(("name", "path"), SETTINGS)
def test_settings_have_the_form_that_the_host_reads(name: str, path: str) -> None:
    faults = [fault.message for fault in Draft202012Validator(FORMS[path]).iter_errors(content(name, path))]

    assert faults == []


@pytest.mark.parametrize("name", HOSTS)
def test_a_host_checks_edits_and_at_the_end_by_its_own_command_and_asks_the_server(name: str) -> None:
    commands = {command for path in HOSTS[name].settings for command in _commands(content(name, path))}
    plain = {command.removesuffix(" || true").removesuffix("; exit 0") for command in commands}

    assert plain == {f"archguard hook {name}", "archguard"}


def test_a_hook_of_copilot_never_fails_since_copilot_denies_an_edit_whose_hook_fails() -> None:
    hooks = content("copilot", ".github/hooks/archguard-copilot.json")["hooks"]

    assert {hook["bash"] for event in hooks.values() for hook in event} == {"archguard hook copilot || true"}
    assert {hook["powershell"] for event in hooks.values() for hook in event} == {"archguard hook copilot; exit 0"}


@pytest.mark.parametrize("name", ["claude", "cursor", "vscode"])
def test_where_a_host_has_permissions_they_guard_contracts_baseline_and_hooks(name: str) -> None:
    texts = "\n".join(HOSTS[name].settings.values())
    hooks = next(path for path in HOSTS[name].settings if "hook" in HOSTS[name].settings[path])

    assert [part for part in GUARDED if f"{part})" not in texts and f'{part}"' not in texts] == []
    assert f"{hooks})" in texts or "**/.github/hooks/*.json" in texts


def test_no_path_of_a_machine_is_installed() -> None:
    for host in HOSTS.values():
        for text in host.settings.values():
            assert "python" not in text
            assert "/bin" not in text
            assert "$" not in text


def _commands(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from [item] if key in ("command", "bash", "powershell") else _commands(item)
    elif isinstance(value, list):
        for item in value:
            yield from _commands(item)
