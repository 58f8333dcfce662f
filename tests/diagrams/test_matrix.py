"""The design structure matrix: what stands where, and what people read there."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from browser import Browser, browser
from hypothesis import given
from hypothesis import strategies as st
from project import Project
from tools import CHROMIUM

from archguard.codebase.metrics.coupling import cyclic
from archguard.diagrams import Arrow, Group, Node, NodeKind, View, style
from archguard.diagrams.matrix import Cell, Matrix, partitioned
from archguard.diagrams.matrix.look import number

NAMES = "abcdef"


@st.composite
def views(draw: st.DrawFn) -> View:
    """Nodes with arrows between them, all of them in layers or none."""
    arrows = draw(st.sets(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda it: it[0] != it[1])))
    layers = draw(st.none() | st.tuples(*(st.integers(0, 2) for _ in NAMES)))
    groups = tuple(Group(name=f"layer {level}", label="", layer=level) for level in range(3)) if layers else ()
    homes = [f"layer {level}" for level in layers] if layers else [""] * len(NAMES)
    nodes = (
        Node(name=name, label=name, kind=NodeKind.PACKAGE, group=home) for name, home in zip(NAMES, homes, strict=True)
    )
    return View(title="", nodes=tuple(nodes), groups=groups, arrows=tuple(_arrow(*it, arrows) for it in sorted(arrows)))


def _arrow(source: str, target: str, arrows: set[tuple[str, str]]) -> Arrow:
    return Arrow(source=source, target=target, count=1, lines=(), is_cyclic=(source, target) in cyclic(arrows))


def _leads_up(matrix: Matrix, cell: Cell) -> bool:
    importer, imported = (matrix.layer(matrix.nodes[place]) for place in (cell.column, cell.row))
    return importer is not None and imported is not None and imported < importer


@given(views())
def test_what_stands_above_the_diagonal_is_on_a_cycle_or_leads_up_from_a_layer(view: View) -> None:
    matrix = partitioned(view)

    assert all(it.is_cyclic or _leads_up(matrix, it) for it in matrix.cells if it.row < it.column)
    assert all(it.row < it.column for it in matrix.cells if _leads_up(matrix, it))


@given(views())
def test_everything_is_there_once(view: View) -> None:
    matrix = partitioned(view)

    names = [node.name for node in matrix.nodes]
    assert sorted(names) == list(NAMES)
    assert Counter((names[it.column], names[it.row]) for it in matrix.cells) == Counter(
        (it.source, it.target) for it in view.arrows
    )


@given(views())
def test_without_layers_every_cycle_is_a_block(view: View) -> None:
    matrix = partitioned(replace(view, groups=(), nodes=tuple(replace(node, group="") for node in view.nodes)))

    in_blocks = {
        (row, column)
        for first, last in matrix.blocks
        for row in range(first, last + 1)
        for column in range(first, last + 1)
    }
    assert {(it.row, it.column) for it in matrix.cells if it.is_cyclic} <= in_blocks
    assert all(it.is_cyclic for it in matrix.cells if (it.row, it.column) in in_blocks)


def test_a_terminal_shows_layers_from_top_to_bottom_and_violations_above_the_diagonal(shop: Project) -> None:
    drawn = shop.call("diagram", "--view", "matrix")

    assert (
        drawn.stdout
        == """\
shop: components

                1  2  3  4  5
1 main          \\  .  .  .  .
2 controllers   1  \\  .  .  .
3 services      .  2  \\ 1!  .
4 repositories  .  . 1*  \\  .
5 models        .  .  1  1  \\

The column imports the row, so many times; marks above the diagonal go against the layering.
! breaks a contract.
* is part of a cycle.
Cycle: 3 to 4.
"""
    )


def test_with_a_depth_it_is_about_packages(shop: Project) -> None:
    data = json.loads(shop.call("diagram", "--view", "matrix", "--depth", "3", "--format", "json").stdout)

    assert "shop.models.item" in {node["name"] for node in data["nodes"]}
    ((first, last),) = data["blocks"]
    assert {node["name"] for node in data["nodes"][first : last + 1]} == {"shop.models.item", "shop.models.order"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--view", "matrix", "--format", "pdf"), "a matrix cannot be written as pdf"),
        (("--view", "cycles", "--format", "text"), "only a matrix can be written as text"),
    ],
)
def test_what_cannot_be_written_is_refused_at_once(shop: Project, arguments: tuple[str, ...], says: str) -> None:
    refused = shop.call("diagram", *arguments)

    assert refused.returncode == 2
    assert says in refused.stderr


@pytest.mark.parametrize("depth", ["2", "3"])
def test_a_png_has_room_for_a_row_and_a_column_of_each_node(shop: Project, drawn_by: str, depth: str) -> None:
    shop.call("diagram", "--view", "matrix", "--depth", depth, "--output", "matrix.png")
    drawn = (shop.root / "matrix.png").read_bytes()

    nodes = len(
        json.loads(shop.call("diagram", "--view", "matrix", "--depth", depth, "--format", "json").stdout)["nodes"]
    )
    width, height = (int.from_bytes(drawn[at : at + 4]) * 72 / 192 / nodes for at in (16, 20))
    assert drawn.startswith(b"\x89PNG"), drawn_by
    assert 26 < width < 120
    assert 26 < height < 70


@pytest.mark.parametrize(("count", "says"), [(999, "999"), (1000, "1k"), (1499, "1k"), (12345, "12k")])
def test_a_cell_has_room_for_three_digits(count: int, says: str) -> None:
    assert number(Cell(0, 0, (Arrow(source="a", target="b", count=count, lines=()),))) == says


def test_known_violations_are_marked_apart_from_new_ones(shop: Project) -> None:
    shop.call("baseline")

    drawn = shop.call("diagram", "--view", "matrix").stdout

    assert "1~" in drawn
    assert "1!" not in drawn
    assert "~ known violation, in the baseline." in drawn
    assert style.KNOWN in (picture := shop.call("diagram", "--view", "matrix", "--format", "svg").stdout)
    assert style.RED not in picture.partition("</style>")[2]


@pytest.fixture
def page(shop: Project, tmp_path: Path) -> Iterator[Browser]:
    """The matrix of the shop in a real browser."""
    if not CHROMIUM:
        pytest.skip("chromium is not installed")
    shop.call("diagram", "--view", "matrix", "--output", "matrix.html")
    with browser(tmp_path) as it:
        it.open((shop.root / "matrix.html").as_uri())
        yield it


def _cell(page: Browser, importer: str, imported: str) -> str:
    texts = "[...document.querySelectorAll('.label[data-row]')].map((it) => it.textContent)"
    names = [name for name in page.run(texts) if not name.isdigit()]
    return f'.cell[data-row="{names.index(imported)}"][data-column="{names.index(importer)}"]'


def test_a_cell_tells_what_it_breaks_and_the_lines_behind_it(page: Browser) -> None:
    page.click(_cell(page, "repositories", "services"))

    panel = page.run("document.getElementById('panel').innerText")
    assert "repositories → services: 1 import; breaks layered" in panel
    assert "shop.repositories.orders must not import shop.services.prices" in panel
    assert "shop/repositories/orders.py:2" in panel


def test_the_mouse_is_followed_to_the_names_of_the_row_and_the_column(page: Browser) -> None:
    page.hover(_cell(page, "controllers", "services"))

    lit = page.run("[...document.querySelectorAll('.label.lit')].map((it) => it.textContent)")
    assert sorted(lit) == ["2", "3", "controllers", "services"]


def test_the_keyboard_opens_and_closes_a_cell(page: Browser) -> None:
    page.run(f"document.querySelector('{_cell(page, 'services', 'repositories')}').focus()")

    page.press("Enter")
    opened = page.run("document.getElementById('panel').innerText")
    page.press("Escape")

    assert "services → repositories: 1 import" in opened
    assert page.run("document.getElementById('panel').hidden")


def _rows(page: Browser) -> list[str]:
    texts = "[...document.querySelectorAll('.label[data-row]')].map((it) => it.textContent)"
    return [name for name in page.run(texts) if not name.isdigit()]


def _total(page: Browser) -> int:
    return int(page.run("page.cells.reduce((sum, it) => sum + it.count, 0)"))


def test_a_package_unfolds_to_what_is_in_it_and_folds_again(page: Browser) -> None:
    folded, total = _rows(page), _total(page)

    page.click('.fold[data-deed="unfold"][data-name="services"]')
    unfolded, inside = _rows(page), _total(page)
    page.click('.fold[data-deed="fold"][data-name="services"]')

    at = folded.index("services")
    assert [*unfolded[:at], *unfolded[at + 3 :]] == [*folded[:at], *folded[at + 1 :]]
    assert set(unfolded[at : at + 3]) == {"__init__", "orders", "prices"}
    assert inside == total  # nothing in the services imports anything else in them
    assert _rows(page) == folded


def test_what_is_unfolded_shows_the_imports_inside_of_it(page: Browser) -> None:
    total = _total(page)

    page.run("document.querySelector('.fold[data-name=\"shop.models\"]').focus()")
    page.press("Enter")

    assert {"item", "order"} <= set(_rows(page))
    assert _total(page) == total + 2
    page.click(_cell(page, "item", "order"))
    assert "shop.models.item → shop.models.order: 1 import; breaks models-apart" in page.run(
        "document.getElementById('panel').innerText"
    )
    assert page.run("document.querySelectorAll('.block').length") == 2


def test_packages_in_frames_fold_to_the_frame(shop: Project, tmp_path: Path) -> None:
    if not CHROMIUM:
        pytest.skip("chromium is not installed")
    shop.call("diagram", "--view", "matrix", "--depth", "3", "--output", "matrix.html")
    with browser(tmp_path) as page:
        page.open((shop.root / "matrix.html").as_uri())
        before = _rows(page)

        page.click('.fold[data-deed="fold"][data-name="shop.models"]')

        assert {"item", "order"} <= set(before)
        assert "models" in _rows(page)
        assert not {"item", "order"} & set(_rows(page))


def test_on_a_phone_the_matrix_scrolls_and_what_is_told_lies_below(page: Browser) -> None:
    page.ask("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=1, mobile=True)
    page.settle()

    page.run("document.querySelector('.cell').dispatchEvent(new MouseEvent('click'))")

    assert page.run("document.documentElement.scrollWidth") == 390
    assert page.run("document.getElementById('panel').getBoundingClientRect().top") > 844 / 2
