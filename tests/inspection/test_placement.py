"""Where code belongs that needs certain imports and calls."""

import pytest
from project import Project

from archguard.checking.session import Session
from archguard.errors import ArchguardError
from archguard.inspection.placement import Needs, Placement, draft_text, where_should


def names(found: Placement) -> list[str]:
    return [place.name for place in found.places]


def refused_by(found: Placement) -> list[str]:
    return [refusal.contract for refusal in found.refusals]


def test_requests_belong_where_the_gateway_contract_allows_them(session: Session) -> None:
    found = where_should(session, Needs(calls=("httpx.get",)))
    assert names(found) == ["shop.gateways"]
    assert (found.accepted, found.tried, found.packages) == (1, 5, 5)
    assert refused_by(found) == ["outside"]
    place = found.places[0]
    assert (place.path, place.component, place.is_new) == ("shop/gateways/new_module.py", "gateways", True)
    assert "1 module there imports the same already" in place.reasons
    assert "outside accepts it here, and refuses it in 4 other packages" in place.reasons


def test_what_a_contract_asks_of_code_where_it_allows_it_is_a_condition(session: Session) -> None:
    (with_default,) = where_should(session, Needs(calls=("httpx.get",))).places
    (place,) = where_should(session, Needs(calls=("requests.get",))).places
    assert with_default.conditions == ()
    assert place.conditions == ("outside: give it a `timeout`, or make its client with one",)


def test_a_method_of_a_class_is_called_on_a_parameter_of_that_class(session: Session) -> None:
    found = where_should(session, Needs(calls=("sqlalchemy.orm.Session.execute",)))
    assert names(found) == ["shop.repositories"]
    assert refused_by(found) == ["queries"]


def test_a_package_must_accept_all_of_it(session: Session) -> None:
    found = where_should(session, Needs(imports=("sqlalchemy",), calls=("httpx.get",)))
    assert names(found) == []
    assert refused_by(found) == ["outside", "queries"]


def test_a_name_counts_where_contracts_say_what_is_called_so(session: Session) -> None:
    found = where_should(session, Needs(name="InvoiceRepository"))
    assert names(found) == ["shop.repositories"]
    assert found.places[0].path == "shop/repositories/invoice_repository.py"


def test_components_come_before_other_packages_and_those_that_import_the_same_before_others(session: Session) -> None:
    found = where_should(session, Needs(imports=("shop.services.ordering",)))
    assert names(found) == ["shop.controllers", "shop.gateways", "shop.services", "shop"]


def test_a_module_that_contracts_name_is_proposed_if_no_package_accepts_it(shop: Project) -> None:
    text = (shop.root / "archguard.yaml").read_text()
    shop.write("archguard.yaml", text.replace("allowed_in: [repositories, shop.db]", "allowed_in: shop.db"))
    found = where_should(Session(shop.config()), Needs(calls=("sqlalchemy.orm.Session.execute",)))
    assert [(place.name, place.path, place.is_new) for place in found.places] == [("shop.db", "shop/db.py", False)]
    assert found.accepted == 0
    assert found.places[0].reasons == ("queries names this module",)


def test_metrics_count_for_one_module_alone_and_not_for_the_sum_of_all_that_are_tried(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a/__init__.py": "", "shop/b/__init__.py": ""})
    project.configure(
        """
        contracts:
          - {id: small, kind: metrics, modules: [shop.a, shop.b], max: {modules: 2}}
          - {id: apart, kind: independence, modules: [shop.a, shop.b]}
        """
    )
    assert names(where_should(Session(project.config()), Needs(imports=("json",)))) == ["shop", "shop.a", "shop.b"]


def test_a_file_that_exists_is_not_taken_for_the_new_one(session: Session) -> None:
    found = where_should(session, Needs(imports=("httpx",), name="payments"))
    assert found.places[0].path == "shop/gateways/payments_new.py"


def test_at_most_five_packages_are_answered_and_200_tried(project: Project) -> None:
    project.write_all({f"shop/p{number}/__init__.py": "" for number in range(201)} | {"shop/__init__.py": ""})
    project.configure("contracts: [{id: apart, kind: acyclic, children_of: shop}]")
    found = where_should(Session(project.config()), Needs(imports=("json",)))
    assert (len(found.places), found.accepted, found.tried, found.packages) == (5, 200, 200, 202)


@pytest.mark.parametrize(
    ("needs", "message"),
    [
        (Needs(), "nothing is needed"),
        (Needs(calls=("requests.get(1)",)), "cannot be called"),
        (Needs(calls=("Session.execute",)), "does not say where its class is"),
        (Needs(calls=("shop.repositories.orders.OrderRepo.get",)), "there is no module or name"),
        (Needs(imports=("shop.repositories.order",)), "there is no module or name"),
        (Needs(imports=("os; import sys",)), "cannot be imported"),
        (Needs(name="a b"), "is no name in Python"),
        (Needs(name="class"), "is no name in Python"),
    ],
)
def test_needs_that_are_no_code_are_an_error(session: Session, needs: Needs, message: str) -> None:
    with pytest.raises(ArchguardError, match=message):
        where_should(session, needs)


def test_the_draft_is_written_as_somebody_would_write_it(session: Session) -> None:
    needs = Needs(
        imports=("shop.repositories.orders.OrderRepository",),
        calls=("open", "httpx.get()", "shop.repositories.orders.OrderRepository.get"),
        name="Refund",
    )
    assert draft_text(session.codebase, needs) == (
        '"""What is needed."""\n'
        "\n"
        "from shop.repositories.orders import OrderRepository\n"
        "import httpx\n"
        "import shop.repositories.orders\n"
        "\n"
        "\n"
        "class Refund:\n"
        '    """Refund."""\n'
        "\n"
        "    def run(self, value_1: shop.repositories.orders.OrderRepository) -> None:\n"
        '        """Do it."""\n'
        "        open()\n"
        "        httpx.get()\n"
        "        value_1.get()\n"
    )


def test_a_package_that_has_any_name_is_tried_last(shop: Project) -> None:
    shop.write("shop/controllers/__init__.py", "def __getattr__(name): ...\n")
    found = where_should(Session(shop.config()), Needs(imports=("shop.services.ordering",)))
    assert names(found) == ["shop.gateways", "shop.services", "shop", "shop.controllers"]
