"""A project that stays in memory: what an edit would change is known before it is written.

The session checks the project once, and records what each result depends on. A check of drafts compares the edited
files with those on disk, computes what depends on the edit, and compares the reports. The files of the other modules
are parsed once, when a draft first needs them. When the project has changed on disk, `refresh` makes it the base of the
next drafts.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from archguard.checking.check import check
from archguard.checking.kept_run import KeptRun
from archguard.codebase import Codebase
from archguard.codebase.edits import with_edits
from archguard.config import Config, read
from archguard.incremental.dependencies import DependencyRecorder
from archguard.model import Problem, Report, Violation


@dataclass(frozen=True)
class DraftResult:
    """What drafts change, against what is on disk."""

    new: tuple[Violation, ...]
    """Violations that they bring."""
    fixed: tuple[Violation, ...]
    """Violations on disk that they remove."""
    unchanged: tuple[Violation, ...]
    """Violations that are there with and without them."""
    problems: tuple[Problem, ...]
    """What could not be checked in them: a syntax error, for example. It is neither a pass nor a violation."""


class Session:
    """The project of `config`, to check drafts of its files against its contracts."""

    def __init__(self, config: Config) -> None:
        """Read and check the project.

        Raises:
            ExceptionGroup[ArchguardError]: a package does not exist.
        """
        self.config = config
        self.refresh()

    def refresh(self) -> None:
        """Read and check the project again, as it is on disk now."""
        self._base = read(self.config)
        self._base.results.recorder = DependencyRecorder()
        self.report = check(self.config, codebase=self._base)
        self._kept = KeptRun.of(self._base)
        self._recorder = self._base.results.recorder
        self._recorder.is_recording = False  # the base has what drafts are compared with; they change nothing in it
        self._scopes = dict(self._base.results.scopes)

    def check(self, drafts: Mapping[Path, str | bytes | None]) -> DraftResult:
        """What `drafts` change: new, fixed and unchanged violations of all contracts. Nothing is written.

        Args:
            drafts: The new text of files by path; None for a file that is removed, a path that does not exist for a
                new one. Paths that are not absolute start from the folder of the configuration.
        """
        texts = {str(self.config.root / path): _bytes(text) for path, text in drafts.items()}
        codebase = self._with_drafts(texts)
        names = codebase.sources.keys() | self._base.sources.keys()
        changed = [name for name in names if codebase.sources.get(name) != self._base.sources.get(name)]
        results = codebase.results
        results.recorder = self._recorder
        results.scopes = {name: scope for name, scope in self._scopes.items() if name not in changed}
        self._kept.give(codebase, changed)
        report = check(self.config, codebase=codebase)
        self._scopes |= {name: scope for name, scope in results.scopes.items() if name not in changed}
        paths = {codebase.display_path(name) or self._base.display_path(name) for name in changed}
        return _compared(self.report, report, paths)

    def _with_drafts(self, texts: Mapping[str, bytes | None]) -> Codebase:
        modules = {source.file: source for source in self._base.sources.values()}
        edited = [
            modules[path].with_content(text) for path, text in texts.items() if text is not None and path in modules
        ]
        found = with_edits(self._base, edited) if len(edited) == len(texts) else None
        return found or read(self.config, drafts=texts)


def _bytes(text: str | bytes | None) -> bytes | None:
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def _compared(before: Report, now: Report, paths: set[str]) -> DraftResult:
    known = Counter(map(_identity, before.violations))
    new: list[Violation] = []
    unchanged: list[Violation] = []
    for violation in now.violations:
        if known[_identity(violation)] > 0:
            known[_identity(violation)] -= 1
            unchanged.append(violation)
        else:
            new.append(violation)
    problems = {_without_line(problem) for problem in before.problems}
    told = (problem for problem in now.problems if problem.location and problem.location.path in paths)
    return DraftResult(
        tuple(new),
        tuple(_left(before.violations, known)),
        tuple(unchanged),
        tuple(problem for problem in told if _without_line(problem) not in problems),
    )


def _left(violations: Iterable[Violation], left: Counter[tuple[str, ...]]) -> Iterator[Violation]:
    """Those of `violations` that `left` still counts."""
    for violation in violations:
        if left[_identity(violation)] > 0:
            left[_identity(violation)] -= 1
            yield violation


def _identity(violation: Violation) -> tuple[str, ...]:
    """What stays the same when lines move."""
    return violation.contract, violation.rule, violation.importer, violation.imported, violation.symbol


def _without_line(problem: Problem) -> Problem:
    place = problem.location
    return replace(problem, location=place and replace(place, line=1, column=1, end_line=0, end_column=0))
