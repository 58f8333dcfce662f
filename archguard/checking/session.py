"""A project that stays in memory: what an edit would change is known before it is written.

The session checks the project once, and records what each result depends on. A check of drafts compares the edited
files with those on disk, computes what depends on the edit, and compares the reports. The files of the other modules
are parsed once, when a draft first needs them. When the project has changed on disk, `refresh` makes it the base of the
next drafts.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from archguard.checking.check import check
from archguard.checking.kept_run import KeptRun
from archguard.codebase import Codebase
from archguard.codebase.edits import with_edits
from archguard.config import Config, read
from archguard.incremental.dependencies import DependencyRecorder
from archguard.model import Location, Problem, Report, Severity, Violation, new_violations


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
    """What could not be checked for them: a syntax error, a file that is no module, a contract whose patterns match
    nothing any more. It is neither a pass nor a violation."""


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

    @property
    def codebase(self) -> Codebase:
        """The code on disk, as of the last refresh."""
        return self._base

    def check(self, drafts: Mapping[Path, str | bytes | None]) -> DraftResult:
        """What `drafts` change: new, fixed and unchanged violations of all contracts. Nothing is written.

        Args:
            drafts: The new text of files by path; None for a file that is removed, a path that does not exist for a
                new one. Paths that are not absolute start from the folder of the configuration.
        """
        root = self.config.root
        texts = {os.path.abspath(root / path): _bytes(text) for path, text in drafts.items()}  # noqa: PTH100  # keeps links
        codebase = self._with_drafts(texts)
        names = codebase.sources.keys() | self._base.sources.keys()
        changed = [name for name in names if codebase.sources.get(name) != self._base.sources.get(name)]
        results = codebase.results
        results.recorder = self._recorder
        results.scopes = {name: scope for name, scope in self._scopes.items() if name not in changed}
        if all(contract.is_built_in for contract in self.config.contracts):
            self._kept.give(codebase, changed)
        report = check(self.config, codebase=codebase)
        self._scopes |= {name: scope for name, scope in results.scopes.items() if name not in changed}
        files = {source.file for code in (codebase, self._base) for source in code.sources.values()}
        strays = tuple(_not_a_module(path, root) for path in texts if path not in files)
        found = _compared(self.report, report)
        return replace(found, problems=(*strays, *found.problems))

    def _with_drafts(self, texts: Mapping[str, bytes | None]) -> Codebase:
        modules = {source.file: source for source in self._base.sources.values()}
        edited = [
            modules[path].with_content(text) for path, text in texts.items() if text is not None and path in modules
        ]
        found = with_edits(self._base, edited) if len(edited) == len(texts) else None
        return found or read(self.config, drafts=texts)


def _bytes(text: str | bytes | None) -> bytes | None:
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text


def _compared(before: Report, now: Report) -> DraftResult:
    new = tuple(new_violations(before, now))
    brought = {id(violation) for violation in new}
    known = {_without_place(problem) for problem in before.problems}
    return DraftResult(
        new,
        tuple(new_violations(now, before)),
        tuple(violation for violation in now.violations if id(violation) not in brought),
        tuple(problem for problem in now.problems if _without_place(problem) not in known),
    )


def _without_place(problem: Problem) -> Problem:
    """`problem` without its line, which an edit above moves, and without the excerpt of that line."""
    return replace(problem, location=problem.location and Location(problem.location.path), excerpt="")


def _not_a_module(path: str, root: Path) -> Problem:
    shown = Path(path).relative_to(root) if Path(path).is_relative_to(root) else Path(path)
    message = "is no module of the project, so that no contract looks at it"
    return Problem(severity=Severity.WARNING, code="no-module", message=message, location=Location(shown.as_posix()))
