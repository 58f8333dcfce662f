"""`archguard docs`: a page that is true, around which people write."""

import os
from pathlib import Path

import pytest
from project import Project

from archguard.inspection.docs_page import BEGIN, END

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples/layered_shop"

SHOP = {
    "shop/__init__.py": "",
    "shop/web.py": "import shop.db  # archguard: ignore[layered] until Monday\nimport shop.orders\n",
    "shop/orders.py": "import shop.db\n",
    "shop/db.py": "import shop.web\n",
}
CONFIGURATION = """\
    version: 1
    project: {packages: [shop]}
    components:
      web: {modules: shop.web, description: what a browser | sees}
      orders: shop.orders
      db: shop.db
    contracts:
      - id: layered
        kind: layers
        layers: [web, orders, db]
        closed: true
        reason: Rules can be tested without a database.
      - id: apart
        kind: forbidden
        modules: orders
        must_not_import: db
        ignore: [{import: shop.orders -> shop.db, reason: SHOP-1, expires: 2099-01-01}]
"""


@pytest.fixture
def shop(project: Project) -> Project:
    project.write_all(SHOP)
    project.configure(CONFIGURATION)
    project.run("baseline")
    return project


def page(shop: Project) -> str:
    return (shop.root / "ARCHITECTURE.md").read_text(encoding="utf-8")


def test_the_page_tells_of_components_contracts_and_exceptions(shop: Project) -> None:
    written = shop.call("docs")

    assert (written.returncode, written.stdout, written.stderr) == (0, "", "")
    for line in (
        "| web | 1 | `shop.web` | what a browser \\| sees |",
        "- **apart** (forbidden): orders never import db, not even through others.",
        "  *Rules can be tested without a database.*",
        "```mermaid",
        "- **apart**: `shop.orders -> shop.db`: SHOP-1 (until 2099-01-01)",
        "- 1 comment in `shop/web.py`",
        "- **layered**: 1 known violation in `archguard-baseline.yaml`",
    ):
        assert line in page(shop).splitlines()


def test_a_page_that_is_current_is_written_again_byte_by_byte(shop: Project) -> None:
    shop.run("docs", PYTHONHASHSEED="1")
    first = page(shop)

    checked = shop.call("docs", "--check")
    shop.run("docs", PYTHONHASHSEED="2")

    assert (checked.returncode, checked.stdout) == (0, "")
    assert page(shop) == first


def test_a_page_that_is_not_current_fails_and_shows_what_differs(shop: Project) -> None:
    shop.call("docs")
    before = page(shop)
    shop.write("archguard.yaml", (shop.root / "archguard.yaml").read_text().replace("Rules can", "Each rule can"))

    checked = shop.call("docs", "--check")

    assert checked.returncode == 1
    assert (
        "-  *Rules can be tested without a database.*\n+  *Each rule can be tested without a database.*"
        in checked.stdout
    )
    assert checked.stderr == "ARCHITECTURE.md is not current: `archguard docs` writes it\n"
    assert page(shop) == before


def test_a_page_that_is_not_there_is_not_current(shop: Project) -> None:
    checked = shop.call("docs", "--check")

    assert checked.returncode == 1
    assert not (shop.root / "ARCHITECTURE.md").exists()


def test_what_people_write_around_it_stays(shop: Project) -> None:
    shop.write("ARCHITECTURE.md", f"# Ours\n\nBefore.\n\n{BEGIN}\nold\n{END}\n\nAfter.\n")

    shop.call("docs")

    assert page(shop).startswith(f"# Ours\n\nBefore.\n\n{BEGIN}\n\n## Components\n")
    assert page(shop).endswith(f"{END}\n\nAfter.\n")
    assert "old" not in page(shop)


@pytest.mark.parametrize(
    "text", ["# Ours\n", f"{END}\n{BEGIN}\n", f"{BEGIN}\n{END}\n{BEGIN}\n{END}\n", f"{BEGIN}\n", "\xff"]
)
def test_a_page_without_the_marks_is_not_written_over(shop: Project, text: str) -> None:
    file = shop.write("ARCHITECTURE.md", text.encode("latin-1"))

    written = shop.call("docs")

    assert written.returncode == 2
    assert written.stderr.startswith("ARCHITECTURE.md:1:1: error: ")
    assert file.read_bytes() == text.encode("latin-1")


def test_another_page_can_be_named(shop: Project) -> None:
    shop.write("docs/index.md", "")
    (shop.root / "docs/index.md").unlink()

    shop.call("docs", "--output", "docs/index.md")

    assert "## Contracts" in (shop.root / "docs/index.md").read_text(encoding="utf-8")


def test_nothing_is_written_of_code_that_cannot_be_looked_at(shop: Project) -> None:
    shop.write("shop/orders.py", "import\n")

    written = shop.call("docs")

    assert written.returncode == 2
    assert "shop/orders.py:1" in written.stderr
    assert not (shop.root / "ARCHITECTURE.md").exists()


@pytest.mark.parametrize("folder", [EXAMPLE, ROOT], ids=["example", "archguard"])
def test_the_pages_of_the_example_and_of_archguard_itself_are_current(folder: Path) -> None:
    writing = bool(os.environ.get("ARCHGUARD_WRITE_PAGES"))

    checked = Project(folder).call("docs", *([] if writing else ["--check"]))

    assert (checked.returncode, checked.stdout) == (0, "")


def test_packages_are_described_by_their_docstrings_from_the_top_layer_down(shop: Project) -> None:
    shop.write("shop/web.py", '"""What a browser\nsees | reads.\n\nMore of it."""\n')
    shop.write("shop/db.py", '"""Where rows are."""\n')
    shop.configure("contracts: [{id: layered, kind: layers, within: shop, layers: [web, orders, db]}]\n")

    shop.call("docs")

    table = page(shop).partition("## Packages\n\n")[2].partition("\n\n")[0]
    assert table.splitlines() == [
        "| Package | What it is for |",
        "|---|---|",
        "| `shop.web` | What a browser sees \\| reads. |",
        "| `shop.db` | Where rows are. |",
    ]


def test_code_in_a_docstring_stays_code_and_all_else_is_shown_as_it_is(shop: Project) -> None:
    shop.write("shop/web.py", '"""Calls `pay | ship` and ``a`` for *all* of <b>`them."""\n')
    shop.configure("contracts: [{id: layered, kind: layers, within: shop, layers: [web, orders, db]}]\n")

    shop.call("docs")

    assert "| `shop.web` | Calls `pay \\| ship` and `a` for \\*all\\* of &lt;b&gt;\\`them. |" in page(shop).splitlines()


def test_another_import_of_the_same_package_changes_nothing_on_the_page(shop: Project) -> None:
    shop.write("shop/web.py", "import shop.orders\n")
    shop.call("docs")
    before = page(shop)

    shop.write("shop/web.py", "import shop.orders\nimport shop.orders as again\n")
    shop.call("docs")

    assert page(shop) == before


@pytest.mark.parametrize(("size", "note"), [(9, ""), (10, "arrows that longer paths imply are left out")])
def test_arrows_that_others_imply_are_left_out_only_if_there_are_more_than_40(
    project: Project, size: int, note: str
) -> None:
    names = [f"m{number:02}" for number in range(size)]
    project.write_all(
        {f"shop/{name}.py": "".join(f"import shop.{it}\n" for it in names[:at]) for at, name in enumerate(names)}
    )
    project.configure(
        f"contracts: [{{id: layered, kind: layers, within: shop, layers: [{', '.join(reversed(names))}]}}]\n"
    )

    project.call("docs")

    assert page(project).count(" --> ") == (size * (size - 1) // 2 if not note else size - 1)
    assert note in page(project)
