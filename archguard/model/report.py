"""The result of a check: outcomes, violations, problems, and how much was checked."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final

from archguard.dataclass import dataclass
from archguard.model.location import Location
from archguard.model.violation import Confidence, Severity, Violation, ViolationStatus

STALE: Final = ("stale-baseline", "renamed-contract")
"""The codes of problems that mean that the baseline is stale."""


class OutcomeStatus(StrEnum):
    """The result of a contract; `error` means that it could not be checked."""

    KEPT = "kept"
    BROKEN = "broken"
    ERROR = "error"


@dataclass(frozen=True)
class Checked:
    """How much of the code a contract checked."""

    modules: int = 0
    """How many modules."""
    imports: int = 0
    """How many imports."""
    calls: int = 0
    """How many calls."""
    unresolved: int = 0
    """How many of the calls have an unknown callee, where the contract depends on callees."""


@dataclass(frozen=True)
class Outcome:
    """The result of one contract."""

    id: str
    """The id of the contract in the configuration."""
    kind: str
    """The kind of the contract, such as `layers`."""
    reason: str
    """The reason that the contract gives; may be empty."""
    status: OutcomeStatus
    """`broken` if one of its violations fails the run, `error` if the contract could not be checked."""
    checked: Checked
    """How much of the code the contract checked."""
    violations: int
    """How many violations the contract has, including known ones."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that prevented a check, or that the user should know; an error makes the report incomplete."""

    severity: Severity
    """An `error` makes the report incomplete."""
    code: str
    """A short name of the kind of problem, such as `syntax` or `unmatched-ignore`."""
    message: str
    """What is wrong."""
    location: Location | None = None
    """Where; None if it is not about a file."""
    hint: str = ""
    """How to fix it; may be empty."""
    excerpt: str = ""
    """The line of source at `location`, for the caret."""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How much code was checked."""

    modules: int = 0
    """How many modules."""
    imports: int = 0
    """How many imports."""
    files: int = 0
    """How many files."""
    calls: int = 0
    """How many calls."""
    suppressed: int = 0
    """How many violations are suppressed by comments."""
    fixed: int = 0
    """How many violations of the compared revision are gone."""
    unassigned: tuple[str, ...] = ()
    """The modules that no contract covers, sorted."""
    seconds: float = 0.0
    """How long the check took; the only value that differs between two runs over the same code."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """The sorted violations of all contracts, with outcomes, problems and a summary.

    A contract is broken if one of its violations fails the run; `passed`, the statuses and the exit code agree.
    """

    outcomes: tuple[Outcome, ...] = ()
    """The result of each contract, in the order of the configuration."""
    violations: tuple[Violation, ...] = ()
    """Every place where the code breaks a contract, sorted."""
    problems: tuple[Problem, ...] = ()
    """What prevented a check, or what the user should know."""
    summary: Summary = Summary()
    """How much code was checked."""
    fail_on: Severity = Severity.ERROR
    """The least severity of a violation that fails the run."""
    strict_baseline: bool = False
    """Whether a stale baseline, which lists fixed violations, fails the run."""

    @property
    def complete(self) -> bool:
        """Whether everything could be checked."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def passed(self) -> bool:
        """Whether everything was checked and nothing fails the run."""
        return self.complete and not self.failing() and not self.is_stale

    @property
    def known(self) -> int:
        """How many violations the baseline lists."""
        return sum(violation.status is ViolationStatus.KNOWN for violation in self.violations)

    @property
    def new(self) -> int:
        """How many violations the baseline does not list."""
        return len(self.violations) - self.known

    @property
    def is_stale(self) -> bool:
        """Whether the run fails because the baseline is stale."""
        return self.strict_baseline and any(problem.code in STALE for problem in self.problems)

    def judged(self, fail_on: Severity, *, strict_baseline: bool = False) -> "Report":
        """A copy of the report for a run that fails from severity `fail_on` on."""
        return replace(self, fail_on=fail_on, strict_baseline=strict_baseline).with_violations(self.violations)

    def with_violations(self, violations: Iterable[Violation]) -> "Report":
        """A copy of the report with `violations`; a contract is broken if one of them fails the run."""
        left = tuple(violations)
        counts = Counter(violation.contract for violation in left)
        broken = set[str]()
        for violation in left:
            if violation.contract not in broken and fails(violation, self.fail_on):
                broken.add(violation.contract)
        outcomes = (
            replace(
                outcome,
                violations=counts[outcome.id],
                # What could not be checked stays so, whichever violations are left out.
                status=outcome.status if outcome.status is OutcomeStatus.ERROR else _status(outcome.id in broken),
            )
            for outcome in self.outcomes
        )
        return replace(self, outcomes=tuple(outcomes), violations=left)

    def failing(self) -> tuple[Violation, ...]:
        """The violations that fail the run."""
        return tuple(violation for violation in self.violations if fails(violation, self.fail_on))


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


def fails(violation: Violation, fail_on: Severity) -> bool:
    """Whether `violation` fails a run when `fail_on` is the least severity that does."""
    return (
        violation.status is ViolationStatus.NEW
        and _RANKS[violation.severity] <= _RANKS[fail_on]
        and violation.confidence is not Confidence.POSSIBLE
    )


def _status(is_broken: bool) -> OutcomeStatus:  # noqa: FBT001  # a predicate to a status
    return OutcomeStatus.BROKEN if is_broken else OutcomeStatus.KEPT


def new_violations(before: Report, after: Report) -> Iterator[Violation]:
    """The violations of `after` that `before` does not have, or has fewer times."""
    gone, came = _without_common(before.violations, after.violations)
    remaining = Counter(violation.identity for violation in gone)
    for violation in came:
        remaining[violation.identity] -= 1
        if remaining[violation.identity] < 0:
            yield violation


def _without_common(before: Sequence[Violation], after: Sequence[Violation]) -> tuple[list[Violation], list[Violation]]:
    """`before` and `after`, both sorted, without most violations that are in both: all but a few after an edit.

    Mostly they are the same objects; not those that a session has loaded, and one of its drafts has found again.
    Those have the same key, which holds the identity: leaving out a pair changes no difference of counts.
    """
    gone, came = list[Violation](), list[Violation]()
    here, there = 0, 0
    while here < len(before) and there < len(after):
        if before[here] is after[there] or before[here].sort_key == after[there].sort_key:
            here, there = here + 1, there + 1
        elif before[here].sort_key <= after[there].sort_key:
            gone.append(before[here])
            here += 1
        else:
            came.append(after[there])
            there += 1
    return [*gone, *before[here:]], [*came, *after[there:]]
