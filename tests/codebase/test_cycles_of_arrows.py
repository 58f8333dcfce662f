"""What closes cycles, and what longer ways say too: compared with networkx and with every possible order."""

from itertools import permutations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from archguard.codebase.metrics.coupling import cyclic, feedback_arcs, transitively_implied

SMALL = st.dictionaries(
    st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")).filter(lambda arrow: arrow[0] != arrow[1]),
    st.integers(1, 9),
    max_size=14,
)
LARGE = st.dictionaries(
    st.tuples(st.integers(0, 19).map(str), st.integers(0, 19).map(str)).filter(lambda arrow: arrow[0] != arrow[1]),
    st.integers(1, 9),
    max_size=120,
)
Weights = dict[tuple[str, str], int]


def lightest(weights: Weights) -> int:
    """How little has to go, found by trying every order."""
    return min(
        sum(weight for (one, other), weight in weights.items() if order.index(one) > order.index(other))
        for order in permutations("abcde")
    )


@given(weights=SMALL)
def test_as_little_as_possible_closes_the_cycles_of_few(weights: Weights) -> None:
    found = feedback_arcs(weights)

    assert nx.is_directed_acyclic_graph(nx.DiGraph(weights.keys() - found))
    assert sum(weights[arrow] for arrow in found) == lightest(weights)


@given(weights=LARGE)
def test_without_what_closes_the_cycles_of_many_there_are_none(weights: Weights) -> None:
    found = feedback_arcs(weights)

    assert nx.is_directed_acyclic_graph(nx.DiGraph(weights.keys() - found))
    assert found <= cyclic(weights)


@given(weights=SMALL | LARGE)
def test_an_arrow_is_cyclic_if_there_is_a_way_back(weights: Weights) -> None:
    graph = nx.DiGraph(list(weights))

    assert cyclic(weights) == {arrow for arrow in weights if nx.has_path(graph, arrow[1], arrow[0])}


@given(weights=SMALL | LARGE)
def test_what_is_implied_can_go_without_parting_anything(weights: Weights) -> None:
    left = nx.DiGraph()
    left.add_nodes_from(name for arrow in weights for name in arrow)
    left.add_edges_from(weights.keys() - transitively_implied(weights))

    assert all(nx.has_path(left, one, other) for one, other in weights)


@given(weights=SMALL)
def test_nothing_more_is_implied_where_there_are_no_cycles(weights: Weights) -> None:
    acyclic = {arrow: weight for arrow, weight in weights.items() if arrow[0] < arrow[1]}

    assert acyclic.keys() - transitively_implied(acyclic) == set(
        nx.transitive_reduction(nx.DiGraph(list(acyclic))).edges
    )
