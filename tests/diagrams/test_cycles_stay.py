"""What is a cycle in the code is one in every picture, whatever is left out; and small pictures leave out nothing."""

import json
import re

import networkx as nx
import pytest
from drawn import arrow, pairs, view
from hypothesis import given
from hypothesis import strategies as st
from project import Project

from archguard.codebase.metrics.coupling import cyclic, feedback_arcs
from archguard.diagrams import Arrow, Node, NodeKind, View, mermaid, renderer
from archguard.diagrams.simplify import FEW_ARROWS, strongest, thinned


def chain_of(project: Project, modules: int, ahead: int, *back: tuple[int, int]) -> None:
    """`shop.m00`, `shop.m01`, ...: each imports the next `ahead`; and the imports `back`."""
    forth = [(one, one + step) for one in range(modules) for step in range(1, ahead + 1) if one + step < modules]
    files = {f"shop/m{number:02}.py": "" for number in range(modules)}
    for one, other in (*forth, *back):
        files[f"shop/m{one:02}.py"] += f"import shop.m{other:02}\n"
    project.write_all({"shop/__init__.py": "", **files})
    project.configure("contracts: []")


def of_arrows(weights: dict[tuple[str, str], int]) -> View:
    """A view with these arrows, of which the tests have no code."""
    circling = cyclic(weights)
    closers = feedback_arcs({pair: weight for pair, weight in weights.items() if pair in circling})
    arrows = (
        Arrow(source=one, target=other, count=count, lines=(), is_cyclic=(one, other) in circling,
              closes_cycle=(one, other) in closers)
        for (one, other), count in sorted(weights.items())
    )  # fmt: skip
    names = sorted({name for pair in weights for name in pair})
    nodes = (Node(name=name, label=name, kind=NodeKind.MODULE) for name in names)
    return View(title="it", nodes=tuple(nodes), arrows=tuple(arrows))


def tangles(drawn: View) -> set[frozenset[str]]:
    graph: nx.DiGraph[str] = nx.DiGraph(pairs(drawn))
    return {frozenset(found) for found in nx.strongly_connected_components(graph) if len(found) > 1}


@pytest.mark.parametrize(("arrows", "is_whole"), [(FEW_ARROWS, True), (FEW_ARROWS + 1, False)])
def test_up_to_forty_arrows_are_all_drawn(arrows: int, *, is_whole: bool) -> None:
    every = [(f"m{one:02}", f"m{other:02}") for one in range(20) for other in range(one + 1, 20)]

    drawn = thinned(of_arrows(dict.fromkeys(every[:arrows], 1)))

    assert (len(drawn.arrows) == arrows) is is_whole
    assert (drawn.notes == ()) is is_whole


@pytest.mark.parametrize(("ahead", "is_whole"), [(2, True), (3, False)])
def test_two_arrows_a_node_are_all_drawn(ahead: int, *, is_whole: bool) -> None:
    every = [(f"m{one:02}", f"m{one + step:02}") for one in range(30 - ahead) for step in range(1, ahead + 1)]

    drawn = thinned(of_arrows(dict.fromkeys(every, 1)))

    assert (len(drawn.arrows) == len(every)) is is_whole


def test_both_ways_between_two_modules_stay(project: Project) -> None:
    chain_of(project, 30, 4, *((one, one - 1) for one in range(2, 30, 3)))

    drawn = view(project, "packages")

    assert tangles(drawn) == {frozenset({f"shop.m{one - 1:02}", f"shop.m{one:02}"}) for one in range(2, 30, 3)}
    assert len(drawn.notes) == 1


def test_a_cycle_through_all_modules_stays_one(project: Project) -> None:
    chain_of(project, 30, 4, (29, 0))

    drawn = view(project, "packages")

    assert tangles(drawn) == {frozenset(f"shop.m{one:02}" for one in range(30))}
    assert arrow(drawn, "shop.m29", "shop.m00").closes_cycle
    assert len(drawn.notes) == 1


_NAMES = [f"n{number}" for number in range(14)]
_PAIRS = st.tuples(st.sampled_from(_NAMES), st.sampled_from(_NAMES)).filter(lambda pair: pair[0] != pair[1])


@given(st.dictionaries(_PAIRS, st.integers(1, 4), min_size=FEW_ARROWS))
def test_what_is_left_has_the_same_cycles_and_a_note_that_is_true(weights: dict[tuple[str, str], int]) -> None:
    full = of_arrows(weights)

    drawn = thinned(full)

    gone = set(full.arrows) - set(drawn.arrows)
    assert tangles(drawn) == tangles(full)
    assert not [it for it in gone if it.violations]
    assert {it.source for it in drawn.arrows} | {it.target for it in drawn.arrows} == {it.name for it in full.nodes}
    assert len(drawn.notes) == bool(gone)
    if gone:
        most = max(it.count for it in gone)
        assert drawn.notes[0].startswith(
            f"{len(gone)} of {len(full.arrows)} arrows are left out, each of {most} import"
        )
        closing = sum(it.closes_cycle for it in gone)
        told = re.search(r"(\d+) arrows? of cycles among them, see --view cycles", drawn.notes[0])
        assert (int(told[1]) if told else 0) == closing


@pytest.mark.parametrize(("back", "drawn"), [(4, 4), (40, 2)])
def test_all_arrows_that_close_cycles_stay_unless_they_are_too_many(back: int, drawn: int) -> None:
    ahead = [(one, other) for at, one in enumerate(_NAMES) for other in _NAMES[at + 1 :]]
    lightest = ahead[-32:]  # what is left out before anything else
    weights = {pair: 2 + (pair not in lightest) for pair in ahead}
    weights |= {(other, one): 1 for one, other in [("n0", "n13"), *ahead[:back]][:back]}

    closing = [it for it in thinned(of_arrows(weights)).arrows if it.closes_cycle]

    assert len(closing) == drawn


def test_of_two_ways_around_the_lighter_one_is_left_out() -> None:
    crowd = {(one, other): 9 for at, one in enumerate(_NAMES) for other in _NAMES[at + 1 :]}
    ring = {("s", "a"): 2, ("s", "c"): 2, ("a", "z"): 2, ("c", "z"): 2, ("a", "c"): 1, ("z", "s"): 1}

    drawn = thinned(of_arrows(crowd | ring))

    assert set(ring) - set(pairs(drawn)) == {("a", "c")}


def test_a_cycle_of_modules_that_folding_makes_is_none(project: Project) -> None:
    files = {f"shop/p{number}/__init__.py": "" for number in range(6)}
    files["shop/p5/__init__.py"] = "import shop.p0\nimport shop.p1\n"
    files["shop/p0/__init__.py"] = "import shop.p1\nimport shop.p4\n"
    project.write_all({"shop/__init__.py": "", **files})
    project.configure("contracts: []")

    drawn = view(project, "packages", limit=3)

    assert {("...", "shop.p0"), ("shop.p0", "...")} <= set(pairs(drawn))
    assert not [it for it in drawn.arrows if it.is_cyclic or it.closes_cycle]


def test_a_cycle_with_what_was_folded_is_still_one(project: Project) -> None:
    files = {f"shop/p{number}/__init__.py": "" for number in range(6)}
    files["shop/p5/__init__.py"] = "import shop.p0\n"
    files["shop/p0/__init__.py"] = "import shop.p5\nimport shop.p1\nimport shop.p1.n\n"
    project.write_all({"shop/__init__.py": "", "shop/p1/n.py": "", **files})
    project.configure("contracts: []")

    drawn = view(project, "packages", limit=3)

    assert {(it.source, it.target) for it in drawn.arrows if it.is_cyclic} == {("...", "shop.p0"), ("shop.p0", "...")}
    assert len([it for it in drawn.arrows if it.closes_cycle]) == 1


def test_arrows_are_reduced_before_they_are_counted_as_too_many(project: Project) -> None:
    chain_of(project, 25, 5)

    assert view(project, "packages", reduce=True).notes == ("arrows that longer paths imply are left out",)


@pytest.mark.parametrize(
    ("format_", "mark"),
    [("mermaid", "-->"), ("mermaid", "-.->"), ("dot", '" -> "'), ("d2", "->"), ("plantuml", "]->"), ("c4", "Rel(")],
)
@pytest.mark.parametrize("limit", [40, None])
def test_every_format_shows_the_same_arrows(project: Project, format_: str, mark: str, limit: int | None) -> None:
    chain_of(project, 35, 8, (34, 0))
    drawn = view(project, "packages", limit=limit)
    text = renderer(format_)(drawn)
    assert isinstance(text, str)

    count = sum(mark in line for line in text.splitlines())

    closing_arrows = sum(it.closes_cycle for it in drawn.arrows)
    assert count == {"-->": len(drawn.arrows) - closing_arrows, "-.->": closing_arrows}.get(mark, len(drawn.arrows))
    assert (len(drawn.arrows) == len(view(project, "packages", limit=None).arrows)) is (limit is None)


def test_mermaid_writes_everything_that_is_asked_for_and_says_what_it_takes_to_draw_it(project: Project) -> None:
    chain_of(project, 90, 8)

    text = mermaid.render(view(project, "packages", limit=None))

    arrows = 8 * 90 - sum(range(9))
    assert text.count("-->") == arrows > mermaid.EDGES
    assert f"%% Mermaid draws it with maxEdges: {arrows}\n" in text


def test_arrows_of_cycles_are_the_last_to_be_left_out_where_a_format_takes_no_more() -> None:
    everybody = {(one, other): 9 for at, one in enumerate(_NAMES) for other in _NAMES[at + 1 :]}

    drawn = strongest(of_arrows({**everybody, ("x", "y"): 1, ("y", "x"): 1}), 2)

    assert pairs(drawn) == [("x", "y"), ("y", "x")]


def test_json_and_the_page_say_the_same(project: Project) -> None:
    chain_of(project, 30, 4, (29, 0), (7, 6))

    shown = json.loads(project.call("diagram", "--view", "packages", "--format", "json").stdout)
    page = project.call("diagram", "--view", "packages", "--format", "html").stdout

    data = json.loads(page.partition('type="application/json">')[2].partition("</script>")[0])
    names = [it["name"] for it in data["nodes"]]
    drawn = {(names[one], names[other], closes) for one, other, _, _, closes, is_shown in data["drawn"] if is_shown}
    assert drawn == {(it["source"], it["target"], it["closes_cycle"]) for it in shown["arrows"]}
