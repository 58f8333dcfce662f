"""What a name in an import leads to: a module of a library or of a service, or what a package passes on."""

import pytest
from project import Project

from archguard.codebase.imports import import_scanner


@pytest.fixture(params=[False, True], ids=["by grimp", "in one pass"], autouse=True)
def _scanner(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_scanner, "is_compiled", lambda: request.param)


CLOUD = """\
from google.cloud import storage
import google.cloud.bigquery.client
import google.auth
import os.path
from google.cloud.storage.blob import Blob
"""
TOLD_APART = {"google.auth": (3,), "google.cloud.bigquery": (2,), "google.cloud.storage": (1, 5), "os": (4,)}


@pytest.mark.parametrize(
    ("deny", "expected"),
    [
        ("requests", {"google": (1, 2, 3, 5), "os": (4,)}),
        ("google", {"google": (1, 2, 3, 5), "os": (4,)}),
        ("google.cloud.storage", TOLD_APART),
        ("google.cloud.*", TOLD_APART),
        ("google.*.storage", TOLD_APART),
    ],
)
def test_modules_of_a_library_are_told_apart_if_a_contract_names_one(
    project: Project, deny: str, expected: dict[str, tuple[int, ...]]
) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": CLOUD})
    project.configure(f"contracts: [{{id: calm, kind: external, modules: shop, deny: ['{deny}']}}]\n")

    assert project.codebase().imports.imported_by("shop.a") == expected


def test_an_import_by_the_folder_of_a_service_is_one_of_its_module(project: Project) -> None:
    project.write_all({f"services/{name}/app/__init__.py": "" for name in ("billing", "stock")})
    project.write_all(
        {
            "services/stock/app/db.py": "",
            "services/billing/app/a.py": (
                "from services.stock.app import db\n"
                "import services.stock.app\n"
                "import services.absent, services.stock.app.db as d\n"
                "import services.billing.app.a\n"
            ),
        }
    )
    project.configure("services: {billing: {root: services/billing}, stock: {root: services/stock}}\n")

    assert project.codebase().imports.imported_by("billing::app.a") == {
        "services": (3,),  # which has one that leads nowhere
        "stock::app": (2,),
        "stock::app.db": (1, 3),
    }


def test_a_name_that_a_package_passes_on_leads_to_its_module_and_the_rest_to_the_package(project: Project) -> None:
    project.write_all(
        {
            "shop/__init__.py": "from shop.orders import Order\nlazy = 1\n",
            "shop/orders.py": "class Order: ...\n",
            "shop/a.py": "from shop import Order\nfrom shop import lazy\nfrom shop import Order, lazy\nimport shop\n",
            "shop/b.py": "from shop import orders\n",
        }
    )

    imports = project.codebase().imports

    assert imports.imported_by("shop.a") == {"shop": (2, 3, 4), "shop.orders": (1, 3)}
    assert imports.imported_by("shop.b") == {"shop.orders": (1,)}
