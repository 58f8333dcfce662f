"""Where `archguard init` finds the code."""

import pytest
from project import Project

from archguard.errors import ArchguardError
from archguard.onboarding.layout import find_layout


def _roots(project: Project) -> dict[str, tuple[str, ...]]:
    return dict(find_layout(project.root).shared)


def _services(project: Project) -> dict[str, tuple[str, tuple[str, ...]]]:
    return dict(find_layout(project.root).services)


def test_a_package_at_the_top_is_found(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/api.py": "import os\n", "setup.py": "import setuptools\n"})

    assert _roots(project) == {".": ("shop",)}


def test_a_package_below_src_is_found(project: Project) -> None:
    project.write_all({"src/shop/__init__.py": "", "src/shop/api.py": "from shop import db\n", "src/shop/db.py": ""})

    assert _roots(project) == {"src": ("shop",)}


def test_tests_documents_and_scripts_beside_the_code_are_left_out(project: Project) -> None:
    project.write_all(
        {
            "shop/__init__.py": "",
            "tests/__init__.py": "",
            "tests/test_shop.py": "import shop\n",
            "docs/conf.py": "import shop\n",
            "scripts/load.py": "import shop\n",
            "conftest.py": "import shop\n",
            "noxfile.py": "import nox\n",
        }
    )

    assert _roots(project) == {".": ("shop",)}


def test_a_script_that_starts_the_package_belongs_to_it(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "main.py": "from shop import app\n"})

    assert _roots(project) == {".": ("main", "shop")}


def test_a_single_module_is_a_project(project: Project) -> None:
    project.write("shop.py", "import sqlite3\n")

    assert _roots(project) == {".": ("shop",)}


def test_folders_without_init_are_packages_if_they_are_imported_by_name(project: Project) -> None:
    project.write_all(
        {"shop/api.py": "from shop.services import mails\n", "shop/services/mails.py": "import smtplib\n"}
    )

    assert _roots(project) == {".": ("shop",)}


def test_a_namespace_around_a_package_is_told_by_the_imports(project: Project) -> None:
    project.write_all(
        {
            "src/company/billing/__init__.py": "",
            "src/company/billing/api.py": "from company.billing import db\n",
            "src/company/billing/db.py": "",
        }
    )

    assert _roots(project) == {"src": ("company",)}


def test_a_package_deep_in_the_repository_has_the_folder_above_it_as_its_root(project: Project) -> None:
    project.write_all(
        {
            "backend/app/__init__.py": "",
            "backend/app/api.py": "import app.db\n",
            "backend/app/db.py": "",
            "web/a.js": "",
        }
    )

    assert _roots(project) == {"backend": ("app",)}


def test_packages_that_import_each_other_are_one_code_base(project: Project) -> None:
    project.write_all(
        {
            "packages/core/src/core/__init__.py": "",
            "packages/web/src/web/__init__.py": "import core\n",
        }
    )

    assert _roots(project) == {"packages/core/src": ("core",), "packages/web/src": ("web",)}
    assert not _services(project)


def test_packages_of_the_same_name_are_services(project: Project) -> None:
    project.write_all(
        {
            "services/orders/app/__init__.py": "",
            "services/orders/app/api.py": "import telemetry\nfrom app import db\n",
            "services/orders/app/db.py": "",
            "services/payments/app/__init__.py": "",
            "libs/telemetry/__init__.py": "",
        }
    )

    assert _services(project) == {
        "orders": ("services/orders", ("app",)),
        "payments": ("services/payments", ("app",)),
    }
    assert _roots(project) == {"libs": ("telemetry",)}


def test_loose_files_that_are_deployed_apart_are_services(project: Project) -> None:
    project.write_all(
        {
            "src/accounts/users/users.py": "from db import find\n",
            "src/accounts/users/db.py": "",
            "src/accounts/contacts/contacts.py": "from db import find\n",
            "src/accounts/contacts/db.py": "",
            "src/load/Dockerfile": "",
            "src/load/locustfile.py": "import locust\n",
        }
    )

    assert _services(project) == {
        "contacts": ("src/accounts/contacts", ("contacts", "db")),
        "load": ("src/load", ("locustfile",)),
        "users": ("src/accounts/users", ("db", "users")),
    }


def test_services_of_the_same_folder_name_are_called_after_the_folders_above(project: Project) -> None:
    project.write_all(
        {"orders/backend/app/__init__.py": "", "payments/backend/app/__init__.py": "", "payments/backend/app/a.py": ""}
    )

    assert sorted(_services(project)) == ["orders-backend", "payments-backend"]


def test_a_folder_without_python_has_no_layout(project: Project) -> None:
    project.write("readme.md", "nothing yet\n")

    with pytest.raises(ArchguardError, match="there is no package here"):
        find_layout(project.root)


def test_a_namespace_that_several_source_roots_share_is_one_code_base(project: Project) -> None:
    project.write_all(
        {
            "common/src/company/common/__init__.py": "",
            "billing/src/company/billing/__init__.py": "from company.common import x\n",
            "billing/src/company/billing/api.py": "from company.billing import y\n",
        }
    )

    assert _roots(project) == {"billing/src": ("company",), "common/src": ("company",)}
    assert not _services(project)


def test_a_small_folder_that_has_nothing_to_do_with_the_package_is_left_out(project: Project) -> None:
    project.write_all({f"shop/part{number}.py": "import shop.part1\n" for number in range(20)})
    project.write_all({"shop/__init__.py": "", "codegen/templates2/__init__.py": "import jinja2\n"})

    assert _roots(project) == {".": ("shop",)}


def test_a_folder_around_another_source_root_is_no_package(project: Project) -> None:
    project.write_all(
        {
            "lib/__init__.py": "",
            "apps/tool.py": "import apps.run\nimport lib\n",
            "apps/web/site/__init__.py": "import lib\nfrom site import pages\n",
            "apps/web/site/pages.py": "",
            "apps/run.py": "",
        }
    )

    assert _roots(project) == {".": ("lib",), "apps/web": ("site",)}


def test_a_service_has_a_name_that_can_be_written(project: Project) -> None:
    project.write_all({"my shop (new)/app/__init__.py": "", "pay+ments/app/__init__.py": ""})

    assert sorted(_services(project)) == ["my-shop--new-", "pay-ments"]
