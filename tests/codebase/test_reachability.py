"""Searches over the import graph: what is reached, what blocks, and by which way."""

import pytest

from archguard.codebase import ImportGraph, Reachability
from archguard.codebase.imports.reachability import ALL_BITS, ReachabilityRule, find_forbidden_paths, labelled


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


def test_a_barrier_of_all_bits_lets_none_pass() -> None:
    found = Reachability(graph("a > b", "b > c"), {"c": 7}, {"b": ALL_BITS})

    assert found.closure.get("a", 0) == 0


@pytest.mark.parametrize(
    "order", [("a > b", "b > z", "a > c", "c > d", "d > z"), ("a > c", "c > d", "d > z", "a > b", "b > z")]
)
def test_a_chain_is_a_shortest_one(order: tuple[str, ...]) -> None:
    found = Reachability(graph(*order), {"z": 1}, {})

    assert found.chain("a", 1) == ("a", "b", "z")


def test_a_chain_goes_round_a_barrier() -> None:
    imports = graph("a > b", "b > z", "a > c", "c > d", "d > z")

    assert Reachability(imports, {"z": 1}, {"b": 1}).chain("a", 1) == ("a", "c", "d", "z")
    assert Reachability(imports, {"z": 1}, {"b": 2}).chain("a", 1) == ("a", "b", "z")


def test_imports_in_a_cycle_reach_the_same() -> None:
    reach = Reachability(graph("a > b", "b > c", "c > a", "c > z"), {"z": 1}, {})

    assert dict(reach.closure) == {"a": 1, "b": 1, "c": 1, "z": 1}
    assert dict(ReachabilityRule(reach, {"b": 1}).sources_mask) == {"a": 1, "b": 1, "c": 1, "z": 1}


def test_a_target_is_reached_by_itself() -> None:
    assert Reachability(graph("a > b"), {"a": 1, "b": 1}, {}).chain("a", 1) == ("a",)


def test_a_chain_with_a_stop_on_the_way_goes_on_from_there() -> None:
    imports = graph("a > b", "b > stop", "stop > c", "c > z", "b > z")
    second = Reachability(imports, {"z": 1}, {})
    first = Reachability(imports, {"stop": 1}, {}, second)

    assert first.chain("a", 1) == ("a", "b", "stop", "c", "z")


def forbidden_paths(
    imports: ImportGraph, targets: dict[str, int], *, indirect: bool = True
) -> list[tuple[str, int, int]]:
    """The paths from `a`, written `a > b > c`, each with the position of its target, and how many more there are."""
    found = find_forbidden_paths(Reachability(imports, targets, {}), {"a": -1}, indirect=indirect)
    return [(" > ".join(path.chain), path.position, path.more) for path in found]


def test_a_module_of_several_units_has_the_bits_of_each() -> None:
    assert labelled([["a", "b"], ["b"], ["c", "b"]]) == {"a": 1, "b": 7, "c": 4}


def test_each_import_has_a_path_to_each_target_that_it_reaches() -> None:
    imports = graph("a > b", "b > x", "b > y", "a > y", "c > x")

    assert forbidden_paths(imports, {"x": 1, "y": 2}) == [("a > b > x", 0, 0), ("a > b > y", 1, 0), ("a > y", 1, 0)]
    assert forbidden_paths(imports, {"x": 1, "y": 2}, indirect=False) == [("a > y", 1, 0)]


@pytest.mark.parametrize(("count", "listed", "more"), [(20, 20, 0), (21, 1, 20)])
def test_an_import_that_reaches_more_targets_than_twenty_has_one_path(count: int, listed: int, more: int) -> None:
    targets = {f"t{number:02}": 1 << number for number in range(count)}

    found = forbidden_paths(graph("a > b", *(f"b > {target}" for target in targets)), targets)

    assert found == [(f"a > b > {target}", position, more) for position, target in enumerate(targets)][:listed]


def test_an_import_of_a_module_of_several_targets_is_wrong_once() -> None:
    assert forbidden_paths(graph("a > x"), {"x": 6}) == [("a > x", 1, 0)]
    assert forbidden_paths(graph("a > x", "x > y"), {"x": 3, "y": 4}) == [("a > x", 0, 0), ("a > x > y", 2, 0)]


@pytest.mark.parametrize(
    ("indirect", "sources", "targets"),
    [
        (True, {"a": 3, "b": 3, "c": 2, "z": 2}, {"z": 2, "c": 2, "b": 2, "a": 2, "d": 2}),
        (False, {"a": 3}, {"z": 2}),
    ],
)
def test_an_import_is_forbidden_if_its_ends_share_a_bit(
    indirect: bool,  # noqa: FBT001
    sources: dict[str, int],
    targets: dict[str, int],
) -> None:
    reach = Reachability(graph("a > b", "b > c", "c > z", "d > b"), {"z": 2}, {"c": 1})
    rule = ReachabilityRule(reach, {"a": 3, "d": 0}, indirect)

    assert dict(rule.sources_mask) == sources
    assert dict(rule.targets_mask) == targets
