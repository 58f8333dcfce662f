"""The violations that are open, with the group that introduced each and when; and how long they stay open.

Violations of one identity are alike: when one of several is fixed, it is the oldest. Violations that were there at the
first commit, or when their contract could first be checked, are `earlier` ones: nobody knows who introduced them, so
they count when they are fixed and not before.

The median of days is that of Kaplan and Meier ("Nonparametric Estimation from Incomplete Observations", 1958): what is
still open counts as open for as long as it was seen. A median of the fixed ones alone would praise a group that fixes
one violation at once and leaves nine.
"""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import field

from archguard.dataclass import dataclass
from archguard.history.authorship.line_history import DAY
from archguard.history.matching import renamed
from archguard.model import EARLIER, CommitGroup, Identity


@dataclass(frozen=True)
class Lifetime:
    """How long a violation was open."""

    group: CommitGroup
    """The group that introduced it."""
    days: float
    """The days until it was fixed, or until it was last seen."""
    is_fixed: bool


@dataclass(frozen=True)
class _Open:
    """An open violation."""

    group: CommitGroup | None
    """The group that introduced it; None if that is not known."""
    time: int
    """When it was introduced, in seconds since 1970."""


@dataclass(frozen=True)
class Difference:
    """What one change, or several that are compared as one, introduced and removed."""

    introduced: int
    removed: int


@dataclass
class Ledger:
    """The open violations, updated by `compare` from one commit to the next."""

    open: dict[Identity, deque[_Open]] = field(default_factory=dict)
    lifetimes: list[Lifetime] = field(default_factory=list)
    """Of every violation that a group introduced and that is closed."""

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of open violations by group; `earlier` for those of nobody."""
        found = Counter(entry.group or EARLIER for entries in self.open.values() for entry in entries)
        return {name: found[name] for name in (*CommitGroup, EARLIER)}

    def begin(self, violations: Iterable[Identity], time: int) -> None:
        """Add violations that nobody is known to have introduced."""
        for identity in violations:
            self._add(identity, _Open(None, time))

    def move(self, moved: Mapping[str, str]) -> None:
        """Rename modules in the open violations."""
        entries = [(renamed(identity, moved), entries) for identity, entries in self.open.items()]
        self.open = {}
        for identity, found in entries:
            for entry in found:
                self._add(identity, entry)

    def compare(self, violations: Collection[Identity], group: CommitGroup, time: int) -> Difference:
        """Take `violations` for those that are open after a change of `group`, committed at `time`."""
        before = Counter({identity: len(entries) for identity, entries in self.open.items()})
        after = Counter(violations)
        introduced, removed = after - before, before - after
        for identity, count in removed.items():
            for _ in range(count):
                self._close(identity, time, is_fixed=True)
        for identity in introduced.elements():
            self._add(identity, _Open(group, time))
        return Difference(introduced.total(), removed.total())

    def forget(self, contracts: Collection[str], time: int) -> None:
        """Close the violations of contracts that can no longer be checked; whether they are fixed is not known."""
        for identity in [identity for identity in self.open if identity[0] in contracts]:
            while identity in self.open:
                self._close(identity, time, is_fixed=False)

    def _add(self, identity: Identity, entry: _Open) -> None:
        self.open.setdefault(identity, deque()).append(entry)

    def _close(self, identity: Identity, time: int, *, is_fixed: bool) -> None:
        """Close the oldest violation with this identity."""
        entry = self.open[identity].popleft()
        if not self.open[identity]:
            del self.open[identity]
        if entry.group:
            days = max(time - entry.time, 0) / DAY  # clocks differ: a later commit may have an earlier time
            self.lifetimes.append(Lifetime(entry.group, days, is_fixed))


def median_days(lifetimes: Collection[Lifetime]) -> float | None:
    """The days until half of the violations were fixed, by the estimate of Kaplan and Meier; None if that is later."""
    still_open = 1.0
    for days in sorted({lifetime.days for lifetime in lifetimes if lifetime.is_fixed}):
        at_risk = sum(lifetime.days >= days for lifetime in lifetimes)
        fixed = sum(lifetime.is_fixed and lifetime.days == days for lifetime in lifetimes)
        still_open *= 1 - fixed / at_risk
        if still_open <= 0.5:  # noqa: PLR2004  # the median
            return days
    return None
