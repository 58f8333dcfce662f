"""The tools by which agents edit files: which fields their calls have, and what the files would hold afterwards.

A tool is known by its name, whichever host calls: hosts read the hook settings of each other, so that VS Code may well
call `archguard hook claude`. No two hosts give the same name to tools that differ.
"""

import os

from archguard.servers.hook.edits import replaced, text_of, unix_lines
from archguard.servers.hook.patch import BEGIN, PatchError, patched

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Final, TypeAlias

    from archguard.servers.hook.event import Event, Message

    Drafts: TypeAlias = dict[str, str | None]
    """The new text of each file by its absolute path; None for a file that is removed."""

_WRITES: "Final[Mapping[str, tuple[str, str]]]" = {
    "Write": ("file_path", "content"),  # Claude Code; Cursor, for replacements too
    "write_file": ("file_path", "content"),  # Gemini CLI
    "create": ("path", "file_text"),  # Copilot
    "create_file": ("filePath", "content"),  # VS Code
}
"""Tools that write a whole file: the fields of the path and the text."""
_REPLACEMENTS: "Final[Mapping[str, tuple[str, str, str, str]]]" = {
    "Edit": ("file_path", "old_string", "new_string", "replace_all"),  # Claude Code
    "replace": ("file_path", "old_string", "new_string", "allow_multiple"),  # Gemini CLI
    "edit": ("path", "old_str", "new_str", ""),  # Copilot
    "replace_string_in_file": ("filePath", "oldString", "newString", ""),  # VS Code
}
"""Tools that replace a text: the fields of the path, the old text, the new text, and whether all places are meant."""
_LISTS: "Final[Mapping[str, tuple[str, str]]]" = {
    "MultiEdit": ("edits", "Edit"),  # Claude Code, older versions
    "multi_replace_string_in_file": ("replacements", "replace_string_in_file"),  # VS Code
}
"""Tools that replace several texts: the field of their list, and the tool whose fields its items have."""
_PATCHES: "Final[Mapping[str, tuple[str, ...]]]" = {
    "apply_patch": ("command", "input", "patch"),  # Codex, VS Code, Copilot
}
"""Tools that apply a patch: the fields that may hold it."""
_REMOVALS: "Final[Mapping[str, str]]" = {
    "Delete": "file_path",  # Cursor
}
"""Tools that remove a file: the field of its path."""
_SHELL: "Final" = "Bash"
"""Codex applies a patch that is given to a command `apply_patch` itself."""


def drafts(event: "Event") -> "Drafts":
    """What the files would hold after the call of the tool.

    Empty if the tool edits nothing, or if it cannot be told what it would do: the text to replace is not there, or is
    there twice. The host refuses such an edit, or finds a place for it that only it knows; what comes of it is seen
    afterwards.
    """
    return _drafts(event.tool, _arguments(event.tool_input), lambda path: _absolute(event.folder, path))


def _drafts(tool: str, arguments: "Message", place: "Callable[[str], str]") -> "Drafts":
    try:
        if tool in _WRITES:
            path, text = _WRITES[tool]
            return {place(arguments[path]): unix_lines(arguments.get(text) or "")}
        if tool in _REPLACEMENTS:
            return _replacement(tool, arguments, place, {})
        if tool in _LISTS:
            return _replacements(tool, arguments, place)
        if tool in _REMOVALS:
            return {place(arguments[_REMOVALS[tool]]): None}
        return patched(_patch(tool, arguments), place)
    except (AttributeError, LookupError, TypeError, PatchError):  # not the fields that the tool has, or no edit
        return {}


def _replacement(tool: str, arguments: "Message", place: "Callable[[str], str]", before: "Drafts") -> "Drafts":
    """What one replacement makes of the files, of which `before` holds those that are edited already."""
    path, old, new, everywhere = _REPLACEMENTS[tool]
    file = place(arguments[path])
    text = before[file] if file in before else text_of(file)
    if text is None and os.path.exists(file):  # no text in UTF-8
        return {}
    made = replaced(text, arguments[old], arguments[new], everywhere=bool(arguments.get(everywhere)))
    return {} if made is None else {file: made}


def _replacements(tool: str, arguments: "Message", place: "Callable[[str], str]") -> "Drafts":
    """What several replacements make of the files. One that is refused does not keep VS Code from the others."""
    field, each = _LISTS[tool]
    found: Drafts = {}
    for item in arguments[field]:
        found |= _replacement(each, {**arguments, **item}, place, found)
    return found


def _patch(tool: str, arguments: "Message") -> str:
    """The patch in the call of a tool; "" if there is none."""
    if tool == _SHELL and str(arguments.get("command", "")).lstrip().startswith("apply_patch"):
        return str(arguments["command"])
    return next((arguments[field] for field in _PATCHES.get(tool, ()) if field in arguments), "")


def _arguments(tool_input: "Any") -> "Message":
    """The fields of the call: Copilot sends them as JSON in a string, and a patch as it is."""
    if isinstance(tool_input, str):
        if tool_input.lstrip().startswith(BEGIN):
            return {"patch": tool_input}
        from json import loads

        try:
            tool_input = loads(tool_input)
        except ValueError:
            return {}
    return tool_input if isinstance(tool_input, dict) else {}


def _absolute(folder: str, path: str) -> str:
    """The absolute path; symbolic links stay, since a module is known by the path that leads to it."""
    return os.path.normpath(os.path.join(folder or os.getcwd(), os.path.expanduser(path)))
