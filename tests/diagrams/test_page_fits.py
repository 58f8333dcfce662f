"""The page in its window: whole from the start, whole again in another window, and of use on a phone."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from browser import Browser, browser
from project import Project
from tools import needs_browser

pytestmark = needs_browser

OUTSIDE = """(() => {
  const around = document.getElementById("picture").getBoundingClientRect();
  const isIn = ({ left, right, top, bottom }) =>
    left >= around.left && right <= around.right && top >= around.top && bottom <= around.bottom;
  return [...document.querySelectorAll(".node, .band")].filter((it) => !isIn(it.getBoundingClientRect())).length;
})()"""
SEEN = "({ ...page.drawing.seen })"
MIDDLE = """(() => {
  const { width, height } = document.getElementById("picture").getBoundingClientRect();
  const { x, y, scale } = page.drawing.seen;
  return [(width / 2 - x) / scale, (height / 2 - y) / scale];
})()"""


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@dataclass(frozen=True)
class Screen:
    """The size of a window."""

    width: int
    height: int
    is_phone: bool = False

    def set(self, window: Browser) -> None:
        size = {"width": self.width, "height": self.height, "deviceScaleFactor": 1, "mobile": self.is_phone}
        window.ask("Emulation.setDeviceMetricsOverride", **size)
        window.ask("Emulation.setTouchEmulationEnabled", enabled=self.is_phone)
        window.settle()


DESK, PHONE = Screen(1280, 720), Screen(390, 844, is_phone=True)


def shown(window: Browser, project: Project, screen: Screen, *asked: str) -> Browser:
    screen.set(window)
    assert project.call("diagram", *asked, "--output", "page.html").returncode == 0
    window.open((project.root / "page.html").as_uri())
    window.settle()
    return window


def test_a_picture_of_the_page_right_after_it_has_loaded_has_everything(shop: Project, window: Browser) -> None:
    page = shown(window, shop, DESK)

    at_once = page.picture()
    page.run("new Promise((done) => setTimeout(done, 900))")

    assert page.picture() == at_once
    assert page.run("document.getAnimations().length") == 0
    assert page.run("document.querySelectorAll('.arrow[data-from]').length") == 6


def test_what_comes_later_moves_to_its_place(shop: Project, window: Browser) -> None:
    page = shown(window, shop, DESK)

    page.click('.node[data-name="services"] .toggle')

    assert page.run("document.querySelectorAll('.arrow.appearing').length") > 0


def test_the_picture_fits_every_window_again(shop: Project, window: Browser) -> None:
    page = shown(window, shop, DESK)
    wide = page.run(SEEN)["scale"]

    for screen in (Screen(700, 900), PHONE, Screen(900, 400), Screen(1600, 900)):
        screen.set(page)
        assert page.run(OUTSIDE) == 0, screen

    DESK.set(page)
    assert page.run(SEEN)["scale"] == pytest.approx(wide)


def test_a_picture_that_was_moved_keeps_its_size_and_what_is_in_the_middle(shop: Project, window: Browser) -> None:
    page = shown(window, shop, DESK)
    page.click("#zoom-in")
    page.click("#zoom-in")
    scale, middle = page.run(SEEN)["scale"], page.run(MIDDLE)

    Screen(900, 600).set(page)

    assert page.run(SEEN)["scale"] == pytest.approx(scale)
    assert page.run(MIDDLE) == pytest.approx(middle)
    page.click("#fit")
    assert page.run("new Promise((done) => setTimeout(done, 500))") is None
    assert page.run(OUTSIDE) == 0


def test_nothing_lies_on_the_picture(shop: Project, window: Browser) -> None:
    page = shown(window, shop, DESK)

    assert _overlap(page, ".caption") == 0
    assert _overlap(page, ".zoom") == 0


def _overlap(page: Browser, selector: str) -> float:
    """How much of the picture's height lies under an element."""
    boxes = (
        "[document.getElementById('picture'), document.querySelector(SELECTOR)].map((it) => it.getBoundingClientRect())"
    )
    one, other = (
        page.run(f"({{ ...{boxes}[{at}].toJSON() }})".replace("SELECTOR", json.dumps(selector))) for at in (0, 1)
    )
    return max(0, min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])) / one["height"]


def _touch(page: Browser, kind: str, *points: tuple[float, float]) -> None:
    touches = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(points)]
    page.ask("Input.dispatchTouchEvent", type=f"touch{kind}", touchPoints=touches)


def test_a_finger_moves_the_picture_on_a_phone(shop: Project, window: Browser) -> None:
    page = shown(window, shop, PHONE)
    before = page.run(SEEN)

    _touch(page, "Start", (195, 500))
    for step in range(1, 6):
        _touch(page, "Move", (195 + 8 * step, 500 + 10 * step))
    _touch(page, "End")

    after = page.run(SEEN)
    assert (after["x"] - before["x"], after["y"] - before["y"]) == pytest.approx((40, 50))
    assert after["scale"] == before["scale"]


def test_two_fingers_make_it_larger_and_smaller_on_a_phone(shop: Project, window: Browser) -> None:
    page = shown(window, shop, PHONE)
    before = page.run(SEEN)["scale"]

    _pinch(page, 50, 150)
    larger = page.run(SEEN)["scale"]
    _pinch(page, 150, 75)

    assert larger == pytest.approx(3 * before, rel=0.1)
    assert page.run(SEEN)["scale"] == pytest.approx(larger / 2, rel=0.1)
    assert page.run("page.drawing.wasDragged")


def _pinch(page: Browser, start: float, end: float) -> None:
    """Two fingers around the middle, from `start` to `end` pixels away from it."""

    def fingers(away: float) -> Any:
        return (195 - away, 450), (195 + away, 450)

    _touch(page, "Start", *fingers(start))
    for step in range(1, 11):
        _touch(page, "Move", *fingers(start + (end - start) * step / 10))
    _touch(page, "End")


def test_a_tap_tells_about_a_node_below_the_picture_and_not_on_it(shop: Project, window: Browser) -> None:
    page = shown(window, shop, PHONE)

    click = "dispatchEvent(new MouseEvent('click', { bubbles: true }))"
    page.run(f"document.querySelector('.node[data-name=services]').{click}")
    page.settle()

    assert "Imports" in page.run("document.getElementById('panel').innerText")
    assert _overlap(page, "#panel") == 0
    assert page.run("document.getElementById('picture').getBoundingClientRect().height") > 844 / 3
    assert page.run(OUTSIDE) == 0


def test_everything_is_within_a_phone(shop: Project, window: Browser) -> None:
    page = shown(window, shop, PHONE)

    assert page.run("document.documentElement.scrollWidth") == 390
    right = "Math.max(...[...document.querySelectorAll('button')].map((it) => it.getBoundingClientRect().right))"
    assert page.run(right) <= 390
    assert page.run("document.querySelector('header').getBoundingClientRect().height") < 844 / 8
