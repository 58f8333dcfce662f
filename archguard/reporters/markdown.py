"""The report for a pull request: Markdown with new violations first."""

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from archguard.model import Outcome, OutcomeStatus, Problem, Report, Violation
from archguard.model.root_causes import RootCause
from archguard.reporters import causes, phrases

COMMENT_SIZE: Final = 65_000
"""The limit of the report in bytes; a comment on GitHub may have 65,536 characters."""

_SOURCE: Final = 120
"""Characters of a source line that are quoted: a comment is as wide as its page."""
_MORE: Final = "archguard check --all lists them"
_ICONS: Final = {OutcomeStatus.KEPT: "✅", OutcomeStatus.BROKEN: "❌", OutcomeStatus.ERROR: "⚠️"}
_MARKUP = re.compile(r"([\\`*_\[\]|~$])")
# A line that begins with one of these would become a list item.
_BULLET = re.compile(r"^(\d*)([-+.)])")
# An empty comment prevents that `@router.get` notifies a user and `#1` links an issue.
_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "@<!-- -->", "#": "#<!-- -->"})


def render(report: Report, size: int = COMMENT_SIZE, *, everything: bool = False) -> str:
    """The result, a row per contract, and as many findings as fit into `size` bytes, with the number of the others.

    A finding is a root cause, or with `everything` a violation.
    """
    head, tail = "\n".join(_head(report)), "\n".join(_tail(report))
    findings = tuple(_findings(report, everything=everything))
    fitting = _fitting(findings, size - len(f"{head}{tail}".encode()) - len(_left_out(len(findings))) - 4)
    left_out = [_left_out(len(findings) - fitting)] if fitting < len(findings) else []
    return "\n\n".join((head, *findings[:fitting], *left_out, tail))


def _fitting(findings: tuple[str, ...], room: int) -> int:
    # Two for the empty line between findings.
    sizes = accumulate(len(finding.encode()) + 2 for finding in findings)
    return sum(size <= room for size in sizes)


def _left_out(findings: int) -> str:
    return f"**{phrases.counted(findings, 'more finding')}** would not fit here; the other formats list them."


def _head(report: Report) -> Iterator[str]:
    new, violations = len(phrases.new(report.violations)), report.violations
    problems = f", {phrases.counted(len(report.problems), 'problem')}" if report.problems else ""
    yield f"## {_verdict(report)}"
    yield ""
    yield f"**{phrases.counted(new, 'new violation')}**, {len(violations) - new} known{problems}."
    yield ""
    yield "| | contract | kind | new | known | looked at |"
    yield "| --- | --- | --- | ---: | ---: | --- |"
    yield from (_row(outcome, found) for outcome, found in phrases.contracts(report))


def _verdict(report: Report) -> str:
    if not report.complete:
        return "⚠️ archguard could not look at everything"
    if not report.outcomes:
        return "⚠️ archguard was asked to check no contract"
    if report.passed:
        return "✅ archguard: the architecture holds"
    broken = "the architecture is broken" if report.failing() else "the baseline lists what is not there"
    return f"❌ archguard: {broken}"


def _row(outcome: Outcome, violations: tuple[Violation, ...]) -> str:
    new = len(phrases.new(violations))
    cells = (
        _ICONS[outcome.status],
        escaped(outcome.id),
        escaped(outcome.kind),
        str(new),
        str(len(violations) - new),
        phrases.looked_at(outcome.checked),
    )
    return f"| {' | '.join(cells)} |"


def _findings(report: Report, *, everything: bool) -> Iterator[str]:
    found = causes.every_violation(report) if everything else causes.of_report(report)
    for outcome, _ in phrases.contracts(report):
        told: set[str] = set()
        for number, cause in enumerate(it for it in found if it.first.contract == outcome.id):
            yield _cause(cause, told) if number else f"{_heading(outcome)}\n\n{_cause(cause, told)}"
    for number, problem in enumerate(report.problems):
        yield _problem(problem) if number else f"### Problems\n\n{_problem(problem)}"


def _heading(outcome: Outcome) -> str:
    reason = f"\n\n{escaped(phrases.because(outcome.reason))}" if outcome.reason.strip() else ""
    return f"### {escaped(outcome.id)}{reason}"


def _cause(cause: RootCause, told: set[str]) -> str:
    first = cause.first
    head = f"- {code(str(first.location))} {phrases.severity(first)}: {escaped(phrases.sentence(first))}"
    return "\n".join((head, *_details(cause, told)))


def _details(cause: RootCause, told: set[str]) -> Iterator[str]:
    """The source line, the chain, what else the cause explains, and the fixes that are not in `told` yet."""
    if source := cause.first.excerpt.strip():
        yield f"  - {code(source[:_SOURCE])}"
    for step in causes.chain(cause):
        yield f"  - {code(phrases.hop(step))} in {code(phrases.step_place(step))}"
    for label, text in causes.others(cause, _MORE):
        yield f"  - {label}: {escaped(text)}"
    fixes = [fix for fix in cause.first.fix if fix not in told]
    told.update(fixes)
    for number, fix in enumerate(fixes, start=1):
        yield f"  {number}. {escaped(fix)}"


def _problem(problem: Problem) -> str:
    place = f"{code(str(problem.location))} " if problem.location else ""
    hint = f"\n  - hint: {escaped(problem.hint)}" if problem.hint else ""
    return f"- {place}{problem.severity}: {escaped(problem.message)}{hint}"


def _tail(report: Report) -> Iterator[str]:
    if services := causes.between_services(phrases.new(report.violations)):
        yield escaped(services)
    yield f"{phrases.scope(report.summary)}."
    if unassigned := phrases.unassigned(report.summary):
        yield escaped(unassigned)


def escaped(text: str) -> str:
    """`text` with all Markdown escaped."""
    return _BULLET.sub(r"\1\\\2", inline(text))


def inline(text: str) -> str:
    """`text` with all Markdown escaped, for a place where no line begins."""
    return _MARKUP.sub(r"\\\1", phrases.one_line(text)).translate(_ENTITIES)


def code(text: str) -> str:
    """`text` as inline code, delimited by more backticks than it contains in a row."""
    line = phrases.one_line(text)
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence, space = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{space}{line}{space}{fence}"
