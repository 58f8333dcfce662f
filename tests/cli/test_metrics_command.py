"""`archguard metrics`, as users have it."""

import csv
import io
import json
import re
from html.parser import HTMLParser

from browser import browsed
from jsonschema import Draft202012Validator
from project import Project
from tools import needs_browser

from archguard.reporters.metrics.json import metrics_schema


def test_the_text_tells_the_whole_the_units_and_the_hot_spots(shop: Project) -> None:
    shop.write("shop/services/__init__.py", "import sqlalchemy\nimport abc\nclass A(abc.ABC): ...\nclass B: ...\n")

    done = shop.call("metrics")

    assert done.returncode == 0
    parts = done.stdout.split("\n\n")
    assert parts[0] == "Looked at 8 modules with 7 imports.\n1 violation, 142.86 per thousand imports."
    assert parts[2].splitlines() == [
        "components    modules  classes  abstract  Ca  Ce     I     A     D",
        "controllers         2        0         0   0   1  1.00  0.00  0.00",
        "services            2        2         1   1   1  0.50  0.50  0.00",
        "repositories        2        0         0   1   0  0.00  0.00  1.00",
    ]
    assert parts[3].splitlines() == [
        "coupling between components  imports",
        "controllers -> services            1",
        "services -> repositories           1",
    ]
    assert parts[-1].splitlines()[:2] == ["importing most           modules", "shop.controllers.orders        2"]


def test_the_json_has_every_level_with_its_units_and_arrows(shop: Project) -> None:
    shop.write("shop/services/__init__.py", "import sqlalchemy\n")

    document = json.loads(shop.call("metrics", "--format", "json").stdout)

    assert document["violations"] == 1
    assert document["violations_per_thousand_imports"] == 166.6667
    assert document["components"]["ccd"] == 6
    assert document["components"]["coupling"][0] == {"importer": "controllers", "imported": "services", "imports": 1}
    assert [unit["name"] for unit in document["packages"]["units"]] == [
        "shop",
        "shop.controllers",
        "shop.repositories",
        "shop.services",
        "shop.wiring",
    ]
    assert document["fan_in"][0] == {
        "module": "shop.repositories.orders",
        "path": "shop/repositories/orders.py",
        "count": 2,
    }
    assert "services" not in document
    Draft202012Validator(metrics_schema()).validate(document)


def test_the_csv_has_a_line_for_each_unit_and_each_whole(shop: Project) -> None:
    rows = list(csv.DictReader(io.StringIO(shop.call("metrics", "--format", "csv").stdout)))

    assert [(row["level"], row["name"]) for row in rows if row["name"] == "" or row["level"] == "components"] == [
        ("components", "controllers"),
        ("components", "services"),
        ("components", "repositories"),
        ("modules", ""),
        ("components", ""),
        ("packages", ""),
    ]
    assert rows[0]["instability"] == "1.0"
    assert rows[-1]["ccd"] == "10"


def test_services_are_measured_by_name_and_imports_for_type_checkers_left_out_on_request(project: Project) -> None:
    project.write("a/app/api.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import client\n")
    project.write("b/client/__init__.py", "")
    services = "services: {orders: {root: a, packages: [app]}, payments: {root: b, packages: [client]}}\n"

    project.configure(services)
    included = json.loads(project.call("metrics", "--format", "json").stdout)
    project.configure(f"project: {{type_checking_imports: exclude}}\n{services}")
    excluded = json.loads(project.call("metrics", "--format", "json").stdout)

    assert [unit["efferent"] for unit in included["services"]["units"]] == [1, 0]
    assert [unit["efferent"] for unit in excluded["services"]["units"]] == [0, 0]


def test_without_a_configuration_the_packages_are_measured(project: Project) -> None:
    project.write_all({"shop/a/x.py": "import shop.b\n", "shop/b.py": ""})

    done = project.call("metrics", "--depth", "0")

    assert done.returncode == 0
    assert "Looked at 4 modules with 1 import." in done.stdout
    assert "violation" not in done.stdout
    assert re.search(r"^shop +4 ", done.stdout, re.MULTILINE)


def test_what_could_not_be_read_is_told_and_fails(shop: Project) -> None:
    shop.write("shop/broken.py", "def broken(:\n")

    done = shop.call("metrics")

    assert done.returncode == 2
    assert "shop/broken.py:1" in done.stderr
    assert "Looked at 9 modules" in done.stdout


class Page(HTMLParser):
    """The elements of a page, each closed where it should be."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(name, value or "") for name, value in attrs]


def test_the_page_is_whole_and_fetches_nothing(shop: Project) -> None:
    done = shop.call("metrics", "--format", "html", "--output", "metrics.html")

    page = Page((shop.root / "metrics.html").read_text(encoding="utf-8"))

    assert done.stdout == ""
    assert page.open == []
    assert not {"src", "href", "action", "style", "onclick"} & {name for name, _ in page.attributes}


def test_an_empty_folder_is_an_error_and_no_zeros(project: Project) -> None:
    project.write("notes.txt", "no code here")

    for format_ in ("text", "json", "csv", "html"):
        run = project.call("metrics", "--format", format_)

        assert (run.returncode, run.stdout) == (2, "")
        assert "error: there is no Python code here to look at" in run.stderr


def test_one_empty_module_is_code(project: Project) -> None:
    project.write("shop/__init__.py", "")

    assert project.call("metrics").returncode == 0


@needs_browser
def test_a_browser_draws_a_dot_for_each_unit_in_the_colours_of_the_page(shop: Project) -> None:
    shop.call("metrics", "--format", "html", "--output", "metrics.html")

    page = browsed((shop.root / "metrics.html").as_uri(), shop.root)

    assert page.count('<circle class="dot') == 3 + 4  # the components; the packages, less the one coupled to nothing
    assert "controllers: I 1.00, A 0.00, D 0.00, 2 modules" in page
    assert "Not shown, since coupled to nothing: shop." in page
