"""Whether a trend got worse between its first and its last commit."""

from collections.abc import Collection

from archguard.dataclass import dataclass
from archguard.errors import ArchguardError
from archguard.model import Point


@dataclass(frozen=True)
class Change:
    """A value at the first commit, and at the last one."""

    name: str
    before: float
    after: float


def worse(points: tuple[Point, ...], names: Collection[str]) -> tuple[Change, ...]:
    """The values `names` that are higher at the last of `points` than at the first.

    Violations count only for contracts that could be checked at the first commit.

    Raises:
        ArchguardError: a value is not known at the first or the last commit.
    """
    first, last = points[0], points[-1]
    contracts = [contract for contract in first.violations if contract not in first.unchecked]
    changes = [Change(name, _known(first, name, contracts), _known(last, name, contracts)) for name in names]
    return tuple(change for change in changes if change.after > change.before)


def _known(point: Point, name: str, contracts: Collection[str]) -> float:
    unchecked = [contract for contract in contracts if contract in point.unchecked]
    value = point.figure(name, contracts)
    if value is None or (unchecked and name.startswith("violations")):
        why = point.gap or (f"not checked there: {', '.join(unchecked or point.unchecked)}" if point.violations else "")
        hint = why or "there are no contracts that could be broken"
        raise ArchguardError(f"{name.replace('_', ' ')} at {point.commit.shown} is not known", hint)
    return value
