"""The charts of metrics and of a trend, in a real browser: what is written can be read."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from browser import Browser, browser
from tools import needs_browser

from archguard.codebase.metrics import Unit
from archguard.model import Point
from archguard.model.trend import Commit
from archguard.reporters.metrics.main_sequence import chart
from archguard.reporters.page import asset
from archguard.reporters.trend.chart import render

BOXES = """[...document.querySelectorAll("SELECTOR")].map((it) => {
  const { left, right, top, bottom } = it.getBoundingClientRect();
  return { text: it.textContent, left, right, top, bottom };
})"""


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


def overlapping(window: Browser, selector: str) -> list[tuple[str, str]]:
    """The pairs of texts that lie on each other by more than a pixel."""
    boxes = window.run(BOXES.replace("SELECTOR", selector))
    return [
        (one["text"], other["text"])
        for one, other in combinations(boxes, 2)
        if min(one["right"], other["right"]) - max(one["left"], other["left"]) > 1
        and min(one["bottom"], other["bottom"]) - max(one["top"], other["top"]) > 1
    ]


def crowd(number: int) -> list[Unit]:
    """Units along the axis, many of them in the same places."""
    return [
        Unit(
            name=f"shop.a_package_called_{at}",
            modules=1 + at % 7,
            afferent=at % 11,
            efferent=1 + at % 5,
            classes=4,
            abstract_classes=at % 3 // 2,
        )
        for at in range(number)
    ]


@needs_browser
@pytest.mark.parametrize("number", [1, 8, 60])
def test_names_of_units_do_not_lie_on_each_other(window: Browser, tmp_path: Path, number: int) -> None:
    page = tmp_path / "page.html"
    look = f"<style>{asset('colours.css')}{asset('metrics.css')}</style>"
    page.write_text(f"<!DOCTYPE html>{look}{chart(crowd(number))}", encoding="utf-8")

    window.open(page.as_uri())

    assert overlapping(window, ".name") == []
    assert overlapping(window, ".tick, .title, .zone") == []
    assert window.run("document.querySelectorAll('.name').length") > 0


def test_units_in_the_same_place_share_a_name_and_of_many_the_rest_is_counted() -> None:
    def name(number: int) -> str:
        units = [Unit(name=f"shop.p{at}", modules=1, afferent=1, efferent=1) for at in range(number)]
        return chart(units).partition('class="name"')[2].partition(">")[2].partition("<")[0]

    assert name(1) == "p0"
    assert name(3) == "p0, p1, p2"
    assert name(4) == "p0, p1, p2, 1 more"


@pytest.mark.parametrize(("efferent", "is_far"), [(30, True), (31, False)])
def test_the_legend_of_the_main_sequence_tells_of_the_zones_if_a_unit_is_in_one(efferent: int, *, is_far: bool) -> None:
    drawn = chart([Unit(name="shop", modules=1, afferent=100 - efferent, efferent=efferent)])

    assert ("far from the main sequence" in drawn) is is_far
    assert "a larger dot has more modules" in drawn
    assert "main sequence: as abstract as stable" in drawn


def points(number: int, *, gaps: bool = False) -> tuple[Point, ...]:
    figures = {"modules": 10.0, "imports": 30.0, "propagation_cost": 0.2, "cyclicity": 0.0, "nccd": 1.2}
    commits = (Commit(f"{at:08x}" * 5, date(2026, 1, 1) + timedelta(days=at)) for at in range(number))
    return tuple(
        Point(commit=commit, gap="no package")
        if gaps and at == 1
        else Point(commit=commit, figures=figures, violations={"a": at, "b": None if gaps else 1})
        for at, commit in enumerate(commits)
    )


@needs_browser
@pytest.mark.parametrize("number", [1, 2, 40])
def test_labels_of_a_trend_do_not_lie_on_each_other(window: Browser, tmp_path: Path, number: int) -> None:
    page = tmp_path / "trend.svg"
    page.write_text(render(points(number, gaps=number > 1)), encoding="utf-8")

    window.open(page.as_uri())

    assert overlapping(window, "text") == []


def test_the_legend_of_a_trend_names_the_looks_that_it_has() -> None:
    whole, with_gaps = render(points(3)), render(points(3, gaps=True))

    assert "a commit" in whole
    assert "commits, from the oldest to the newest" in whole
    assert "nothing could be measured" not in whole
    assert "not all could be read or checked" not in whole
    assert "nothing could be measured" in with_gaps
    assert "not all could be read or checked" in with_gaps
