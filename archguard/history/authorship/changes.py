"""The changes of a history, and who wrote them.

A change is a commit of the first-parent history with all commits that it brings: of a merge, those of the merged
branch. They decide about the group of a merge, not the merge itself, which tools write; a squash merge is a commit like
others, whose message has the trailers of what it squashed. Cost: one `git rev-list`.
"""

from collections.abc import Iterable, Iterator, Mapping

from archguard.dataclass import dataclass
from archguard.history.authorship.assistants import Assistants
from archguard.history.git import CommitRecord
from archguard.model import CommitGroup


@dataclass(frozen=True)
class Change:
    """One step of the first-parent history."""

    record: CommitRecord
    """The commit itself."""
    group: CommitGroup
    """Who wrote what it brings."""
    authors: frozenset[str]
    """The addresses of the persons who wrote what it brings, to tell a group from a person; they are never shown."""

    @property
    def id(self) -> str:
        """The hash of the commit."""
        return self.record.id

    @property
    def time(self) -> int:
        """When it was committed, in seconds since 1970."""
        return self.record.time


def changes_of(records: Iterable[CommitRecord], assistants: Assistants) -> tuple[Change, ...]:
    """The changes among `records`, which have every commit since some revision, newest first; oldest first."""
    by_id = {record.id: record for record in records}
    assigned: set[str] = set()
    changes = []
    for record in reversed(tuple(_first_parents(by_id))):
        brought = [it for it in _new_ancestors(record, by_id, assigned) if not it.is_merge] or [record]
        marked = [assistants.wrote(it) for it in brought]
        persons = frozenset(it.address.lower() for it in brought if not assistants.is_assistant(it.author, it.address))
        changes.append(Change(record, _group(marked), persons))
    return tuple(changes)


def joint_group(groups: Iterable[CommitGroup]) -> CommitGroup:
    """The group of changes that are compared as one."""
    found = {*groups}
    return found.pop() if len(found) == 1 else CommitGroup.MIXED


def _first_parents(by_id: Mapping[str, CommitRecord]) -> Iterator[CommitRecord]:
    """The first-parent history, newest first."""
    record = next(iter(by_id.values()), None)
    while record:
        yield record
        record = by_id.get(record.parents[0]) if record.parents else None


def _new_ancestors(
    record: CommitRecord, by_id: Mapping[str, CommitRecord], assigned: set[str]
) -> Iterator[CommitRecord]:
    """`record` and its ancestors that are not yet `assigned`, to which they are added."""
    pending = [record.id]
    while pending:
        name = pending.pop()
        if name in by_id and name not in assigned:
            assigned.add(name)
            yield by_id[name]
            pending.extend(by_id[name].parents)


def _group(marked: list[bool]) -> CommitGroup:
    if all(marked):
        return CommitGroup.ASSISTED
    return CommitGroup.MIXED if any(marked) else CommitGroup.OTHER
