"""`archguard explain`: a contract in plain words."""

import json

import pytest
from project import Project

from archguard.config import make_contract


def test_a_contract_is_told_with_its_members_imports_and_reason(shop: Project) -> None:
    run = shop.run("explain", "layered")

    assert run.returncode == 0
    assert run.stdout == (
        "layered (layers): Each of controllers, services, repositories may import those below it, never those above.\n"
        "    because Rules are tested without a database.\n"
        "    Defined at archguard.yaml:8.\n"
        "\n"
        "What it is about:\n"
        "    controllers   2 modules: shop.controllers, shop.controllers.orders; what the shop answers with\n"
        "    services      2 modules: shop.services, shop.services.orders\n"
        "    repositories  2 modules: shop.repositories, shop.repositories.orders\n"
        "\n"
        "Who imports whom:\n"
        "    controllers -> services: 1 import\n"
        "    services -> repositories: 1 import\n"
        "\n"
        "Today it is kept; it looks at 6 modules, 4 imports, 0 calls.\n"
    )


def test_what_it_overlooks_is_listed(shop: Project) -> None:
    shop.write("shop/services/orders.py", "import shop.controllers  # archguard: ignore[layered] SHOP-1\n")

    run = shop.run("explain", "layered")

    assert "What it overlooks:\n    shop/services/orders.py:1  [layered]: SHOP-1\n" in run.stdout


def test_a_broken_contract_is_called_broken(shop: Project) -> None:
    shop.write("shop/services/orders.py", "import shop.controllers\n")

    run = shop.run("explain", "layered")

    assert run.returncode == 0
    assert "Today it is broken: 1 violation; it looks at " in run.stdout


def test_layers_are_told_for_each_match_of_within(project: Project) -> None:
    project.write_all({f"shop/{name}/{layer}.py": "" for name in ("cart", "stock") for layer in ("api", "db")})
    project.configure("contracts: [{id: layered, kind: layers, within: shop.*, layers: [api, db]}]")

    run = project.run("explain", "layered")

    assert "In shop.*: each of api, db may import those below it, never those above." in run.stdout
    assert "    shop.cart.api   1 module: shop.cart.api\n    shop.cart.db    1 module: shop.cart.db\n" in run.stdout


def test_an_unknown_contract_is_an_error_with_a_suggestion(shop: Project) -> None:
    run = shop.run("explain", "layred")

    assert run.returncode == 2
    assert run.stderr == "error: there is no contract 'layred'\n    hint: did you mean 'layered'?\n"


def test_a_contract_that_cannot_be_checked_ends_with_2(shop: Project) -> None:
    shop.configure("contracts: [{id: apart, kind: independence, modules: [shop.services, shop.servises]}]")

    run = shop.run("explain", "apart")

    assert run.returncode == 2
    assert "Today it cannot be checked" in run.stdout


def test_the_explanation_as_json_lists_all_modules(shop: Project) -> None:
    told = json.loads(shop.run("explain", "no-queries", "--format", "json").stdout)

    assert told["sentence"] == "controllers, services may import nothing of sqlalchemy from outside of the project."
    assert told["members"][2]["modules"] == ["sqlalchemy"]


@pytest.mark.parametrize(
    ("kind", "keys", "sentence"),
    [
        (
            "layers",
            {"layers": ["a", "b"], "closed": True},
            "Each of a, b may import those below it, never those above, and nobody skips one.",
        ),
        ("layers", {"may_import": {"a": ["b"], "b": []}}, "a may import b; b may import none of them."),
        ("forbidden", {"modules": "a", "must_not_import": ["b"]}, "a never import b, not even through others."),
        (
            "forbidden",
            {"modules": "a", "must_not_import": "b", "except_via": "c"},
            "a never import b, not even through others, except through c.",
        ),
        ("independence", {"children_of": "a", "indirect": False}, "None of the children of a imports another of them."),
        (
            "protected",
            {"modules": "a", "interface": ".api"},
            "No other module may import a; anyone else imports .api.",
        ),
        ("protected", {"modules": "a", "only_imported_by": "b"}, "Only b may import a."),
        ("acyclic", {"modules": ["a", "b"]}, "a, b import each other in no circle."),
        ("acyclic", {"children_of": "a"}, "The siblings in every package from a down import each other in no circle."),
        ("external", {"modules": "a", "allow": "stdlib"}, "a may import only stdlib from outside of the project."),
        ("database", {"modules": "a"}, "a do not reach a database."),
        ("database", {"allowed_in": "a", "deny": "commit"}, "Only a reach a database to commit."),
        ("gateway", {"allowed_in": "a", "require": "timeout"}, "Only a reach outside. Every request has its timeout."),
        (
            "services",
            {"policy": {}},
            "A service reaches another one only if policy lets it, and imports only what is published.",
        ),
        (
            "structure",
            {"rules": [{"classes": "*", "must": {"reside_in": "a"}}]},
            "A rule says what modules, classes and functions must be, and what not.",
        ),
    ],
)
def test_every_kind_says_what_it_asks(kind: str, keys: dict[str, object], sentence: str) -> None:
    assert make_contract(kind, **keys).sentence == sentence


def test_a_violation_is_explained_by_its_fingerprint(shop: Project) -> None:
    shop.write("shop/services/orders.py", "import shop.controllers.orders\n")
    (violation,) = [it for it in shop.check().violations if it.contract == "layered"]

    run = shop.run("explain", violation.fingerprint)

    assert run.returncode == 0
    assert run.stdout.startswith(
        "shop/services/orders.py:1:8: error: shop.services.orders must not import shop.controllers.orders"
    )
    assert "    = why: Rules are tested without a database.\n" in run.stdout
    assert json.loads(shop.run("explain", violation.fingerprint, "--format", "json").stdout)[0]["contract"] == "layered"


def test_a_fingerprint_that_no_violation_has_today_is_an_error(shop: Project) -> None:
    run = shop.run("explain", "0123456789abcdef")

    assert run.returncode == 2
    assert "there is no violation '0123456789abcdef' today" in run.stderr
