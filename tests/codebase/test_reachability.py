"""Searches over the import graph: what is reached, what blocks, and by which way."""

import pytest

from archguard.codebase import ImportGraph, Reachability


def graph(*edges: str) -> ImportGraph:
    """The graph with these imports, written `a > b`."""
    lines: dict[str, dict[str, tuple[int, ...]]] = {}
    for number, edge in enumerate(edges, 1):
        importer, imported = edge.split(" > ")
        lines.setdefault(importer, {})[imported] = (number,)
    modules = {name for edge in edges for name in edge.split(" > ")}
    return ImportGraph(frozenset(modules), lines)


def test_a_module_reaches_what_its_imports_reach() -> None:
    found = Reachability(graph("a > b", "b > c", "d > a", "c > x"), {"c": 1, "x": 2}, {})

    assert dict(found.closure) == {"a": 3, "b": 3, "c": 3, "d": 3, "x": 2}


def test_a_barrier_keeps_its_bits_from_passing() -> None:
    found = Reachability(graph("a > b", "b > c", "a > d", "d > c"), {"c": 3}, {"b": 1, "d": 3})

    assert found.closure["a"] == 2


@pytest.mark.parametrize(
    "order", [("a > b", "b > z", "a > c", "c > d", "d > z"), ("a > c", "c > d", "d > z", "a > b", "b > z")]
)
def test_a_chain_is_a_shortest_one(order: tuple[str, ...]) -> None:
    found = Reachability(graph(*order), {"z": 1}, {})

    assert found.chain("a", 1) == ("a", "b", "z")


def test_a_target_is_reached_by_itself() -> None:
    assert Reachability(graph("a > b"), {"a": 1, "b": 1}, {}).chain("a", 1) == ("a",)


def test_a_chain_with_a_stop_on_the_way_goes_on_from_there() -> None:
    imports = graph("a > b", "b > stop", "stop > c", "c > z", "b > z")
    second = Reachability(imports, {"z": 1}, {})
    first = Reachability(imports, {"stop": 1}, {}, second)

    assert first.chain("a", 1) == ("a", "b", "stop", "c", "z")
