"""Strongly connected components, and the lengths of shortest paths, are those that networkx finds."""

from itertools import pairwise

import networkx as nx
from hypothesis import assume, given
from hypothesis import strategies as st

from archguard.codebase.metrics.components import component_of, shortest_path, strongly_connected

nodes = st.sampled_from("abcdefgh")
arrows = st.sets(st.tuples(nodes, nodes), max_size=24)


@given(arrows=arrows)
def test_components_are_those_of_networkx(arrows: set[tuple[str, str]]) -> None:
    graph = {node: sorted(other for one, other in arrows if one == node) for node in "abcdefgh"}

    found = list(strongly_connected(graph))

    assert set(map(frozenset, found)) == set(map(frozenset, nx.strongly_connected_components(nx.DiGraph(graph))))
    assert sorted(node for component in found for node in component) == sorted(graph)


@given(arrows=arrows)
def test_a_component_comes_after_those_that_it_leads_to(arrows: set[tuple[str, str]]) -> None:
    places = component_of(arrows)

    assert all(places[one] >= places[other] for one, other in arrows)


def test_a_long_chain_needs_no_recursion() -> None:
    chain = {str(number): [str(number + 1)] for number in range(5000)} | {"5000": ["0"]}

    [component] = strongly_connected(chain)

    assert len(component) == 5001


@given(arrows=arrows, source=nodes, target=nodes)
def test_a_path_is_as_short_as_that_of_networkx(arrows: set[tuple[str, str]], source: str, target: str) -> None:
    graph = {node: sorted(other for one, other in arrows if one == node) for node in "abcdefgh"}
    assume(nx.has_path(nx.DiGraph(graph), source, target))

    found = shortest_path(graph, source, target)

    assert (found[0], found[-1]) == (source, target)
    assert all(step in arrows for step in pairwise(found))
    assert len(found) - 1 == nx.shortest_path_length(nx.DiGraph(graph), source, target)


def test_of_several_shortest_paths_the_first_in_order_is_taken() -> None:
    graph = {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}

    assert shortest_path(graph, "a", "d") == ("a", "b", "d")
