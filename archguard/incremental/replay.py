"""What `archguard check` says when nothing has changed since it said it."""

import sys

from archguard.incremental import store
from archguard.incremental.recorded_result import RecordedResult
from archguard.incremental.request_key import name, roots, targets

TYPE_CHECKING = False  # importing `typing` takes longer than many an answer
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Outputs: TypeAlias = list[tuple[str | None, str]]
    Again: TypeAlias = Callable[[str, list[str], list[int]], list[str]]

FOLDER = "reports"


def lookup(arguments: list[str], asked: str) -> tuple[str, RecordedResult] | None:
    """What was kept of the last time that this was asked, with the folder in whose cache it is."""
    for root in roots(arguments):
        kept = store.load(root, FOLDER, name(asked))
        snapshot = RecordedResult.read(kept, asked) if kept else None
        if snapshot:
            return root, snapshot
    return None


def replay(root: str, snapshot: RecordedResult, again: "Again") -> int | None:
    """Write the reports that were written then; None if they may not be right any more.

    Args:
        root: In whose cache the snapshot is.
        snapshot: What was kept.
        again: Writes a report with other numbers of imports.

    Returns:
        The exit code.
    """
    outputs = snapshot.outputs if snapshot.holds() else _replay_after_edit(root, snapshot, again)
    files = targets(snapshot.question)
    if outputs is None or len(outputs) != len(files):
        return None
    if not _is_written([(file, text) for file, (_, text) in zip(files, outputs, strict=True)]):
        return None
    if snapshot.is_renewed:
        store.save(root, (FOLDER, name(snapshot.question)), snapshot.text())
    return snapshot.exit_code


def _replay_after_edit(root: str, snapshot: RecordedResult, again: "Again") -> "Outputs | None":
    """What is to be written where imports have changed, and it is certain that no verdict has."""
    if not snapshot.imports or not snapshot.changed:
        return None
    from archguard.incremental.edit_analysis import edited  # `ast` takes 10 ms, and mostly nothing has been edited

    found = edited(root, snapshot)
    if found is None or not any(found[2]):
        return snapshot.outputs if found else None
    return [(file, text) for (file, _), text in zip(snapshot.outputs, again(*found), strict=True)]


def _is_written(outputs: "Outputs") -> bool:
    """Files first: where one cannot be written, nothing has been printed yet, and the long way says why."""
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
