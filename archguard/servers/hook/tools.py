"""The tools by which agents edit files: which fields their calls have, and what the files would hold afterwards.

A tool is known by its name, whichever host calls: hosts read the hook settings of each other, so that VS Code may well
call `archguard hook claude`. No two hosts give the same name to tools that differ.
"""

import os

from archguard.incremental.light_json import loads
from archguard.servers.hook.edits import replaced, text_of, unix_lines
from archguard.servers.hook.patch import BEGIN, PatchError, patched

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Final, TypeAlias

    from archguard.servers.hook.event import Event, Message

    Drafts: TypeAlias = dict[str, str | None]
    """The new text of each file by its absolute path; None for a file that is removed."""

_WRITES: "Final" = frozenset({"Write", "write_file", "create", "create_file"})
"""Tools that write a whole file: of Claude Code and Cursor (for replacements too), Gemini CLI, Copilot, VS Code."""
_REPLACEMENTS: "Final" = frozenset({"Edit", "StrReplace", "replace", "edit", "replace_string_in_file"})
"""Tools that replace a text: of Claude Code, Cursor, Gemini CLI, Copilot, VS Code."""
_LISTS: "Final[Mapping[str, str]]" = {"MultiEdit": "edits", "multi_replace_string_in_file": "replacements"}
"""Tools that replace several texts, of older versions of Claude Code and of VS Code: the field of their list."""
_PATCHES: "Final" = frozenset({"apply_patch"})
"""Tools that apply a patch: of Codex, VS Code, Copilot."""
_REMOVALS: "Final" = frozenset({"Delete"})
"""Tools that remove a file: of Cursor."""
_COMMANDS: "Final[Mapping[tuple[str, object], str]]" = {
    ("str_replace_editor", "create"): "create",
    ("str_replace_editor", "str_replace"): "edit",
}
"""Tools, of older versions of Copilot, whose field `command` says which other tool they are."""
_SHELL: "Final" = "Bash"
"""Codex applies a patch that is given to a command `apply_patch` itself."""

_PATH: "Final" = ("file_path", "filePath", "path")
_TEXT: "Final" = ("content", "file_text")
_OLD: "Final" = ("old_string", "oldString", "old_str")
_NEW: "Final" = ("new_string", "newString", "new_str")
_EVERYWHERE: "Final" = ("replace_all", "allow_multiple")
_PATCH: "Final" = ("command", "input", "patch")
"""The fields of these tools; hosts differ in how they spell them, not in what they mean."""


def drafts(event: "Event") -> "Drafts":
    """What the files would hold after the call of the tool.

    Empty if the tool edits nothing, or if it cannot be told what it would do: the text to replace is not there, or is
    there twice. The host refuses such an edit, or finds a place for it that only it knows; what comes of it is seen
    afterwards.
    """
    arguments = _arguments(event.tool_input)
    folder = os.path.join(event.folder, _entered(arguments)) if event.tool == _SHELL else event.folder
    return _drafts(event.tool, arguments, lambda path: _absolute(folder, path))


def _drafts(tool: str, arguments: "Message", place: "Callable[[str], str]") -> "Drafts":
    try:
        tool = _COMMANDS.get((tool, arguments.get("command")), tool)
        if tool in _WRITES:
            return {place(_field(arguments, _PATH)): unix_lines(_field(arguments, _TEXT, ""))}
        if tool in _REPLACEMENTS:
            return _replacements([arguments], place)
        if tool in _LISTS:
            return _replacements([{**arguments, **item} for item in arguments[_LISTS[tool]]], place)
        if tool in _REMOVALS:
            return {place(_field(arguments, _PATH)): None}
        return patched(_patch(tool, arguments), place)
    except (AttributeError, LookupError, TypeError, PatchError):  # not the fields that the tool has, or no edit
        return {}


def _replacements(each: "list[Message]", place: "Callable[[str], str]") -> "Drafts":
    """What replacements make of the files. One that is refused does not keep VS Code from the others."""
    found: Drafts = {}
    for arguments in each:
        file = place(_field(arguments, _PATH))
        text = found[file] if file in found else text_of(file)
        is_everywhere = bool(_field(arguments, _EVERYWHERE, None))
        made = replaced(text, _field(arguments, _OLD), _field(arguments, _NEW), everywhere=is_everywhere)
        if made is not None and (text is not None or not os.path.exists(file)):  # else it is no text in UTF-8
            found[file] = made
    return found


def _patch(tool: str, arguments: "Message") -> str:
    """The patch in the call of a tool; "" if there is none."""
    is_command = tool == _SHELL and _shell_words(arguments)[1].startswith("apply_patch")
    patch: str = _field(arguments, _PATCH, "") if is_command or tool in _PATCHES else ""
    return patch


def _entered(arguments: "Message") -> str:
    """The folder that a command of a shell enters before it applies a patch; "" if it stays where it is."""
    return _shell_words(arguments)[0]


def _shell_words(arguments: "Message") -> tuple[str, str]:
    """The folder of `cd FOLDER && COMMAND` and the command; "" and the command if that is not how it begins."""
    command = str(arguments.get("command", "")).lstrip()
    first, _, rest = command.partition("&&")
    if first.startswith("cd ") and "\n" not in first:
        return first.removeprefix("cd ").strip().strip("'\""), rest.lstrip()
    return "", command


def _field(arguments: "Message", names: "Sequence[str]", *default: "Any") -> "Any":
    """The value of the first of `names` that is there, or else the default.

    Raises:
        LookupError: none is there, and there is no default.
    """
    return [*(arguments[name] for name in names if name in arguments), *default][0]


def _arguments(tool_input: "Any") -> "Message":
    """The fields of the call: Copilot sends them as JSON in a string, and a patch as it is."""
    if isinstance(tool_input, str):
        if tool_input.lstrip().startswith(BEGIN):
            return {"patch": tool_input}
        try:
            tool_input = loads(tool_input)
        except ValueError:
            return {}
    return tool_input if isinstance(tool_input, dict) else {}


def _absolute(folder: str, path: str) -> str:
    """The absolute path; symbolic links stay, since a module is known by the path that leads to it."""
    return os.path.normpath(os.path.join(folder or os.getcwd(), os.path.expanduser(path)))
