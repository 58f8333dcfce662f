"""Cycles and coupling among sets of modules. The only door to networkx."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, combinations, islice

import networkx as nx

from archguard.codebase.imports.graph import ImportGraph, Link

_EXACT = 12
"""Up to so many units in a cycle the smallest cut is searched in full (2^n steps); beyond it, greedily."""

_SIFTINGS = 10
"""How often a greedy order is gone through to mend it."""

MOST_CYCLES = 10_000
"""Up to so many cycles are counted: there can be more of them than anybody could wait for."""


@dataclass(frozen=True)
class Coupling:
    """How `units` (disjoint sets of modules) import each other directly."""

    imports: ImportGraph
    units: Mapping[str, Collection[str]]

    @cached_property
    def links(self) -> Mapping[tuple[str, str], tuple[Link, ...]]:
        """The imports behind each arrow between two units, sorted."""
        owners = {module: name for name, unit in self.units.items() for module in unit}
        links: dict[tuple[str, str], list[Link]] = {}
        for importer in sorted(owners):
            for imported, lines in sorted(self.imports.imported_by(importer).items()):
                arrow = owners[importer], owners.get(imported, owners[importer])
                if arrow[0] != arrow[1]:
                    links.setdefault(arrow, []).extend(Link(importer, imported, line) for line in lines)
        return {arrow: tuple(found) for arrow, found in sorted(links.items())}

    @cached_property
    def graph(self) -> "nx.DiGraph[str]":
        """The units and the arrows between them, each with `weight`: how many imports it stands for."""
        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(sorted(self.units))
        graph.add_weighted_edges_from((*arrow, len(links)) for arrow, links in self.links.items())
        return graph

    @cached_property
    def sccs(self) -> tuple[tuple[str, ...], ...]:
        """The strongly connected sets of two units and more, sorted."""
        components = nx.strongly_connected_components(self.graph)
        return tuple(sorted(tuple(sorted(component)) for component in components if len(component) > 1))

    @cached_property
    def cycles(self) -> int:
        """How many ways lead back and meet no unit twice (elementary cycles; Johnson, 1975), `MOST_CYCLES` at most."""
        return sum(1 for _ in islice(nx.simple_cycles(self.graph), MOST_CYCLES))

    def cycle(self, importer: str, imported: str) -> tuple[str, ...]:
        """A shortest cycle through the arrow between two units of a tangle, starting and ending with `importer`."""
        return importer, *nx.shortest_path(self.graph, imported, importer)

    def cut(self, tangle: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Arrows that leave no cycle in `tangle` when they are taken away, standing for as few imports as possible.

        The smallest set for up to 12 units (dynamic programming over subsets; Lawler, 1964); a small one beyond that
        (the heuristic of Eades, Lin and Smyth, 1993, then sifting).
        """
        return _lightest_cut(tangle, {arrow: len(links) for arrow, links in self.links.items()})


def cyclic(arrows: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Those of `arrows` that are part of a cycle."""
    places = _tangle_of(nx.DiGraph(sorted(arrows)))
    return frozenset((one, other) for one, other in arrows if places[one] == places[other])


def transitively_implied(arrows: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Those of `arrows` between tangles that a longer way says too: what a transitive reduction leaves out."""
    graph: nx.DiGraph[str] = nx.DiGraph(sorted(arrows))
    places = _tangle_of(graph)
    between: nx.DiGraph[int] = nx.DiGraph([(places[one], places[other]) for one, other in graph.edges])
    between.remove_edges_from([(place, place) for place in between])
    kept = set(nx.transitive_reduction(between).edges)
    found = ((one, other, places[one], places[other]) for one, other in arrows)
    return frozenset((one, other) for one, other, here, there in found if here != there and (here, there) not in kept)


def feedback_arcs(weights: Mapping[tuple[str, str], int]) -> frozenset[tuple[str, str]]:
    """Those of the arrows that close cycles: without them there is none, and they weigh as little as can be found."""
    places = _tangle_of(nx.DiGraph(sorted(weights)))
    tangles: dict[int, list[str]] = {}
    for name, place in sorted(places.items()):
        tangles.setdefault(place, []).append(name)
    several = (tangle for tangle in tangles.values() if len(tangle) > 1)
    return frozenset(arrow for tangle in several for arrow in _lightest_cut(tangle, weights))


def _tangle_of(graph: "nx.DiGraph[str]") -> Mapping[str, int]:
    """The number of the strongly connected set that each node is in."""
    return {name: number for number, names in enumerate(nx.strongly_connected_components(graph)) for name in names}


def stack(units: Collection[str], weights: Mapping[tuple[str, str], int]) -> tuple[tuple[str, ...], ...]:
    """`units` from top to bottom, so that the arrows that lead upwards weigh least; those of a tangle in one tuple.

    Exactly so for tangles of up to 12 units, like `Coupling.cut`.
    """
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(units))
    graph.add_edges_from(sorted(weights))
    whole = nx.condensation(graph)
    members = {node: sorted(names) for node, names in whole.nodes(data="members")}
    nodes = nx.lexicographical_topological_sort(whole, key=members.__getitem__)
    return tuple(tuple(_order(members[node], weights)) for node in nodes)


def min_cut(imports: ImportGraph, sources: Collection[str], targets: Collection[str]) -> tuple[Link, ...]:
    """As few imports as possible without which no way leads from `sources` to `targets` (disjoint sets), sorted.

    Of several such sets, the one that is nearest to `targets`.
    """
    graph = _between(imports, sources, targets)
    if not graph.has_node(_TARGET):
        return ()
    _, (near, far) = nx.minimum_cut(graph, _SOURCE, _TARGET)
    arrows = sorted((one, other) for one, other in graph.edges if one in near and other in far)
    return tuple(Link(*arrow, line) for arrow in arrows for line in imports.imported_by(arrow[0])[arrow[1]])


_SOURCE, _TARGET = "", "*"
"""Names that no module can have."""


def _between(imports: ImportGraph, sources: Collection[str], targets: Collection[str]) -> "nx.DiGraph[str]":
    """The imports on the ways between the two sets, each as strong as it has statements, tied together at both ends."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    ahead = _reached(imports.imported_by, sources, targets)
    back = _reached(lambda name: imports.importers.get(name, ()), targets, sources)
    for importer in sorted(ahead & back):
        for imported, lines in sorted(imports.imported_by(importer).items()):
            if imported in ahead & back:
                graph.add_edge(importer, imported, capacity=len(lines))
    graph.add_edges_from((_SOURCE, name) for name in sorted(set(sources) & set(graph)))  # no capacity: endless
    graph.add_edges_from((name, _TARGET) for name in sorted(set(targets) & set(graph)))
    return graph


def _reached(
    neighbours: Callable[[str], Collection[str]], start: Collection[str], ends: Collection[str]
) -> frozenset[str]:
    """What can be reached from `start`, going no further than `ends`."""
    seen, queue = set(start), list(start)
    while queue:
        name = queue.pop()
        found = [] if name in ends else [other for other in neighbours(name) if other not in seen]
        seen.update(found)
        queue.extend(found)
    return frozenset(seen)


def _lightest_cut(tangle: Sequence[str], weights: Mapping[tuple[str, str], int]) -> tuple[tuple[str, str], ...]:
    position = {name: index for index, name in enumerate(_order(tangle, weights))}
    inside = (arrow for arrow in weights if position.keys() >= set(arrow))
    return tuple(sorted(arrow for arrow in inside if position[arrow[0]] > position[arrow[1]]))


def _order(units: Sequence[str], weights: Mapping[tuple[str, str], int]) -> list[str]:
    """The order of `units` in which the arrows among them that lead backwards weigh least, or hardly more."""
    members = frozenset(units)
    inside = {arrow: weight for arrow, weight in weights.items() if members.issuperset(arrow)}
    return _best_order(units, inside) if len(units) <= _EXACT else _good_order(units, inside)


def _best_order(units: Sequence[str], weights: Mapping[tuple[str, str], int]) -> list[str]:
    """The order of `units` in which the arrows that lead backwards weigh least."""
    best: dict[frozenset[str], tuple[int, list[str]]] = {frozenset(): (0, [])}
    for size in range(1, len(units) + 1):
        best = {
            subset: min(
                (best[rest][0] + _weight_back(last, rest, weights), [*best[rest][1], last])
                for last in subset
                for rest in (subset - {last},)
            )
            for subset in map(frozenset, combinations(units, size))
        }
    return best[frozenset(units)][1]


def _weight_back(last: str, before: Collection[str], weights: Mapping[tuple[str, str], int]) -> int:
    return sum(weights.get((last, earlier), 0) for earlier in before)


def _good_order(units: Sequence[str], weights: Mapping[tuple[str, str], int]) -> list[str]:
    """Sinks to the end, sources to the front, else the unit that gives most more than it takes; then sifted."""
    given, taken = _sums(units, weights, 0), _sums(units, weights, 1)
    left, front, back = set(units), list[str](), list[str]()
    while left:
        sink = min((unit for unit in left if not left & given[unit].keys()), default=None)
        chosen = sink or min(left, key=lambda unit: _preference(unit, given[unit], taken[unit], left))
        left.discard(chosen)
        (back if sink else front).append(chosen)
    return _sifted(front + back[::-1], given, taken)


def _sums(units: Sequence[str], weights: Mapping[tuple[str, str], int], end: int) -> dict[str, dict[str, int]]:
    """For each unit what it gives to (or takes from) each other one."""
    found: dict[str, dict[str, int]] = {unit: {} for unit in units}
    for arrow, weight in weights.items():
        found[arrow[end]][arrow[1 - end]] = weight
    return found


def _preference(
    unit: str, given: Mapping[str, int], taken: Mapping[str, int], left: Collection[str]
) -> tuple[bool, int, str]:
    gives = sum(weight for other, weight in given.items() if other in left)
    takes = sum(weight for other, weight in taken.items() if other in left)
    return bool(takes), takes - gives, unit


def _sifted(
    order: list[str], given: Mapping[str, Mapping[str, int]], taken: Mapping[str, Mapping[str, int]]
) -> list[str]:
    """`order` with each unit in turn moved to where least leads backwards, until that helps no more."""
    for _ in range(_SIFTINGS):
        before = list(order)
        for unit in before:
            order.remove(unit)
            order.insert(_best_place(order, before.index(unit), given[unit], taken[unit]), unit)
        if order == before:
            break
    return order


def _best_place(order: Sequence[str], place: int, given: Mapping[str, int], taken: Mapping[str, int]) -> int:
    """Where in `order` a unit makes least lead backwards; where it was, if nowhere is better."""
    costs = [0, *accumulate(given.get(other, 0) - taken.get(other, 0) for other in order)]
    return min(range(len(costs)), key=lambda at: (costs[at], at != place, at))
