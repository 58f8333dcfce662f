"""`independence`: what its reference page does not show."""

import pytest
from project import Project, broken

SHOP = {f"shop/{name}/__init__.py": "" for name in ("orders", "payments", "stock")} | {"shop/__init__.py": ""}


def test_all_children_of_a_package_are_independent_whatever_they_are(project: Project) -> None:
    project.write_all(SHOP | {"shop/orders/a.py": "import shop.tools\n", "shop/tools.py": ""})
    project.configure("contracts: [{id: x, kind: independence, children_of: shop}]\n")

    assert broken(project.check()) == [("shop.orders.a", "shop.tools", 1)]


def test_a_way_through_what_is_none_of_them_counts(project: Project) -> None:
    project.write_all(SHOP | {"shop/orders/a.py": "import shop.tools\n", "shop/tools.py": "import shop.stock\n"})
    project.configure("contracts: [{id: x, kind: independence, modules: [shop.orders, shop.stock]}]\n")

    (violation,) = project.check().violations

    assert violation.message == "shop.orders.a must be independent of shop.stock through shop.tools"


def test_a_way_through_another_of_them_is_found_where_it_is_direct(project: Project) -> None:
    project.write_all(SHOP | {"shop/orders/a.py": "import shop.stock\n", "shop/stock/b.py": "import shop.payments\n"})
    project.write("shop/stock/__init__.py", "import shop.stock.b\n")
    project.configure("contracts: [{id: x, kind: independence, modules: shop.*}]\n")

    assert broken(project.check()) == [("shop.orders.a", "shop.stock", 1), ("shop.stock.b", "shop.payments", 1)]


def test_an_import_that_leads_to_very_many_of_them_is_told_once(project: Project) -> None:
    others = [f"shop.s{number}" for number in range(10, 31)]
    project.write_all({f"{name.replace('.', '/')}/__init__.py": "" for name in ["shop", "shop.orders", *others]})
    project.write("tools.py", "".join(f"import {name}\n" for name in others))
    project.write("shop/orders/a.py", "import tools\nimport shop.s10\n")
    project.configure("contracts: [{id: x, kind: independence, children_of: shop}]\n")

    messages = [violation.message for violation in project.check().violations]

    assert messages == [
        "shop.orders.a must be independent of shop.s10 through tools, and 20 more",
        "shop.orders.a must be independent of shop.s10",
    ]


def test_a_capture_makes_one_of_all_that_have_the_same_value(project: Project) -> None:
    project.write_all(
        {
            "web/orders/api.py": "import core.orders.model\nimport core.stock.model\n",
            "core/orders/model.py": "",
            "core/stock/model.py": "",
        }
    )
    project.configure("contracts: [{id: x, kind: independence, modules: [web.<part>, core.<part>]}]\n")

    assert broken(project.check()) == [("web.orders.api", "core.stock.model", 2)]


@pytest.mark.parametrize("packages", ["[shop.one, shop.two]", "shop.*", "both"])
def test_packages_whose_children_are_independent_do_not_mind_each_other(project: Project, packages: str) -> None:
    project.write_all({f"shop/{name}/{part}.py": "" for name in ("one", "two") for part in ("a", "b")})
    project.write("shop/one/a.py", "import shop.two.a\nimport shop.one.b\n")
    project.configure(f"""\
        components: {{both: [shop.one, shop.two]}}
        contracts: [{{id: x, kind: independence, children_of: {packages}}}]
    """)

    assert broken(project.check()) == [("shop.one.a", "shop.one.b", 2)]


def test_one_module_alone_is_a_fault(project: Project) -> None:
    project.write_all(SHOP)
    project.configure("""\
        contracts:
          - {id: one, kind: independence, modules: shop.orders}
          - {id: none, kind: independence}
          - {id: leaf, kind: independence, children_of: shop.orders}
    """)

    report = project.check()

    assert [outcome.status for outcome in report.outcomes] == ["error"] * 3
