"""The report as text: each root cause once, and as much of it as a screen holds.

What fits on a screen of 40 lines (`SCREEN`) is shown in full: every cause with its source line, its chain, the reason
and the fixes, and a line for each contract. Otherwise the causes with the most violations are shown in full, as many as
fit but three (`_IN_FULL`) at the least, and each other cause with one line; lines of contracts are left out then, but
for those that could not be checked. `everything` shows every violation in full.

Only a terminal has a width: the lines below a cause are wrapped to it, and source lines are cut to it. The first line
of a cause is never wrapped, so that editors and programs find the place in it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from typing import Final, NamedTuple, TypeAlias

from archguard.dataclass import dataclass
from archguard.model import Location, Outcome, OutcomeStatus, Problem, Report, Severity, Step, Violation
from archguard.model.root_causes import RootCause
from archguard.reporters import causes, phrases
from archguard.reporters.source_line import marked_line, text_width, wrapped


class Span(NamedTuple):
    """A piece of a line."""

    text: str
    style: str = ""
    """Its style in a terminal."""
    path: str = ""
    """The file that a terminal links it to; "" for none."""


Line: TypeAlias = tuple[Span, ...]

SCREEN: Final = 40
"""Lines that a window shows at once; those of today have 24 to 60."""
_IN_FULL: Final = 3
"""Causes that are shown in full, however many there are: enough to begin with."""
_HOPS: Final = 3
"""Steps of a chain that are shown, unless everything is: the first, the cause, and the one that arrives."""
_WIDTH: Final = 120
"""Columns for a source line where there is no terminal that has a width."""
_LEAST_WIDTH: Final = 40
"""Columns that a terminal is taken to have at the least: in fewer, a wrapped sentence cannot be read any more."""
_INDENT: Final = 2
_SEVERITY_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_NOTE_STYLES: Final = {"why": "italic", "help": "green", "or": "green", "hint": "green", "note": "bold"}
_STATUS_SPANS: Final = {
    OutcomeStatus.KEPT: Span("kept  ", "green"),
    OutcomeStatus.BROKEN: Span("BROKEN", "bold red"),
    OutcomeStatus.ERROR: Span("ERROR ", "bold red"),
}


def render(report: Report, *, everything: bool = False, quiet: bool = False) -> str:
    """New violations by root cause, problems, contracts, and the summary; without the latter two if `quiet`."""
    return plain(lines(report, everything=everything, quiet=quiet))


def plain(lines: Iterable[Line]) -> str:
    """The lines without styles and without a trailing newline."""
    return "\n".join("".join(span.text for span in line) for line in lines)


def lines(report: Report, *, everything: bool = False, quiet: bool = False, width: int = 0) -> Iterator[Line]:
    """The lines of the report as styled pieces, for a terminal with `width` columns; 0 if there is none."""
    return _joined(_Page(report=report, width=width, everything=everything, quiet=quiet).parts())


def violation_lines(violation: Violation) -> Iterator[Line]:
    """The standard form of one violation: place, sentence, source line, chain, reason and fixes, all of them."""
    return _Entries(0, everything=True).lines(RootCause(first=violation))


def problem_lines(problem: Problem, width: int = 0) -> Iterator[Line]:
    """Place, severity and message; then the source line with a caret below the column, and the hint."""
    yield (*_head(problem.location, problem.severity), Span(phrases.one_line(problem.message)))
    source = list(excerpt_lines(problem, width))
    yield from source
    if problem.hint and source:
        yield from _note("hint", problem.hint, len(str(problem.location.line)) if problem.location else 1, width)
    elif problem.hint:
        yield Span("    hint: ", "bold"), Span(phrases.one_line(problem.hint), "green")


def violation_source(violation: Violation) -> Iterator[Line]:
    """The source line of the violation and the caret below it; nothing if there is no source."""
    return _source(violation.excerpt, violation.location, 0)


def excerpt_lines(problem: Problem, width: int = 0) -> Iterator[Line]:
    """The source line of the problem and the caret below it; nothing if there is no source."""
    if problem.location:
        yield from _source(problem.excerpt, problem.location, width)


def summary_lines(report: Report) -> Iterator[Line]:
    """What was checked, the modules that no contract covers, and the totals."""
    yield (Span(f"{phrases.scope(report.summary)} in {report.summary.seconds:.2f} s."),)
    if unassigned := phrases.unassigned(report.summary):
        yield (Span(unassigned, "yellow"),)
    yield (Span(phrases.totals(report), "bold green" if report.passed else "bold red"),)


@dataclass(frozen=True, kw_only=True)
class _Page:
    """The parts of one report."""

    report: Report
    width: int
    everything: bool
    quiet: bool

    def parts(self) -> list[list[Line]]:
        """The parts, between which there are empty lines."""
        found = causes.every_violation(self.report) if self.everything else causes.of_report(self.report)
        full = [*self._in_full(found), self._problems(), *self._tail(all_contracts=True)]
        if self.everything or not found or self._rows(full) <= SCREEN:
            return full
        tail = [self._problems(), *self._tail(all_contracts=False)]
        shown = min(_IN_FULL, len(found))
        page = self._compact(found, shown, tail)
        while shown < len(found) and self._rows(longer := self._compact(found, shown + 1, tail)) <= SCREEN:
            shown, page = shown + 1, longer
        return page

    def _in_full(self, found: Iterable[RootCause]) -> list[list[Line]]:
        entries = _Entries(self.width, everything=self.everything)
        return [list(entries.lines(cause)) for cause in found]

    def _compact(self, found: Sequence[RootCause], shown: int, tail: list[list[Line]]) -> list[list[Line]]:
        """The first causes in full, the others with one line each."""
        violations = phrases.counted(sum(len(cause.violations) for cause in found), "violation")
        of_causes = phrases.counted(len(found), "cause")
        more = Span(f"{of_causes}; `--all` shows all {violations} with source, reason and fixes.")
        others = [*map(_in_one_line, found[shown:])]
        return [*self._in_full(found[:shown]), others, [(more,)] * (not self.quiet), *tail]

    def _problems(self) -> list[Line]:
        return [line for problem in self.report.problems for line in problem_lines(problem, self.width)]

    def _tail(self, *, all_contracts: bool) -> Iterator[list[Line]]:
        if self.quiet:
            return
        contracts = phrases.contracts(self.report)
        yield [_outcome(*it) for it in contracts if all_contracts or it[0].status is OutcomeStatus.ERROR]
        services = causes.between_services(phrases.new(self.report.violations))
        yield [*([(Span(services),)] if services else []), *summary_lines(self.report)]

    def _rows(self, parts: list[list[Line]]) -> int:
        """The lines of a terminal that the parts take, with one for the next prompt."""
        return 1 + sum(_rows(line, self.width) for line in _joined(parts))


def _joined(parts: Iterable[list[Line]]) -> Iterator[Line]:
    for number, part in enumerate(part for part in parts if part):
        if number:
            yield ()
        yield from part


def _rows(line: Line, width: int) -> int:
    return max(1, -(-sum(text_width(span.text) for span in line) // width)) if width else 1


@dataclass(frozen=True)
class _Entries:
    """The causes in full, one after the other: the same reason, and the same fix, is told once."""

    width: int
    everything: bool = field(kw_only=True)
    told: set[tuple[str, str]] = field(default_factory=set)

    def lines(self, cause: RootCause) -> Iterator[Line]:
        """Place and sentence; then source line, chain, what else the cause explains, reason and fixes."""
        source = list(_source(cause.first.excerpt, cause.first.location, self.width))
        yield _sentence(cause.first)
        yield from source
        gutter = len(str(cause.first.location.line)) if source else 1
        for label, text in (*self._chain(cause), *causes.others(cause, "`--all` lists them"), *self._advice(cause)):
            yield from _note(label, text, gutter, self.width)

    def _chain(self, cause: RootCause) -> Iterator[tuple[str, str]]:
        steps = causes.chain(cause)
        kept = [*range(len(steps))]
        if len(steps) > _HOPS and not self.everything:
            # The step that is the cause is what the reader looks for; the ends tell from where and to where.
            middle = steps.index(cause.line) if cause.line in steps else 1
            kept = sorted({0, middle, len(steps) - 1})
        before = -1
        for position in kept:
            if position > before + 1:
                yield "then", f"… {phrases.counted(position - before - 1, 'more import')}"
            yield "then", _step(steps[position])
            before = position

    def _advice(self, cause: RootCause) -> Iterator[tuple[str, str]]:
        first = cause.first
        advice = [("why", first.reason)] if first.reason.strip() else []
        advice += [("or" if number else "help", fix) for number, fix in enumerate(first.fix)]
        for label, text in advice:
            if (first.contract, text) not in self.told:
                self.told.add((first.contract, text))
                yield label, text


def _in_one_line(cause: RootCause) -> Line:
    return (*_sentence(cause.first), Span(causes.size(cause), "dim"))


def _sentence(violation: Violation) -> Line:
    return (
        *_head(violation.location, phrases.severity(violation)),
        Span(f"{phrases.sentence(violation)} "),
        Span(f"[{phrases.one_line(violation.contract)}]", "magenta"),
    )


def _head(location: Location | None, severity: Severity) -> Line:
    place = (Span(phrases.one_line(str(location)), "bold", location.path), Span(": ")) if location else ()
    return (*place, Span(severity.value, _SEVERITY_STYLES[severity]), Span(": "))


def _source(line: str, location: Location, width: int) -> Iterator[Line]:
    """The source line behind its number, and below it the caret."""
    if not line.strip():
        return
    indent = " " * (_INDENT + len(str(location.line)))
    shown, caret = marked_line(line, location, max(width, _LEAST_WIDTH) - len(indent) - 3 if width else _WIDTH)
    yield Span(f"{location.line:>{len(indent)}} | ", "blue"), Span(shown)
    yield Span(f"{indent} | ", "blue"), Span(caret, "bold red")


def _note(label: str, text: str, gutter: int, width: int) -> Iterator[Line]:
    """`= label: text` below a source line whose number has `gutter` digits, in as many lines as the terminal needs."""
    indent = " " * (_INDENT + gutter + 1)
    head, style = f"{indent}= {label}: ", _NOTE_STYLES.get(label, "")
    room = max(width, _LEAST_WIDTH) - len(head) if width else 0
    first, *rest = wrapped(phrases.one_line(text), room) if room else [phrases.one_line(text)]
    yield Span(f"{indent}= ", "blue"), Span(f"{label}: ", "bold"), Span(first, style)
    yield from ((Span(" " * len(head)), Span(line, style)) for line in rest)


def _step(step: Step) -> str:
    return f"{phrases.hop(step)} ({phrases.step_place(step)})"


def _outcome(outcome: Outcome, violations: tuple[Violation, ...]) -> Line:
    found = f"{phrases.found(outcome, violations)}; " if violations else ""
    identity = phrases.one_line(f"{outcome.id} ({outcome.kind})")
    return (
        _STATUS_SPANS[outcome.status],
        Span(f"  {identity}: "),
        Span(f"{found}{phrases.looked_at(outcome.checked)}", "dim"),
    )
