"""`archguard why`: may this import that, and does it today?"""

import json
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project import Project

from archguard.codebase import ImportGraph, Link, with_hypothetical_imports
from archguard.codebase.metrics.coupling import min_cut
from archguard.config import read
from archguard.inspection.why import why


def test_an_import_that_no_contract_denies_is_allowed(shop: Project) -> None:
    run = shop.run("why", "controllers", "services")

    assert run.returncode == 0
    assert run.stdout.startswith("controllers may import services.\n")


def test_a_denied_import_names_the_contract_and_its_reason(shop: Project) -> None:
    run = shop.run("why", "repositories", "controllers")

    assert run.returncode == 0
    assert run.stdout == (
        "repositories must not import controllers.\n"
        "    layered (layers): shop.repositories must not import shop.controllers: controllers is above repositories\n"
        "        because Rules are tested without a database.\n"
        "\n"
        "Today repositories does not reach controllers.\n"
    )


def test_the_shortest_ways_of_today_are_shown_with_the_imports_to_cut(shop: Project) -> None:
    run = shop.run("why", "shop.controllers", "sqlalchemy")

    assert run.stdout.endswith(
        "Today shop.controllers reaches sqlalchemy in 2 ways, which are:\n"
        "    1. shop.controllers.orders -> shop.services.orders (shop/controllers/orders.py:1)\n"
        "       shop.services.orders -> shop.repositories.orders (shop/services/orders.py:1)\n"
        "       shop.repositories.orders -> sqlalchemy (shop/repositories/orders.py:1)\n"
        "    2. shop.controllers.orders -> shop.wiring (shop/controllers/orders.py:2)\n"
        "       shop.wiring -> shop.repositories.orders (shop/wiring.py:1)\n"
        "       shop.repositories.orders -> sqlalchemy (shop/repositories/orders.py:1)\n"
        "\n"
        "Minimum cut between them: 1 import\n"
        "    1. shop.repositories.orders -> sqlalchemy (shop/repositories/orders.py:1)\n"
    )


def test_a_package_that_nobody_imports_yet_can_be_asked_about(shop: Project) -> None:
    shop.configure("contracts: [{id: sql, kind: database, allowed_in: shop.repositories}]")

    run = shop.run("why", "shop.services", "psycopg")

    assert run.stdout.startswith("shop.services must not import psycopg.\n    sql (database): ")


def test_an_import_that_lets_others_reach_what_they_must_not_is_denied(shop: Project) -> None:
    run = shop.run("why", "shop.wiring", "controllers")

    assert run.stdout.startswith("shop.wiring may import controllers.")

    shop.write("shop/services/orders.py", "import shop.wiring\n")
    run = shop.run("why", "shop.wiring", "controllers")

    assert run.stdout.startswith(
        "shop.wiring must not import controllers.\n"
        "    layered (layers): shop.services.orders must not import controllers through shop.wiring"
    )


def test_a_package_of_which_some_modules_may_is_told_with_numbers(shop: Project) -> None:
    run = shop.run("why", "shop", "sqlalchemy")

    assert run.stdout.startswith("shop may, in part, import sqlalchemy.\n    no-queries (external) (4 of 8 imports): ")


def test_files_and_patterns_name_modules_too(shop: Project) -> None:
    run = shop.run("why", "shop/services/orders.py", "shop.**.orders")

    assert run.stdout.startswith("shop.services.orders may, in part, import shop.**.orders.")


def test_the_answer_as_json_has_the_same_in_it(shop: Project) -> None:
    run = shop.run("why", "services", "controllers", "--format", "json")

    answer = json.loads(run.stdout)
    assert [denial["contract"] for denial in answer["denials"]] == ["layered"]
    assert answer["chains"] == answer["cut"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("controlers", "services"), "there is no component, service or module 'controlers'\n    hint: did you mean"),
        (("orders", "services"), "there is no component, service or module 'orders'\n    hint: did you mean 'shop."),
        (("controllers", "shop..x"), "'shop..x' names no modules"),
        (("sqlalchemy", "services"), "'sqlalchemy' is not part of the project"),
        (("services", "shop.services"), "services and shop.services are the same modules"),
    ],
)
def test_what_cannot_be_asked_is_an_error(shop: Project, arguments: tuple[str, str], message: str) -> None:
    run = shop.run("why", *arguments)

    assert run.returncode == 2
    assert message in run.stderr
    assert not run.stdout


def test_a_contract_that_cannot_be_checked_is_told(shop: Project) -> None:
    shop.configure("contracts: [{id: apart, kind: independence, modules: [shop.services, shop.servises]}]")

    run = shop.run("why", "shop.services", "shop.wiring")

    assert run.returncode == 2
    assert "Not asked, since they cannot be checked: apart." in run.stdout


def test_what_is_denied_is_a_violation_once_it_is_written(shop: Project) -> None:
    config, codebase = shop.config(), shop.codebase()
    leaves = ["shop.controllers.orders", "shop.services.orders", "shop.repositories.orders", "shop.wiring"]

    for one, other in permutations(leaves, 2):
        allowed = why(config, codebase, one, other).allowed

        file = shop.root / codebase.display_path(one)
        before = file.read_text()
        file.write_text(f"{before}import {other}\n")
        assert bool(shop.check().violations) != allowed
        file.write_text(before)


def test_a_supposed_import_is_found_where_it_would_stand(shop: Project) -> None:
    codebase = with_hypothetical_imports(shop.codebase(), [("shop.wiring", "requests")])

    link = Link("shop.wiring", "requests", 3)
    statement = codebase.statement(link)
    assert link in set(codebase.imports.links())
    assert statement is not None
    assert statement.target == "requests"
    assert read(shop.config()).imports.imported_by("shop.wiring").keys() == {"shop.repositories.orders"}


_NAMES = "abcdef"
_ARROWS = st.sets(st.tuples(st.sampled_from(_NAMES), st.sampled_from(_NAMES)).filter(lambda it: it[0] != it[1]))


@given(_ARROWS)
def test_the_cut_parts_them_and_no_smaller_one_does(arrows: set[tuple[str, str]]) -> None:
    links = [Link(*arrow, 1) for arrow in sorted(arrows)]
    graph = ImportGraph(frozenset(_NAMES), {}).with_links(links)

    cut = min_cut(graph, {"a"}, {"f"})

    assert not _reaches(graph.without(cut))
    assert all(_reaches(graph.without([*cut[:index], *cut[index + 1 :]])) for index in range(len(cut)))
    assert len(cut) == _ways_apart(arrows)


def _reaches(graph: ImportGraph) -> bool:
    seen, queue = {"a"}, ["a"]
    while queue:
        new = graph.imported_by(queue.pop()).keys() - seen
        seen |= new
        queue += new
    return "f" in seen


def _ways_apart(arrows: set[tuple[str, str]]) -> int:
    """How many ways from `a` to `f` share no arrow (Menger's theorem), by augmenting paths."""
    left, ways = set(arrows), 0
    while path := _path(left):
        left = (left - path) | {(other, one) for one, other in path}
        ways += 1
    return ways


def _path(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    came: dict[str, str] = {"a": ""}
    queue = ["a"]
    for name in queue:
        for one, other in sorted(arrows):
            if one == name and other not in came:
                came[other] = one
                queue.append(other)
    path, name = set(), "f"
    while name in came and name != "a":
        path.add((came[name], name))
        name = came[name]
    return path
