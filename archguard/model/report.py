"""What a check found out, and what it looked at to find it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from archguard.model.location import Location
from archguard.model.violation import Confidence, Severity, Violation, ViolationStatus

STALE: Final = ("stale-baseline", "renamed-contract")
"""The codes of problems that say that the baseline lists what is not there."""


class OutcomeStatus(StrEnum):
    """How a contract fared; `error` says that it could not be checked."""

    KEPT = "kept"
    BROKEN = "broken"
    ERROR = "error"


@dataclass(frozen=True)
class Checked:
    """How much of the code a contract looked at."""

    modules: int = 0
    imports: int = 0
    calls: int = 0


@dataclass(frozen=True)
class Outcome:
    """The verdict on one contract."""

    id: str
    kind: str
    reason: str
    status: OutcomeStatus
    checked: Checked
    violations: int


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that kept archguard from looking, or that one should know; an error makes the report incomplete."""

    severity: Severity
    code: str
    """A short name for the sort of problem, such as `syntax` or `unmatched-ignore`."""
    message: str
    location: Location | None = None
    hint: str = ""
    excerpt: str = ""
    """The line of source at `location`, for the caret."""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The size of what was looked at."""

    modules: int = 0
    imports: int = 0
    files: int = 0
    calls: int = 0
    suppressed: int = 0
    """How many violations comments in the code asked to overlook."""
    fixed: int = 0
    """How many violations there were at the revision that the code is compared with, and are no more."""
    unassigned: tuple[str, ...] = ()
    """The modules that no contract looks at, sorted."""
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Report:
    """Every violation of every contract, sorted, with what was looked at.

    A contract is broken if one of its violations fails the run; `passed`, the statuses and the exit code agree.
    """

    outcomes: tuple[Outcome, ...] = ()
    violations: tuple[Violation, ...] = ()
    problems: tuple[Problem, ...] = ()
    summary: Summary = Summary()
    fail_on: Severity = Severity.ERROR
    """The least severity of a violation that fails the run."""
    strict_baseline: bool = False
    """Whether it fails the run too if the baseline lists what is fixed."""

    @property
    def complete(self) -> bool:
        """Whether everything that was asked for could be looked at."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def passed(self) -> bool:
        """Whether everything was looked at and nothing fails the run."""
        return self.complete and not self.failing() and not self.is_stale

    @property
    def is_stale(self) -> bool:
        """Whether it fails the run that the baseline lists what is fixed."""
        return self.strict_baseline and any(problem.code in STALE for problem in self.problems)

    def judged(self, fail_on: Severity, *, strict_baseline: bool = False) -> "Report":
        """The same report of a run that fails from the severity `fail_on` on."""
        return replace(self, fail_on=fail_on, strict_baseline=strict_baseline).with_violations(self.violations)

    def with_violations(self, violations: Iterable[Violation]) -> "Report":
        """The same report with `violations` instead; a contract is broken if one of them fails the run."""
        left = tuple(violations)
        counts = Counter(violation.contract for violation in left)
        broken = {violation.contract for violation in left if fails(violation, self.fail_on)}
        outcomes = (
            replace(
                outcome,
                violations=counts[outcome.id],
                status=outcome.status if outcome.status is OutcomeStatus.ERROR else _status(outcome.id in broken),
            )
            for outcome in self.outcomes
        )
        return replace(self, outcomes=tuple(outcomes), violations=left)

    def failing(self) -> tuple[Violation, ...]:
        """The violations that fail the run."""
        return tuple(violation for violation in self.violations if fails(violation, self.fail_on))


def fails(violation: Violation, fail_on: Severity) -> bool:
    """Whether `violation` fails a run when `fail_on` is the least severity that does."""
    severities = list(Severity)
    return (
        violation.status is ViolationStatus.NEW
        and severities.index(violation.severity) <= severities.index(fail_on)
        and violation.confidence is not Confidence.POSSIBLE
    )


def _status(is_broken: bool) -> OutcomeStatus:  # noqa: FBT001  # a yes or no is all it takes
    return OutcomeStatus.BROKEN if is_broken else OutcomeStatus.KEPT
