"""Fixes that name one place, in a shop with controllers, services and repositories."""

import pytest
from project import Project

LAYERS = "  - {id: layered, kind: layers, layers: [controllers, services, repositories]}\n"
CLOSED = "  - {id: layered, kind: layers, layers: [controllers, services, repositories], closed: true}\n"
COMPONENTS = """components:
  controllers: shop.controllers
  services: shop.services
  repositories: shop.repositories
"""


@pytest.fixture
def shop(project: Project) -> Project:
    project.write_all(
        {
            "shop/__init__.py": "",
            "shop/controllers/__init__.py": "",
            "shop/controllers/orders.py": "",
            "shop/services/__init__.py": "",
            "shop/services/orders.py": "",
            "shop/repositories/__init__.py": "",
            "shop/repositories/orders.py": "",
            "shop/db.py": "",
        }
    )
    return project


def helps(shop: Project, contracts: str) -> list[str]:
    """The first fix of each violation, as it is printed."""
    shop.configure(f"{COMPONENTS}contracts:\n{contracts}")
    shown = shop.call("check", "--all").stdout
    return [line.partition("= help: ")[2] for line in shown.splitlines() if "= help: " in line]


def test_a_closed_layer_names_the_component_to_go_through(shop: Project) -> None:
    shop.write("shop/controllers/orders.py", "import shop.repositories.orders\n")

    assert helps(shop, CLOSED) == ["go through services: call a function there that uses shop.repositories.orders"]


def test_a_forbidden_import_names_the_component_between_if_layers_say_which(shop: Project) -> None:
    shop.write("shop/controllers/orders.py", "import shop.repositories\n")
    forbidden = "  - {id: f, kind: forbidden, modules: controllers, must_not_import: repositories, indirect: false}\n"

    assert helps(shop, LAYERS + forbidden) == ["go through services: call a function there that uses shop.repositories"]
    assert helps(shop, forbidden)[0].startswith("move what shop.controllers.orders needs from shop.repositories to ")


def test_nothing_leads_around_a_rule_that_sees_through_other_modules(shop: Project) -> None:
    shop.write("shop/controllers/orders.py", "import shop.repositories\n")
    forbidden = "  - {id: f, kind: forbidden, modules: controllers, must_not_import: repositories}\n"

    assert not helps(shop, LAYERS + forbidden)[0].startswith("go through")


def test_an_import_upwards_is_moved_to_the_layer_of_the_importer(shop: Project) -> None:
    shop.write("shop/repositories/orders.py", "import shop.services.orders\n")

    assert helps(shop, LAYERS) == [
        "move what shop.repositories.orders needs from shop.services.orders to repositories, which both may import"
    ]


def test_a_layer_of_one_module_takes_it_itself(shop: Project) -> None:
    shop.write("shop/db.py", "import shop.services\n")
    layers = "  - {id: layered, kind: layers, layers: [shop.services, shop.db]}\n"

    assert helps(shop, layers) == [
        "move what shop.db needs from shop.services to shop.db itself, which shop.services may import"
    ]


def test_siblings_that_are_apart_share_through_what_lies_around_them(shop: Project) -> None:
    shop.write_all({"shop/services/a.py": "import shop.services.b\n", "shop/services/b.py": ""})
    apart = "  - {id: apart, kind: independence, modules: [shop.services.a, shop.services.b]}\n"

    assert helps(shop, apart) == [
        "move what shop.services.a needs from shop.services.b to services, which both may import"
    ]


def test_modules_that_no_contract_orders_have_no_place(shop: Project) -> None:
    shop.write("shop/db.py", "import shop.services\n")
    forbidden = "  - {id: f, kind: forbidden, modules: shop.db, must_not_import: services}\n"

    assert helps(shop, forbidden) == ["move what shop.db needs from shop.services to a module that it may import"]


QUERY = "def find(session):\n    return session.execute('SELECT 1')\n"


def test_a_query_is_moved_to_the_module_of_the_same_name_and_called_through_what_lies_between(shop: Project) -> None:
    shop.write("shop/controllers/orders.py", QUERY)
    queries = "  - {id: queries, kind: database, allowed_in: [shop.db, repositories]}\n"

    assert helps(shop, CLOSED + queries) == ["move it to shop.repositories.orders, and call that through services"]
    assert helps(shop, LAYERS + queries) == ["move it to shop.repositories.orders, and call that from here"]


def test_a_query_of_a_module_without_a_namesake_is_moved_to_the_component(shop: Project) -> None:
    shop.write("shop/services/basket.py", QUERY)
    queries = "  - {id: queries, kind: database, allowed_in: [shop.db, repositories]}\n"

    assert helps(shop, queries) == ["move it to repositories, and call that from here"]


def test_a_query_that_only_controllers_must_not_have_is_moved_to_what_is_below(shop: Project) -> None:
    shop.write("shop/controllers/orders.py", QUERY)
    queries = "  - {id: queries, kind: database, modules: controllers}\n"

    assert helps(shop, LAYERS + queries) == ["move it to services, and call that from here"]
    assert helps(shop, queries) == ["move it to where it is allowed"]


def test_a_package_is_moved_to_a_component_above_in_which_nothing_denies_it(shop: Project) -> None:
    shop.write("shop/repositories/orders.py", "import fastapi\n")
    deny = "  - {id: web, kind: external, modules: [services, repositories], deny: fastapi}\n"
    nowhere = "  - {id: none, kind: external, modules: controllers, deny: fastapi}\n"

    assert helps(shop, LAYERS + deny) == ["move what needs fastapi to controllers"]
    assert helps(shop, LAYERS + deny + nowhere) == ["move what needs fastapi to where it is allowed"]


def test_a_fix_does_not_depend_on_imports_elsewhere(shop: Project) -> None:
    shop.write("shop/controllers/orders.py", "import shop.repositories.orders\n")
    before = helps(shop, CLOSED)
    shop.write("shop/services/orders.py", "import shop.repositories.orders\n")

    assert helps(shop, CLOSED) == before
