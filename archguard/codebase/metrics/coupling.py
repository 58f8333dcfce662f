"""Cycles, cuts and layer orders in the graph of units (sets of modules). The only module that imports networkx.

Importing it takes longer than checking a small project, so only what needs more than components does it.

The minimum feedback arc set is NP-hard. Up to 12 units in a strongly connected component it is exact: dynamic
programming over all subsets (Lawler, 1964), 2^n steps. Beyond that, the greedy heuristic of Eades, Lin and Smyth
(1993) with sifting finds a small cut, not always the smallest. Enumeration of cycles stops at `MOST_CYCLES`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate, islice
from typing import TYPE_CHECKING

from archguard.codebase.imports.graph import ImportGraph, Link
from archguard.codebase.metrics.components import component_of, shortest_path, strongly_connected
from archguard.dataclass import dataclass

if TYPE_CHECKING:
    import networkx as nx

_EXACT = 12
"""Units in a component up to which the minimum cut is exact; it takes 2^n steps."""

_SIFTINGS = 10
"""Passes of sifting at most; it mostly stops earlier, when a pass changes nothing."""

MOST_CYCLES = 10_000
"""Cycles that are counted at most: their number can be exponential in the number of units."""


@dataclass(frozen=True)
class Coupling:
    """The direct imports between `units` (disjoint sets of modules)."""

    imports: ImportGraph
    units: Mapping[str, Collection[str]]

    @cached_property
    def links(self) -> Mapping[tuple[str, str], tuple[Link, ...]]:
        """The imports of each edge between two units, sorted."""
        owners = {module: name for name, unit in self.units.items() for module in unit}
        links: dict[tuple[str, str], list[Link]] = {}
        for importer, own in owners.items():
            for imported, lines in self.imports.imported_by(importer).items():
                other = owners.get(imported, own)
                if other != own:
                    links.setdefault((own, other), []).extend(Link(importer, imported, line) for line in lines)
        return {arrow: tuple(sorted(found)) for arrow, found in sorted(links.items())}

    @cached_property
    def graph(self) -> "nx.DiGraph[str]":
        """The units and the edges between them; `weight` is the number of imports of an edge."""
        import networkx as nx  # noqa: PLC0415  # 130 ms

        graph: nx.DiGraph[str] = nx.DiGraph()
        graph.add_nodes_from(sorted(self.units))
        graph.add_weighted_edges_from((*arrow, len(links)) for arrow, links in self.links.items())
        return graph

    @cached_property
    def sccs(self) -> tuple[tuple[str, ...], ...]:
        """The strongly connected components of two units and more, sorted."""
        targets: dict[str, list[str]] = {unit: [] for unit in sorted(self.units)}
        for importer, imported in self.links:
            targets[importer].append(imported)
        components = strongly_connected(targets)
        return tuple(sorted(tuple(sorted(component)) for component in components if len(component) > 1))

    @cached_property
    def cycles(self) -> int:
        """The number of elementary cycles (Johnson, 1975); counting stops at 10,000 (`MOST_CYCLES`)."""
        if not self.sccs:
            return 0
        import networkx as nx  # noqa: PLC0415  # 130 ms

        return sum(1 for _ in islice(nx.simple_cycles(self.graph), MOST_CYCLES))

    def links_within(self, tangle: Collection[str]) -> Mapping[tuple[str, str], tuple[Link, ...]]:
        """The imports of each edge between two units of `tangle`, sorted."""
        inside = frozenset(tangle)
        return {arrow: links for arrow, links in self.links.items() if inside.issuperset(arrow)}

    def cycle(self, importer: str, imported: str) -> tuple[str, ...]:
        """A shortest cycle through the edge between two units of a component, from `importer` to `importer`.

        It depends on nothing but the edges of the component.
        """
        return importer, *shortest_path(self._targets_in_component[importer], imported, importer)

    @cached_property
    def _targets_in_component(self) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """For each unit that is in a component, the targets of each unit of that component, sorted."""
        found: dict[str, Mapping[str, Sequence[str]]] = {}
        for scc in self.sccs:
            targets: dict[str, list[str]] = {}
            for importer, imported in self.links_within(scc):
                targets.setdefault(importer, []).append(imported)
            found |= dict.fromkeys(scc, targets)
        return found

    def cut(self, tangle: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """Edges whose removal leaves no cycle in the component `tangle`, with as few imports as possible.

        The minimum for up to 12 units, a small set beyond that; see the module docstring.
        """
        return _lightest_cut(tangle, {arrow: len(links) for arrow, links in self.links.items()})


def cyclic(arrows: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Those of `arrows` that are part of a cycle: both ends are in one strongly connected component."""
    places = component_of(arrows)
    return frozenset((one, other) for one, other in arrows if places[one] == places[other])


def transitively_implied(arrows: Collection[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Those of `arrows` between components that a longer path implies: what a transitive reduction leaves out."""
    import networkx as nx  # noqa: PLC0415  # 130 ms

    places = component_of(arrows)
    between: nx.DiGraph[int] = nx.DiGraph([(places[one], places[other]) for one, other in sorted(arrows)])
    # A component whose members import each other is an edge to itself, of which a transitive reduction wants none.
    between.remove_edges_from([(place, place) for place in between])
    reduced = set(nx.transitive_reduction(between).edges)
    found = ((one, other, places[one], places[other]) for one, other in arrows)
    return frozenset(
        (one, other) for one, other, here, there in found if here != there and (here, there) not in reduced
    )


def feedback_arcs(weights: Mapping[tuple[str, str], int]) -> frozenset[tuple[str, str]]:
    """Edges whose removal leaves no cycle, of the least total weight that the search finds."""
    places = component_of(weights)
    tangles: dict[int, list[str]] = {}
    for name, place in sorted(places.items()):
        tangles.setdefault(place, []).append(name)
    several = (tangle for tangle in tangles.values() if len(tangle) > 1)
    return frozenset(arrow for tangle in several for arrow in _lightest_cut(tangle, weights))


def stack(units: Collection[str], weights: Mapping[tuple[str, str], int]) -> tuple[tuple[str, ...], ...]:
    """`units` from top to bottom with the least weight of upward edges; each component is one tuple.

    The minimum for components of up to 12 units, like `Coupling.cut`.
    """
    import networkx as nx  # noqa: PLC0415  # 130 ms

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(units))
    graph.add_edges_from(sorted(weights))
    whole = nx.condensation(graph)
    members = {node: sorted(names) for node, names in whole.nodes(data="members")}
    nodes = nx.lexicographical_topological_sort(whole, key=members.__getitem__)
    return tuple(tuple(_order(members[node], weights)) for node in nodes)


def min_cut(imports: ImportGraph, sources: Collection[str], targets: Collection[str]) -> tuple[Link, ...]:
    """A minimum set of imports whose removal leaves no path from `sources` to `targets` (disjoint sets), sorted.

    Of several minimum sets, the one nearest to `targets`.
    """
    graph = _flow_network(imports, sources, targets)
    if not graph.has_node(_TARGET):
        return ()
    import networkx as nx  # noqa: PLC0415  # 130 ms

    _, (near, far) = nx.minimum_cut(graph, _SOURCE, _TARGET)
    arrows = sorted((one, other) for one, other in graph.edges if one in near and other in far)
    return tuple(Link(*arrow, line) for arrow in arrows for line in imports.imported_by(arrow[0])[arrow[1]])


_SOURCE, _TARGET = "", "*"
"""Artificial nodes; no module can have these names."""


def _flow_network(imports: ImportGraph, sources: Collection[str], targets: Collection[str]) -> "nx.DiGraph[str]":
    """The flow network of the imports on paths between the two sets; the capacity of an edge is its statements."""
    import networkx as nx  # noqa: PLC0415  # 130 ms

    graph: nx.DiGraph[str] = nx.DiGraph()
    ahead = _reached(imports.imported_by, sources, targets)
    back = _reached(lambda name: imports.importers.get(name, ()), targets, sources)
    # Sorted, since networkx breaks ties by the order of insertion. Without the modules that lie on no path, the network
    # is smaller by orders of magnitude.
    for importer in sorted(ahead & back):
        for imported, lines in sorted(imports.imported_by(importer).items()):
            if imported in ahead & back:
                graph.add_edge(importer, imported, capacity=len(lines))
    graph.add_edges_from((_SOURCE, name) for name in sorted(set(sources) & set(graph)))  # no capacity means infinite
    graph.add_edges_from((name, _TARGET) for name in sorted(set(targets) & set(graph)))
    return graph


def _reached(
    neighbours: Callable[[str], Collection[str]], start: Collection[str], ends: Collection[str]
) -> frozenset[str]:
    """The nodes reachable from `start` on paths that end at `ends`."""
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
    """An order of `units` with little weight of backward edges among them; the least for few units."""
    members = frozenset(units)
    inside = {arrow: weight for arrow, weight in weights.items() if members.issuperset(arrow)}
    if len(units) > _EXACT:
        return _heuristic_order(units, inside)
    names = sorted(units)
    weight = tuple(tuple(inside.get((name, earlier), 0) for earlier in names) for name in names)
    return [names[place] for place in _exact_order(weight)]


@lru_cache(maxsize=256)  # an edit in a resident process leaves most components as they are; each takes 2^n steps
def _exact_order(weights: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
    """The order of units with the least weight of backward edges; of several, the first in their own order.

    `weights` has those of the edges from a unit to each other one. A subset is a number with a bit for each unit.
    `best` is by subset: its cost and its order.
    """
    back = [_sums(row) for row in weights]
    best: list[tuple[int, tuple[int, ...]]] = [(0, ())]
    for subset in range(1, 1 << len(back)):
        candidates = []
        for last, weights_back in enumerate(back):
            rest = subset & ~(1 << last)
            if rest != subset:
                cost, order = best[rest]
                candidates.append((cost + weights_back[rest], (*order, last)))
        best.append(min(candidates))
    return best[-1][1]


def _sums(weights: Sequence[int]) -> list[int]:
    """The sum of each subset of `weights`, by the number that has their bits."""
    sums = [0]
    for weight in weights:
        sums += [total + weight for total in sums]
    return sums


def _heuristic_order(units: Sequence[str], weights: Mapping[tuple[str, str], int]) -> list[str]:
    """Sinks to the end, sources to the front, else the unit with most outgoing minus incoming weight; then sift."""
    outgoing, incoming = _weights_by_neighbour(units, weights, 0), _weights_by_neighbour(units, weights, 1)
    left, front, back = set(units), list[str](), list[str]()
    while left:
        # The heuristic of Eades, Lin and Smyth (1993): a sink behind all others costs nothing.
        sink = min((unit for unit in left if not left & outgoing[unit].keys()), default=None)
        chosen = sink or min(left, key=lambda unit: _preference(unit, outgoing[unit], incoming[unit], left))
        left.discard(chosen)
        (back if sink else front).append(chosen)
    return _sifted(front + back[::-1], outgoing, incoming)


def _weights_by_neighbour(
    units: Sequence[str], weights: Mapping[tuple[str, str], int], end: int
) -> dict[str, dict[str, int]]:
    """For each unit, the weights of its outgoing (`end` 0) or incoming (`end` 1) edges by neighbour."""
    found: dict[str, dict[str, int]] = {unit: {} for unit in units}
    for arrow, weight in weights.items():
        found[arrow[end]][arrow[1 - end]] = weight
    return found


def _preference(
    unit: str, outgoing: Mapping[str, int], incoming: Mapping[str, int], left: Collection[str]
) -> tuple[bool, int, str]:
    out_weight = sum(weight for other, weight in outgoing.items() if other in left)
    in_weight = sum(weight for other, weight in incoming.items() if other in left)
    return bool(in_weight), in_weight - out_weight, unit


def _sifted(
    order: list[str], outgoing: Mapping[str, Mapping[str, int]], incoming: Mapping[str, Mapping[str, int]]
) -> list[str]:
    """`order` with each unit in turn moved to its best place, until a pass changes nothing."""
    for _ in range(_SIFTINGS):
        before = list(order)
        for unit in before:
            order.remove(unit)
            order.insert(_best_place(order, before.index(unit), outgoing[unit], incoming[unit]), unit)
        if order == before:
            break
    return order


def _best_place(order: Sequence[str], place: int, outgoing: Mapping[str, int], incoming: Mapping[str, int]) -> int:
    """The index in `order` where a unit causes the least backward weight; `place` if no other is better."""
    # The cost of each place relative to the first: moving the unit behind `other` turns the edge to it backward, and
    # the edge from it forward.
    costs = [0, *accumulate(outgoing.get(other, 0) - incoming.get(other, 0) for other in order)]
    return min(range(len(costs)), key=lambda at: (costs[at], at != place, at))
