"""Violations and metrics over the git history, under the current contracts.

Each chosen commit is checked out and checked in full. What is found is cached by commit and by a digest of the
contracts and the version of archguard, so that a second run checks only new commits.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import field, replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from archguard.checking.check import check
from archguard.checking.measure import measure
from archguard.codebase.metrics import Measurement
from archguard.config import Config, read
from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.history.git import history, prefix
from archguard.history.matching import modules_by_path
from archguard.history.revision import tree_of
from archguard.history.since import relative_paths
from archguard.history.weakening.exceptions import Exceptions, exceptions_in
from archguard.incremental import store
from archguard.model import Commit, OutcomeStatus, Point, Report, Severity
from archguard.model.serialization import codec, to_plain

_CACHE_VERSION = 4
"""The version of cached commits; increment it when they are computed or serialized differently."""


@dataclass(frozen=True, kw_only=True)
class CheckedCommit:
    """What was found at one commit; apart from `point`, empty for a gap."""

    point: Point
    """Its violations and metrics as numbers."""
    violations: tuple[tuple[str, ...], ...] = ()
    """The identity of each violation, sorted."""
    cycles: tuple[tuple[str, ...], ...] = ()
    """The modules of each import cycle (a strongly connected component)."""
    modules: Mapping[str, str] = field(default_factory=dict)
    """The modules by the paths of their files."""
    exceptions: Exceptions = field(default_factory=Exceptions)
    """How many exceptions the configuration, the code and the baseline of that commit make."""

    @property
    def commit(self) -> Commit:
        """The commit that was checked out."""
        return self.point.commit


def choose(commits: tuple[Commit, ...], every: int, *, tagged: bool) -> tuple[Commit, ...]:
    """The first and the last of `commits`, and between them each `every`-th one, or those with tags."""
    chosen = [commit for commit in commits if commit.tags] if tagged else commits[::every]
    return tuple(dict.fromkeys((*commits[:1], *chosen, *commits[-1:])))


def trend(  # noqa: PLR0913  # the options of the command
    config: Config,
    since: str,
    every: int = 1,
    *,
    tagged: bool = False,
    watched: Callable[[tuple[Commit, ...]], Iterable[Commit]] = iter,
    files: Collection[Path] = (),
) -> tuple[Point, ...]:
    """A point for each chosen commit from `since` to HEAD, oldest first.

    Args:
        config: The contracts, and where the code is.
        since: The revision to begin with.
        every: The number of commits from one point to the next.
        tagged: Whether to choose the commits with tags instead.
        watched: Passes the commits on one by one, to show progress.
        files: The configuration files that the command line names.

    Raises:
        GitError: there is no such revision in the history of HEAD here.
    """
    commits = choose(history(config.root, since), every, tagged=tagged)
    return tuple(checked.point for checked in checked_commits(config, watched(commits), files))


def checked_commits(config: Config, commits: Iterable[Commit], files: Collection[Path] = ()) -> Iterator[CheckedCommit]:
    """Check `commits` one by one; what is cached is used if the contracts are the same.

    Args:
        config: The contracts, and where the code is.
        commits: The commits.
        files: The configuration files that the command line names.
    """
    names = relative_paths(config, files)
    cache = _Cache(config, names)
    for commit in commits:
        yield cache.load(commit) or cache.save(checked_commit(config, commit, names))


def checked_commit(config: Config, commit: Commit, files: tuple[str, ...] = ()) -> CheckedCommit:
    """Check `commit`; its point has a gap instead of values if its code cannot be read."""
    gap = ""
    try:
        with tree_of(config.root, commit.id) as tree:
            return _checked(replace(config, root=tree), commit, files)
    except* ArchguardError as group:
        gap = next(_messages(group))
    return CheckedCommit(point=Point(commit=commit, gap=gap))


def _checked(config: Config, commit: Commit, files: tuple[str, ...]) -> CheckedCommit:
    codebase = read(config)
    for module, source in codebase.sources.items():
        if not source.path.is_relative_to(config.root):  # an installed package, which is the same at every revision
            raise ArchguardError(f"{module} is not part of this revision")
    report = check(config, codebase=codebase) if config.contracts else None
    measurement = measure(config, codebase, report)
    point = Point(
        commit=commit,
        figures=figures_of(measurement),
        violations=_violations(report) if report else {},
        unread=_unread(report.problems if report else codebase.problems),
    )
    return CheckedCommit(
        point=point,
        violations=tuple(sorted(violation.identity for violation in report.violations)) if report else (),
        cycles=measurement.modules.whole.tangles,
        modules=modules_by_path(codebase),
        exceptions=exceptions_in(config.root, files, codebase),
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


_ABOUT_CONTRACTS: Final = ("configuration", "expired-ignore", "suppression", "unassigned", "unmatched-ignore")
"""The codes of errors that files do not have by themselves: past code need not fit the contracts of today."""


def _unread(problems: Iterable[Any]) -> int:
    """The number of files that could not be read; errors in contracts are part of their outcomes."""
    errors = (it for it in problems if it.severity is Severity.ERROR and it.code not in _ABOUT_CONTRACTS)
    return len({problem.location and problem.location.path for problem in errors})


def _messages(group: ExceptionGroup[ArchguardError]) -> Iterator[str]:
    for error in group.exceptions:
        if isinstance(error, ExceptionGroup):
            yield from _messages(error)
        else:
            yield f"{error.message} ({error.hint})" if error.hint else error.message


@dataclass(frozen=True)
class _Cache:
    """What earlier runs found with the same contracts."""

    config: Config
    files: tuple[str, ...]

    def load(self, commit: Commit) -> CheckedCommit | None:
        """What is cached of `commit`; None if there is nothing, or if it is unreadable."""
        packed = store.load_bytes(str(self.config.root), *self._key(commit))
        try:
            return codec(CheckedCommit).read(json.loads(zlib.decompress(packed)), "commit") if packed else None
        except (KeyError, ValueError, TypeError, zlib.error):
            return None

    def save(self, checked: CheckedCommit) -> CheckedCommit:
        """Store `checked`, unless it is a gap, which may be gone with another environment."""
        if not checked.point.gap:
            packed = zlib.compress(json.dumps(to_plain(checked)).encode())  # names repeat: a tenth of the size
            store.save_bytes(str(self.config.root), self._key(checked.commit), packed)
        return checked

    def _key(self, commit: Commit) -> tuple[str, ...]:
        return "trend", self._digest, commit.id

    @cached_property
    def _digest(self) -> str:
        return _digest(self.config, self.files)


def _digest(config: Config, files: tuple[str, ...]) -> str:
    """The fingerprint of all inputs except the commit: contracts, folder, named files, and version of archguard."""
    inputs = (config.project, config.components, config.services, config.contracts, files)
    text = repr((_CACHE_VERSION, _version(), prefix(config.root), inputs))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _version() -> str:
    try:
        return version("archguard-enforcer")
    except PackageNotFoundError:
        return "0"
