"""Infer the order of the parts of a code base: the one that the fewest imports go against.

How it works: import counts between parts form a weighted graph. `stack` orders its strongly connected components
topologically and each component inside by a minimum feedback arc set. If more than a third of the imports within a
component go against even its best order, the component stays one level of parts that may import each other. Levels are
the longest paths downwards, so that parts without imports between them share a level.

Limits: the feedback arc set is exact up to 12 parts in a component, and heuristic above.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import groupby
from typing import TypeAlias

from archguard.codebase import ImportGraph, Reachability
from archguard.codebase.imports.reachability import ALL_BITS, labelled
from archguard.codebase.metrics.coupling import stack
from archguard.dataclass import dataclass
from archguard.kinds.import_paths import Units

Counts: TypeAlias = Mapping[tuple[str, str], int]
"""The number of imports by (importing part, imported part)."""

_UNCLEAR = 1 / 3
"""If more than this share of the imports in a tangle goes against its best order, it is not ordered."""


@dataclass(frozen=True)
class Level:
    """Parts on the same level: they do not import each other, or (`tangled`) are strongly connected."""

    names: tuple[str, ...]
    tangled: bool = False


def count_imports(imports: ImportGraph, units: Units) -> Counts:
    """Count the imports from each of `units` to each other one, also indirectly through modules in no unit."""
    names = list(units)
    labels = labelled(units.values())
    reached = Reachability(imports, labels, dict.fromkeys(labels, ALL_BITS)).closure
    counts: Counter[tuple[str, str]] = Counter()
    for importer, own in labels.items():
        for imported, lines in imports.imported_by(importer).items():
            for position in _positions(reached.get(imported, 0) & ~own):
                counts[names[own.bit_length() - 1], names[position]] += len(lines)
    return counts


def _positions(bits: int) -> Iterator[int]:
    while bits:
        yield bits.bit_length() - 1
        bits ^= 1 << bits.bit_length() - 1


def best_order(units: Collection[str], counts: Counts) -> tuple[Level, ...]:
    """Order `units` from top to bottom; units without imports to or from others are left out.

    The order is a minimum feedback arc set; for a tangle of more than 12 units, an approximation.
    """
    connected = {name for arrow in counts for name in arrow}
    parts = [part for tangle in stack(connected & set(units), counts) for part in _parts(tangle, counts)]
    heights = _heights(parts, counts)
    ordered = sorted(parts, key=lambda part: (-heights[part], part))
    return tuple(level for _, group in groupby(ordered, key=heights.__getitem__) for level in _levels(tuple(group)))


def upwards(levels: Collection[Level], counts: Counts) -> int:
    """Count the imports that go against the order of `levels`."""
    heights = {name: -position for position, level in enumerate(levels) for name in level.names}
    return sum(count for (importer, imported), count in counts.items() if heights[importer] < heights[imported])


def _parts(tangle: tuple[str, ...], counts: Counts) -> list[tuple[str, ...]]:
    """The units of `tangle` one by one, if they have an order; otherwise the whole tangle as one part."""
    position = {name: index for index, name in enumerate(tangle)}
    inside = {arrow: count for arrow, count in counts.items() if position.keys() >= set(arrow)}
    against = sum(count for (one, other), count in inside.items() if position[one] > position[other])
    return [tuple(sorted(tangle))] if against > _UNCLEAR * sum(inside.values()) else [(name,) for name in tangle]


def _heights(parts: Collection[tuple[str, ...]], counts: Counts) -> Mapping[tuple[str, ...], int]:
    """The height of each part: one more than the highest part that it imports; parts without importers are on top."""
    heights: dict[tuple[str, ...], int] = {}
    # From the bottom: `parts` are in topological order, so that all that a part imports has its height already.
    for part in reversed(list(parts)):
        below = [height for other, height in heights.items() if _imports(part, other, counts)]
        heights[part] = max(below, default=-1) + 1
    top = max(heights.values(), default=0)
    return {
        part: top if not any(_imports(other, part, counts) for other in parts if other != part) else height
        for part, height in heights.items()
    }


def _imports(part: tuple[str, ...], other: tuple[str, ...], counts: Counts) -> bool:
    return any((one, two) in counts for one in part for two in other)


def _levels(parts: tuple[tuple[str, ...], ...]) -> Iterator[Level]:
    single = tuple(part[0] for part in parts if len(part) == 1)
    yield from [Level(single)] if single else []
    yield from (Level(part, tangled=True) for part in parts if len(part) > 1)
