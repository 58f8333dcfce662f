"""Which cycles a change opens, and which it closes: strongly connected components before and after are compared."""

from collections.abc import Collection, Iterable

from archguard.dataclass import dataclass


@dataclass(frozen=True)
class CycleChanges:
    """The cycles, each as its members, that a change opens or closes."""

    opened: tuple[frozenset[str], ...]
    """Cycles that are new or have grown: no cycle before had all of their members."""
    closed: tuple[frozenset[str], ...]
    """Cycles of which no two members are still in one cycle."""


def cycle_changes(before: Iterable[Collection[str]], after: Iterable[Collection[str]]) -> CycleChanges:
    """Compare the cycles `before` a change, under the names of today, with those `after` it."""
    old, new = [frozenset(cycle) for cycle in before], [frozenset(cycle) for cycle in after]
    return CycleChanges(
        opened=tuple(cycle for cycle in new if not any(cycle <= other for other in old)),
        closed=tuple(cycle for cycle in old if not any(len(cycle & other) > 1 for other in new)),
    )
