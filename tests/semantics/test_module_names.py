"""What the names of modules tell: packages without a file, Django's apps, and which service has a package."""

from pathlib import Path

import pytest
from test_evaluation_rules import CONNECTION, names_of, runs

from archguard.semantics.module_names import ModuleNames, app_label

NAMES = ModuleNames(
    ["shop.orders.models", "shop.orders", "tests.orders.models", "shop.models_old", "billing::app.models", "stock::app"]
)


def test_namespace_packages_are_packages_too() -> None:
    assert {"shop", "shop.orders.models", "tests.orders", "billing::app"} <= NAMES.packages
    assert "orders" not in NAMES.packages


def test_the_models_of_an_app_are_found_by_its_label_in_each_service() -> None:
    assert NAMES.models_by_app == {
        ("", "orders"): ("shop.orders.models", "tests.orders.models"),
        ("billing", "app"): ("billing::app.models",),
    }


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("shop.orders.models", "orders"),
        ("shop.orders.models.rows", "orders"),
        ("shop.orders.views", ""),
    ],
)
def test_the_label_of_an_app_is_known_in_its_models(module: str, expected: str) -> None:
    assert app_label(module) == expected


def test_what_is_no_fact_about_names_is_an_error() -> None:
    with pytest.raises(ValueError, match="no fact about the names of modules"):
        NAMES.answer(("callers", "shop"))


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("own", [CONNECTION]),  # of the service itself, though another one has a package of that name
        ("shared", [CONNECTION]),  # of no service
        ("single", [CONNECTION]),  # of one other service
        ("twice", [("twice.x.run",)]),  # of two others: which one is meant is not known
    ],
)
def test_a_package_is_looked_for_in_the_own_service_first(
    tmp_path: Path, package: str, expected: list[tuple[str, ...]]
) -> None:
    binds, other = "import acme\nx = acme.connect()\n", "import acme\nx = acme.pool()\n"
    files = {
        "a::m": f"from {package} import x\nx.run()\n",
        "a::own": binds,
        "b::own": other,
        "shared": binds,
        "b::single": binds,
        "b::twice": other,
        "c::twice": other,
    }

    assert runs(names_of(tmp_path, files), "a::m") == expected
