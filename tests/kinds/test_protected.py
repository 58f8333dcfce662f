"""`protected`: what its reference page does not show."""

import pytest
from project import Project, broken

SHOP = {
    "shop/__init__.py": "",
    "shop/orders/__init__.py": "from .model import Order\n__all__ = ['Order']\n__all__ += ['place']\n",
    "shop/orders/model.py": "class Order: ...\nclass Line: ...\n",
    "shop/orders/api.py": "",
    "shop/web.py": "",
}


def protect(project: Project, text: str, web: str) -> None:
    project.write_all(SHOP | {"shop/web.py": web})
    project.configure(f"contracts: [{{id: x, kind: protected, modules: shop.orders, {text}}}]\n")


@pytest.mark.parametrize(
    ("interface", "web", "found"),
    [
        ("[.api]", "import shop.orders.api\n", 0),
        ("[.api]", "import shop.orders.model\n", 1),
        ("[.api]", "import shop.orders\n", 1),
        ('["."]', "import shop.orders\n", 0),
        ('["."]', "import shop.orders.api\n", 1),
        ("[__all__]", "from shop.orders import Order\n", 0),
        ("[__all__]", "from shop.orders.model import Order\n", 1),
        ("[__all__]", "from shop.orders.model import Line\n", 1),
        ("[.model.Order]", "from shop.orders.model import Order\n", 0),
        ("[.model.Order]", "from shop.orders.model import Line\n", 1),
        ("[.model.Order]", "from shop.orders.model import Order, Line\n", 1),
        ("[.model.Order]", "from shop.orders.model import *\n", 1),
        ("[shop.orders.api]", "import shop.orders.api\n", 0),
        ("[__all__]", "from shop.orders import *\n", 0),
        ("[__all__]", "from shop.orders.model import *\n", 1),
        ('["/shop.orders(.Order)?/"]', "from shop.orders import *\n", 1),
        ('["/shop.orders(.Order)?/"]', "from shop import orders\n", 0),
    ],
)
def test_anyone_may_import_the_interface_and_nothing_else(
    project: Project, interface: str, web: str, found: int
) -> None:
    protect(project, f"interface: {interface}", web)

    assert len(project.check().violations) == found


def test_what_is_protected_may_import_itself(project: Project) -> None:
    protect(project, "only_imported_by: shop", "")

    assert project.check().outcomes[0].status == "error"

    protect(project, "only_imported_by: shop.web", "import shop.orders.model\n")
    assert project.check().passed


def test_each_match_of_a_pattern_is_protected_from_the_others(project: Project) -> None:
    project.write_all({"shop/a/x.py": "import shop.b.y\nimport shop.a.z\n", "shop/a/z.py": "", "shop/b/y.py": ""})
    project.configure("contracts: [{id: x, kind: protected, modules: shop.*}]\n")

    assert broken(project.check()) == [("shop.a.x", "shop.b.y", 1)]


def test_a_component_is_protected_as_a_whole(project: Project) -> None:
    project.write_all({"shop/a/x.py": "import shop.b.y\n", "shop/b/y.py": "", "shop/c.py": "import shop.b.y\n"})
    project.configure("""\
        components: {both: [shop.a, shop.b]}
        contracts: [{id: x, kind: protected, modules: both}]
    """)

    assert broken(project.check()) == [("shop.c", "shop.b.y", 1)]


def test_a_package_from_outside_is_protected_by_its_depth(project: Project) -> None:
    project.write_all({"shop/a.py": "from google.cloud import storage\nimport google.auth\n", "shop/b.py": ""})
    project.configure(
        "contracts: [{id: x, kind: protected, modules: google.cloud.storage, only_imported_by: shop.b}]\n"
    )

    assert broken(project.check()) == [("shop.a", "google.cloud.storage", 1)]


def test_a_package_from_outside_that_nobody_imports_is_guarded_before_anybody_does(project: Project) -> None:
    project.write_all({"shop/a.py": "", "shop/b.py": ""})
    project.configure("contracts: [{id: x, kind: protected, modules: [grimp, yaml], only_imported_by: shop.b}]\n")
    before = project.check()

    project.write("shop/a.py", "import yaml\n")

    assert not before.violations
    assert broken(project.check()) == [("shop.a", "yaml", 1)]


def test_without_packages_only_the_module_itself_is_protected(project: Project) -> None:
    protect(project, "only_imported_by: shop.orders.api, as_packages: false", "import shop.orders.model, shop.orders\n")

    assert broken(project.check()) == [("shop.web", "shop.orders", 1)]


PRIVATE = {
    "shop/__init__.py": "import shop.stock._rows\n",
    "shop/api.py": "import shop.stock._rows\nimport shop.stock.__main__\n",
    "shop/stock/__init__.py": "",
    "shop/stock/__main__.py": "",
    "shop/stock/_rows.py": "",
    "shop/stock/count.py": "import shop.stock._rows\n",
    "shop/stock/_cells/__init__.py": "",
    "shop/stock/_cells/_inner.py": "",
    "shop/stock/deep/__init__.py": "import shop.stock._cells\nimport shop.stock._cells._inner\n",
    "shop/stockpile.py": "import shop.stock._cells\n",
}


def test_private_modules_are_for_the_package_around_the_innermost_of_them(project: Project) -> None:
    project.write_all(PRIVATE)
    project.configure("contracts: [{id: x, kind: protected, private_in: shop}]\n")

    assert broken(project.check()) == [
        ("shop", "shop.stock._rows", 1),
        ("shop.api", "shop.stock._rows", 1),
        ("shop.stock.deep", "shop.stock._cells._inner", 2),
        ("shop.stockpile", "shop.stock._cells", 1),
    ]


def test_some_may_import_private_modules_all_the_same(project: Project) -> None:
    project.write_all(PRIVATE)
    project.configure(
        "contracts: [{id: x, kind: protected, private_in: shop.stock, only_imported_by: [shop.stock.deep, shop.api]}]\n"
    )

    assert broken(project.check()) == [("shop", "shop.stock._rows", 1), ("shop.stockpile", "shop.stock._cells", 1)]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ("private_in: shop.stock.deep", "can never apply: there are no private modules"),
        ("private_in: shop.stock._cells", "'shop.stock._cells' is private itself"),
        ("interface: .api", "names no modules"),
    ],
)
def test_what_has_no_private_modules_is_a_fault(project: Project, fields: str, says: str) -> None:
    project.write_all(PRIVATE)
    project.configure(f"contracts: [{{id: x, kind: protected, {fields}}}]\n")

    assert says in [problem.message for problem in project.check().problems]
