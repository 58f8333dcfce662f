"""A shop in three layers, with what the questions about it need."""

import pytest
from project import Project


@pytest.fixture
def shop(project: Project) -> Project:
    """Controllers over services over repositories; a helper that belongs to none of them."""
    project.write_all(
        {
            "shop/__init__.py": "",
            "shop/controllers/__init__.py": "",
            "shop/controllers/orders.py": "from shop.services import orders\nfrom shop import wiring\n",
            "shop/services/__init__.py": "",
            "shop/services/orders.py": "from shop.repositories import orders\n",
            "shop/repositories/__init__.py": "",
            "shop/repositories/orders.py": "import sqlalchemy\n",
            "shop/wiring.py": "import shop.repositories.orders\n",
        }
    )
    project.configure(
        """\
        version: 1
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
          - id: no-queries
            kind: external
            modules: [controllers, services]
            deny: sqlalchemy
          - id: through-services
            kind: forbidden
            modules: controllers
            must_not_import: repositories
            indirect: false
        """
    )
    return project
