"""Compare with a revision by checking both trees: a change in one file can break a contract in another one.

The violations of both trees are found under the contracts of today. What the change does to these contracts themselves
is compared apart (`archguard.history.weakening`): a change that breaks a contract must not pass by weakening it.

Cost: a checkout and a second full check; and a third reading of the code if the change moves where code is read.
"""

from collections import Counter
from collections.abc import Collection
from pathlib import Path

from archguard.checking.check import check
from archguard.codebase import Codebase
from archguard.config import Config, read
from archguard.dataclass import dataclass
from archguard.history.baseline_file import NAME
from archguard.history.earlier import earlier
from archguard.history.git import messages, renames
from archguard.history.matching import moved_modules, with_known
from archguard.history.revision import tree_of
from archguard.history.weakening import GuardChange, guard_at, guard_changes, read_guard
from archguard.history.weakening.acceptance import with_acceptances
from archguard.history.weakening.configurations import PROJECT
from archguard.history.weakening.findings import with_guard
from archguard.model import Identity, Report


@dataclass(frozen=True)
class Compared:
    """The report of today with what was there before marked as known; and what the change does to the guard."""

    report: Report
    guard: tuple[GuardChange, ...]

    def with_guard(self, report: Report) -> Report:
        """`report` with what the change does to the guard."""
        return with_guard(report, self.guard)


def since(  # noqa: PLR0913  # the options of the command
    report: Report,
    config: Config,
    codebase: Codebase,
    revision: str,
    only: Collection[str] = (),
    *,
    files: Collection[Path] = (),
    baseline: Path | None = None,
) -> Compared:
    """Compare with `revision`: known are the violations that the code had there under the current contracts.

    Args:
        report: The report of today.
        config: The current contracts.
        codebase: The code of today.
        revision: The revision to compare with.
        only: The ids of the contracts that are checked; by default all of them.
        files: The configuration files that the command line names.
        baseline: The baseline that the command line names.

    Raises:
        GitError: there is no such revision here.
    """
    renamed = renames(config.root, revision)
    moved = moved_modules(codebase, renamed)
    with tree_of(config.root, revision, config.files) as tree:
        then = earlier(config, tree)
        code = read(then)
        # Under the contracts of today: a contract that is new has its violations at the earlier revision, too, and they
        # are no fault of the change.
        before = check(then, only, code)
        now = read_guard(config, codebase, baseline)
        named, (known,) = relative_paths(config, files), relative_paths(config, [baseline or config.root / NAME])
        old = guard_at(tree, now, code, named, known)
        found = guard_changes(old, now, moved, renamed)
    compared = with_known(report, Counter(violation.identity for violation in before.violations), moved)
    accepted = with_acceptances(found, old.config, config, messages(config.root, revision))
    guard = tuple(change for change in accepted if not only or change.subject in {*only, PROJECT})
    return Compared(compared, guard)


def violations_at(config: Config, revision: str) -> Counter[Identity]:
    """The violations that the code had at `revision` under the contracts of `config`, by identity and count.

    Raises:
        GitError: there is no such revision here.
    """
    with tree_of(config.root, revision) as tree:
        return Counter(violation.identity for violation in check(earlier(config, tree)).violations)


def relative_paths(config: Config, files: Collection[Path]) -> tuple[str, ...]:
    """The paths of `files` from the root of the project; an absolute path for what is outside of it."""
    paths = [file.resolve() for file in files]
    root = config.root.resolve()
    return tuple(path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path) for path in paths)
