"""The text that a file would have after an edit, as the host would make it; None if the host would refuse the edit.

Line ends are those of Unix in here: hosts compare texts without regard to them, and no contract depends on them.
"""

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from typing import Final

MOST_BYTES: "Final" = 5 << 20
"""The largest file that is read for an edit: a module is far smaller, and reading more would hold the agent up."""


def text_of(path: str) -> str | None:
    """The text of the file at `path`; None if there is none, or if it is no text in UTF-8, or too large."""
    try:
        with open(path, "rb") as file:
            content = file.read(MOST_BYTES + 1)
        return unix_lines(content.decode("utf-8")) if len(content) <= MOST_BYTES else None
    except (OSError, ValueError):
        return None


def unix_lines(text: str) -> str:
    """`text` with line feeds only as ends of lines."""
    return text.replace("\r\n", "\n")


def replaced(text: str | None, old: str, new: str, *, everywhere: bool = False) -> str | None:
    """`text` with `new` in place of `old`, which must occur exactly once unless `everywhere`.

    Nothing to replace, in a file that is empty or does not exist, makes a file of `new`.
    """
    old, new = unix_lines(old), unix_lines(new)
    if not old:
        return None if text else new
    occurrences = (text or "").count(old)
    if text is None or not occurrences or (occurrences > 1 and not everywhere):
        return None
    return text.replace(old, new)
