"""A project as the editor has it: what is on disk, with the open documents as drafts, all of them together.

A document whose text is no valid Python counts as its last text that was, or as the file on disk if there was none:
what was found in it stays, other files are checked as before, and a diagnostic says that the text is not checked.
While the configuration cannot be read, what was found last stays as well.
"""

import ast
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace
from pathlib import Path

from archguard.checking.fixes import with_places
from archguard.checking.session import Session
from archguard.codebase import Source
from archguard.codebase.syntax.python_version import needed_version
from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.history import NAME as BASELINE
from archguard.history import with_baseline
from archguard.model import Location, OutcomeStatus, Problem, Report, Severity, Violation
from archguard.reporters.phrases import violation_count
from archguard.servers.lsp.configuration import draft_problems, problems_of
from archguard.servers.lsp.documents import Document
from archguard.servers.workspace import Workspace


@dataclass(frozen=True)
class Findings:
    """What the contracts find in a project with its drafts."""

    root: Path
    """The folder that paths in the report start from."""
    session: Session | None = None
    """The project on disk; None if its configuration has not been readable yet."""
    report: Report = field(default_factory=Report)
    """Violations and problems; violations that the baseline lists are known."""
    texts: Mapping[Path, str] = field(default_factory=dict)
    """The text of each open Python file that was checked in place of the file."""
    drafts: Mapping[Path, bytes] = field(default_factory=dict)
    """Those of them that differ from the file."""
    unchecked: Mapping[Path, Problem] = field(default_factory=dict)
    """Why the present text of an open file could not be checked."""

    def file(self, shown: str) -> Path:
        """The file that the report shows as `shown`; a configuration file outside of the root is shown by its name."""
        path = Path(os.path.normpath(self.root / shown))
        outside = (file for file in self.configuration_files if file.name == shown)
        return path if path.exists() else next(outside, path)

    @property
    def configuration_files(self) -> tuple[Path, ...]:
        """The files that the configuration on disk consists of."""
        return _files(self.session) if self.session else ()

    def source(self, document: Document) -> Source | None:
        """An open file as the source of its module; None if it is no module on disk."""
        sources = self.session.codebase.sources.values() if self.session else ()
        found = next((source for source in sources if source.file == str(document.path)), None)
        return found.with_content(document.draft) if found else None

    def has_checked(self, document: Document) -> bool:
        """Whether the present text of a Python file was checked."""
        return self.texts.get(document.path) == document.text

    def violations_in(self, source: Source) -> list[Violation]:
        """The violations at places in the file of `source`."""
        return [it for it in self.report.violations if it.location.path == source.display_path]

    def with_places(self, violations: Sequence[Violation]) -> Sequence[Violation]:
        """`violations` with fixes that name a place where the contracts leave one."""
        session = self.session
        return [*with_places(violations, session.config, session.codebase)] if session and violations else violations

    def status(self, contract: str) -> str:
        """`2 violations (1 new, 1 known)`, `kept` or `not checked`."""
        found = [violation for violation in self.report.violations if violation.contract == contract]
        outcome = next((it for it in self.report.outcomes if it.id == contract), None)
        if outcome is None or outcome.status is OutcomeStatus.ERROR:
            return "not checked"
        return violation_count(found) if found else "kept"


class Project:
    """The project around a folder. For one thread."""

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self._workspace = Workspace(folder)
        self._valid: dict[Path, str] = {}
        """The last text of each open Python file that was valid."""
        self._errors: dict[Path, tuple[str, Problem | None]] = {}
        """The text of each open Python file that was parsed last, and what is wrong with it."""
        self._last = Findings(folder)
        self._inputs: object = None
        """What `_last` was found from."""

    @property
    def configuration_files(self) -> tuple[Path, ...]:
        """The files of the configuration, as far as they are known."""
        return self._last.configuration_files

    def findings(self, documents: Iterable[Document]) -> Findings:
        """What the contracts find on disk and in `documents`, which are those of this project that are open."""
        python = [document for document in documents if document.is_python]
        others = [document for document in documents if not document.is_python]
        unchecked = self._parse(python)
        drafts = self._drafts(python)
        configuration = {document.path: document.text for document in others if not document.is_saved}
        try:
            session = self._workspace.session()
        except (ArchguardError, ExceptionGroup) as error:
            problems = draft_problems(self.root, configuration) if configuration else problems_of(error)
            self._inputs = None
            return replace(self._last, report=replace(self._last.report, problems=problems), unchecked=unchecked)
        inputs = (session.report, drafts, configuration, _stamp(session.config.root / BASELINE))
        if self._inputs != inputs:
            self._last = Findings(session.config.root, session, self._report(session, drafts, configuration))
            self._inputs = inputs
        self._last = replace(self._last, texts=dict(self._valid), drafts=drafts, unchecked=unchecked)
        return self._last

    def _parse(self, documents: Collection[Document]) -> Mapping[Path, Problem]:
        """Note the documents that are valid Python; return what is wrong with the others."""
        self._errors = {it.path: self._parsed(it) for it in documents}
        valid = {it.path: it.text for it in documents if self._errors[it.path][1] is None}
        self._valid = {path: text for path, text in self._valid.items() if path in self._errors} | valid
        return {path: problem for path, (_, problem) in self._errors.items() if problem}

    def _parsed(self, document: Document) -> tuple[str, Problem | None]:
        before = self._errors.get(document.path)
        return before if before and before[0] == document.text else (document.text, _syntax_problem(document))

    def _drafts(self, documents: Iterable[Document]) -> dict[Path, bytes]:
        """The valid texts of open Python files that differ from what is on disk."""
        valid = (replace(it, text=self._valid[it.path]) for it in documents if it.path in self._valid)
        return {it.path: it.draft for it in valid if not it.is_saved}

    def _report(self, session: Session, drafts: Mapping[Path, bytes], configuration: Mapping[Path, str]) -> Report:
        report = session.check(drafts).report if drafts else session.report
        if not configuration.keys().isdisjoint(_files(session)):
            files = {_shown(path, session.config.root) for path in session.config.files}
            rest = (it for it in report.problems if not it.location or it.location.path not in files)
            report = replace(report, problems=(*rest, *draft_problems(self.root, configuration)))
        try:
            return with_baseline(report, session.config, session.codebase)
        except (ArchguardError, ExceptionGroup) as error:  # the baseline cannot be read
            return replace(report, problems=(*report.problems, *problems_of(error)))


def _files(session: Session) -> tuple[Path, ...]:
    """The configuration files, without the `..` of files that others extend."""
    return tuple(Path(os.path.normpath(path)) for path in session.config.files)


def _shown(path: Path, root: Path) -> str:
    """The path of a configuration file in reports."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _syntax_problem(document: Document) -> Problem | None:
    """What is wrong with the text of `document`; None for syntax of a newer Python, which the check reports itself."""
    source = Source("", str(document.path), "").with_content(document.draft)
    if source.is_too_large_to_parse:
        return None
    try:
        ast.parse(document.draft)
    except SyntaxError as error:
        if needed_version(error, document.text.splitlines()):
            return None
        return _not_checked(error.msg, Location("", error.lineno or 1, max(error.offset or 1, 1)))
    except (ValueError, RecursionError, MemoryError) as error:
        return _not_checked(str(error) or "it is nested too deeply", Location(""))
    return None


def _not_checked(reason: str, location: Location) -> Problem:
    message = f"not checked: this is not valid Python ({reason}); what is shown was found in the last text that was"
    return Problem(severity=Severity.INFO, code="syntax", message=message, location=location)
