"""How many lines each change adds and deletes, and how many of its lines are rewritten within 14 days.

**Churn** is the share of the lines added to the code that a later change deleted or changed within 14 days. It is the
measure of William Harding and Matthew Kloster, "Coding on Copilot: 2023 Data Suggests Downward Pressure on Code
Quality" (GitClear, 2024): the share of lines that are reverted or updated within two weeks. What it leaves open:

- Code is what the contracts are checked on: the files of modules at any of the checked commits.
- A line is rewritten by a change that deletes it or replaces it, whoever wrote it. Differences in white space are no
  change, and blank lines do not count.
- A line that one change deletes in one place and adds in another with the same text has moved. It keeps its age, and
  counts neither as added nor as deleted. So does the content of a renamed file.
- The age of a line begins when its change gets into the first-parent history: commits of a branch that is merged as a
  whole rewrite nothing of each other.
- Only lines that were added 14 days before the last commit, or earlier, count: of others the outcome is not known yet.

How it works: the patches are replayed in order on lists that have, for each line of a file, the change that added it.
Lines from before the first change belong to nobody; a list grows with them only as far as patches mention them.
Cost: one `git diff-tree` for all changes, and the sum of the lengths of the files that each of them touches.
"""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from typing import Final

from archguard.dataclass import dataclass
from archguard.history.authorship.changes import Change
from archguard.history.authorship.patch import FilePatch

DAY: Final = 24 * 60 * 60
CHURN_DAYS: Final = 14

_NOBODY: Final = -1
"""The owner of a line from before the first change, and of a blank one."""


@dataclass(frozen=True)
class LineCounts:
    """The lines of one change."""

    changed: int
    """How many lines it added and deleted."""
    added: int
    """How many lines it added."""
    rewritten: int
    """How many of those were rewritten within 14 days."""


def line_counts(
    changes: Sequence[Change], patches: Iterable[tuple[str, tuple[FilePatch, ...]]], code: Collection[str]
) -> Mapping[str, LineCounts]:
    """The lines of each change, by the hash of its commit.

    Args:
        changes: The changes, oldest first.
        patches: The patch of each of them, in the same order.
        code: The paths of the files that count.
    """
    replay = _Replay(changes, frozenset(code))
    numbers = {change.id: number for number, change in enumerate(changes)}
    for commit, files in patches:
        replay.apply(numbers[commit], files)
    return {
        change.id: LineCounts(replay.changed[number], replay.added[number], replay.rewritten[number])
        for number, change in enumerate(changes)
    }


@dataclass
class _Replay:
    """The owner of each line so far, and the counts of each change by its number."""

    changes: Sequence[Change]
    code: frozenset[str]
    owners: dict[str, list[int]] = field(default_factory=dict)
    """By path: the number of the change that added each line."""
    changed: Counter[int] = field(default_factory=Counter)
    added: Counter[int] = field(default_factory=Counter)
    rewritten: Counter[int] = field(default_factory=Counter)

    def apply(self, number: int, files: Iterable[FilePatch]) -> None:
        """Apply the patch of the change `number`: first all that it deletes, since a line may move between files."""
        patched = [(file, self._before(file)) for file in files if self.code & {file.before, file.after}]
        moving = _Moving()
        for file, owners in patched:
            for hunk in file.hunks:
                moving.add(hunk.deleted, owners[hunk.start : hunk.start + len(hunk.deleted)])
        for file, owners in patched:
            for hunk in reversed(file.hunks):  # from the end: the places of the hunks before stay right
                owners[hunk.start : hunk.start + len(hunk.deleted)] = self._owners(number, hunk.added, moving)
            if file.after:
                self.owners[file.after] = owners
        for owner in moving.left():
            self._delete(number, owner)

    def _before(self, file: FilePatch) -> list[int]:
        """The owners of the lines of `file` before its patch, at least as many as the patch mentions."""
        owners = self.owners.pop(file.before, []) if file.before else []
        length = max((hunk.start + len(hunk.deleted) for hunk in file.hunks), default=0)
        return owners + [_NOBODY] * (length - len(owners))

    def _owners(self, number: int, lines: Iterable[bytes], moving: "_Moving") -> list[int]:
        return [self._owner(number, line, moving) for line in lines]

    def _owner(self, number: int, line: bytes, moving: "_Moving") -> int:
        if not line:
            return _NOBODY
        moved = moving.take(line)
        if moved is not None:
            return moved
        self.changed[number] += 1
        self.added[number] += 1
        return number

    def _delete(self, number: int, owner: int) -> None:
        """Count a line of the change `owner` that the change `number` deletes."""
        self.changed[number] += 1
        if owner != _NOBODY and self.changes[number].time - self.changes[owner].time <= CHURN_DAYS * DAY:
            self.rewritten[owner] += 1


class _Moving:
    """The lines that one change deletes, with their owners, until it is known whether they are added elsewhere."""

    def __init__(self) -> None:
        self._owners: dict[bytes, deque[int]] = {}

    def add(self, lines: Sequence[bytes], owners: Sequence[int]) -> None:
        """Add deleted lines; blank ones do not count."""
        for line, owner in zip(lines, owners, strict=True):
            if line:
                self._owners.setdefault(line, deque()).append(owner)

    def take(self, line: bytes) -> int | None:
        """Take the owner of a deleted line with the same text; None if there is none left."""
        found = self._owners.get(line)
        return found.popleft() if found else None

    def left(self) -> list[int]:
        """The owners of lines that are deleted for good."""
        return [owner for owners in self._owners.values() for owner in owners]
