"""Whether a module may import another one, where the importing module may not exist yet."""

import pytest
from project import Project

from archguard.checking.session import Session
from archguard.errors import ArchguardError
from archguard.inspection.may_import import Permission, may_import


def denied_by(found: Permission) -> list[str]:
    return [violation.contract for violation in found.denials]


def test_a_module_that_exists_may_import_what_its_contracts_allow(session: Session) -> None:
    found = may_import(session, "shop.services.ordering", "shop.repositories.orders")
    assert found.allowed
    assert found.denials == ()
    assert not found.is_new


@pytest.mark.parametrize("importer", ["shop.controllers.refunds", "shop/controllers/refunds.py"])
def test_a_module_that_is_still_to_be_written_is_held_to_the_contracts_of_its_place(
    session: Session, importer: str
) -> None:
    assert may_import(session, importer, "shop.services.ordering").allowed
    found = may_import(session, importer, "shop.repositories.orders")
    assert not found.allowed
    assert denied_by(found) == ["through-services"]
    assert found.denials[0].reason.startswith("A rule that a controller skips")
    assert found.denials[0].fix
    assert (found.importer, found.path, found.is_new) == (
        "shop.controllers.refunds",
        "shop/controllers/refunds.py",
        True,
    )


def test_an_import_that_is_there_today_against_a_contract_is_denied_as_well(session: Session) -> None:
    assert denied_by(may_import(session, "shop.controllers.admin", "shop.repositories.orders")) == ["through-services"]
    assert may_import(session, "shop.controllers.admin", "shop.services.ordering").allowed


def test_every_kind_of_contract_counts(session: Session) -> None:
    assert denied_by(may_import(session, "shop.services.refunds", "sqlalchemy.orm")) == ["queries"]
    assert denied_by(may_import(session, "shop.services.refunds", "requests")) == ["outside"]
    assert may_import(session, "shop.gateways.refunds", "requests").allowed


@pytest.mark.parametrize(
    ("imported", "statement"),
    [
        ("shop.repositories.orders", "import shop.repositories.orders"),
        ("shop/repositories/orders.py", "import shop.repositories.orders"),
        ("repositories", "import shop.repositories"),
        ("shop.repositories.orders.OrderRepository", "from shop.repositories.orders import OrderRepository"),
        ("shop.repositories.OrderRepository", "from shop.repositories import OrderRepository"),
    ],
)
def test_what_is_imported_is_a_module_a_file_a_component_or_a_name(
    session: Session, imported: str, statement: str
) -> None:
    found = may_import(session, "shop.controllers.refunds", imported)
    assert found.statements == (statement,)
    assert denied_by(found) == ["through-services"]


def test_a_class_of_a_library_is_imported_from_its_module(session: Session) -> None:
    found = may_import(session, "shop.db", "sqlalchemy.orm.Session")
    assert found.statements == ("from sqlalchemy.orm import Session",)
    assert found.allowed


def test_a_library_that_nobody_knows_is_judged_by_its_name(session: Session) -> None:
    assert may_import(session, "shop.services.refunds", "made_up_library").allowed


@pytest.mark.parametrize(
    ("imported", "hint"),
    [("shop.repositories.order", "did you mean 'shop.repositories.orders'?"), ("shop-db", "write a module with dots")],
)
def test_a_module_that_the_project_does_not_have_is_an_error(session: Session, imported: str, hint: str) -> None:
    with pytest.raises(ArchguardError) as raised:
        may_import(session, "shop.services.refunds", imported)
    assert hint in raised.value.hint


def test_an_importer_that_cannot_be_parsed_is_neither_allowed_nor_denied(shop: Project) -> None:
    shop.write("shop/services/broken.py", "def f(:\n")
    found = may_import(Session(shop.config()), "shop.services.broken", "shop.repositories.orders")
    assert not found.allowed
    assert found.denials == ()
    assert [problem.code for problem in found.problems] == ["syntax"]


def test_a_file_that_is_excluded_is_no_pass(shop: Project) -> None:
    text = (shop.root / "archguard.yaml").read_text()
    shop.write("archguard.yaml", text.replace("packages: [shop]", "packages: [shop], exclude: [shop.generated]"))
    shop.write("shop/generated/__init__.py")
    found = may_import(Session(shop.config()), "shop/generated/models.py", "shop.controllers.orders")
    assert not found.allowed
    assert [problem.code for problem in found.problems] == ["no-module"]
