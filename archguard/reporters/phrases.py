"""The wording of findings and totals, the same in every format."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from archguard.model import (
    Checked,
    Confidence,
    Outcome,
    OutcomeStatus,
    Problem,
    Report,
    Severity,
    Step,
    Summary,
    Violation,
    ViolationStatus,
    fails,
)
from archguard.model.log import inert

# Control characters and line breaks.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Lone surrogates, which cannot be encoded, and marks that change the direction of the text around them.
_UNPRINTABLE = re.compile("[\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """`text` on one line, without control characters and without what a CI system takes for a command."""
    if text.isascii() and text.isprintable():  # the fast path for nearly every text; there may be a million
        return inert(text.strip())
    return inert(_CONTROL.sub(" ", printable(text)).strip())


def printable(text: str) -> str:
    """`text` without characters that cannot be encoded or that change the direction of text."""
    return _UNPRINTABLE.sub("\ufffd", text)


def counted(number: int, noun: str) -> str:
    """`1 module`, `2 modules`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def some(names: Sequence[str], shown: int = 3) -> str:
    """`a, b, c and 4 more`: the first of `names`, which say what it is about."""
    listed = ", ".join(names[:shown])
    return f"{listed} and {len(names) - shown} more" if len(names) > shown else listed


def sentence(violation: Violation) -> str:
    """The message, with the confidence if it is not `certain`."""
    doubt = "" if violation.confidence is Confidence.CERTAIN else f" ({violation.confidence})"
    return one_line(violation.message) + doubt


def because(reason: str) -> str:
    """`because <the reason of the contract>`; "" if there is none."""
    return f"because {one_line(reason)}" if reason.strip() else ""


def severity(violation: Violation) -> Severity:
    """The severity to report: INFO for a `possible` violation, which never fails a run."""
    return Severity.INFO if violation.confidence is Confidence.POSSIBLE else violation.severity


def hop(step: Step) -> str:
    """`importer -> imported`."""
    return one_line(f"{step.importer} -> {step.imported}")


def step_place(step: Step) -> str:
    """`path:line` of one import of a chain."""
    return one_line(f"{step.path}:{step.line}")


def explanation(violation: Violation) -> Iterator[str]:
    """The lines below the sentence: the chain with its places, the reason, the numbered fixes."""
    yield from (f"{hop(step)} ({step_place(step)})" for step in violation.chain)
    if reason := because(violation.reason):
        yield reason
    yield from numbered(violation.fix)


def numbered(fixes: Iterable[str]) -> Iterator[str]:
    """The fixes as a numbered list: `1. …`."""
    return (f"{number}. {one_line(fix)}" for number, fix in enumerate(fixes, start=1))


def looked_at(checked: Checked) -> str:
    """How much of the code a contract checked: `3 modules, 5 imports, 9 calls (2 unresolved)`."""
    unresolved = f" ({checked.unresolved} unresolved)" if checked.unresolved else ""
    return ", ".join(
        (
            counted(checked.modules, "module"),
            counted(checked.imports, "import"),
            counted(checked.calls, "call") + unresolved,
        )
    )


def violation_count(violations: Iterable[Violation]) -> str:
    """`3 violations (1 new, 2 known)`."""
    statuses = [violation.status for violation in violations]
    known = statuses.count(ViolationStatus.KNOWN)
    return f"{counted(len(statuses), 'violation')} ({len(statuses) - known} new, {known} known)"


def contract_count(outcomes: Iterable[Outcome]) -> str:
    """`3 contracts: 1 kept, 1 broken, 1 not checked`."""
    statuses = [outcome.status for outcome in outcomes]
    kept, broken, error = (statuses.count(status) for status in OutcomeStatus)
    unchecked = f", {error} not checked" if error else ""
    return f"{counted(len(statuses), 'contract')}: {kept} kept, {broken} broken{unchecked}"


def found(outcome: Outcome, violations: Collection[Violation]) -> str:
    """The count of violations; if the contract is kept in spite of new ones, also that they fail no run."""
    harmless = outcome.status is OutcomeStatus.KEPT and new(violations)
    return f"{violation_count(violations)}{', which fail no run' if harmless else ''}"


def contracts(report: Report) -> Iterator[tuple[Outcome, tuple[Violation, ...]]]:
    """Each contract with its violations, in the order of outcomes; a contract without an outcome gets one."""
    groups: dict[str, list[Violation]] = {outcome.id: [] for outcome in report.outcomes}
    for violation in report.violations:
        groups.setdefault(violation.contract, []).append(violation)
    outcomes = {outcome.id: outcome for outcome in report.outcomes}
    for contract, violations in groups.items():
        yield outcomes.get(contract) or _outcome_of(violations, report.fail_on), tuple(violations)


def _outcome_of(violations: list[Violation], fail_on: Severity) -> Outcome:
    is_broken = any(fails(violation, fail_on) for violation in violations)
    status = OutcomeStatus.BROKEN if is_broken else OutcomeStatus.KEPT
    first = violations[0]
    return Outcome(first.contract, first.kind, first.reason, status, Checked(), len(violations))


def occurrences(violations: Iterable[Violation]) -> Iterator[tuple[Violation, int]]:
    """Each violation with its number among those with the same fingerprint, from 1."""
    seen: Counter[str] = Counter()
    for violation in violations:
        seen[violation.fingerprint] += 1
        yield violation, seen[violation.fingerprint]


def new(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """The violations that the baseline does not list."""
    return tuple(violation for violation in violations if violation.status is ViolationStatus.NEW)


def is_known(violation: Violation) -> bool:
    """Whether the baseline lists it."""
    return violation.status is ViolationStatus.KNOWN


def problem_text(problem: Problem) -> str:
    """The message, and the hint in the line below it."""
    hint = f"\nhint: {one_line(problem.hint)}" if problem.hint else ""
    return f"{one_line(problem.message)}{hint}"


def full_text(violation: Violation) -> str:
    """The sentence, and its explanation in the lines below it."""
    return "\n".join((sentence(violation), *explanation(violation)))


def totals(report: Report) -> str:
    """`3 contracts: …; 5 violations (…), 2 fixed, 1 suppressed; 1 problem.`, in one line."""
    fixed = f", {report.summary.fixed} fixed" if report.summary.fixed else ""
    suppressed = f", {report.summary.suppressed} suppressed" if report.summary.suppressed else ""
    problems = f"; {counted(len(report.problems), 'problem')}" if report.problems else ""
    stale = "; fails, since the baseline lists what is not there" if report.is_stale else ""
    found = f"{violation_count(report.violations)}{fixed}{suppressed}"
    return f"{contract_count(report.outcomes)}; {found}{problems}{stale}."


def scope(summary: Summary) -> str:
    """What was checked, as a sentence without a full stop."""
    seen = f"{counted(summary.modules, 'module')}, {counted(summary.imports, 'import')}"
    return f"Looked at {seen} and {counted(summary.calls, 'call')} in {counted(summary.files, 'file')}"


def unassigned(summary: Summary, shown: int = 5) -> str:
    """How many modules no contract looks at, and the first of their names; "" if there are none."""
    if not summary.unassigned:
        return ""
    names = ", ".join(one_line(name) for name in summary.unassigned[:shown])
    more = len(summary.unassigned) - shown
    rest = f" and {more} more" if more > 0 else ""
    return f"{covered_by_none(len(summary.unassigned))}: {names}{rest}."


def covered_by_none(modules: int) -> str:
    """`3 modules are covered by no contract`."""
    return f"{counted(modules, 'module')} {'is' if modules == 1 else 'are'} covered by no contract"
