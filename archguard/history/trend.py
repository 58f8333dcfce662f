"""How violations and metrics went over the history in git, under the contracts of today."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from archguard.checking.check import check
from archguard.checking.measure import measure
from archguard.config import Config, read
from archguard.errors import ArchguardError
from archguard.history.git import history, prefix
from archguard.history.revision import tree_of
from archguard.incremental import store
from archguard.model import Commit, OutcomeStatus, Point, Report, Severity

_FORM = 2
"""Goes up when a point is computed or kept in another way."""


def choose(commits: tuple[Commit, ...], every: int, *, tagged: bool) -> tuple[Commit, ...]:
    """The first of `commits`, every so many-th after it, or those with tags, and the last."""
    chosen = [commit for commit in commits if commit.tags] if tagged else commits[::every]
    return tuple(dict.fromkeys((*commits[:1], *chosen, *commits[-1:])))


def trend(
    config: Config,
    since: str,
    every: int = 1,
    *,
    tagged: bool = False,
    watched: Callable[[tuple[Commit, ...]], Iterable[Commit]] = iter,
) -> tuple[Point, ...]:
    """A point for each chosen commit from `since` to HEAD, the oldest first.

    What was found out about a commit is kept in the cache, and asked there when the contracts are the same.

    Args:
        config: The contracts, and where the code is.
        since: The revision to begin with.
        every: How many commits to go on from one point to the next.
        tagged: Whether to look at the commits with tags instead.
        watched: Passes the commits on one by one, so that somebody sees how far it is.

    Raises:
        GitError: there is no such revision in the history of HEAD here.
    """
    commits = choose(history(config.root, since), every, tagged=tagged)
    kept = _Kept(config)
    return tuple(kept.point(commit) or kept.keep(point_at(config, commit)) for commit in watched(commits))


def point_at(config: Config, commit: Commit) -> Point:
    """What there is to find out about `commit`; a gap if its code cannot be read."""
    gap = ""
    try:
        with tree_of(config.root, commit.id) as tree:
            return _measured(replace(config, root=tree), commit)
    except* ArchguardError as group:
        gap = next(_messages(group))
    return Point(commit=commit, gap=gap)


def _measured(config: Config, commit: Commit) -> Point:
    codebase = read(config)
    for module, source in codebase.sources.items():
        if not source.path.is_relative_to(config.root):  # a package that this Python has installed
            raise ArchguardError(f"{module} is not part of this revision")
    report = check(config, codebase=codebase) if config.contracts else None
    measurement = measure(config, codebase, report)
    whole = measurement.modules.whole
    return Point(
        commit=commit,
        figures={
            "modules": len(whole.graph),
            "imports": measurement.imports,
            "ccd": whole.ccd,
            "acd": whole.acd,
            "nccd": whole.nccd,
            "propagation_cost": whole.propagation_cost,
            "cyclicity": whole.cyclicity,
            "largest_tangle": whole.largest_tangle,
        },
        violations=_violations(report) if report else {},
        unread=_unread(report.problems if report else codebase.problems),
    )


def _violations(report: Report) -> Mapping[str, int | None]:
    return {
        outcome.id: None if outcome.status is OutcomeStatus.ERROR else outcome.violations for outcome in report.outcomes
    }


def _unread(problems: Iterable[Any]) -> int:
    """The files with an error; faults of contracts stand with the contracts."""
    grave = (problem for problem in problems if problem.severity is Severity.ERROR and problem.code != "configuration")
    return len({problem.location and problem.location.path for problem in grave})


def _messages(group: ExceptionGroup[ArchguardError]) -> Iterator[str]:
    for error in group.exceptions:
        if isinstance(error, ExceptionGroup):
            yield from _messages(error)
        else:
            yield f"{error.message} ({error.hint})" if error.hint else error.message


@dataclass(frozen=True)
class _Kept:
    """The points of earlier runs with the same contracts."""

    config: Config

    def point(self, commit: Commit) -> Point | None:
        """What is kept of `commit`; None if nothing is, or nothing that can be read."""
        kept = store.load(str(self.config.root), *self._names(commit))
        try:
            return Point(commit=commit, **json.loads(kept)) if kept else None
        except (ValueError, TypeError):
            return None

    def keep(self, point: Point) -> Point:
        """`point`, kept unless it is a gap."""
        data = {name: value for name, value in asdict(point).items() if name != "commit"}
        if not point.gap:
            store.save(str(self.config.root), self._names(point.commit), json.dumps(data))
        return point

    def _names(self, commit: Commit) -> tuple[str, ...]:
        return "trend", self._asked, commit.id

    @cached_property
    def _asked(self) -> str:
        return _digest(self.config)


def _digest(config: Config) -> str:
    """What all depends on beside the commit: what is asked, of which folder, and by which archguard."""
    asked = (config.project, config.components, config.services, config.contracts)
    text = repr((_FORM, _version(), prefix(config.root), asked))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _version() -> str:
    try:
        return version("archguard-enforcer")
    except PackageNotFoundError:
        return "0"
