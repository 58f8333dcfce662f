"""The page, in a real browser: what people do with it, and that nothing which they wrote runs in it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path

import pytest
from browser import Browser, browser
from hypothesis import HealthCheck, given, settings
from project import Project
from repository import commit, git
from test_any_name import views
from tools import needs_browser

from archguard.diagrams import View, html
from archguard.diagrams.simplify import NODES

pytestmark = needs_browser

SHIFT = 8
STILL = [{"name": "prefers-reduced-motion", "value": "reduce"}, {"name": "prefers-color-scheme", "value": "light"}]


@dataclass(frozen=True)
class Page:
    """What is seen on the page, in few words."""

    browser: Browser

    @property
    def nodes(self) -> set[str]:
        return set(self.browser.run("[...document.querySelectorAll('.node')].map((it) => it.dataset.name)"))

    @property
    def frames(self) -> set[str]:
        return set(self.browser.run("[...document.querySelectorAll('.frame')].map((it) => it.dataset.name)"))

    @property
    def lit(self) -> set[str]:
        return set(self.browser.run("[...document.querySelectorAll('.node.lit')].map((it) => it.dataset.name)"))

    @property
    def arrows(self) -> set[tuple[str, str]]:
        found = "[...document.querySelectorAll('.arrow[data-from]')].map((it) => [it.dataset.from, it.dataset.to])"
        return {(one, other) for one, other in self.browser.run(found)}

    @property
    def panel(self) -> str:
        text = self.browser.run("element('panel').hidden ? '' : element('panel').innerText")
        return re.sub(r"\n\s*", "\n", text)

    @property
    def links(self) -> list[str]:
        return list(self.browser.run("[...document.querySelectorAll('#panel a')].map((it) => it.href)"))

    def at(self, name: str) -> None:
        """Go to a node with the keyboard."""
        self.browser.run(f"document.querySelector({json.dumps(node(name))}).focus()")

    def deed(self, name: str) -> None:
        """Click one of the buttons in the panel."""
        self.browser.click(f"#panel [data-deed={name}]")

    def click_arrow(self, source: str, target: str) -> None:
        arrow = json.dumps(f'.arrow[data-from="{source}"][data-to="{target}"] .reach')
        self.browser.settle()
        self.browser.click_at(*self.browser.run(f"({MIDDLE_OF_WAY})(document.querySelector({arrow}))"))


MIDDLE_OF_WAY = """(way) => {
  const { x, y } = way.getPointAtLength(way.getTotalLength() / 2).matrixTransform(way.getScreenCTM());
  return [x, y];
}"""


def node(name: str) -> str:
    return f'.node[data-name="{name}"]'


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("browser")) as opened:
        opened.ask("Emulation.setEmulatedMedia", features=STILL)
        yield opened


def opened(window: Browser, project: Project, *asked: str) -> Page:
    """The page that the command writes."""
    run = project.call("diagram", *asked, "--output", "page.html")
    assert run.returncode == 0, run.stderr
    window.open((project.root / "page.html").as_uri())
    return Page(window)


LAYERS = ("controllers", "services", "repositories")
TOP = {*LAYERS, "shop.main", "shop.models"}


def test_it_opens_with_the_nodes_of_the_view_and_layers_below_each_other(shop: Project, window: Browser) -> None:
    page = opened(window, shop)

    tops = [
        window.run(f"document.querySelector({json.dumps(node(name))}).getBoundingClientRect().top") for name in LAYERS
    ]
    assert page.nodes == TOP
    assert page.frames == set()
    assert ("repositories", "services") in page.arrows
    assert tops == sorted(tops)
    assert window.run("document.querySelectorAll('.band').length") == 3


def test_a_dozen_layers_lie_in_their_order_whatever_imports_what(project: Project, window: Browser) -> None:
    names = [f"shop.l{level}" for level in range(12)]
    files = {f"shop/l{level}.py": f"import shop.l{level - 1}\n" for level in range(1, 12)}  # all of them upwards
    project.write_all({"shop/__init__.py": "", "shop/l0.py": "import shop.l1\n", **files})
    project.configure(f"contracts: [{{id: layered, kind: layers, layers: {json.dumps(names)}}}]")

    page = opened(window, project)

    tops = "page.look.nodes.filter((it) => it.layer !== null).sort((one, other) => one.box.y - other.box.y)"
    assert window.run(f"{tops}.map((it) => it.name)") == names
    assert page.arrows >= {("shop.l5", "shop.l4"), ("shop.l0", "shop.l1")}


def test_a_node_that_is_expanded_shows_its_modules_and_a_frame_that_is_collapsed_is_a_node(
    shop: Project, window: Browser
) -> None:
    page = opened(window, shop)

    window.click(f"{node('services')} .toggle")
    inner = {"shop.services", "shop.services.orders", "shop.services.prices"}
    assert page.nodes == TOP - {"services"} | inner
    assert page.frames == {"services"}
    assert ("shop.controllers.orders", "shop.services.orders") not in page.arrows
    assert ("controllers", "shop.services.orders") in page.arrows

    window.click('.frame[data-name="services"] .toggle')
    assert page.nodes == TOP
    assert page.frames == set()


def test_an_arrow_tells_its_lines_and_the_contracts_that_it_breaks(shop: Project, window: Browser) -> None:
    page = opened(window, shop)

    page.click_arrow("repositories", "services")

    assert page.panel.splitlines()[1:3] == ["repositories → services", "1 import · closes a cycle"]
    assert "layered\nshop.repositories.orders must not import shop.services.prices" in page.panel
    assert "because Rules are tested without a database." in page.panel
    assert "shop/repositories/orders.py:2:27\nshop.repositories.orders → shop.services.prices" in page.panel
    assert page.links == []


def test_lines_lead_to_the_repository_at_the_commit(shop: Project, window: Browser) -> None:
    git(shop, "init", "--quiet")
    git(shop, "remote", "add", "origin", "git@github.com:acme/shop.git")
    commit(shop)
    head = git(shop, "rev-parse", "HEAD").strip()

    page = opened(window, shop)
    page.click_arrow("controllers", "services")

    path = "shop/controllers/orders.py"
    assert set(page.links) == {f"https://github.com/acme/shop/blob/{head}/{path}#L1"}


def test_the_lines_can_be_copied(shop: Project, window: Browser) -> None:
    page = opened(window, shop)
    window.ask("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])

    page.click_arrow("controllers", "services")
    page.deed("copy")

    assert window.run("navigator.clipboard.readText()").splitlines() == [
        "controllers -> services",
        "shop/controllers/orders.py:1: shop.controllers.orders -> shop.services.orders",
        "shop/controllers/orders.py:1: shop.controllers.orders -> shop.services.prices",
    ]


def test_the_search_goes_to_a_module_inside_of_a_closed_package(shop: Project, window: Browser) -> None:
    page = opened(window, shop)

    window.press("/")
    window.type("models item")
    assert window.run("[...document.querySelectorAll('.node.found')].map((it) => it.dataset.name)") == ["shop.models"]
    assert window.run("element('found').innerText") == "shop.models.item"
    window.press("Enter")

    assert page.frames == {"shop.models"}
    assert page.panel.splitlines()[1] == "item"
    assert window.run("document.activeElement.dataset.name") == "shop.models.item"


def test_what_is_under_the_mouse_is_lit_with_its_neighbours(shop: Project, window: Browser) -> None:
    page = opened(window, shop)

    window.hover(node("controllers"))
    assert page.lit == {"controllers", "services", "shop.main"}

    window.hover("h1")
    assert page.lit == set()


def test_what_is_pinned_stays_lit_and_tells_its_neighbours(shop: Project, window: Browser) -> None:
    page = opened(window, shop)

    window.click(node("controllers"))
    window.hover("h1")
    assert page.lit == {"controllers", "services", "shop.main"}
    assert re.search(r"Imports\nservices\s2\nImported by\nmain\s1", page.panel)

    window.click(node("shop.models"), modifiers=SHIFT)
    window.hover("h1")
    assert page.lit == TOP
    assert window.run("document.querySelectorAll('[aria-pressed=true].node').length") == 2

    window.press("Escape")
    assert (page.lit, page.panel) == (set(), "")


def test_a_focus_leaves_what_is_near_and_can_be_widened(shop: Project, window: Browser) -> None:
    page = opened(window, shop)

    window.click(node("shop.main"))
    page.deed("focus")
    assert page.nodes == {"shop.main", "controllers"}

    window.click("#further")
    assert page.nodes == {"shop.main", "controllers", "services"}
    assert window.run("element('depth').textContent") == "2 steps"

    window.click("#unfocus")
    assert page.nodes == TOP


def test_what_is_hidden_comes_back_when_asked(shop: Project, window: Browser) -> None:
    page = opened(window, shop)

    window.click(node("services"))
    page.deed("hide")
    assert page.nodes == TOP - {"services"}
    assert all("services" not in ends for ends in page.arrows)

    window.click("#hidden")
    assert page.nodes == TOP


def test_only_violations_leaves_what_breaks_contracts(shop: Project, window: Browser) -> None:
    page = opened(window, shop)

    window.click("#violations")

    assert page.arrows == {("repositories", "services")}
    assert page.nodes == {"repositories", "services", "shop.models"}  # the models have a cycle inside

    page.at("shop.models")
    window.press("e")
    assert page.arrows > {("shop.models.item", "shop.models.order")}


def test_it_is_light_or_dark_as_people_like_it(shop: Project, window: Browser) -> None:
    opened(window, shop)
    colour = "getComputedStyle(document.body).backgroundColor"
    assert window.run(colour) == "rgb(255, 255, 255)"

    window.click("#theme")
    assert window.run(colour) == "rgb(11, 18, 32)"

    window.press("t")
    assert window.run(colour) == "rgb(255, 255, 255)"


def test_nothing_moves_for_those_who_do_not_like_it(shop: Project, window: Browser) -> None:
    opened(window, shop)
    duration = f"getComputedStyle(document.querySelector({json.dumps(node('services'))})).transitionDuration"
    assert window.run(duration) == "0s"

    window.ask("Emulation.setEmulatedMedia", features=[])
    assert window.run(duration) != "0s"
    window.ask("Emulation.setEmulatedMedia", features=STILL)


def test_everything_can_be_done_with_the_keyboard(shop: Project, window: Browser) -> None:
    page = opened(window, shop)

    page.at("controllers")
    window.press("ArrowDown")
    assert window.run("document.activeElement.dataset.name") == "services"
    window.press("e")
    assert page.frames == {"services"}
    window.press("c")
    assert page.frames == set()
    page.at("services")
    window.press("f")
    assert page.nodes == TOP - {"shop.main"}
    window.press("]")
    assert page.nodes == TOP
    window.press("Escape")
    page.at("services")
    window.press("Enter")
    assert page.panel.splitlines()[1] == "services"
    window.press("l")
    window.press("Enter")
    assert page.panel.splitlines()[1] == "services → repositories"
    page.at("services")
    window.press("h")
    assert page.nodes == TOP - {"services"}
    window.press("s")
    assert page.nodes == TOP
    window.press("v")
    assert page.arrows == {("repositories", "services")}


def test_every_key_is_in_the_help(shop: Project, window: Browser) -> None:
    opened(window, shop)
    script = (Path(html.__file__).parent / "page.js").read_text(encoding="utf-8")
    keys = set(re.findall(r'^      "?([^" ]|\W)"?: \(\) =>', script, re.MULTILINE))

    window.press("?")

    told = window.run("element('help').innerText")
    assert keys >= {"/", "?", "v", "e", "["}
    assert [key for key in keys - {"?"} if not re.search(rf"(^|\s|,){re.escape(key)}", told)] == []


def test_nodes_say_what_they_are_to_those_who_hear(shop: Project, window: Browser) -> None:
    opened(window, shop)

    assert window.run(f"document.querySelector('{node('shop.models')}').getAttribute('aria-label')") == (
        "models, package, 3 modules, 2 violations, can be expanded"
    )
    assert window.run("element('said').textContent") == "5 nodes, 6 arrows"


def test_services_are_told_apart_by_how_they_reach_each_other(services: Project, window: Browser) -> None:
    services.write("payments/app/pay.py", "")

    page = opened(window, services)

    assert window.run("element('legend').innerText.split(/\\n/).filter(Boolean)") == [
        "breaks a contract",
        "HTTP",
        "queue",
        "table",
    ]
    assert ("orders", "payments") in page.arrows

    window.click(node("orders"))
    assert "Reaches\npayments\nTABLE 1\nlogs\n1\npayments\nHTTP 1" in page.panel

    window.press("Escape")
    window.click(f"{node('payments')} .toggle")
    assert "payments" in page.frames
    assert ("orders", "payments") in page.arrows


class Elements(HTMLParser):
    """The elements of a page and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_nothing_is_fetched_and_nothing_else_may_run(shop: Project) -> None:
    text = shop.run("diagram", "--format", "html").stdout
    elements = Elements(text).found

    (policy,) = [it["content"] for _, it in elements if it.get("http-equiv") == "Content-Security-Policy"]
    assert re.fullmatch(r"default-src 'none'; style-src 'sha256-[^' ]+'; script-src 'sha256-[^' ]+'", str(policy))
    assert not {"src", "href", "srcset", "style", "onclick"} & {
        name for _, attributes in elements for name in attributes
    }
    assert set(re.findall(r"https?://[^\s\"'`<]*", text)) == {"http://www.w3.org/2000/svg"}  # the name of a language
    assert "@import" not in text
    assert "url(" not in text.replace("url(#head-", "")


def test_names_that_look_like_markup_stay_names(project: Project, window: Browser) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": "import shop.b\n", "shop/b.py": ""})
    name = "</script><img src=x onerror=document.title='owned'>\u2028<!--<script>"
    project.configure(f"components: {json.dumps({'alert': {'modules': 'shop.a', 'description': name}})}\ncontracts: []")

    page = opened(window, project)

    window.click(node("alert"))
    assert name.replace("\u2028", "\ufffd") in page.panel
    assert window.run("document.title") == "shop: components"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(view=views())
def test_every_node_and_every_arrow_is_drawn_whatever_they_are_called(
    view: View, window: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    page = tmp_path_factory.mktemp("page") / "page.html"
    page.write_text(html.render(view), encoding="utf-8")

    window.open(page.as_uri())

    ways = {(it.source, it.target, it.channel) for it in view.arrows if it.source != it.target}
    assert window.run("document.querySelectorAll('.node').length") == len(view.nodes)
    assert window.run("document.querySelectorAll('.arrow[data-from]').length") == len(ways)
    assert window.run("document.querySelectorAll('.arrow[data-from] .line[d*=NaN]').length") == 0


def test_the_same_code_gives_the_same_page(shop: Project) -> None:
    runs = {shop.run("diagram", "--format", "html", PYTHONHASHSEED=seed).stdout for seed in ("1", "2")}

    assert len(runs) == 1


def crowd(project: Project, packages: int) -> None:
    """`shop` with that many packages; the first imports all others thrice, each imports the next two."""
    names = [f"p{number:02}" for number in range(packages)]
    files = {
        f"shop/{name}/__init__.py": "".join(f"import shop.{other}\n" for other in names[at + 1 : at + 3])
        for at, name in enumerate(names)
    }
    files["shop/p00/__init__.py"] = "".join(f"import shop.{name}\n" * 3 for name in names[1:])
    project.write_all({"shop/__init__.py": "", **files})
    project.configure("components: {all: shop}\ncontracts: []")


def test_of_very_many_packages_the_rest_is_one_node_out_of_which_the_search_takes_what_it_finds(
    project: Project, window: Browser
) -> None:
    crowd(project, NODES + 20)
    page = opened(window, project)

    window.click(f"{node('all')} .toggle")
    assert len(page.nodes) == NODES
    assert window.run("[...document.querySelectorAll('.node.rest .label')].map((it) => it.textContent)") == ["22 more"]

    window.press("/")
    window.type("p49")
    window.press("Enter")
    assert "shop.p49" in page.nodes
    assert window.run("[...document.querySelectorAll('.node.rest .label')].map((it) => it.textContent)") == ["21 more"]

    window.click("#fit")
    window.click(".node.rest .toggle")
    assert len(page.nodes) == NODES + 21


def test_where_everything_is_asked_for_the_page_opens_with_everything(project: Project, window: Browser) -> None:
    crowd(project, 50)
    project.write_all({f"shop/p01/m{number:02}.py": "" for number in range(50)})

    page = opened(window, project, "--view", "packages", "--depth", "3", "--limit", "0")

    drawn = json.loads(
        project.call("diagram", "--view", "packages", "--depth", "3", "--limit", "0", "--format", "json").stdout
    )
    assert page.nodes == {it["name"] for it in drawn["nodes"]}
    assert page.arrows == {(it["source"], it["target"]) for it in drawn["arrows"]}
    assert len(page.nodes) == 100
    assert window.run("document.querySelectorAll('.node.rest').length") == 0


def test_of_very_many_arrows_the_lightest_show_only_around_what_is_under_the_mouse(
    project: Project, window: Browser
) -> None:
    crowd(project, 28)
    page = opened(window, project)
    window.click(f"{node('all')} .toggle")
    window.hover("h1")
    light = {(f"shop.p{one:02}", f"shop.p{one + step:02}") for one in range(1, 26) for step in (1, 2)}
    assert ("shop.p00", "shop.p07") in page.arrows
    assert not light & page.arrows
    assert "51 of 78 arrows show on hover only, each of 1 import at most" in window.run("element('notes').innerText")

    window.hover(node("shop.p07"))
    assert light & page.arrows == {pair for pair in light if "shop.p07" in pair}
    assert page.lit == {"shop.p00", *(f"shop.p{number:02}" for number in range(5, 10))}

    window.click("#arrows")
    assert page.arrows >= light


def test_nodes_do_not_stand_on_each_other(project: Project, window: Browser) -> None:
    crowd(project, 60)
    opened(window, project)
    window.click(f"{node('all')} .toggle")

    boxes = window.run("page.look.nodes.map(({ box }) => [box.x, box.y, box.x + box.w, box.y + box.h])")

    assert [
        (one, other)
        for one, other in combinations(boxes, 2)
        if one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
    ] == []


def test_the_page_has_the_arrows_the_numbers_and_the_dashes_of_a_picture(project: Project, window: Browser) -> None:
    names = [f"shop.m{number:02}" for number in range(30)]
    files = {
        f"{one.replace('.', '/')}.py": "".join(f"import {other}\n" for other in names[at + 1 : at + 5])
        for at, one in enumerate(names)
    }
    files["shop/m29.py"] = "import shop.m00\nimport shop.m28\n"
    project.write_all({"shop/__init__.py": "", **files})
    project.configure("contracts: []")

    page = opened(window, project)

    shown = json.loads(project.call("diagram", "--format", "json").stdout)["arrows"]
    drawn = {(it["source"], it["target"], str(it["count"]), it["closes_cycle"]) for it in shown}
    found = "page.look.arrows.map((it) => [it.source.name, it.target.name, labelOf(it), it.closesCycle])"
    assert {tuple(it) for it in window.run(found)} == drawn
    assert window.run("document.querySelectorAll('.arrow.closing[data-from]').length") == sum(it[3] for it in drawn) > 0
    upwards = "page.look.arrows.filter((it) => it.source.box.y > it.target.box.y).map((it) => it.closesCycle)"
    assert all(window.run(upwards))

    window.click("#arrows")
    assert len(page.arrows) == 26 * 4 + 3 + 2 + 1 + 2


def test_what_is_left_out_once_something_is_hidden_closes_no_cycle(project: Project, window: Browser) -> None:
    crowd(project, 30)
    for number in range(5, 30):
        file = project.root / f"shop/p{number:02}/__init__.py"
        file.write_text(f"{file.read_text()}import shop.p{number - 1:02}\n")
    page = opened(window, project)

    window.click(f"{node('all')} .toggle")

    assert window.run("page.look.faint.length") > 0
    assert window.run("page.look.faint.filter((it) => it.closesCycle).length") == 0
    both = {(f"shop.p{number:02}", f"shop.p{number - 1:02}") for number in range(5, 30)}
    assert {(other, one) for one, other in both} | both <= page.arrows


@pytest.mark.parametrize(("asked", "is_whole"), [((), False), (("--limit", "0"), True)])
def test_a_cycle_stays_one_once_something_is_hidden_and_everything_if_that_was_asked_for(
    project: Project, window: Browser, asked: tuple[str, ...], *, is_whole: bool
) -> None:
    names = [f"m{number:02}" for number in range(28)]
    ahead = {one: "".join(f"import shop.{other}\n" for other in names[at + 1 : at + 5]) for at, one in enumerate(names)}
    project.write_all({"shop/__init__.py": "", **{f"shop/{one}.py": text for one, text in ahead.items()}})
    project.write("shop/m26.py", "import shop.m00\n")
    project.configure("contracts: []")
    page = opened(window, project, *asked)

    page.at("shop.m27")
    window.press("h")

    assert len(page.nodes) == 27
    assert window.run("Math.max(...tanglesOf(page.look.nodes, page.look.arrows).map((it) => it.length))") == 27
    assert (window.run("page.look.faint.length") == 0) is is_whole
