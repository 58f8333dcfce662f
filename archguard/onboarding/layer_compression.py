"""Merge neighbouring levels of an order, until there are so few that people can remember them.

How it works: an order of n levels is cut into at most k runs of neighbours. Imports inside of a run are no longer
ordered; dynamic programming finds the cut that leaves the fewest of them, exactly.

Cost: n² k steps for the search, and a pass over the imports for each of n² runs; n is at most 30.
"""

from collections.abc import Sequence
from functools import cache

from archguard.onboarding.layer_order import Counts, Level


def compress(levels: Sequence[Level], counts: Counts, limit: int) -> tuple[Level, ...]:
    """`levels` in at most `limit` levels, such that the fewest imports are between parts of the same one."""
    height = {name: index for index, level in enumerate(levels) for name in level.names}

    @cache
    def inside(first: int, last: int) -> int:
        return sum(
            count
            for (one, other), count in counts.items()
            if one in height and other in height and first <= height[one] <= last and first <= height[other] <= last
        )

    @cache
    def best(first: int, runs: int) -> tuple[int, tuple[int, ...]]:
        """The fewest imports inside of runs from level `first` on, and where the runs end."""
        if len(levels) - first <= runs:
            return 0, tuple(range(first + 1, len(levels) + 1))
        if runs == 1:
            return inside(first, len(levels) - 1), (len(levels),)
        # So that one level at least is left for each of the other runs.
        ends = range(first + 1, len(levels) - runs + 2)
        found = ((end, best(end, runs - 1)) for end in ends)
        # Of several cuts with the same cost the first one, so that the result does not depend on the order of
        # evaluation.
        return min((inside(first, end - 1) + cost, (end, *rest)) for end, (cost, rest) in found)

    merged, start = list[Level](), 0
    for end in best(0, limit)[1]:
        merged.append(_merged(levels[start:end], is_tangled=bool(inside(start, end - 1))))
        start = end
    return tuple(merged)


def ordered_share(levels: Sequence[Level], counts: Counts) -> float:
    """The share of the imports between parts that go from a level to a lower one."""
    height = {name: index for index, level in enumerate(levels) for name in level.names}
    total = sum(counts.values())
    downwards = sum(count for (one, other), count in counts.items() if height[one] < height[other])
    return downwards / total if total else 0


def _merged(levels: Sequence[Level], *, is_tangled: bool) -> Level:
    if len(levels) == 1:
        return levels[0]
    return Level(tuple(sorted(name for level in levels for name in level.names)), tangled=is_tangled)
