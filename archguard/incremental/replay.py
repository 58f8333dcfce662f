"""Write the stored reports of an earlier `archguard check` again, if none of its inputs has changed."""

import sys

from archguard.incremental import store
from archguard.incremental.recorded_result import RecordedResult
from archguard.incremental.request_key import file_name, roots, targets

TYPE_CHECKING = False  # importing `typing` takes longer than many a replay
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Outputs: TypeAlias = list[tuple[str | None, str]]
    Rerender: TypeAlias = Callable[[str, list[str], list[int]], list[str]]

FOLDER = "reports"


def lookup(arguments: list[str], key: str) -> tuple[str, RecordedResult] | None:
    """The stored result of the same request, with the folder in whose cache it is; None if there is none."""
    for root in roots(arguments):
        stored = store.load(root, FOLDER, file_name(key))
        recorded = RecordedResult.read(stored, key) if stored else None
        if recorded:
            return root, recorded
    return None


def replay(root: str, recorded: RecordedResult, rerender: "Rerender") -> int | None:
    """Write the stored reports again.

    Args:
        root: The folder in whose cache the result is.
        recorded: The stored result.
        rerender: Renders a report with other numbers of imports.

    Returns:
        The exit code; None if the reports may be outdated or cannot be written, and the contracts must be checked.
    """
    outputs = recorded.outputs if recorded.holds() else _replay_after_edit(root, recorded, rerender)
    files = targets(recorded.question)
    if outputs is None or len(outputs) != len(files):
        return None
    if not _write([(file, text) for file, (_, text) in zip(files, outputs, strict=True)]):
        return None
    if recorded.is_renewed:
        store.save(root, (FOLDER, file_name(recorded.question)), recorded.text())
    return recorded.exit_code


def _replay_after_edit(root: str, recorded: RecordedResult, rerender: "Rerender") -> "Outputs | None":
    """The outputs after an edit of imports that certainly changes no verdict; None if it may."""
    if not recorded.imports or not recorded.changed:
        return None
    from archguard.incremental.edit_analysis import report_after_edit  # `ast` takes 10 ms to load

    found = report_after_edit(root, recorded)
    if found is None or not any(found[2]):
        return recorded.outputs if found else None
    return [(file, text) for (file, _), text in zip(recorded.outputs, rerender(*found), strict=True)]


def _write(outputs: "Outputs") -> bool:
    """Write files before stdout: if one fails, nothing is printed yet, and the full run reports the error."""
    try:
        for file, text in outputs:
            if file is not None:
                with open(file, "w", encoding="utf-8", newline="\n") as written:
                    written.write(text)
        sys.stdout.write("".join(text for file, text in outputs if file is None))
        sys.stdout.flush()
    except (OSError, UnicodeError):
        return False
    return True
