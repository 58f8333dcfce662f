"""What `archguard check` says when nothing has changed since it said it."""

import sys

from archguard.snapshot import store
from archguard.snapshot.question import name, roots
from archguard.snapshot.snapshot import Snapshot

FOLDER = "reports"


def find(arguments: list[str], asked: str) -> tuple[str, Snapshot] | None:
    """What was kept of the last time that this was asked, with the folder in whose cache it is."""
    for root in roots(arguments):
        kept = store.load(store.place(root, FOLDER, name(asked)))
        snapshot = Snapshot.read(kept, asked) if kept else None
        if snapshot:
            return root, snapshot
    return None


def answer(root: str, snapshot: Snapshot) -> int | None:
    """Write the reports that were written then; None if they may not be right any more.

    Returns:
        The exit code.
    """
    if not snapshot.holds() or not _is_written(snapshot):
        return None
    if snapshot.is_renewed:
        store.save(root, (FOLDER, name(snapshot.question)), snapshot.text())
    return snapshot.exit_code


def _is_written(snapshot: Snapshot) -> bool:
    """Files first: where one cannot be written, nothing has been printed yet, and the long way says why."""
    try:
        for file, text in snapshot.outputs:
            if file is not None:
                with open(file, "w", encoding="utf-8", newline="\n") as written:
                    written.write(text)
        sys.stdout.write("".join(text for file, text in snapshot.outputs if file is None))
        sys.stdout.flush()
    except (OSError, UnicodeError):
        return False
    return True
