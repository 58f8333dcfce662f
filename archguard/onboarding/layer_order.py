"""Which order the parts of a code base have: the one that the fewest imports go against."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from archguard.codebase import ImportGraph, Reachability
from archguard.codebase.imports.reachability import ALL_BITS, labelled
from archguard.codebase.metrics.coupling import stack
from archguard.kinds.import_paths import Units

Counts: TypeAlias = Mapping[tuple[str, str], int]
"""How many imports lead from one part to another one."""

_UNCLEAR = 1 / 3
"""If more than this share of its imports goes against the best order of a tangle, its parts have none."""


@dataclass(frozen=True)
class Level:
    """Parts that stand side by side: they do not import each other, or they are a tangle."""

    names: tuple[str, ...]
    tangled: bool = False


def count_imports(imports: ImportGraph, units: Units) -> Counts:
    """How many imports lead from each of `units` to each other one, also through modules that are in none."""
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
    """`units` from top to bottom, as far as imports tell their places; without those that no import leads to or from.

    Fewer imports go against no other order (for a tangle of more than 12, hardly any).
    """
    told = {name for arrow in counts for name in arrow}
    parts = [part for tangle in stack(told & set(units), counts) for part in _parts(tangle, counts)]
    heights = _heights(parts, counts)
    ordered = sorted(parts, key=lambda part: (-heights[part], part))
    return tuple(
        level for _, group in groupby(ordered, key=heights.__getitem__) for level in _side_by_side(tuple(group))
    )


def upwards(levels: Collection[Level], counts: Counts) -> int:
    """How many imports go against the order of `levels`."""
    heights = {name: -position for position, level in enumerate(levels) for name in level.names}
    return sum(count for (importer, imported), count in counts.items() if heights[importer] < heights[imported])


def _parts(tangle: tuple[str, ...], counts: Counts) -> list[tuple[str, ...]]:
    """The units of a tangle one by one, if they have an order; else the tangle as a whole."""
    position = {name: index for index, name in enumerate(tangle)}
    inside = {arrow: count for arrow, count in counts.items() if position.keys() >= set(arrow)}
    back = sum(count for (one, other), count in inside.items() if position[one] > position[other])
    return [tuple(sorted(tangle))] if back > _UNCLEAR * sum(inside.values()) else [(name,) for name in tangle]


def _heights(parts: Collection[tuple[str, ...]], counts: Counts) -> Mapping[tuple[str, ...], int]:
    """How high each part stands above what it imports; whatever nobody imports stands on top."""
    heights: dict[tuple[str, ...], int] = {}
    for part in reversed(list(parts)):
        below = [height for other, height in heights.items() if _leads(part, other, counts)]
        heights[part] = max(below, default=-1) + 1
    top = max(heights.values(), default=0)
    return {
        part: top if not any(_leads(other, part, counts) for other in parts if other != part) else height
        for part, height in heights.items()
    }


def _leads(part: tuple[str, ...], other: tuple[str, ...], counts: Counts) -> bool:
    return any((one, two) in counts for one in part for two in other)


def _side_by_side(parts: tuple[tuple[str, ...], ...]) -> Iterator[Level]:
    single = tuple(part[0] for part in parts if len(part) == 1)
    yield from [Level(single)] if single else []
    yield from (Level(part, tangled=True) for part in parts if len(part) > 1)
