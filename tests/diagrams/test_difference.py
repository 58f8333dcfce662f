"""One picture of two revisions: what is new and what is gone stays, the rest as far as it is beside it."""

from collections.abc import Iterable

from archguard.diagrams import Arrow, Change, Node, NodeKind, View, renderer
from archguard.diagrams.difference import difference, has_changes
from archguard.model import Location, Violation

BROKEN = Violation(
    contract="layered", kind="layers", message="a must not import b", location=Location("a.py"), importer="a"
)


def view(names: Iterable[str], arrows: Iterable[tuple[str, str, int]] = (), broken: Iterable[str] = ()) -> View:
    """A view with nodes of these names, and arrows with their counts; `broken` are sources of violations."""
    return View(
        title="shop",
        nodes=tuple(Node(name=name, label=name, kind=NodeKind.COMPONENT, modules=1) for name in names),
        arrows=tuple(
            Arrow(source=one, target=other, count=n, lines=(), violations=(BROKEN,) * (one in broken))
            for one, other, n in arrows
        ),
    )


def changes(drawn: View) -> dict[str, str]:
    """What became of each node and arrow."""
    nodes = {node.name: str(node.change) for node in drawn.nodes}
    return nodes | {f"{it.source} {it.target}": str(it.change) for it in drawn.arrows}


def test_every_node_and_arrow_is_new_gone_or_the_same() -> None:
    before = view("abc", [("a", "b", 2), ("b", "c", 1)])
    after = view("abd", [("a", "b", 3), ("a", "d", 1)])

    drawn = difference(before, after, "shop")

    assert changes(drawn) == {
        "a": "touched",
        "b": "touched",
        "c": "gone",
        "d": "new",
        "a b": "same",
        "a d": "new",
        "b c": "gone",
    }
    assert {(it.source, it.target): it.grown for it in drawn.arrows} == {("a", "b"): 1, ("a", "d"): 1, ("b", "c"): -1}


def test_two_revisions_that_are_the_same_have_no_changes() -> None:
    same = view("ab", [("a", "b", 1)])

    assert not has_changes(difference(same, same, "shop"))
    assert has_changes(difference(same, view("ab", [("a", "b", 1)], broken="a"), "shop"))
    assert has_changes(difference(same, view("ab"), "shop"))


def test_all_of_sixteen_nodes_are_drawn_and_of_seventeen_those_beside_a_change() -> None:
    names = [f"n{number:02}" for number in range(17)]
    arrows = [(one, names[0], 1) for one in names[1:3]]

    sixteen = difference(view(names[:16], arrows), view(names[:16], [*arrows, ("n01", "n02", 1)]), "shop")
    seventeen = difference(view(names, arrows), view(names, [*arrows, ("n01", "n02", 1)]), "shop")

    assert (len(sixteen.nodes), sixteen.notes) == (16, ())
    assert [node.name for node in seventeen.nodes] == ["n00", "n01", "n02"]
    assert seventeen.notes == ("14 nodes without a change left out",)


def test_what_has_changed_is_drawn_however_much_it_is() -> None:
    names = [f"n{number:02}" for number in range(40)]

    drawn = difference(view(names), view(names, [(one, "n00", 1) for one in names[1:]]), "shop")

    assert (len(drawn.nodes), len(drawn.arrows), drawn.notes) == (40, 39, ())


def test_thirty_arrows_that_are_the_same_are_drawn_the_heaviest_first() -> None:
    names = [f"n{number}" for number in range(9)]
    pairs = [(one, other) for one in names for other in names if one < other]
    same = [(one, other, count) for count, (one, other) in enumerate(pairs[:31], 1)]

    drawn = difference(view(names, same), view(names, [*same, (*pairs[31], 1)]), "shop")

    assert len(drawn.arrows) == 31
    assert same[0][:2] not in {(it.source, it.target) for it in drawn.arrows}
    assert drawn.notes == ("1 arrow without a change left out",)


def test_mermaid_and_dot_have_the_colours_of_what_has_changed() -> None:
    before, after = view("ab", [("a", "b", 1)]), view("ac", [("a", "c", 2)])
    drawn = difference(before, after, "shop")

    mermaid, dot = str(renderer("mermaid")(drawn)), str(renderer("dot")(drawn))

    assert "n1 -.->|-1| n2" in mermaid
    assert "n1 -->|#43;2| n3" in mermaid
    assert "stroke-dasharray:5 5" in mermaid
    assert mermaid.count("#16a34a") == dot.count("#16a34a") - 2  # dot has labels and samples in the legend, too
    assert "style=dashed" in dot
    assert "rounded,filled,dashed" in dot
    assert "green: new" in mermaid
    assert "grey, dashed: gone" in mermaid


def test_a_violation_is_red_whether_its_arrow_is_new_or_not() -> None:
    drawn = difference(view("ab", [("a", "b", 1)]), view("ab", [("a", "b", 2)], broken="a"), "shop")

    assert "stroke:#dc2626" in str(renderer("mermaid")(drawn))
    assert drawn.arrows[0].change is Change.SAME
