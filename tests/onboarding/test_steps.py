"""What each step of `archguard init` sees, proposes, and does not propose."""

from itertools import pairwise

import pytest
from project import Project

from archguard.onboarding import TOPICS, Draft, ProposedContract, Step, Topic, draft

SESSION = "from sqlalchemy.orm import Session\n\n"


def _step(project: Project, topic: Topic) -> Step:
    return next(step for step in draft(project.root).steps if step.topic is topic)


def _contract(proposed: Draft, id_: str) -> ProposedContract:
    return next(contract for contract in proposed.proposal.contracts if contract.id == id_)


def _queries(count: int) -> str:
    return f"{SESSION}def find(session: Session):\n" + "    session.execute('SELECT 1')\n" * count


def _shop(project: Project, **files: str) -> None:
    project.write("shop/__init__.py")
    project.write_all({f"shop/{name.replace('__', '/')}.py": text for name, text in files.items()})


def test_every_topic_has_a_step_a_question_and_an_explanation(project: Project) -> None:
    _shop(project, a="from shop import b\n", b="")

    assert [step.topic for step in draft(project.root).steps] == list(Topic)
    assert all(TOPICS[topic].question.endswith("?") and TOPICS[topic].explanation.strip() for topic in Topic)


# --- layers


def _layers(project: Project) -> list[str]:
    return [layer for it in _step(project, Topic.LAYERS).contracts for layer in it.keys["layers"]]


def test_parts_of_one_role_are_one_layer_with_its_name(project: Project) -> None:
    _shop(project, main="from shop import api, views\n", api="from shop import db\n", views="import shop.db\n", db="")

    proposed = draft(project.root)

    assert _layers(project) == ["main", "controllers", "db"]
    assert proposed.proposal.components == {"controllers": ["shop.api", "shop.views"]}


def test_a_layer_that_is_called_like_a_component_is_written_in_full(project: Project) -> None:
    for name in ("mails", "orders", "users"):
        project.write_all(
            {
                f"shop/{name}/__init__.py": "",
                f"shop/{name}/views.py": f"from shop.{name} import models\n",
                f"shop/{name}/models.py": "from shop import domain\n",
            }
        )
    _shop(
        project,
        main="from shop.orders import views\nfrom shop.users import views\n",
        domain="import shop.util\n",
        util="",
    )

    assert _layers(project)[:2] == ["controllers", "domain"]
    assert "shop.domain" in _layers(project)


def test_an_order_has_at_most_seven_layers(project: Project) -> None:
    names = "abcdefghij"
    chain = {one: f"from shop import {other}\n" for one, other in pairwise(names)}
    _shop(project, **chain, j="", k="")

    assert len(_layers(project)) == 7


def test_where_only_type_checkers_see_a_circle_the_order_is_that_of_the_rest(project: Project) -> None:
    below = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from shop import a, b, c, d, e\n"
    _shop(project, a="import shop.b\n", b="import shop.c\n", c=below, d="import shop.c\n", e="import shop.c\n")

    (contract,) = _step(project, Topic.LAYERS).contracts

    assert contract.keys["type_checking_imports"] == "exclude"
    assert contract.keys["layers"] == ["a | d | e", "b", "c"]


def test_an_app_that_is_called_like_a_layer_is_none(project: Project) -> None:
    for name in ("api", "mails", "users"):
        project.write_all(
            {
                f"shop/{name}/__init__.py": "",
                f"shop/{name}/views.py": f"from shop.{name} import models\n",
                f"shop/{name}/models.py": "",
            }
        )
    _shop(project, main="import shop.api.views\nimport shop.users.views\n")

    components = _step(project, Topic.COMPONENTS).components

    assert list(map(str, components["controllers"].modules)) == ["shop.*.views"]


# --- database


def test_repositories_are_the_access_point_and_the_rest_is_a_cost(project: Project) -> None:
    _shop(project, crud=_queries(2), api=_routes(_queries(3)), **{f"part{n}": "import shop.crud\n" for n in range(9)})

    proposed = draft(project.root)

    contract = _contract(proposed, "queries-in-one-place")
    assert contract.keys["allowed_in"] == ["shop.crud"]
    assert contract.cost(proposed.cost(contract.id)) == "4 accesses outside of crud: 0 new after adopting"


def test_where_repositories_would_cost_much_more_controllers_are_kept_from_the_database(project: Project) -> None:
    parts = {f"part{n}": _queries(3) for n in range(9)}
    _shop(project, crud=_queries(2), api=_routes(_queries(3)), **parts)

    proposed = draft(project.root)

    contract = _contract(proposed, "queries-outside-of-controllers")
    assert contract.keys["modules"] == ["shop.api"]
    assert contract.cost(proposed.cost(contract.id)) == "4 accesses in controllers: 0 new after adopting"


def test_where_queries_are_everywhere_nothing_is_proposed_and_the_step_says_why(project: Project) -> None:
    _shop(project, **{f"part{n}": _queries(1) for n in range(9)})

    step = _step(project, Topic.DATABASE)

    assert step.saw == ("18 accesses to a database in 9 modules: shop.part0 2, shop.part1 2, shop.part2 2 and 6 more",)
    assert not step.contracts
    assert "queries are everywhere" in step.not_proposed[0]


def test_code_without_a_database_stays_without_one(project: Project) -> None:
    _shop(project, a="from shop import b\n", b="")

    (contract,) = _step(project, Topic.DATABASE).contracts

    assert (contract.id, contract.keys["modules"]) == ("no-database", "shop")
    assert contract.cost(0) == "no access to a database"


# --- outbound calls


def test_calls_without_a_timeout_are_known_and_new_ones_fail(project: Project) -> None:
    _shop(project, a="import requests\n\nrequests.get('https://api.shop.com')\n", b="from shop import a\n")

    proposed = draft(project.root)

    contract = _contract(proposed, "outbound-calls-end")
    assert contract.keys["require"] == "timeout"
    assert contract.cost(proposed.cost(contract.id)) == "1 call without a timeout: 0 new after adopting"


def test_hosts_are_listed_if_calls_have_a_place(project: Project) -> None:
    call = "import requests\n\nrequests.get('https://api.shop.com', timeout=3)\n"
    _shop(project, clients=call, **{f"part{n}": "import shop.clients\n" for n in range(4)})

    step = _step(project, Topic.OUTBOUND)

    assert [contract.id for contract in step.contracts] == ["outbound-in-one-place", "outbound-calls-end"]
    assert step.contracts[0].keys["allowed_in"] == ["shop.clients"]
    assert step.contracts[1].keys["hosts"] == "api.shop.com"


def test_hosts_are_not_listed_if_calls_are_everywhere(project: Project) -> None:
    call = "import requests\n\nrequests.get('https://api.shop.com', timeout=3)\n"
    _shop(project, **{f"part{n}": call for n in range(9)})

    step = _step(project, Topic.OUTBOUND)

    assert [contract.id for contract in step.contracts] == ["outbound-calls-end"]
    assert "hosts" not in step.contracts[0].keys
    assert step.not_proposed == (
        "an access point for outbound calls: they are in 9 modules",
        "a list of hosts: some may be links",
    )


# --- cycles


def test_siblings_are_kept_out_of_cycles_where_they_are_in_none(project: Project) -> None:
    _shop(project, a="from shop import b\n", b="from shop import c\n", c="")

    (contract,) = _step(project, Topic.CYCLES).contracts

    assert contract.keys["children_of"] == "shop"


def test_where_packages_are_in_cycles_modules_are_kept_out_of_them(project: Project) -> None:
    _shop(
        project,
        a__one="from shop.b import one\n",
        a__two="",
        b__one="",
        b__two="from shop.a import two\n",
        c="from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from shop import d\n",
        d="from shop import c\n",
    )

    step = _step(project, Topic.CYCLES)

    assert step.saw == ("4 of 5 imports are part of a cycle of siblings", "no cycle of modules at run time")
    assert step.contracts[0].keys["as_packages"] is False
    assert step.contracts[0].keys["type_checking_imports"] == "exclude"


def test_a_code_base_in_circles_has_no_contract_on_them(project: Project) -> None:
    _shop(project, a="from shop import b\n", b="from shop import c\n", c="from shop import a\n")

    step = _step(project, Topic.CYCLES)

    assert not step.contracts
    assert step.not_proposed == ("a contract on cycles: too many imports are in one",)


# --- access


AUTH = """\
from fastapi import HTTPException, Request

def current_user(request: Request):
    if "user" not in request.session:
        raise HTTPException(401)
    return request.session["user"]

def current_user_or_none(request: Request):
    return request.session.get("user")

def current_user_name(request: Request):
    return request.session["user"]
"""


def _routes(before: str = "", count: int = 1, guard: str = "") -> str:
    depends = f", dependencies=[Depends(shop.auth.{guard})]" if guard else ""
    head = f"{before}import shop.auth\nfrom fastapi import APIRouter, Depends\n\nrouter = APIRouter()\n"
    routes = (f'\n@router.get("/orders{n}"{depends})\ndef show{n}(): ...\n' for n in range(count))
    return head + "".join(routes)


def test_a_function_that_refuses_and_is_called_like_a_guard_is_one(project: Project) -> None:
    _shop(project, auth=AUTH, api=_routes(guard="current_user"))

    step = _step(project, Topic.ACCESS)

    assert step.saw == ("1 route, 1 of them guarded", "guards of the project: current_user")
    assert step.contracts[0].keys["guards"] == ["shop.auth.current_user"]


def test_a_function_that_refuses_nobody_is_no_guard_whatever_it_is_called(project: Project) -> None:
    _shop(project, auth=AUTH, api=_routes(guard="current_user_name"))

    assert "guards" not in _step(project, Topic.ACCESS).contracts[0].keys


def test_a_guard_that_lets_anonymous_requests_pass_is_optional(project: Project) -> None:
    _shop(project, auth=AUTH, api=_routes(guard="current_user_or_none"))

    keys = _step(project, Topic.ACCESS).contracts[0].keys

    assert keys["optional_guards"] == ["shop.auth.current_user_or_none"]
    assert "guards" not in keys


@pytest.mark.parametrize(("path", "reason"), [("/health", "a probe"), ("/orders/{number}/status", "open when")])
def test_few_open_routes_are_listed_with_the_reason_that_their_path_tells(
    project: Project, path: str, reason: str
) -> None:
    _shop(project, auth=AUTH, api=_routes(guard="current_user") + f'\n@router.get("{path}")\ndef open(): ...\n')

    (entry,) = _step(project, Topic.ACCESS).contracts[0].keys["public"]

    assert entry["route"] == f"GET {path}"
    assert entry["reason"].startswith(reason)


@pytest.mark.parametrize(("count", "listed", "cost"), [(20, 20, 0), (21, 0, 21)])
def test_many_open_routes_go_to_the_baseline(project: Project, count: int, listed: int, cost: int) -> None:
    _shop(project, auth=AUTH, api=_routes(count=count), admin=_routes(guard="current_user"))

    proposed = draft(project.root)

    assert len(_contract(proposed, "every-route-guarded").keys.get("public", ())) == listed
    assert proposed.cost("every-route-guarded") == cost


def test_many_routes_without_any_guard_are_not_asked_to_have_one(project: Project) -> None:
    _shop(project, auth=AUTH, api=_routes(count=21))

    step = _step(project, Topic.ACCESS)

    assert not step.contracts
    assert "no guard is known on any of 21 routes" in step.not_proposed[0]


# --- adopting


@pytest.mark.parametrize(("count", "is_costly"), [(500, False), (501, True)])
def test_a_contract_that_nobody_would_review_is_not_adopted_unasked(
    project: Project, count: int, *, is_costly: bool
) -> None:
    _shop(project, a="", b="from shop import a\n")
    project.write_all({f"shop/part{n}.py": "import requests\n\nrequests.get(URL)\n" for n in range(count)})

    assert ("outbound-calls-end" in draft(project.root).costly) is is_costly


def test_more_accesses_of_the_same_sort_are_one_entry_to_review(project: Project) -> None:
    _shop(project, a="import requests\n\n" + "requests.get(URL)\n" * 501, b="from shop import a\n")

    proposed = draft(project.root)

    assert (proposed.cost("outbound-calls-end"), proposed.entries("outbound-calls-end")) == (501, 1)
    assert proposed.costly == ()


def test_declining_a_contract_takes_its_violations_out_of_the_baseline(project: Project) -> None:
    _shop(project, a="import requests\n\nrequests.get('https://api.shop.com')\n", b="from shop import a\n")

    before = draft(project.root)
    after = before.without({"outbound-calls-end"})

    assert "outbound-calls-end" in before.texts["archguard-baseline.yaml"]
    assert "archguard-baseline.yaml" not in after.texts
    assert "outbound-calls-end" not in after.texts["archguard.yaml"]
