"""`forbidden`: what its reference page does not show."""

from project import Project, broken


def test_a_name_that_a_package_passes_on_is_told_beside_the_module_that_defines_it(project: Project) -> None:
    project.write_all(
        {
            "shop/__init__.py": "from shop.orders import OrderRepository\n",
            "shop/orders.py": "class OrderRepository: ...\n",
            "shop/web.py": "from shop import OrderRepository\n",
        }
    )
    project.configure("contracts: [{id: a, kind: forbidden, modules: shop.web, must_not_import: shop.orders}]\n")

    (violation,) = project.check().violations

    assert violation.message == "shop.web must not import shop.orders (as shop.OrderRepository)"


def test_captures_are_compared_on_both_sides(project: Project) -> None:
    project.write_all({f"shop/{name}/{part}.py": "" for name in ("one", "two") for part in ("api", "db")})
    project.write("shop/one/api.py", "import shop.one.db\nimport shop.two.db\n")
    project.configure(
        "contracts: [{id: x, kind: forbidden, modules: shop.<part>.api, must_not_import: shop.<part>.db}]\n"
    )

    assert broken(project.check()) == [("shop.one.api", "shop.one.db", 1)]


def test_modules_may_be_among_what_the_others_must_not_import(project: Project) -> None:
    project.write_all({"shop/a.py": "import shop.b\n", "shop/b.py": "", "shop/sub/c.py": "import shop.sub.d\n"})
    project.write("shop/sub/d.py", "")
    project.configure("contracts: [{id: x, kind: forbidden, modules: [shop.a, shop.sub], must_not_import: shop.*}]\n")

    assert broken(project.check()) == [("shop.a", "shop.b", 1)]


def test_a_corridor_allows_what_goes_through_it_and_nothing_else(project: Project) -> None:
    project.write_all({"shop/web.py": "import shop.repositories\nimport shop.tools\n", "shop/db.py": ""})
    project.write_all({"shop/repositories.py": "import shop.db\n", "shop/tools.py": "import shop.db\n"})
    project.configure("""\
        contracts:
          - {id: x, kind: forbidden, modules: shop.web, must_not_import: shop.db, except_via: shop.repositories}
          - {id: y, kind: forbidden, modules: shop.web, must_not_import: shop.db, via: shop.repositories}
    """)

    assert broken(project.check()) == [("shop.web", "shop.tools", 2), ("shop.web", "shop.repositories", 1)]


def test_a_package_from_outside_is_reached_through_others(project: Project) -> None:
    project.write_all({"shop/web.py": "import shop.tools\n", "shop/tools.py": "import requests.adapters\n"})
    project.configure("contracts: [{id: x, kind: forbidden, modules: shop.web, must_not_import: requests}]\n")

    (violation,) = project.check().violations

    assert (violation.imported, violation.symbol) == ("shop.tools", "requests")


def test_a_slow_way_round_is_no_excuse_for_a_long_one(project: Project) -> None:
    project.write_all({f"shop/m{number}.py": f"import shop.m{number + 1}\n" for number in range(200)})
    project.write("shop/m200.py", "")
    project.configure("contracts: [{id: x, kind: forbidden, modules: shop.m0, must_not_import: shop.m200}]\n")

    (violation,) = project.check().violations

    assert len(violation.chain) == 200
