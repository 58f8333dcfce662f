"""The definitions that names of packages lead to, after edits and in another process."""

from dataclasses import replace
from pathlib import Path

import pytest
from project import Project

from archguard.codebase.imports.reexports import Reexports
from archguard.incremental.input_recorder import recording, scan_record

PACKAGE = "from shop.orders import Order\nfrom shop.stock import *\nfrom shop.cart import Cart as Basket\n"
FILES = {
    "shop/__init__.py": PACKAGE,
    "shop/orders.py": "class Order: ...\n",
    "shop/stock.py": "Stock = _secret = 1\n",
    "shop/cart.py": "class Cart: ...\n",
    "shop/lazy.py": "def __getattr__(name): ...\n",
    "shop/web.py": "from shop import Order, Stock, Basket\n",
}
LED = {
    "shop.Order": ("shop.orders.Order",),
    "shop.Stock": ("shop.stock.Stock",),
    "shop.Basket": ("shop.cart.Cart",),
    "shop.Nothing": ("shop.Nothing",),
    "other.Nothing": (),
}


@pytest.fixture
def reexports(project: Project) -> Reexports:
    """Those of the project, which has been read."""
    project.write_all(FILES)
    found = project.codebase().reexports
    assert found
    return found


def led(reexports: Reexports) -> dict[str, tuple[str, ...]]:
    return {name: reexports.definitions(name) for name in LED}


def test_a_name_leads_to_its_definition(reexports: Reexports) -> None:
    assert led(reexports) == LED
    assert reexports.origins("shop.Order") == ("shop.orders",)
    assert reexports.origins("shop.Nothing") == ()
    assert reexports.imported_as("shop.web", "shop.Basket") == ("shop.cart.Cart",)


def test_what_is_restored_leads_to_the_same_though_files_have_changed(reexports: Reexports, project: Project) -> None:
    assert led(reexports) == LED
    kept = reexports.kept()
    project.write("shop/__init__.py", "")
    project.write("shop/stock.py", "")

    found = Reexports.restored(kept, reexports.statements.sources, reexports.known, reexports.views)

    assert {name: found.definitions(name) for name in ("shop.Order", "shop.Stock")} == {
        name: LED[name] for name in ("shop.Order", "shop.Stock")
    }
    assert [found.passes_with_star("shop.stock", name) for name in ("Stock", "_secret")] == [True, False]


@pytest.mark.parametrize(
    ("module", "name", "expected"),
    [
        ("shop.orders", "Order", True),
        ("shop.orders", "Cart", False),
        ("shop", "Stock", True),  # by a star
        ("shop", "_secret", False),
        ("shop.stock", "_secret", True),
        ("shop.lazy", "anything", True),
        ("elsewhere", "Order", False),
    ],
)
def test_a_module_binds_its_own_names_and_those_of_its_stars(
    reexports: Reexports,
    module: str,
    name: str,
    expected: bool,  # noqa: FBT001
) -> None:
    assert reexports.binds(module, name) is expected


def test_of_a_file_whose_names_a_star_brings_more_counts_than_its_imports(project: Project) -> None:
    project.write_all(FILES)

    with recording("check", by_content=True, before=None):
        project.codebase()
        needed = {Path(file).name for file in scan_record().needed}

    assert "stock.py" in needed
    assert "orders.py" not in needed


@pytest.mark.parametrize(
    ("path", "text", "is_same"),
    [
        ("shop/__init__.py", f"# moved\n\n{PACKAGE}", True),
        ("shop/__init__.py", PACKAGE.replace("orders", "cart"), False),
        ("shop/__init__.py", PACKAGE.replace("Cart as", "Other as"), False),
        ("shop/orders.py", "x = 1\n", True),  # where the definition is looked for, whether or not it is there
        ("shop/stock.py", "Stock = 2\n_secret = 1\n", True),
        ("shop/stock.py", "Other = 2\n", False),
    ],
)
def test_after_an_edit_names_lead_to_the_same_or_all_is_read_anew(
    reexports: Reexports,
    project: Project,
    path: str,
    text: str,
    is_same: bool,  # noqa: FBT001
) -> None:
    assert led(reexports) == LED
    project.write(path, text)
    sources = {module: replace(source) for module, source in reexports.statements.sources.items()}
    edited = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    found = reexports.after_edits(sources, [edited])

    assert (found is not None) is is_same
    assert found is None or led(found) == LED
