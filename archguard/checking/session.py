"""A project that stays in memory: what an edit would change is known before it is written.

The session checks the project once, and records what each result depends on. A check of drafts compares the edited
files with those on disk, computes what depends on the edit, and compares the reports. The files of the other modules
are parsed once, when a draft first needs them. `refresh` takes in what has changed on disk: it compares the
fingerprints of all inputs, and reads the files that were edited. Results are kept from one full run (`kept_run.py`)
until so much has changed since that another one is worth its time; it may be one that was stored (`kept_store.py`).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import field, replace
from pathlib import Path

from archguard.checking.check import check
from archguard.checking.details import details
from archguard.checking.drafts import draft_texts
from archguard.checking.kept_run import KeptRun
from archguard.checking.kept_store import keep_results, stored_run
from archguard.checking.lookups import Lookups
from archguard.codebase import Codebase, Source
from archguard.codebase.edits import added_source, with_edits
from archguard.config import Config, read
from archguard.dataclass import dataclass
from archguard.incremental.dependencies import DependencyRecorder
from archguard.incremental.input_recorder import recording_into
from archguard.incremental.memos import AnswerStore
from archguard.incremental.recorded_inputs import RecordedInputs
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
    report: Report = field(repr=False, compare=False)
    """All that the contracts find with them, without the baseline."""


class Session:
    """The project of `config`, to check drafts of its files against its contracts. For one thread."""

    def __init__(self, config: Config) -> None:
        """Read and check the project; its results are stored in `.archguard_cache`, and found there the next time.

        Raises:
            ExceptionGroup[ArchguardError]: a package does not exist.
        """
        self.config = config
        # One recorder for the life of the session: what inference has answered for one version is used for the next,
        # with its frames.
        self._inputs, self._recorder, self._lookups = RecordedInputs(), DependencyRecorder(), Lookups()
        self._last_draft: tuple[Codebase, set[str]] | None = None
        with recording_into(self._inputs):
            self._disk = codebase = read(config)
            if stored := stored_run(config, codebase):
                self._kept, self._edits = stored[0], set[str]()
                self._take_in(codebase, set(stored[1]))
            else:
                self._check_all(codebase)

    @property
    def report(self) -> Report:
        """What the contracts find on disk, as of the last `refresh`."""
        return self._report

    @property
    def codebase(self) -> Codebase:
        """The code on disk, as of the last `refresh`."""
        return self._disk

    def refresh(self) -> bool:
        """Take in what has changed on disk since the last time. Returns whether anything has.

        Raises:
            ExceptionGroup[ArchguardError]: a package is gone.
        """
        self._keep_lookups()
        if self._inputs.holds():
            return False
        before, modules = self._inputs, {source.file: source.module for source in self._disk.sources.values()}
        edited = {modules[path] for path in before.changed if path in modules}
        # If nothing else has changed (no folder, no configuration), the list of files is the same.
        are_edits = bool(edited) and len(edited) == len(before.changed)
        inputs = before.renewed() if are_edits else RecordedInputs()
        with recording_into(inputs):
            codebase = self._with_edits(edited) if are_edits else None
            if codebase is None:
                codebase = read(self.config)
                edited = self._differing(codebase, before, inputs)
            self._take_in(codebase, edited)
        self._inputs = inputs
        return True

    def check(self, drafts: Mapping[Path, str | bytes | None]) -> DraftResult:
        """What `drafts` change: new, fixed and unchanged violations of all contracts. Nothing is written.

        Args:
            drafts: The new text of files by path; None for a file that is removed, a path that does not exist for a
                new one. Paths that are not absolute start from the folder of the configuration.
        """
        report, codebase = self.preview(drafts)
        root = self.config.root
        files = {source.file for code in (codebase, self._disk) for source in code.sources.values()}
        texts = draft_texts(root, drafts)
        strays = tuple(_not_a_module(path, root) for path in texts if path not in files)
        shown = {source.display_path for source in codebase.sources.values() if source.file in texts}
        found = _compared(self._report, report, shown)
        return replace(found, new=tuple(details(found.new, self.config, codebase)), problems=(*strays, *found.problems))

    def preview(self, drafts: Mapping[Path, str | bytes | None]) -> tuple[Report, Codebase]:
        """The report that there would be if `drafts`, as for `check`, were saved, and the code that it is about."""
        self._keep_lookups()
        with recording_into(self._inputs):
            codebase = self._with_drafts(draft_texts(self.config.root, drafts))
            drafted = _differing(codebase.sources, self._disk.sources)
            self._give_results(codebase, drafted)
            with self._recorder.root():
                report = check(self.config, codebase=codebase)
        # Kept after the next request has come, or at `refresh`: whoever asked for this one is answered first.
        self._last_draft = codebase, drafted
        return report, codebase

    def _keep_lookups(self) -> None:
        """Keep what the check of the last draft has found; not at its end, where somebody waits for the answer."""
        self._recorder.forget()  # a hover, say, infers types without a check
        if self._last_draft:
            codebase, drafted = self._last_draft
            self._lookups.keep(codebase, self._disk, drafted)
            self._last_draft = None

    def _check_all(self, codebase: Codebase) -> None:
        """Check `codebase`, and record what later checks are compared with."""
        results = codebase.results
        results.recorder, results.answers, results.is_kept = self._recorder, AnswerStore(), True
        with self._recorder.root():
            self._report = check(self.config, codebase=codebase)
        keep_results(self.config, (), codebase)
        self._disk, self._kept, self._edits = codebase, KeptRun.of(codebase), set[str]()
        self._lookups = Lookups.of(codebase)

    def _take_in(self, codebase: Codebase, edited: set[str]) -> None:
        """Make `codebase`, whose modules `edited` are others than in the last one, what is on disk."""
        self._edits |= edited
        self._lookups = self._lookups.after_edits(codebase, self._disk, edited)
        if not self._give_results(codebase, set()):
            self._check_all(codebase)
            return
        with self._recorder.root():
            self._report, self._disk = check(self.config, codebase=codebase), codebase
        self._lookups.keep(codebase, codebase, ())

    def _give_results(self, codebase: Codebase, drafted: set[str]) -> bool:
        """Give `codebase` what is known of the files other than `drafted`; False if no result is."""
        codebase.results.recorder, codebase.results.is_kept = self._recorder, False
        self._lookups.give(codebase, self._disk, drafted)
        may_keep = all(contract.is_built_in for contract in self.config.contracts)  # a plug-in may read anything
        return may_keep and self._kept.give(codebase, self._edits | drafted)

    def _with_edits(self, edited: set[str]) -> Codebase | None:
        """The code with the files of the modules `edited` read again; None if all must be."""
        return with_edits(self._disk, [replace(self._disk.sources[name]) for name in edited])  # copies, without content

    def _differing(self, codebase: Codebase, before: RecordedInputs, now: RecordedInputs) -> set[str]:
        """The modules whose files are others in `codebase` than in the last one."""
        files = {name: source.file for code in (self._disk, codebase) for name, source in code.sources.items()}
        common = codebase.sources.keys() & self._disk.sources.keys()
        return {name for name, file in files.items() if name not in common or now.differs(before, file)}

    def _with_drafts(self, texts: Mapping[str, bytes | None]) -> Codebase:
        modules = {source.file: source for source in self._disk.sources.values()}
        edited = [
            source.with_content(text)
            for path, text in texts.items()
            if text is not None and (source := modules.get(path) or self._new_source(path))
        ]
        # A draft that removes a file, or that is no module, changes which modules there are: all are read again.
        found = with_edits(self._disk, edited) if len(edited) == len(texts) else None
        return found or read(self.config, drafts=texts)

    def _new_source(self, path: str) -> Source | None:
        """The source of a file that is to be added to a package, unless it is excluded."""
        found = added_source(self._disk, path)
        return None if found and any(one.unit(found.module) for one in self.config.project.exclude) else found


def _differing(now: Mapping[str, Source], before: Mapping[str, Source]) -> set[str]:
    """The modules of which `now` has another source than `before`; after an edit, nearly all are the same object."""
    pairs = ((name, now.get(name), before.get(name)) for name in now.keys() | before.keys())
    return {name for name, one, other in pairs if one is not other and one != other}


def _compared(before: Report, now: Report, drafted: Collection[str]) -> DraftResult:
    """What is different; an error in a file of `drafted` stays one, though the file on disk has it, too."""
    new = tuple(new_violations(before, now))
    known = {_without_place(problem) for problem in before.problems if not _is_error_in(problem, drafted)}
    return DraftResult(
        new,
        tuple(new_violations(now, before)),
        tuple(_without(now.violations, new)),
        tuple(problem for problem in now.problems if _without_place(problem) not in known),
        now,
    )


def _without(violations: Iterable[Violation], some: Iterable[Violation]) -> Iterator[Violation]:
    """`violations` without `some` of them, which come in the same order."""
    left = iter(some)
    leaving = next(left, None)
    for violation in violations:
        if violation is leaving:
            leaving = next(left, None)
        else:
            yield violation


def _is_error_in(problem: Problem, paths: Collection[str]) -> bool:
    return problem.severity is Severity.ERROR and problem.location is not None and problem.location.path in paths


def _without_place(problem: Problem) -> Problem:
    """`problem` without its line, which an edit above moves, and without the excerpt of that line."""
    return replace(problem, location=problem.location and Location(problem.location.path), excerpt="")


def _not_a_module(path: str, root: Path) -> Problem:
    shown = Path(path).relative_to(root) if Path(path).is_relative_to(root) else Path(path)
    message = "is no module of the project, so that no contract looks at it"
    return Problem(severity=Severity.WARNING, code="no-module", message=message, location=Location(shown.as_posix()))
