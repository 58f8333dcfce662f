"""Pictures fit on a slide: landscapes whose labels can be read, with a lane for each layer."""

import json
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from drawn import view
from project import Project

from archguard.diagrams import Arrow, Group, Node, NodeKind, View, dot, renderer
from archguard.diagrams.clusters import has_lanes
from archguard.diagrams.graphviz import picture
from archguard.diagrams.layout import HIGH, LOW, SLIDE, size

pytestmark = pytest.mark.usefixtures("drawn_by")


def chain(nodes: int, side: int = 0) -> View:
    """Nodes of which each imports the next, and `side` others that the last one imports."""
    names = [f"n{number:02}" for number in range(nodes)]
    ends = [*pairwise(names), *((names[-1], f"s{number}") for number in range(side))]
    members = (Node(name=it, label=it, kind=NodeKind.MODULE) for it in [*names, *(f"s{at}" for at in range(side))])
    arrows = (Arrow(source=one, target=other, count=1, lines=()) for one, other in ends)
    return View(title="chain", nodes=tuple(members), arrows=tuple(arrows))


def layered(layers: int, others: int) -> View:
    """One node a layer, and others in none, which the topmost layer imports."""
    groups = tuple(Group(name=f"layer {level}", label="", layer=level) for level in range(layers))
    inside = [Node(name=f"l{at}", label=f"l{at}", kind=NodeKind.PACKAGE, group=f"layer {at}") for at in range(layers)]
    outside = [Node(name=f"o{at}", label=f"o{at}", kind=NodeKind.PACKAGE) for at in range(others)]
    arrows = [Arrow(source="l0", target=it.name, count=1, lines=()) for it in (*inside[1:], *outside)]
    return View(title="layers", nodes=(*inside, *outside), groups=groups, arrows=tuple(arrows))


def measured(view: View) -> tuple[float, float]:
    return size(json.loads(picture(view, "svg").written("json")))


def test_a_high_picture_is_spread_to_the_shape_of_a_slide() -> None:
    width, height = measured(chain(14, side=3))

    assert height > LOW
    assert height / width == pytest.approx(SLIDE, rel=0.08)


def test_a_small_picture_is_left_as_small_as_it_is() -> None:
    width, height = measured(chain(3))

    assert height < LOW
    assert width < height


def test_many_rows_are_closer_to_each_other() -> None:
    few, many = (measured(chain(rows))[1] / rows for rows in (5, 14))

    assert measured(chain(14))[1] > HIGH > measured(chain(5))[1]
    assert many < few * 0.8


@pytest.mark.parametrize(("layers", "rows"), [(5, 2), (12, 1)])
def test_in_a_picture_of_many_lanes_names_and_sizes_of_nodes_stand_beside_each_other(layers: int, rows: int) -> None:
    drawn = layered(layers, 1)
    sized = replace(drawn, nodes=tuple(replace(node, modules=7) for node in drawn.nodes))

    objects = json.loads(picture(sized, "svg").written("json"))["objects"]

    texts = next(it["_ldraw_"] for it in objects if it["name"] == "l0")
    assert len({round(step["pt"][1] / 4) for step in texts if step["op"] == "T"}) == rows


@pytest.mark.parametrize(("others", "has"), [(4, True), (5, False)])
def test_layers_are_lanes_if_they_are_a_third_of_the_picture(others: int, *, has: bool) -> None:
    drawn = layered(2, others)

    assert has_lanes(drawn) is has
    assert (dot.BACKGROUND in picture(drawn, "svg").graph) is has


def test_lanes_lie_behind_their_layers_and_what_is_in_none_is_beside_them() -> None:
    drawn = picture(layered(3, 2), "svg")
    data = json.loads(drawn.written("json"))

    lanes = [
        [min(column) for column in zip(*it["points"], strict=True)]
        + [max(column) for column in zip(*it["points"], strict=True)]
        for it in data["_draw_"]
        if it["op"] == "P"
    ][1:]
    places = {it["name"]: tuple(map(float, it["pos"].split(","))) for it in data["objects"] if "pos" in it}

    def lanes_of(name: str) -> list[int]:
        x, y = places[name]
        return [at for at, (left, low, right, top) in enumerate(lanes) if left <= x <= right and low <= y <= top]

    assert [lanes_of(f"l{level}") for level in range(3)] == [[0], [1], [2]]
    assert [lanes_of(f"o{at}") for at in range(2)] == [[], []]
    assert [one[1] > other[3] for one, other in pairwise(lanes)] == [True, True]  # none overlap
    assert len({(left, right) for left, _, right, _ in lanes}) == 1


def test_texts_say_how_wide_they_were_measured_so_that_no_font_leads_across_a_border(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a_module_with_a_very_long_name_that_is_wide.py": ""})
    project.configure("contracts: []")

    drawn = view(project)
    texts = ET.fromstring(str(renderer("svg")(drawn))).iter()  # noqa: S314  # ours
    (found,) = [it for it in texts if (it.text or "").startswith("a_module")]
    objects = json.loads(picture(drawn, "svg").written("json"))["objects"]
    width = next(step["width"] for it in objects for step in it.get("_ldraw_", []) if "text" in step)
    assert float(found.attrib["textLength"]) == pytest.approx(width)
    assert found.attrib["lengthAdjust"] == "spacingAndGlyphs"


@pytest.mark.parametrize("format_", ["mermaid", "svg", "html", "json", "d2", "plantuml", "c4", "dot"])
def test_a_title_is_what_the_diagram_is_called(shop: Project, format_: str) -> None:
    text = shop.call("diagram", "--format", format_, "--title", "Shop today").stdout

    assert "Shop today" in text
    assert "shop: components" not in text


def test_a_matrix_has_a_title_too(shop: Project) -> None:
    assert shop.call("diagram", "--view", "matrix", "--title", "Shop today").stdout.startswith("Shop today\n")
