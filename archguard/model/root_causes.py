"""Group violations by root cause, so that a report for people names each cause once.

How it works, in this order; every violation is in exactly one group:

1. The violations of a contract whose cycles the same imports cut have one cause: that cut.
2. An import line that violations of several contracts are at, or that the chains of several violations go through, is
   one cause. Of all such lines the one with the most violations is taken first, and so on, as in a greedy set cover:
   the fewest lines are a problem without a fast exact solution, and what a line explains is what people look for.
   Where two lines explain equally many, the line that itself breaks a contract goes first, then the line nearest to the
   end of the chains. Violations without an import are grouped in the same way by their place, but two of one contract
   only if they have the same fixes: a call that is made in the wrong module and has no timeout has two faults.
3. What one module does to one target, against one rule, is one cause with several lines. A target outside of the
   importer's package is a whole top-level package: `sqlalchemy`, not `sqlalchemy.orm.Session.execute`.

A chain is one shortest path. Without the line of a cause, its violations may remain on other paths; so the groups are
presentation only. The verdict, the baseline and the formats for programs never use them.

The answer is the same for every order of the violations but for ties between contracts, which the order decides.
Cost: the number of steps of all chains, times its logarithm.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import TypeAlias

from archguard.dataclass import dataclass
from archguard.model.names import QualifiedName, plain_name, service_of, top_package
from archguard.model.violation import Confidence, Severity, Step, Violation

_Place: TypeAlias = tuple[str, int, int, int]
"""Path, line, column, and which of several faults at one place."""
_Key: TypeAlias = Step | _Place
_DOTTED = re.compile(r"[\w.]+")
_SEVERITIES = tuple(Severity)


@dataclass(frozen=True, kw_only=True)
class RootCause:
    """Violations that have one cause."""

    first: Violation
    """The violation that shows the cause best: one at the line of the cause, if there is any."""
    line: Step | None = None
    """The import line that the violations in `through` go through; None if they share no single line."""
    here: tuple[Violation, ...] = ()
    """More violations at the place of `first`, mostly of other contracts."""
    repeated: tuple[Violation, ...] = ()
    """Violations by which the same module does the same in other places."""
    through: tuple[Violation, ...] = ()
    """Violations elsewhere that go through `line`, or that the same imports cut."""

    @property
    def violations(self) -> tuple[Violation, ...]:
        """All of them, `first` first."""
        return self.first, *self.here, *self.repeated, *self.through

    @property
    def is_at_line(self) -> bool:
        """Whether `first` is at `line`, so that its source is that of the cause."""
        return self.line is not None and self.first.chain[:1] == (self.line,)


def root_causes(violations: Iterable[Violation]) -> tuple[RootCause, ...]:
    """The causes of `violations`: errors first, then those with more violations, then in the given order."""
    found = _Grouping(tuple(violations)).causes()
    return tuple(sorted(found, key=lambda cause: (_rank(cause), -len(cause.violations))))


def _rank(cause: RootCause) -> int:
    """The weight of its worst violation; a `possible` one is an INFO."""
    return min(map(_weight, cause.violations))


def _weight(violation: Violation) -> int:
    is_possible = violation.confidence is Confidence.POSSIBLE
    return _SEVERITIES.index(Severity.INFO if is_possible else violation.severity)


@dataclass(frozen=True)
class _Group:
    """Violations with one root cause."""

    members: tuple[int, ...]
    line: Step | None = None
    is_cycle: bool = False


class _Grouping:
    """The groups of one list of violations, which are named by their positions."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        self._violations = violations
        self._left = dict.fromkeys(range(len(violations)))
        self._keys = _keys_of(violations)

    def causes(self) -> Iterator[RootCause]:
        """One for each group, in the order of their first violations."""
        groups = [*self._cycles(), *self._lines()]
        groups += [_Group((position,)) for position in self._left]
        for group in sorted(self._merged(groups), key=self._first):
            yield self._cause(group)

    def _cycles(self) -> list[_Group]:
        cycles: dict[Hashable, list[int]] = defaultdict(list)
        for position in self._left:
            if cut := self._violations[position].cut:
                cycles[self._violations[position].contract, cut].append(position)
        return [self._cycle(members) for members in cycles.values() if len(members) > 1]

    def _cycle(self, members: Sequence[int]) -> _Group:
        """The cycles that one cut ends, with the violations of other contracts at the first import of the cut."""
        cut = self._violations[members[0]].cut
        self._take(members)
        others = [position for position in self._left if self._violations[position].chain[:1] == cut[:1]]
        self._take(others)
        return _Group((*members, *others), cut[0] if len(cut) == 1 else None, is_cycle=True)

    def _lines(self) -> Iterator[_Group]:
        """The lines with several violations, those with the most first."""
        at = self._by_key(self._keys)
        located = self._by_key([keys[:1] for keys in self._keys])
        ends = self._distances()
        heap: list[tuple[int, bool, int, tuple[str, int, str, str], _Key]] = [
            (-len(members), key not in located, ends[key], _sortable(key), key)
            for key, members in at.items()
            if len(members) > 1
        ]
        heapify(heap)
        while heap:
            count, is_elsewhere, end, name, key = heappop(heap)
            members = [position for position in at[key] if position in self._left]
            # The heap is not updated when violations are taken, but an entry can only be too large: one that is still
            # right is the largest of all.
            if len(members) == -count:
                self._take(members)
                yield _Group(tuple(members), key if isinstance(key, Step) else None)
            elif len(members) > 1:  # others were taken by a line with more of them
                heappush(heap, (-len(members), is_elsewhere, end, name, key))

    def _by_key(self, keys: Sequence[tuple[_Key, ...]]) -> dict[_Key, list[int]]:
        found: dict[_Key, list[int]] = defaultdict(list)
        for position in self._left:
            for key in dict.fromkeys(keys[position]):
                found[key].append(position)
        return found

    def _distances(self) -> dict[_Key, int]:
        """How far from the end of a chain each line is at the least."""
        found: dict[_Key, int] = {}
        for position in self._left:
            for distance, key in enumerate(reversed(self._keys[position])):
                found[key] = min(distance, found.get(key, distance))
        return found

    def _merged(self, groups: Iterable[_Group]) -> Iterator[_Group]:
        """The groups, with those together whose first violations do the same to the same target."""
        same: dict[Hashable, list[_Group]] = defaultdict(list)
        for group in groups:
            first = self._first(group)
            has_chains = any(_is_indirect(self._violations[position]) for position in group.members)
            same[first if has_chains else _action(self._violations[first])].append(group)
        for together in same.values():
            members = tuple(position for group in together for position in group.members)
            yield _Group(members, together[0].line, is_cycle=together[0].is_cycle)

    def _first(self, group: _Group) -> int:
        """The violation that shows the cause: at its line, an error, with a short chain, early."""

        def unlike(position: int) -> tuple[bool, int, int, int]:
            violation = self._violations[position]
            lines = (group.line,) if group.line else violation.cut if group.is_cycle else violation.chain[:1]
            is_elsewhere = violation.chain != () and violation.chain[0] not in lines
            return is_elsewhere, _weight(violation), len(violation.chain) if is_elsewhere else 0, position

        return min(group.members, key=unlike)

    def _cause(self, group: _Group) -> RootCause:
        first = self._violations[self._first(group)]
        here, repeated, through = [], [], []
        for position in sorted(group.members):
            other = self._violations[position]
            if other is first:
                continue
            if other.location == first.location:
                here.append(other)
            elif group.is_cycle or (group.line and group.line in other.chain):
                through.append(other)
            else:
                repeated.append(other)
        return RootCause(
            first=first, line=group.line, here=tuple(here), repeated=tuple(repeated), through=tuple(through)
        )

    def _take(self, members: Iterable[int]) -> None:
        for position in members:
            del self._left[position]


def _keys_of(violations: Iterable[Violation]) -> list[tuple[_Key, ...]]:
    """For each violation the import lines of its chain, or its place if it has none.

    The steps of a chain of calls are no import lines: what many functions call is not at fault for their loops.
    """
    faults: dict[Hashable, dict[Hashable, int]] = defaultdict(dict)
    found: list[tuple[_Key, ...]] = []
    for violation in violations:
        if violation.chain:
            found.append(violation.chain if _is_indirect(violation) else violation.chain[:1])
        else:
            place = violation.location.path, violation.location.line, violation.location.column
            here = faults[violation.contract, place]
            found.append(((*place, here.setdefault(violation.fix, len(here))),))
    return found


def _is_indirect(violation: Violation) -> bool:
    """Whether its chain consists of several imports."""
    return len(violation.chain) > 1 and violation.chain[0].imported == violation.imported


def _sortable(key: _Key) -> tuple[str, int, str, str]:
    if isinstance(key, Step):
        return key.path, key.line, key.importer, key.imported
    path, line, column, fault = key
    return path, line, f"{column:09}", str(fault)


def _action(violation: Violation) -> Hashable:
    """What the violation does, whatever the line: against which rule, by which module, to which target."""
    return violation.contract, violation.rule, violation.fix, violation.severity, violation.importer, target(violation)


def target(violation: Violation) -> QualifiedName:
    """What a violation uses: the service, the package outside of the importer's own, or the name."""
    name = violation.imported or violation.symbol
    service = service_of(name)
    if service not in ("", violation.service):
        return service
    top, own = (top_package(plain_name(it)) for it in (name, violation.importer))
    return top if top != own and _DOTTED.fullmatch(name) else name
