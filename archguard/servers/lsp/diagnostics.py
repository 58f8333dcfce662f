"""Violations and problems as diagnostics.

A violation has the id of its contract as code, which leads to the contract; a chain of imports is listed as related
places. A violation that the baseline lists is a hint, and shown in open files only. What the text in the editor is not
checked for is said by a diagnostic of its own, and what was found in the last valid text stays at its lines.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Final

from lsprotocol import types

from archguard.dataclass import dataclass
from archguard.model import Location, Problem, Severity, Violation
from archguard.reporters.phrases import because, hop, is_known, numbered, one_line, problem_text, sentence, severity
from archguard.servers.lsp.documents import Document, lines_of, lines_on_disk, uri_of
from archguard.servers.lsp.positions import Positions, Units
from archguard.servers.lsp.project import Findings

SOURCE: Final = "archguard"
_MOST_ELSEWHERE: Final = 1_000
"""Diagnostics in files that are not open, at most: a list that nobody reads to its end delays the editor."""
_MOST_RELATED: Final = 20
_SEVERITIES: Final = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}


@dataclass(frozen=True)
class Diagnosed:
    """A diagnostic, and the violation or problem that it shows."""

    diagnostic: types.Diagnostic
    finding: Violation | Problem


def diagnose(
    findings: Findings, documents: Collection[Document], units: Units, *, everywhere: bool
) -> Mapping[Path, tuple[Diagnosed, ...]]:
    """The diagnostics of a project by file.

    Args:
        findings: What was found in it.
        documents: The open documents.
        units: Counts characters as the client does.
        everywhere: Whether violations are shown in files that are not open, too.
    """
    return _Diagnosis(findings, {document.path: document for document in documents}, units).found(everywhere=everywhere)


@dataclass(frozen=True)
class _Diagnosis:
    findings: Findings
    open: Mapping[Path, Document]
    units: Units

    def found(self, *, everywhere: bool) -> Mapping[Path, tuple[Diagnosed, ...]]:
        found: dict[Path, list[Diagnosed]] = {}
        shown = [*self._shown(everywhere=everywhere)]
        placed = self.findings.with_places([violation for _, violation in shown])
        for (path, violation), described in zip(shown, placed, strict=True):
            found.setdefault(path, []).append(Diagnosed(self._of_violation(path, described), violation))
        problems = (pair for pair in self._problems() if pair[0] in self.open or pair[1].severity is not Severity.INFO)
        for path, problem in (*problems, *self._unchecked()):
            found.setdefault(path, []).append(Diagnosed(self._of_problem(path, problem), problem))
        return {path: tuple(some) for path, some in found.items()}

    def _shown(self, *, everywhere: bool) -> Iterator[tuple[Path, Violation]]:
        left = _MOST_ELSEWHERE if everywhere else 0
        for violation in self.findings.report.violations:
            path = self._file(violation.location.path)
            if path in self.open:
                yield path, violation
            elif left and not is_known(violation):
                left -= 1
                yield path, violation

    def _problems(self) -> Iterator[tuple[Path, Problem]]:
        """The problems with their files; an error without one stands in the configuration."""
        for problem in self.findings.report.problems:
            if problem.location is None:
                if problem.severity is Severity.ERROR:
                    yield from ((path, problem) for path in self.findings.configuration_files[:1])
                continue
            path = self._file(problem.location.path)
            if problem.code != "syntax" or path not in self.findings.unchecked:
                yield path, problem

    def _unchecked(self) -> Iterator[tuple[Path, Problem]]:
        """Why the present text of files is not checked: of modules, and of new files beside one."""
        sources = self.findings.session.codebase.sources.values() if self.findings.session else ()
        modules = {Path(source.file) for source in sources} if self.findings.unchecked else frozenset[Path]()
        folders = {module.parent for module in modules}
        for path, problem in self.findings.unchecked.items():
            if path in modules or (path.parent in folders and not path.exists()):
                yield path, problem

    def _of_violation(self, path: Path, violation: Violation) -> types.Diagnostic:
        level = types.DiagnosticSeverity.Hint if is_known(violation) else _SEVERITIES[severity(violation)]
        known = ["listed in the baseline"] if is_known(violation) else []
        reason = [because(violation.reason)] if violation.reason.strip() else []
        return types.Diagnostic(
            range=self._range(path, violation.location),
            message="\n".join((sentence(violation), *known, *reason, *numbered(violation.fix))),
            severity=level,
            source=SOURCE,
            code=one_line(violation.contract),
            code_description=self._description(violation.contract),
            related_information=list(self._chain(violation)) or None,
            data={"fingerprint": violation.fingerprint, "kind": violation.kind, "rule": violation.rule},
        )

    def _of_problem(self, path: Path, problem: Problem) -> types.Diagnostic:
        location = problem.location or Location("")
        if problem is self.findings.unchecked.get(path):
            where = Positions(self._lines(path)[0], self.units).range(location)  # a place in the present text
        else:
            where = self._range(path, location)
        return types.Diagnostic(
            range=where,
            message=problem_text(problem),
            severity=_SEVERITIES[problem.severity],
            source=SOURCE,
            code=one_line(problem.code),
        )

    def _chain(self, violation: Violation) -> Iterator[types.DiagnosticRelatedInformation]:
        """The imports that lead to the violation; none if it is the import itself."""
        if len(violation.chain) > 1:
            for step in violation.chain[:_MOST_RELATED]:
                path = self._file(step.path)
                where = self._range(path, Location(step.path, max(step.line, 1)))
                yield types.DiagnosticRelatedInformation(types.Location(self._uri(path), where), hop(step))

    def _description(self, contract: str) -> types.CodeDescription | None:
        """Where the contract is written; none for one of a pack that ships with archguard."""
        session = self.findings.session
        origin = session.config.origins.get(("contracts", contract)) if session else None
        if origin is None or origin.shipped:
            return None
        location = origin.error("").location or Location("")
        return types.CodeDescription(f"{self._uri(origin.document.path)}#L{location.line}")

    def _range(self, path: Path, location: Location) -> types.Range:
        """The range in the present text of what was found in the text that was checked."""
        lines, checked = self._lines(path)
        moved = moved_location(location, checked, lines) if checked is not lines else location
        return Positions(lines, self.units).range(moved)

    def _lines(self, path: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The lines of the present text, and of the one that was checked."""
        if path not in self._memo:
            lines = lines_of(self.open[path].text) if path in self.open else lines_on_disk(path)
            text = self.findings.texts.get(path) if path in self.open else None
            if text is None:
                checked = lines_on_disk(path) if path in self.findings.unchecked else lines
            else:
                checked = lines if text == self.open[path].text else lines_of(text)
            self._memo[path] = lines, checked
        return self._memo[path]

    @cached_property
    def _memo(self) -> dict[Path, tuple[tuple[str, ...], tuple[str, ...]]]:
        return {}

    def _uri(self, path: Path) -> str:
        return self.open[path].uri if path in self.open else uri_of(path)

    def _file(self, shown: str) -> Path:
        return self.findings.file(shown)


def moved_location(location: Location, before: Sequence[str], after: Sequence[str]) -> Location:
    """`location` in the lines `before` an edit, as a location in those `after` it.

    Lines that are left move with what is inserted and removed above them; a line that is gone keeps its number.
    """
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    removed, inserted = before[start : len(before) - end], after[start : len(after) - end]
    line = location.line - 1 - start
    if line < 0:
        by = 0
    elif line >= len(removed):
        by = len(after) - len(before)
    else:
        left = SequenceMatcher(None, removed, inserted, autojunk=False).get_matching_blocks()
        by = next((found.b - found.a for found in left if found.a <= line < found.a + found.size), 0)
    return replace(location, line=location.line + by, end_line=location.end_line and location.end_line + by)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many lines both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
