"""What `archguard check` says when nothing has changed since it said it."""

import sys

from archguard.snapshot import store
from archguard.snapshot.question import name, roots
from archguard.snapshot.snapshot import Snapshot

FOLDER = "reports"


def answer(arguments: list[str], asked: str) -> int | None:
    """Write the reports that were written when this was last asked; None if they may not be right any more.

    Returns:
        The exit code.
    """
    for root in roots(arguments):
        kept = store.load(store.place(root, FOLDER, name(asked)))
        snapshot = Snapshot.read(kept, asked) if kept else None
        if snapshot and snapshot.holds() and _is_written(snapshot):
            if snapshot.is_renewed:
                store.save(root, (FOLDER, name(asked)), snapshot.text())
            return snapshot.exit_code
    return None


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
