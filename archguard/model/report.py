"""What a check found out, and what it looked at to find it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from archguard.model.location import Location
from archguard.model.violation import Confidence, Severity, Violation, ViolationStatus


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
    """Every violation of every contract, sorted, with what was looked at."""

    outcomes: tuple[Outcome, ...] = ()
    violations: tuple[Violation, ...] = ()
    problems: tuple[Problem, ...] = ()
    summary: Summary = Summary()

    @property
    def complete(self) -> bool:
        """Whether everything that was asked for could be looked at."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def passed(self) -> bool:
        """Whether everything was looked at and nothing of severity `error` fails."""
        return self.complete and not self.failing()

    def with_violations(self, violations: Iterable[Violation]) -> "Report":
        """The same report with `violations` instead; a contract is broken if one of them is new."""
        left = tuple(violations)
        counts = Counter(violation.contract for violation in left)
        broken = {violation.contract for violation in left if violation.status is ViolationStatus.NEW}
        outcomes = (
            replace(
                outcome,
                violations=counts[outcome.id],
                status=outcome.status if outcome.status is OutcomeStatus.ERROR else _status(outcome.id in broken),
            )
            for outcome in self.outcomes
        )
        return replace(self, outcomes=tuple(outcomes), violations=left)

    def failing(self, fail_on: Severity = Severity.ERROR) -> tuple[Violation, ...]:
        """The new violations that fail a run when `fail_on` is the least severity that does."""
        severities = list(Severity)
        failing = severities[: severities.index(fail_on) + 1]
        return tuple(
            violation
            for violation in self.violations
            if violation.status is ViolationStatus.NEW
            and violation.severity in failing
            and violation.confidence is not Confidence.POSSIBLE
        )


def _status(is_broken: bool) -> OutcomeStatus:  # noqa: FBT001  # a yes or no is all it takes
    return OutcomeStatus.BROKEN if is_broken else OutcomeStatus.KEPT
