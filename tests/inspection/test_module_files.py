"""A module is found by its name or path, also one that is still to be written."""

from pathlib import Path

import pytest
from project import Project

from archguard.errors import ArchguardError
from archguard.inspection.module_file import ModuleFile, find_module_file


@pytest.mark.parametrize(
    ("name", "module", "path", "is_new"),
    [
        ("shop.db", "shop.db", "shop/db.py", False),
        ("shop/db.py", "shop.db", "shop/db.py", False),
        ("./shop/../shop/db.py", "shop.db", "shop/db.py", False),
        ("shop.services", "shop.services", "shop/services/__init__.py", False),
        ("shop/services", "shop.services", "shop/services/__init__.py", False),
        ("shop/services/refunds.py", "shop.services.refunds", "shop/services/refunds.py", True),
        ("shop.services.refunds", "shop.services.refunds", "shop/services/refunds.py", True),
        ("shop/services/refunds/__init__.py", "shop.services.refunds", "shop/services/refunds/__init__.py", True),
        ("shop/services/refunds/rules.py", "shop.services.refunds.rules", "shop/services/refunds/rules.py", True),
        ("shop.services.refunds.rules", "shop.services.refunds.rules", "shop/services/refunds/rules.py", True),
    ],
)
def test_a_module_has_a_file_whether_it_is_written_or_not(
    shop: Project, name: str, module: str, path: str, *, is_new: bool
) -> None:
    assert find_module_file(shop.codebase(), name) == ModuleFile(module, shop.root / path, is_new)


def test_an_absolute_path_names_the_same_module(shop: Project) -> None:
    assert find_module_file(shop.codebase(), str(shop.root / "shop/db.py")).module == "shop.db"


def test_the_name_of_a_new_file_follows_from_the_source_root(project: Project) -> None:
    project.write_all({"src/shop/api.py": "", "src/shop/more/deep.py": ""})
    project.configure("contracts: [{id: apart, kind: acyclic, children_of: shop}]")
    assert find_module_file(project.codebase(), "src/shop/more/new.py").module == "shop.more.new"


def test_a_new_file_of_a_service_has_the_name_of_the_service(project: Project) -> None:
    project.write_all({"orders/app/api.py": "", "payments/app/api.py": ""})
    project.configure(
        """
        services: {orders: {root: orders}, payments: {root: payments}}
        contracts: [{id: apart, kind: protected, modules: [orders, payments]}]
        """
    )
    codebase = project.codebase()
    assert find_module_file(codebase, "payments/app/db.py").module == "payments::app.db"
    assert find_module_file(codebase, "orders::app.db").path == project.root / "orders/app/db.py"
    with pytest.raises(ArchguardError, match="several modules"):
        find_module_file(codebase, "app.api")


@pytest.mark.parametrize("name", ["../other.py", "/etc/passwd.py", "shop/../../other.py", "shop/\0.py"])
def test_a_path_outside_of_the_project_is_refused(shop: Project, name: str) -> None:
    with pytest.raises(ArchguardError):
        find_module_file(shop.codebase(), name)


def test_a_link_that_leads_out_of_the_project_is_refused(
    shop: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (shop.root / "shop/away").symlink_to(tmp_path_factory.mktemp("away"))
    with pytest.raises(ArchguardError, match="outside of the project"):
        find_module_file(shop.codebase(), "shop/away/secrets.py")


@pytest.mark.parametrize(
    "name", ["docs/page.md", "scripts/run.py", "shop/not-a-name.py", "billing.api", "shop.not-a-name"]
)
def test_what_can_be_no_module_of_the_project_is_an_error(shop: Project, name: str) -> None:
    (shop.root / Path(name).parent).mkdir(exist_ok=True)
    with pytest.raises(ArchguardError):
        find_module_file(shop.codebase(), name)
