"""`archguard list` and `archguard ignores`: what there is, and what is overlooked."""

import json
from datetime import UTC, datetime

import pytest
from project import Project
from repository import commit, git


@pytest.mark.parametrize(
    ("sort", "line"),
    [
        ("components", "controllers   2 modules: shop.controllers; what the shop answers with"),
        ("contracts", "no-queries        4 modules: external; controllers, services may import nothing of sqlalchemy"),
        ("services", "There are no services."),
        ("modules", "shop.controllers.orders   shop/controllers/orders.py  controllers"),
    ],
)
def test_everything_can_be_listed(shop: Project, sort: str, line: str) -> None:
    run = shop.run("list", sort)

    assert run.returncode == 0
    assert line in run.stdout


def test_services_are_listed_with_their_roots(project: Project) -> None:
    project.write_all({"orders/app/api.py": "", "payments/app/api.py": ""})
    project.configure(
        """\
        services: {orders: {root: orders}, payments: {root: payments}}
        contracts: [{id: apart, kind: protected, modules: [orders, payments]}]
        """
    )

    assert project.run("list", "services").stdout == "orders    2 modules: orders\npayments  2 modules: payments\n"


def test_a_list_as_json_has_an_entry_each(shop: Project) -> None:
    names = [item["name"] for item in json.loads(shop.run("list", "components", "--format", "json").stdout)]

    assert names == ["controllers", "services", "repositories"]


def test_an_unknown_sort_is_an_error(shop: Project) -> None:
    assert shop.run("list", "layers").returncode == 2


def test_ignores_are_listed_with_their_authors_and_ages(shop: Project) -> None:
    shop.write("shop/services/orders.py", "import shop.controllers  # archguard: ignore[layered] SHOP-1\n")
    config = shop.root / "archguard.yaml"
    entry = "ignore:\n  - {contract: layered, import: shop.repositories -> shop, reason: SHOP-2, expires: 2999-01-01}\n"
    config.write_text(config.read_text() + entry)
    (shop.root / ".git").rmdir()
    git(shop, "init", "--quiet")
    commit(shop)
    shop.write("shop/wiring.py", "# archguard: ignore[layered] SHOP-3\nimport shop\n")

    run = shop.run("ignores")

    today = datetime.now(UTC).date()
    line = len(config.read_text().splitlines())
    assert run.returncode == 0
    assert run.stdout == (
        f"archguard.yaml:{line}  [layered] shop.repositories -> shop: SHOP-2\n"
        f"    Ada, {today} (0 days ago), expires 2999-01-01\n"
        "shop/services/orders.py:1  [layered]: SHOP-1\n"
        f"    Ada, {today} (0 days ago)\n"
        "shop/wiring.py:1  [layered]: SHOP-3\n"
        "3 exemptions.\n"
    )


def test_ignores_of_a_project_without_git_have_no_authors(shop: Project) -> None:
    shop.write("shop/wiring.py", "import shop  # archguard: ignore[layered]\n")

    found = json.loads(shop.run("ignores", "--format", "json").stdout)

    assert [(entry["reason"], entry["author"], entry["since"]) for entry in found] == [("", "", None)]


def test_nothing_overlooked_is_said(shop: Project) -> None:
    assert shop.run("ignores").stdout == "Nothing is overlooked.\n"
