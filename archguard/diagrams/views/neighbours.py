"""Distances in the import graph."""

from collections.abc import Callable, Collection, Mapping

Neighbours = Callable[[str], Collection[str]]


def distances(start: Collection[str], neighbours: Neighbours, furthest: int | None = None) -> Mapping[str, int]:
    """Breadth-first search: the distance from `start` of each name that is at most `furthest` steps away."""
    found = dict.fromkeys(start, 0)
    edge, steps = list(found), 0
    while edge and steps != furthest:
        steps += 1
        edge = list(dict.fromkeys(other for name in edge for other in neighbours(name) if other not in found))
        found |= dict.fromkeys(edge, steps)
    return found
