"""`archguard where`: the place of a module."""

import json

import pytest
from project import Project


def test_a_module_is_told_with_its_place_and_what_it_may_import(shop: Project) -> None:
    run = shop.run("where", "shop.services.orders")

    assert run.returncode == 0
    assert run.stdout == (
        "shop.services.orders\n"
        "    file:                    shop/services/orders.py\n"
        "    component:               services\n"
        "    layer:                   services (of layered)\n"
        "    contracts:               layered, no-queries\n"
        "    imports:                 repositories (1)\n"
        "    imported by:             controllers (1)\n"
        "    may import:              repositories, services, shop, shop.wiring\n"
        "    must not import:         controllers (layered)\n"
        "    may be imported by:      controllers, services, shop, shop.wiring\n"
        "    must not be imported by: repositories (layered)\n"
    )


def test_a_file_names_its_module(shop: Project) -> None:
    run = shop.run("where", "./shop/wiring.py")

    assert run.stdout.startswith(
        "shop.wiring\n    file:                    shop/wiring.py\n    component:               none\n"
    )


def test_who_may_import_part_of_a_component_is_told_with_numbers(shop: Project) -> None:
    shop.configure(
        "contracts: [{id: apart, kind: forbidden, modules: shop.services.orders, must_not_import: shop.wiring}]"
    )

    place = json.loads(shop.run("where", "shop.wiring", "--format", "json").stdout)

    assert place["must_not_be_imported_by"] == [
        {"name": "shop.services", "modules": 1, "of": 2, "contracts": ["apart"]}
    ]


def test_a_module_of_a_service_needs_no_prefix_if_it_is_the_only_one(project: Project) -> None:
    project.write_all({"orders/app/api.py": "", "payments/app/api.py": "", "payments/app/db.py": ""})
    project.configure(
        """\
        services: {orders: {root: orders}, payments: {root: payments}}
        contracts: [{id: apart, kind: protected, modules: [orders, payments]}]
        """
    )

    run = project.run("where", "app.db")

    assert run.stdout.startswith("payments::app.db\n    file:                    payments/app/db.py\n")
    assert "    service:                 payments\n" in run.stdout
    assert "must not be imported by: orders (apart)" in run.stdout
    assert "say which: orders::app.api, payments::app.api" in project.run("where", "app.api").stderr


@pytest.mark.parametrize(
    ("name", "hint"),
    [("shop.wirings", "did you mean 'shop.wiring'?"), ("billing", "`archguard list modules` lists them")],
)
def test_an_unknown_module_is_an_error(shop: Project, name: str, hint: str) -> None:
    run = shop.run("where", name)

    assert run.returncode == 2
    assert f"there is no module '{name}'\n    hint: {hint}" in run.stderr


def test_a_package_without_a_file_has_a_place_too(project: Project) -> None:
    project.write_all({"shop/cart/api.py": "", "shop/stock/api.py": "import shop.cart.api\n"})
    project.configure("contracts: [{id: apart, kind: acyclic, children_of: shop}]")

    run = project.run("where", "shop.cart")

    assert run.returncode == 0
    assert "    contracts:               apart\n" in run.stdout
