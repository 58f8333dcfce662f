"""The formulas, against published tables and networkx.

- the graphs of Lakos' metrics: those that ArchUnit 1.0 is tested with, drawn anew as text
  (https://github.com/TNG/ArchUnit, archunit/src/test/java/com/tngtech/archunit/library/metrics/LakosMetricsTest.java);
  the definitions are in John Lakos, "Large-Scale C++ Software Design" (1996), 4.12 and 4.13
- the components of Martin's metrics: the shape of those of ComponentDependencyMetricsTest.java there
"""

import math

import networkx as nx
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from project import Project

from archguard.codebase import Codebase, ImportGraph, disjoint
from archguard.codebase.metrics import Level, Unit, Whole, packages
from archguard.codebase.metrics.coupling import Coupling
from archguard.codebase.metrics.whole import balanced_ccd

Graph = dict[str, set[str]]


def graph_of(text: str) -> Graph:
    """`A>BC C>D`: A imports B and C, and C imports D."""
    graph: Graph = {}
    for arrows in text.split():
        importer, _, imported = arrows.partition(">")
        graph.setdefault(importer, set()).update(imported)
        for unit in imported:
            graph.setdefault(unit, set())
    return graph


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Up to nine units, with any imports among them."""
    units = "ABCDEFGHI"[: draw(st.integers(1, 9))]
    arrows = draw(st.sets(st.tuples(st.sampled_from(units), st.sampled_from(units))))
    return {unit: {imported for importer, imported in arrows if importer == unit != imported} for unit in units}


LAKOS = [
    ("A", 1, 1),
    ("A>B", 3, 3),
    # balanced binary trees, to which all others are compared
    ("A>BC", 5, 5),
    ("A>BC B>D", 8, 8),
    ("A>BC B>DE", 11, 11),
    ("A>BC B>DE C>F", 14, 14),
    ("A>BC B>DE C>FG", 17, 17),
    ("A>BC B>DE C>FG D>HI E>JK F>LM G>NO", 49, 49),
    # lines
    ("A>B B>C", 6, 5),
    ("A>B B>C C>D D>E E>F", 21, 14),
    # cycles
    ("A>BZ B>C C>D D>B Z>W W>Z", 19, 14),
    ("A>B B>C C>D D>E E>F F>A", 36, 14),
    ("A>BD B>C C>A D>E E>F F>D", 27, 14),
    ("A>BD B>C C>A D>E E>F F>DB", 36, 14),
]


@pytest.mark.parametrize(("text", "ccd", "balanced"), LAKOS)
def test_the_metrics_of_lakos_are_those_of_his_table(text: str, ccd: int, balanced: int) -> None:
    graph = graph_of(text)

    whole = Whole(graph)

    assert whole.ccd == ccd
    assert whole.acd == pytest.approx(ccd / len(graph))
    assert whole.propagation_cost == pytest.approx(ccd / len(graph) ** 2)
    assert whole.nccd == pytest.approx(ccd / balanced)


@pytest.mark.parametrize("size", range(1, 70))
def test_the_reference_of_nccd_is_a_balanced_binary_tree(size: int) -> None:
    tree = {
        str(unit): {str(child) for child in (2 * unit, 2 * unit + 1) if child <= size} for unit in range(1, size + 1)
    }

    assert Whole(tree).ccd == balanced_ccd(size) == sum(math.floor(math.log2(i)) + 1 for i in range(1, size + 1))


@pytest.mark.parametrize(
    ("text", "tangles", "cyclicity"),
    [
        ("A>B B>C", (), 0.0),
        ("A>B B>A C>D", ("AB",), 0.5),
        ("A>B B>C C>A D>E E>D", ("ABC", "DE"), math.sqrt(13) / 5),
        ("A>B B>C C>A", ("ABC",), 1.0),
    ],
)
def test_tangles_count_by_the_squares_of_their_sizes(text: str, tangles: tuple[str, ...], cyclicity: float) -> None:
    whole = Whole(graph_of(text))

    assert whole.tangles == tuple(map(tuple, tangles))
    assert whole.largest_tangle == max(map(len, tangles), default=0)
    assert whole.cyclicity == pytest.approx(cyclicity)


def test_nothing_has_no_numbers() -> None:
    whole = Whole({})

    assert (whole.ccd, whole.acd, whole.nccd, whole.propagation_cost, whole.cyclicity) == (0, 0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(("size", "cycles"), [(2, 1), (3, 5), (4, 20), (5, 84), (6, 409), (7, 2365), (9, 10_000)])
def test_the_cycles_of_complete_graphs_are_counted(size: int, cycles: int) -> None:
    """The sum of C(n, k) * (k - 1)! over k from 2 to n; from 10,000 on they are not told apart."""
    names = "ABCDEFGHI"[:size]
    lines = {importer: {imported: (1,) for imported in names if imported != importer} for importer in names}

    coupling = Coupling(ImportGraph(frozenset(names), lines), {name: {name} for name in names})

    assert coupling.cycles == cycles


@given(graph=graphs())
def test_reachability_and_tangles_are_those_of_networkx(graph: Graph) -> None:
    oracle = nx.DiGraph([(importer, imported) for importer, units in graph.items() for imported in units])
    oracle.add_nodes_from(graph)

    whole = Whole(graph)

    assert whole.ccd == sum(len(nx.descendants(oracle, unit)) + 1 for unit in graph)
    components = {frozenset(found) for found in nx.strongly_connected_components(oracle) if len(found) > 1}
    assert {frozenset(tangle) for tangle in whole.tangles} == components


@given(graph=graphs(), data=st.data())
def test_another_import_never_makes_any_of_it_less(graph: Graph, data: st.DataObject) -> None:
    importer, imported = data.draw(st.sampled_from(sorted(graph))), data.draw(st.sampled_from(sorted(graph)))
    assume(importer != imported)

    before, after = Whole(graph), Whole({**graph, importer: graph[importer] | {imported}})

    assert after.ccd >= before.ccd
    assert after.propagation_cost >= before.propagation_cost
    assert after.nccd >= before.nccd
    assert after.cyclicity >= before.cyclicity
    assert after.largest_tangle >= before.largest_tangle


@given(graph=graphs())
def test_the_numbers_stay_within_their_bounds(graph: Graph) -> None:
    size, whole = len(graph), Whole(graph)

    assert size <= whole.ccd <= size**2
    assert 1 / size <= whole.propagation_cost <= 1
    assert 0 <= whole.cyclicity <= 1
    assert whole.cyclicity >= whole.largest_tangle / size
    assert whole.ccd >= size + sum(len(tangle) * (len(tangle) - 1) for tangle in whole.tangles)
    assert (whole.largest_tangle == 0) == (whole.cyclicity == 0)


@given(counts=st.tuples(*[st.integers(0, 9)] * 3), abstract=st.integers(0, 9))
def test_instability_abstractness_and_distance_are_shares(counts: tuple[int, int, int], abstract: int) -> None:
    afferent, efferent, classes = counts
    unit = Unit(
        name="A",
        modules=1,
        classes=classes,
        abstract_classes=min(abstract, classes),
        afferent=afferent,
        efferent=efferent,
    )

    assert (unit.instability is None) == (unit.distance is None) == (afferent == efferent == 0)
    assert 0 <= (unit.instability or 0) <= 1
    assert 0 <= unit.abstractness <= 1
    assert 0 <= (unit.distance or 0) <= 1


@given(graph=graphs())
def test_couplings_add_up_to_twice_the_arrows(graph: Graph) -> None:
    lines = {importer: dict.fromkeys(sorted(imported), (1,)) for importer, imported in graph.items()}
    codebase = code_of(ImportGraph(frozenset(graph), lines))

    level = Level("units", codebase, {unit: frozenset(unit) for unit in graph})

    arrows = sum(map(len, graph.values()))
    assert sum(unit.afferent for unit in level.units) == arrows
    assert sum(unit.efferent for unit in level.units) == arrows


def code_of(imports: ImportGraph) -> Codebase:
    return Codebase(sources={}, imports=imports)


MARTIN = {
    "app/concrete/one.py": "class One: ...\nclass Two: ...\n",
    "app/abstract/one.py": "from abc import ABC\nimport app.concrete.one\n\n\nclass One(ABC): ...\n",
    "app/abstract/two.py": "import typing\n\n\nclass Two(typing.Protocol[int]): ...\n",
    "app/half/one.py": (
        "import abc\nfrom app.abstract import one\n\n\nclass One:\n    @property\n    @abc.abstractmethod\n"
        "    def name(self): ...\n\n\nclass Two(one.One): ...\n"
    ),
    "app/user/one.py": "import app.concrete.one\nfrom app.helper.one import Helper\n\n\nclass User: ...\n",
    "app/helper/one.py": (
        '"""\nclass Not: a class\n"""\nfrom app.concrete.one import One\nfrom app.abstract.two import Two\n\n\n'
        "class Helper: ...\n"
    ),
    "app/lonely/one.py": "def alone(): ...\n",
}


@pytest.mark.parametrize(
    ("name", "afferent", "efferent", "instability", "abstractness", "distance"),
    [
        ("concrete", 3, 0, 0.0, 0.0, 1.0),
        ("abstract", 2, 1, 1 / 3, 1.0, 1 / 3),
        ("half", 0, 1, 1.0, 0.5, 0.5),
        ("user", 0, 2, 1.0, 0.0, 0.0),
        ("helper", 1, 2, 2 / 3, 0.0, 1 / 3),
        ("lonely", 0, 0, None, 0.0, None),
    ],
)
def test_the_metrics_of_martin_are_those_of_the_components_that_archunit_is_tested_with(  # noqa: PLR0913
    project: Project,
    name: str,
    afferent: int,
    efferent: int,
    instability: float | None,
    abstractness: float,
    distance: float | None,
) -> None:
    project.write_all(MARTIN)
    codebase = project.codebase()
    level = Level("packages", codebase, packages(codebase.modules, 1))

    unit = level.unit(f"app.{name}")

    assert (unit.afferent, unit.efferent) == (afferent, efferent)
    assert unit.abstractness == pytest.approx(abstractness)
    assert unit.instability == (None if instability is None else pytest.approx(instability))
    assert unit.distance == (None if distance is None else pytest.approx(distance))


def test_a_module_in_two_units_belongs_to_the_smaller_and_then_to_the_first() -> None:
    units = disjoint({"large": frozenset("abcde"), "one": frozenset("ab"), "two": frozenset("bc"), "c": frozenset("c")})

    assert units == {"large": frozenset("de"), "one": frozenset("ab"), "c": frozenset("c")}


def test_packages_are_cut_at_a_depth_below_the_top_ones() -> None:
    modules = ["shop", "shop.a", "shop.a.x", "orders::app.b.y", "orders::app.b"]

    assert packages(modules, 1) == {
        "orders::app.b": {"orders::app.b", "orders::app.b.y"},
        "shop": {"shop"},
        "shop.a": {"shop.a", "shop.a.x"},
    }
