"""What depends on a module."""

import pytest
from project import Project

from archguard.checking.session import Session
from archguard.errors import ArchguardError
from archguard.inspection.impact import Impact, impact, render


def told(project: Project, name: str) -> Impact:
    session = Session(project.config())
    return impact(session.config, session.codebase, session.report, name)


def test_direct_and_indirect_importers_are_counted_by_component(shop: Project) -> None:
    found = told(shop, "shop.repositories.orders")
    assert found.direct.total == 3
    assert found.direct.by_component == {"controllers": 1, "repositories": 1, "services": 1}
    assert found.importers == ("shop.controllers.admin", "shop.repositories", "shop.services.ordering")
    assert found.indirect.total == 5
    assert found.indirect.by_component == {"controllers": 3, "repositories": 1, "services": 1}


def test_a_component_does_not_depend_on_itself(shop: Project) -> None:
    found = told(shop, "repositories")
    assert found.direct.by_component == {"controllers": 1, "services": 1}


def test_contracts_and_violations_about_it_are_told(shop: Project) -> None:
    found = told(shop, "shop.repositories.orders")
    assert found.contracts == ("layered", "through-services", "queries", "outside", "names")
    assert found.violations == 1
    assert told(shop, "shop.services.ordering").violations == 0


def test_routes_are_told_whose_handlers_import_it(shop: Project) -> None:
    shop.write(
        "shop/controllers/orders.py",
        "from fastapi import FastAPI\nfrom shop.services import ordering\napp = FastAPI()\n"
        "@app.get('/orders')\ndef orders():\n    return ordering.all()\n",
    )
    found = told(shop, "shop.db")
    assert [(route.method, route.path, route.handler) for route in found.routes] == [
        ("GET", "/orders", "shop.controllers.orders.orders")
    ]
    assert found.routes_total == 1
    assert told(shop, "shop.gateways.payments").routes == ()


def test_services_are_told_that_import_it_or_call_its_service(project: Project) -> None:
    project.write_all(
        {
            "orders/app/api.py": "import requests\n\ndef pay():\n    requests.get('http://payments/pay', timeout=1)\n",
            "payments/app/api.py": "",
            "stock/app/api.py": "",
        }
    )
    project.configure(
        """
        services:
          orders: {root: orders}
          payments: {root: payments, hosts: payments}
          stock: {root: stock}
        contracts: [{id: apart, kind: protected, modules: [orders, payments, stock]}]
        """
    )
    assert told(project, "payments::app.api").services == ("orders",)
    assert told(project, "stock::app.api").services == ()


def test_nothing_depends_on_a_module_that_nobody_imports(shop: Project) -> None:
    found = told(shop, "shop.controllers.admin")
    assert (found.direct.total, found.indirect.total, found.routes, found.services) == (0, 0, (), ())
    assert render(found).startswith("shop.controllers.admin\n    imported by:             0 modules\n")


def test_twenty_importers_are_named_and_all_are_counted(shop: Project) -> None:
    shop.write_all({f"shop/gateways/g{number:02}.py": "import shop.db\n" for number in range(21)})
    found = told(shop, "shop.db")
    assert (len(found.importers), found.direct.total) == (20, 22)
    assert "shop.gateways.g19 and 2 more" in render(found)


def test_a_module_that_does_not_exist_is_an_error(shop: Project) -> None:
    with pytest.raises(ArchguardError, match="there is no module"):
        told(shop, "shop.nothing")
