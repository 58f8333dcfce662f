"""The guard is guarded: what a change takes from contracts, severities, exceptions and the baseline.

Two states of the guard are compared: the configuration by the marks at the fields of contracts
(`archguard.codebase.strictness`), the baselines entry by entry, the comments in the code by file, reason and line. What
means the same in another form is no change; a change of unknown effect is told as one that a person has to judge.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from archguard.codebase import Codebase
from archguard.config import Config
from archguard.history.baseline import Baseline
from archguard.history.weakening.baselines import baseline_changes
from archguard.history.weakening.comments import comment_changes, comments_in
from archguard.history.weakening.configurations import PROJECT, ConfigurationChanges
from archguard.history.weakening.guard import Guard, guard_at, guard_in, read_guard
from archguard.history.weakening.selection import Selection
from archguard.model import About, Direction, GuardChange

_NONE: Mapping[str, str] = MappingProxyType({})


def guard_changes(
    before: Guard, after: Guard, moved: Mapping[str, str] = _NONE, paths: Mapping[str, str] = _NONE
) -> tuple[GuardChange, ...]:
    """What is weaker, stricter or to be judged in `after`, sorted: weaker first.

    Args:
        before: The guard before the change; files that its contracts name are read from its root.
        after: The guard after the change.
        moved: The names of modules before -> their names now.
        paths: The paths of renamed files before -> their paths now.
    """
    selection = Selection(before.config, after.config, after.codebase, before.codebase, moved)
    configurations = ConfigurationChanges(selection)
    renamed = configurations.renamed
    old = {renamed.get(contract.id, contract.id) for contract in before.config.contracts}
    new_contracts = {contract.id for contract in after.config.contracts} - old
    found = {
        *_unreadable(before),
        *configurations.all(),
        *baseline_changes(before.baseline, after.baseline, renamed, new_contracts, moved),
        *comment_changes(before.comments, after.comments, renamed, new_contracts, paths),
    }
    return tuple(sorted(found, key=_sort_key))


def weakenings(
    before: Guard, after: Guard, moved: Mapping[str, str] = _NONE, paths: Mapping[str, str] = _NONE
) -> tuple[GuardChange, ...]:
    """Those of `guard_changes` that somebody has to accept."""
    return _weaker(guard_changes(before, after, moved, paths))


def configuration_weakenings(before: Config, after: Config, codebase: Codebase) -> tuple[GuardChange, ...]:
    """What is weaker, or to be judged, in the configuration `after` of the same code."""
    return _weaker(ConfigurationChanges(Selection(before, after, codebase)).all())


def baseline_weakenings(before: Baseline, after: Baseline) -> tuple[GuardChange, ...]:
    """What the baseline `after` takes as known, or for how long, beyond the one before."""
    return _weaker(baseline_changes(before, after, _NONE, (), _NONE))


def comment_weakenings(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[GuardChange, ...]:
    """The comments that ignore violations in the files `after` and are not in those before: path -> text."""
    return _weaker(comment_changes(comments_in(before), comments_in(after), _NONE, (), _NONE))


def _unreadable(before: Guard) -> Iterator[GuardChange]:
    """A change to judge if the guard before the change cannot be read, so that nothing can be compared with it."""
    if before.fault:
        message = f"the configuration before cannot be read ({before.fault}): judge what is different now"
        yield GuardChange(subject=PROJECT, about=About.PROJECT, direction=Direction.UNKNOWN, message=message)


def _weaker(changes: Iterable[GuardChange]) -> tuple[GuardChange, ...]:
    return tuple(sorted((change for change in changes if change.is_weakening), key=_sort_key))


def _sort_key(change: GuardChange) -> tuple[object, ...]:
    return list(Direction).index(change.direction), change.subject, change.about, change.message, str(change.location)


__all__ = [
    "About",
    "Direction",
    "Guard",
    "GuardChange",
    "baseline_weakenings",
    "comment_weakenings",
    "configuration_weakenings",
    "guard_at",
    "guard_changes",
    "guard_in",
    "read_guard",
    "weakenings",
]
