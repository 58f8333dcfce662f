"""Projects to draw: a layered shop with faults, and services that reach each other."""

import pytest
from project import Project
from tools import needs_dot, needs_pure


@pytest.fixture
def shop(project: Project) -> Project:
    """Controllers over services over repositories. A repository imports a service, two models form a cycle."""
    project.write_all(
        {
            "shop/__init__.py": "",
            "shop/main.py": "from shop.controllers import orders\n",
            "shop/controllers/__init__.py": "",
            "shop/controllers/orders.py": "from shop.services import orders, prices\n",
            "shop/services/__init__.py": "",
            "shop/services/orders.py": "from shop.repositories import orders\nimport requests\n",
            "shop/services/prices.py": (
                "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop.models import order\n"
            ),
            "shop/repositories/__init__.py": "",
            "shop/repositories/orders.py": "from shop.models import order\nfrom shop.services import prices\n",
            "shop/models/__init__.py": "",
            "shop/models/order.py": "from shop.models import item\n",
            "shop/models/item.py": "from shop.models import order\n",
        }
    )
    project.configure(
        """\
        project: {packages: [shop]}
        components:
          controllers: {modules: shop.controllers, description: what the shop answers with}
          services: shop.services
          repositories: shop.repositories
        contracts:
          - id: layered
            kind: layers
            reason: Rules are tested without a database.
            layers: [controllers, services, repositories]
          - id: models-apart
            kind: acyclic
            children_of: shop.models
          - id: no-http
            kind: external
            modules: services
            deny: requests
        """
    )
    return project


@pytest.fixture
def services(project: Project) -> Project:
    """Orders call payments over all ways that there are; both import what they share."""
    project.write_all(
        {
            "orders/app/__init__.py": "",
            "orders/app/pay.py": (
                "import requests\nimport logs\n\n\ndef pay(channel, cursor):\n"
                "    requests.get('http://payments/pay')\n"
                "    channel.basic_publish(routing_key='paid', body='')\n"
                "    cursor.execute('SELECT 1 FROM payment')\n"
            ),
            "payments/app/__init__.py": "import logs\n",
            "libs/logs/__init__.py": "",
        }
    )
    project.configure(
        """\
        project: {source_roots: [libs], packages: [logs]}
        services:
          orders: {root: orders, packages: [app]}
          payments: {root: payments, packages: [app], hosts: payments, tables: payment, topics: paid}
        contracts:
          - {id: who-calls-whom, kind: services, policy: {orders: {may_call: payments, channels: [http, queue]}}}
        """
    )
    return project


@pytest.fixture(params=[pytest.param("dot", marks=needs_dot), pytest.param("graphviz-pure", marks=needs_pure)])
def drawn_by(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The name of the program that draws: graphviz-pure where the PATH has no `dot`."""
    if request.param != "dot":
        monkeypatch.setenv("PATH", str(tmp_path_factory.mktemp("empty")))
    return str(request.param)
