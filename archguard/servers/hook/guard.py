"""Edits of the files that switch the hooks on, and of those that say where a project is.

What an edit takes from contracts and baseline is computed by the daemon. That needs no project: every text in the
settings of a host that mentions archguard, such as the command of a hook or an entry of a deny list, has to stay under
the keys and the matcher under which it stands, and no switch may turn all hooks off.
"""

import os

from archguard.incremental import light_json
from archguard.incremental.project_folder import NAMES, SHARED_NAMES
from archguard.servers.hook.edits import text_of

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, Final

    from archguard.servers.hook.tools import Drafts

_SETTINGS: "Final" = (
    ".claude/settings.json",
    ".claude/settings.local.json",
    ".codex/config.toml",
    ".codex/hooks.json",
    ".copilot/settings.json",
    ".cursor/cli.json",
    ".cursor/hooks.json",
    ".gemini/settings.json",
    ".github/copilot/settings.json",
    ".github/copilot/settings.local.json",
    ".vscode/settings.json",
)
_SETTINGS_FOLDERS: "Final" = (".github/hooks", ".copilot/hooks")
"""Folders of which every JSON file has settings."""
_SWITCHES: "Final" = ('"disableAllHooks":true', '"hooksConfig":{"enabled":false', "hooks=false")
"""How all hooks are turned off, without white space: Claude Code and Copilot, Gemini CLI, Codex."""
_NAME: "Final" = "archguard"
_CONFIGURATIONS: "Final" = (".yaml", ".yml", ".toml", ".cfg", ".ini", ".json", ".importlinter")
"""Ends of the names of files that may hold contracts, or a baseline."""


def may_hold_contracts(path: str) -> bool:
    """Whether the file at `path` may be a configuration, a pack or a baseline."""
    return path.lower().endswith(_CONFIGURATIONS)


def weakenings(drafts: "Drafts", root_above: "Callable[[str], str]") -> "Iterator[str]":
    """What `drafts` take from the hooks, as sentences.

    Args:
        drafts: The files to write.
        root_above: Gives the folder of the project that a folder belongs to; "" if it belongs to none.
    """
    for path, text in sorted(drafts.items()):
        if _is_settings(path):
            yield from (f"{path}: {change}" for change in _settings_changes(text_of(path) or "", text or "", path))
        if text and _adds_a_configuration(path, text) and root_above(os.path.dirname(path)):
            yield f"{path}: a configuration in here would take the place of the one further up"


def _is_settings(path: str) -> bool:
    plain = path.replace(os.sep, "/")
    folder, _, name = plain.rpartition("/")
    return plain.endswith(_SETTINGS) or (folder.endswith(_SETTINGS_FOLDERS) and name.endswith(".json"))


def _settings_changes(before: str, after: str, path: str) -> "Iterator[str]":
    if _is_switched_off(after) and not _is_switched_off(before):
        yield "turns all hooks off"
    needed = _entries(before, path)
    if needed - _entries(after, path):
        yield "an entry of archguard would be changed or removed"


def _is_switched_off(text: str) -> bool:
    bare = "".join(text.split())
    return any(switch in bare for switch in _SWITCHES)


def _entries(text: str, path: str) -> "set[tuple[str, ...]]":
    """The entries of the settings that mention archguard, each after the keys and the matchers above it."""
    if _NAME not in text:
        return set()
    try:
        return set(_mentions(_parsed(text, path), ()))
    except ValueError:  # JSON with comments, or no settings at all
        return {(line.strip(),) for line in text.splitlines() if _NAME in line}


def _parsed(text: str, path: str) -> "Any":
    if path.endswith(".toml"):
        from tomllib import loads  # 5 ms

        return loads(text)
    return light_json.loads(text)


def _mentions(plain: "Any", above: "tuple[str, ...]") -> "Iterator[tuple[str, ...]]":
    if isinstance(plain, str):
        if _NAME in plain:
            yield (*above, plain)
    elif isinstance(plain, list):
        for item in plain:
            yield from _mentions(item, above)
    elif isinstance(plain, dict):
        matcher = str(plain.get("matcher", ""))
        for key, value in plain.items():
            yield from _mentions(value, (*above, matcher, key))
            if _NAME in key and not isinstance(value, (dict, list)):
                yield (*above, matcher, key, str(value))


def _adds_a_configuration(path: str, text: str) -> bool:
    """Whether `text` would make a file a configuration that has not been one."""
    name = os.path.basename(path)
    is_new = _NAME not in (text_of(path) or "")
    return is_new and ((name in NAMES and not os.path.exists(path)) or (name in SHARED_NAMES and _NAME in text))
