"""A shop in layers, in memory."""

import pytest
from project import Project

from archguard.checking.session import Session

FILES = {
    "shop/__init__.py": '"""A shop."""\n',
    "shop/controllers/__init__.py": "",
    "shop/controllers/orders.py": "import fastapi\nfrom shop.services import ordering\n",
    "shop/controllers/baskets.py": "import fastapi\nfrom shop.services import ordering\n",
    "shop/controllers/admin.py": "import fastapi\nfrom shop.repositories import orders\n",
    "shop/services/__init__.py": '"""What the shop does."""\n',
    "shop/services/ordering.py": "from shop.repositories.orders import OrderRepository\n",
    "shop/repositories/__init__.py": "from shop.repositories.orders import OrderRepository\n",
    "shop/repositories/orders.py": "from shop.db import Session\n\n\nclass OrderRepository:\n    def get(self): ...\n",
    "shop/gateways/__init__.py": "",
    "shop/gateways/payments.py": "import httpx\n",
    "shop/db.py": "from sqlalchemy.orm import Session\n",
}
CONTRACTS = """
    version: 1
    project: {packages: [shop]}
    components:
      controllers: {modules: shop.controllers, description: requests in and responses out}
      services: shop.services
      repositories: shop.repositories
      gateways: shop.gateways
    contracts:
      - id: layered
        kind: layers
        reason: Rules are tested without a database.
        layers: [controllers, services, repositories]
      - id: through-services
        kind: forbidden
        reason: A rule that a controller skips is a rule that the next client lacks.
        modules: controllers
        must_not_import: repositories
        indirect: false
      - {id: queries, kind: database, allowed_in: [repositories, shop.db], reason: One place for queries.}
      - {id: outside, kind: gateway, allowed_in: gateways, require: timeout}
      - {id: names, kind: structure, rules: [{classes: "*Repository", must: {reside_in: repositories}}]}
"""


@pytest.fixture
def shop(project: Project) -> Project:
    """Controllers over services over repositories; one controller goes past the services."""
    project.write_all(FILES)
    project.configure(CONTRACTS)
    return project


@pytest.fixture
def session(shop: Project) -> Session:
    """The shop, kept in memory."""
    return Session(shop.config())
