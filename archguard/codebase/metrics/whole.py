"""Metrics of a whole graph of units: how far a change propagates, and how much of the graph is cyclic."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cached_property

from archguard.dataclass import dataclass


@dataclass(frozen=True)
class Whole:
    """A graph of units and the units that each imports. Every unit is a key, and none imports itself."""

    graph: Mapping[str, Collection[str]]

    @cached_property
    def ccd(self) -> int:
        """Cumulative component dependency: the sum, over all units, of the units that each reaches, itself included.

        John Lakos, "Large-Scale C++ Software Design" (1996), section 4.12: what it costs to test each unit by itself.
        """
        return sum(mask.bit_count() for mask in self._closures.values())

    @property
    def acd(self) -> float:
        """Average component dependency: CCD / N (Lakos, 1996); 0 without units."""
        return self.ccd / len(self.graph) if self.graph else 0.0

    @property
    def nccd(self) -> float:
        """Normalised CCD: by how much it exceeds that of a balanced binary tree of as many units (Lakos, 1996).

        Below 1 the graph is wider than a tree, above 1 more vertical; far above 1 it has cycles.
        """
        return self.ccd / balanced_ccd(len(self.graph)) if self.graph else 0.0

    @property
    def propagation_cost(self) -> float:
        """The share of all pairs (also of a unit with itself) where the first reaches the second: CCD / N².

        Alan MacCormack, John Rusnak, Carliss Baldwin, "Exploring the Structure of Complex Software Designs" (2006):
        the density of the visibility matrix. The share of units that a change in one unit may affect, on average.
        """
        return self.acd / len(self.graph) if self.graph else 0.0

    @cached_property
    def tangles(self) -> tuple[tuple[str, ...], ...]:
        """The strongly connected components of two units and more, the largest first."""
        same_closure: dict[int, list[str]] = defaultdict(list)
        for unit, mask in sorted(self._closures.items()):
            same_closure[mask].append(unit)  # closures include the unit: equal if and only if mutually reachable
        return tuple(sorted((tuple(units) for units in same_closure.values() if len(units) > 1), key=_largest_first))

    @property
    def largest_tangle(self) -> int:
        """How many units the largest tangle has; 0 without any."""
        return max(map(len, self.tangles), default=0)

    @property
    def cyclicity(self) -> float:
        """The square root of the sum of the squares of the sizes of all tangles, by N: from 0 to 1.

        The relative cyclicity of hello2morrow's Sonargraph. One tangle counts by its share of all units; several
        small ones count less than a large one of as many units.
        """
        squares: int = sum(len(tangle) ** 2 for tangle in self.tangles)
        return squares**0.5 / len(self.graph) if self.graph else 0.0

    def without(self, edge: tuple[str, str]) -> "Whole":
        """A copy of the graph without one edge."""
        importer, imported = edge
        return Whole({**self.graph, importer: {unit for unit in self.graph[importer] if unit != imported}})

    @cached_property
    def _closures(self) -> Mapping[str, int]:
        """The transitive closure: the units that each unit reaches, itself included, as a bit mask."""
        closures = {unit: 1 << position for position, unit in enumerate(self.graph)}
        order, before = _post_order(self.graph), 0
        while before != (now := sum(mask.bit_count() for mask in closures.values())):
            before = now
            for unit in order:  # post-order: one pass is enough without cycles
                for imported in self.graph[unit]:
                    closures[unit] |= closures[imported]
        return closures


def _post_order(graph: Mapping[str, Collection[str]]) -> list[str]:
    """The units in post-order: each after those that it imports, as far as there are no cycles."""
    order, entered, stack = dict[str, None](), set[str](), list(graph)
    while stack:
        unit = stack[-1]
        if unit in entered:
            order.setdefault(stack.pop())
        else:
            entered.add(unit)
            stack.extend(imported for imported in graph[unit] if imported not in entered)
    return list(order)


def balanced_ccd(size: int) -> int:
    """The CCD of a balanced binary tree of `size` units: the sum of floor(log2(i)) + 1 over i from 1 to `size`.

    Counted level by level from the root, unit i is reached by itself and by the floor(log2(i)) units above it.
    """
    return sum(position.bit_length() for position in range(1, size + 1))


def _largest_first(tangle: tuple[str, ...]) -> tuple[int, tuple[str, ...]]:
    return -len(tangle), tangle
