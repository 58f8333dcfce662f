"""Violations and metrics over the git history, under the current contracts.

Each chosen commit is checked out and checked in full. Its point is cached by commit and by a digest of the contracts
and the version of archguard, so that a second run checks only new commits.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from archguard.checking.check import check
from archguard.checking.measure import measure
from archguard.codebase.metrics import Measurement
from archguard.config import Config, read
from archguard.errors import ArchguardError
from archguard.history.git import history, prefix
from archguard.history.revision import tree_of
from archguard.incremental import store
from archguard.model import Commit, OutcomeStatus, Point, Report, Severity
from archguard.model.serialization import codec, to_plain

_CACHE_VERSION = 3
"""The version of cached points; increment it when they are computed or serialized differently."""


def choose(commits: tuple[Commit, ...], every: int, *, tagged: bool) -> tuple[Commit, ...]:
    """The first and the last of `commits`, and between them each `every`-th one, or those with tags."""
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
    """A point for each chosen commit from `since` to HEAD, oldest first.

    Points are cached; a cached one is used if the contracts are the same.

    Args:
        config: The contracts, and where the code is.
        since: The revision to begin with.
        every: The number of commits from one point to the next.
        tagged: Whether to choose the commits with tags instead.
        watched: Passes the commits on one by one, to show progress.

    Raises:
        GitError: there is no such revision in the history of HEAD here.
    """
    commits = choose(history(config.root, since), every, tagged=tagged)
    cache = _PointCache(config)
    return tuple(cache.load(commit) or cache.save(point_at(config, commit)) for commit in watched(commits))


def point_at(config: Config, commit: Commit) -> Point:
    """The point of `commit`; it has a gap instead of values if its code cannot be read."""
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
        if not source.path.is_relative_to(config.root):  # an installed package, which is the same at every revision
            raise ArchguardError(f"{module} is not part of this revision")
    report = check(config, codebase=codebase) if config.contracts else None
    return Point(
        commit=commit,
        figures=figures_of(measure(config, codebase, report)),
        violations=_violations(report) if report else {},
        unread=_unread(report.problems if report else codebase.problems),
    )


def figures_of(measurement: Measurement) -> Mapping[str, float]:
    """The metrics of the module graph by the names that a trend has for them."""
    whole = measurement.modules.whole
    return {
        "modules": len(whole.graph),
        "imports": measurement.imports,
        "ccd": whole.ccd,
        "acd": whole.acd,
        "nccd": whole.nccd,
        "propagation_cost": whole.propagation_cost,
        "cyclicity": whole.cyclicity,
        "largest_tangle": whole.largest_tangle,
    }


def _violations(report: Report) -> Mapping[str, int | None]:
    return {
        outcome.id: None if outcome.status is OutcomeStatus.ERROR else outcome.violations for outcome in report.outcomes
    }


def _unread(problems: Iterable[Any]) -> int:
    """The number of files with an error; errors in contracts are part of their outcomes."""
    errors = (problem for problem in problems if problem.severity is Severity.ERROR and problem.code != "configuration")
    return len({problem.location and problem.location.path for problem in errors})


def _messages(group: ExceptionGroup[ArchguardError]) -> Iterator[str]:
    for error in group.exceptions:
        if isinstance(error, ExceptionGroup):
            yield from _messages(error)
        else:
            yield f"{error.message} ({error.hint})" if error.hint else error.message


@dataclass(frozen=True)
class _PointCache:
    """The points of earlier runs with the same contracts."""

    config: Config

    def load(self, commit: Commit) -> Point | None:
        """The cached point of `commit`; None if there is none, or an unreadable one."""
        text = store.load(str(self.config.root), *self._key(commit))
        try:
            return codec(Point).read(json.loads(text), "point") if text else None
        except (KeyError, ValueError, TypeError):
            return None

    def save(self, point: Point) -> Point:
        """Store `point`, unless it is a gap, which may be gone with another environment."""
        if not point.gap:
            store.save(str(self.config.root), self._key(point.commit), json.dumps(to_plain(point)))
        return point

    def _key(self, commit: Commit) -> tuple[str, ...]:
        return "trend", self._config_digest, commit.id

    @cached_property
    def _config_digest(self) -> str:
        return _digest(self.config)


def _digest(config: Config) -> str:
    """The fingerprint of all inputs except the commit: contracts, folder, and version of archguard."""
    inputs = (config.project, config.components, config.services, config.contracts)
    text = repr((_CACHE_VERSION, _version(), prefix(config.root), inputs))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _version() -> str:
    try:
        return version("archguard-enforcer")
    except PackageNotFoundError:
        return "0"
