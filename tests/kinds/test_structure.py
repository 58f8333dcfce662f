"""Naming, placement and shape: what is found, what is left alone, and which rules are refused."""

import sys
from collections.abc import Mapping
from textwrap import indent

import pytest
from project import Project

from archguard.model import Report, Severity

SHOP: Mapping[str, str] = {
    "shop/__init__.py": "",
    "shop/base.py": """
from fastapi import HTTPException
from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass


class NotFound(HTTPException):
    pass
""",
    "shop/api/__init__.py": "from shop.api.orders import router\n",
    "shop/api/orders.py": """
from fastapi import APIRouter, HTTPException

router = APIRouter()


@router.get("/orders")
async def orders():
    return []


@router.post("/orders")
def place():
    raise HTTPException(404)
""",
    "shop/services/__init__.py": "",
    "shop/services/orders.py": """
class OrderService:
    def place(self, number: int) -> int:
        return number
""",
    "shop/repositories/__init__.py": "",
    "shop/repositories/orders.py": """
class OrderRepository:
    pass
""",
}
COMPONENTS = """
version: 1
project: {packages: [shop]}
components:
  controllers: shop.api
  services: shop.services
  repositories: shop.repositories
contracts:
  - id: shape
    kind: structure
    reason: Everybody finds everything.
    rules:
"""


def check(project: Project, rules: str, **files: str) -> Report:
    """The report on `rules` about the shop, with the modules `files` (`services__mail=...`) added or replaced."""
    project.write_all(SHOP)
    for name, content in files.items():
        project.write(f"shop/{name if '/' in name else name.replace('__', '/')}.py", content)
    project.write("archguard.yaml", COMPONENTS + indent(rules.strip(), " " * 6) + "\n")
    return project.check()


def found(report: Report) -> list[str]:
    """`line sentence` of each violation."""
    assert not report.problems, [problem.message for problem in report.problems]
    return [f"{violation.location.line} {violation.message}" for violation in report.violations]


def faults(report: Report) -> list[str]:
    return [problem.message for problem in report.problems if problem.severity is Severity.ERROR]


# placement


def test_a_class_outside_of_its_component_is_found_by_its_name(project: Project) -> None:
    report = check(
        project,
        '- {classes: "*Repository", must: {reside_in: repositories}}',
        services__orders="class StockRepository: ...\n",
    )

    assert found(report) == ["1 shop.services.orders.StockRepository must reside in repositories"]
    violation = report.violations[0]
    assert (violation.importer, violation.symbol) == ("shop.services.orders", "StockRepository")
    assert violation.location.path == "shop/services/orders.py"
    assert violation.fix[0] == "move it to repositories"


def test_a_class_in_a_function_is_a_class_too(project: Project) -> None:
    report = check(
        project,
        '- {classes: "*Repository", must: {reside_in: repositories}}',
        services__orders="def make():\n    class HiddenRepository: ...\n    return HiddenRepository()\n",
    )

    assert found(report) == ["2 shop.services.orders.make.HiddenRepository must reside in repositories"]


@pytest.mark.parametrize(
    "base", ["Base", "shop.base.Base", "shop.Base", "*.Base", "DeclarativeBase", "sqlalchemy.DeclarativeBase"]
)
def test_a_base_class_is_followed_through_other_files_however_it_is_named(project: Project, base: str) -> None:
    report = check(
        project,
        f'- {{classes: {{inherit: "{base}"}}, except: shop.base, must: {{reside_in: "shop.**.tables"}}}}',
        repositories__tables="from shop.base import Base\n\n\nclass Table(Base): ...\n",
        services__orders="from shop.repositories import tables as t\n\n\nclass Row(t.Table): ...\n",
    )

    assert found(report) == ["4 shop.services.orders.Row must reside in shop.**.tables"]


@pytest.mark.parametrize("base", ["Base", "shop.db.Base", "*.Base", "DeclarativeBase"])
def test_a_base_class_that_a_function_has_made_is_known_by_its_name(project: Project, base: str) -> None:
    report = check(
        project,
        f'- {{classes: {{inherit: "{base}"}}, except: shop.base, must: {{named: "*Table"}}}}',
        db="from sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n",
        services__orders="from shop import db\nfrom shop.db import Base\n\n\n"
        "class Row(Base): ...\n\n\nclass Other(db.Base): ...\n\n\nclass Third(Other): ...\n",
    )

    assert [line.partition(" must")[0] for line in found(report)] == [
        "5 shop.services.orders.Row",
        "8 shop.services.orders.Other",
        "11 shop.services.orders.Third",
    ]


def test_a_base_class_of_that_name_from_elsewhere_counts_as_well(project: Project) -> None:
    report = check(
        project,
        '- {classes: {inherit: Model}, must: {reside_in: "shop.**.models"}}',
        services__extensions="from flask_sqlalchemy import Model\n\n\nclass Mixin(Model): ...\n",
        repositories__models="from shop.services.extensions import Mixin\n\n\nclass Order(Mixin): ...\n",
    )

    assert found(report) == ["4 shop.services.extensions.Mixin must reside in shop.**.models"]


def test_a_decorated_class_may_live_in_one_place_only(project: Project) -> None:
    report = check(
        project,
        "- {classes: {decorated_with: dataclass}, must_not: {reside_in: services}}",
        services__orders="import dataclasses as d\n\n\n@d.dataclass(frozen=True)\nclass Order: ...\n",
    )

    assert found(report) == ["5 shop.services.orders.Order must not reside in services"]


def test_a_module_must_define_such_a_class(project: Project) -> None:
    report = check(
        project,
        '- {modules: repositories, must: {define: "*Repository"}}',
        repositories__stock="def load(): ...\n",
    )

    assert found(report) == ["1 shop.repositories.stock must define *Repository"]


def test_a_module_may_be_asked_for_a_class_with_a_certain_base(project: Project) -> None:
    report = check(
        project,
        "- {modules: repositories, must: {define: {inherit: Base, be: class}}}",
        repositories__orders="from shop.base import Base as B\n\n\nclass Order(B): ...\n",
        repositories__stock="from shop.base import Base\n\nBase2 = Base\n",
    )

    assert found(report) == ["1 shop.repositories.stock must define something (inherit Base, be a class)"]


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("from fastapi import APIRouter\n\nrouter = APIRouter()\n", 3),
        ("import fastapi\n\nrouter = fastapi.APIRouter(prefix='/x')\n", 3),
        ("from fastapi import APIRouter as R\n\n\ndef make():\n    return R()\n", 5),
        ("from shop.compat import Routes\n\nrouter = Routes()\n", 3),
        ("from fastapi.routing import APIRouter\n\nrouter = APIRouter()\n", 3),
    ],
)
@pytest.mark.parametrize("glob", ["APIRouter", "fastapi.APIRouter", "*.APIRouter", "APIRouter(*)"])
def test_a_call_in_the_wrong_place_is_found_however_it_is_written(
    project: Project, code: str, line: int, glob: str
) -> None:
    report = check(
        project,
        f'- {{calls: "{glob}", must: {{reside_in: controllers}}}}',
        services__orders=code,
        compat="from fastapi import APIRouter\n\nRoutes = APIRouter\n",
    )

    assert [violation.location.line for violation in report.violations] == [line]
    assert "must not call fastapi." in report.violations[0].message
    assert report.violations[0].message.endswith("APIRouter: only controllers may")


def test_the_clock_is_read_in_one_place_only(project: Project) -> None:
    report = check(
        project,
        '- {calls: ["datetime.now", "datetime.utcnow", "date.today"], must: {reside_in: shop.clock}}',
        clock="from datetime import datetime\n\n\ndef now():\n    return datetime.now()\n",
        services__orders="import datetime as dt\nfrom datetime import date, datetime\n\n"
        "one = dt.datetime.now()\ntwo = datetime.utcnow()\nthree = date.today()\nread = datetime.now\nfour = read()\n",
    )

    assert [violation.location.line for violation in report.violations] == [4, 5, 6, 8]


def test_something_else_of_the_same_name_is_left_alone(project: Project) -> None:
    report = check(
        project,
        "- {modules: services, must_not: {call: [requests.get, open, datetime.now]}}",
        services__orders="from gzip import GzipFile\nimport gzip\n"
        "from starlette import requests\nfrom shop.services import clock\n\n"
        "requests.get(1)\ngzip.open('x')\nGzipFile('x').open()\nclock.datetime.now()\n",
        services__clock="class datetime:\n    @staticmethod\n    def now(): ...\n",
    )

    assert found(report) == []


def test_a_capture_ties_the_place_to_the_module(project: Project) -> None:
    report = check(
        project,
        '- {modules: "shop.<context>.**", classes: "*Repository", must: {reside_in: "shop.<context>.stored"}}',
        sales__stored="class OrderRepository: ...\n",
        sales__rules="class PriceRepository: ...\n",
        repositories__orders="",
        stock__stored="class StockRepository: ...\n",
    )

    assert found(report) == ["1 shop.sales.rules.PriceRepository must reside in shop.sales.stored"]


# names


def test_classes_of_a_component_carry_its_name(project: Project) -> None:
    report = check(
        project,
        '- {modules: repositories, classes: "*", must: {named: ["*Repository", "*Table"]}}',
        repositories__orders="class OrderRepository: ...\nclass OrderTable: ...\nclass Helper: ...\n",
    )

    assert found(report) == ["3 shop.repositories.orders.Helper must be named *Repository or *Table"]
    assert report.violations[0].fix[0] == "rename it so that it matches *Repository or *Table"


def test_files_of_a_component_are_named_alike_except_an_init_that_defines_nothing(project: Project) -> None:
    report = check(
        project,
        '- {modules: repositories, must: {named: "*_repository"}}',
        repositories__orders="",
        repositories__stock_repository="",
        **{"repositories/__init__": "from shop.repositories import orders\n\n__all__ = ['orders']\n"},
    )

    assert found(report) == ["1 shop.repositories.orders must be named *_repository"]


def test_an_init_that_defines_something_is_held_to_it(project: Project) -> None:
    report = check(
        project,
        '- {modules: repositories, must: {named: ["*_repository", orders]}}',
        **{"repositories/__init__": "def load(): ...\n"},
    )

    assert found(report) == ["1 shop.repositories must be named *_repository or orders"]


def test_a_name_may_be_forbidden(project: Project) -> None:
    report = check(
        project,
        '- {must_not: {named: ["util*", helpers]}}',
        services__utils="",
        helpers="",
    )

    assert found(report) == [
        "1 shop.helpers must not be named helpers",
        "1 shop.services.utils must not be named util*",
    ]


# shape


def test_routes_must_be_async(project: Project) -> None:
    report = check(
        project,
        '- {modules: controllers, functions: {decorated_with: ["*.get", "*.post"]}, must: {be: async}}',
    )

    assert found(report) == ["13 shop.api.orders.place must be async"]


@pytest.mark.parametrize("glob", ["HTTPException", "fastapi.HTTPException", "*.HTTPException"])
@pytest.mark.parametrize(
    "code",
    [
        "from fastapi import HTTPException\n\n\ndef place():\n    raise HTTPException(404)\n",
        "import fastapi\n\n\ndef place():\n    raise fastapi.HTTPException(404)\n",
        "from fastapi import HTTPException as Stop\n\n\ndef place():\n    raise Stop\n",
        "from fastapi.exceptions import HTTPException\n\n\ndef place():\n    raise HTTPException(404)\n",
        "from shop.base import NotFound\n\n\ndef place():\n    raise NotFound(404)\n",
        "from fastapi import HTTPException\n\ndef place():\n    error = HTTPException(404)\n    raise error\n",
        "from fastapi import HTTPException as E\ndef stop():\n    return E()\ndef place():\n    raise stop()\n",
    ],
)
def test_services_raise_nothing_of_the_web(project: Project, code: str, glob: str) -> None:
    report = check(project, f'- {{modules: services, must_not: {{raise: "{glob}"}}}}', services__orders=code)

    assert [violation.location.line for violation in report.violations] == [5]
    assert report.violations[0].message.startswith("shop.services.orders.place must not raise ")


def test_a_subclass_is_reported_as_what_it_is(project: Project) -> None:
    report = check(
        project,
        "- {modules: services, must_not: {raise: HTTPException}}",
        services__orders="from shop.base import NotFound\n\nraise NotFound\n",
    )

    assert found(report) == [
        "3 shop.services.orders must not raise shop.base.NotFound, which is a fastapi.HTTPException"
    ]
    assert report.violations[0].symbol == "shop.base.NotFound"


def test_exceptions_of_ones_own_do_not_count_as_exception(project: Project) -> None:
    report = check(
        project,
        "- {must_not: {raise: Exception, catch: [Exception, BaseException]}}",
        services__orders="class Gone(Exception): ...\n\n\n"
        "try:\n    raise Gone\nexcept Gone:\n    raise ValueError from None\n",
    )

    assert found(report) == []


def test_a_bare_except_catches_everything(project: Project) -> None:
    report = check(
        project,
        "- {must_not: {catch: [Exception, BaseException]}}",
        services__orders="def place():\n    try:\n        return 1\n"
        "    except (KeyError, Exception):\n        return 2\n"
        "\n\ntry:\n    import fast\nexcept:\n    fast = None\n",
    )

    assert found(report) == [
        "4 shop.services.orders.place must not catch Exception",
        "10 shop.services.orders must not catch BaseException",
    ]


@pytest.mark.parametrize(
    "parameter",
    [
        "db: Session",
        "db: 'Session'",
        "db: Session | None = None",
        "db: list[Session]",
        "db: SessionDep",
        "*, db: Annotated[Session, Depends(open_session)]",
        "db=Depends(open_session)",
    ],
)
def test_controllers_take_no_sessions(project: Project, parameter: str) -> None:
    report = check(
        project,
        "- {modules: controllers, must_not: {take: [Session, sqlalchemy.orm.Session]}}",
        api__orders="from typing import Annotated\nfrom fastapi import Depends\nfrom sqlalchemy.orm import Session\n"
        "from shop.sessions import SessionDep, open_session\n\n\n"
        f"def place({parameter}): ...\n",
        sessions="from typing import Annotated\nfrom fastapi import Depends\nfrom sqlalchemy.orm import Session\n\n\n"
        "def open_session() -> Session: ...\n\n\nSessionDep = Annotated[Session, Depends(open_session)]\n",
    )

    assert found(report) == ["7 shop.api.orders.place must not take sqlalchemy.orm.Session (db)"]


def test_services_return_no_responses_whether_they_say_so_or_not(project: Project) -> None:
    report = check(
        project,
        '- {modules: services, functions: "*", must_not: {return: "*Response"}}',
        services__orders="from fastapi.responses import JSONResponse\n\n\n"
        "def one() -> list[JSONResponse]: ...\n\n\n"
        "def two():\n    return JSONResponse({})\n\n\ndef three() -> dict: ...\n",
    )

    assert found(report) == [
        "4 shop.services.orders.one must not return fastapi.responses.JSONResponse",
        "7 shop.services.orders.two must not return fastapi.responses.JSONResponse",
    ]


def test_what_derives_from_a_type_is_of_that_type(project: Project) -> None:
    types = (
        "from fastapi.responses import JSONResponse\nfrom sqlalchemy.orm import Session\n\n\n"
        "class Problem(JSONResponse): ...\n\n\nclass Worse(Problem): ...\n\n\nclass Own(Session): ...\n\n\n"
        "class Number(str): ...\n"
    )

    report = check(
        project,
        '- {modules: services, must_not: {return: ["fastapi.responses.*", str], take: sqlalchemy.orm.Session}}',
        types=types,
        services__orders="from shop.types import Number, Own, Worse\n\n\n"
        "def one() -> Worse: ...\n\n\ndef two():\n    return Worse({})\n\n\ndef three(own: Own) -> Number: ...\n",
    )

    assert found(report) == [
        "4 shop.services.orders.one must not return fastapi.responses.JSONResponse",
        "7 shop.services.orders.two must not return fastapi.responses.JSONResponse",
        "11 shop.services.orders.three must not take sqlalchemy.orm.Session (own)",
    ]


def test_a_function_that_returns_an_implementation_returns_what_it_implements(project: Project) -> None:
    report = check(
        project,
        '- {modules: services, functions: "make_*", must: {return: Route}}',
        route="from abc import ABC\n\n\nclass Route(ABC): ...\n\n\nclass Orders(Route): ...\n",
        services__orders="from shop.route import Orders\n\n\n"
        "def make_one() -> Orders: ...\n\n\ndef make_two():\n    return Orders()\n\n\ndef make_three() -> int: ...\n",
    )

    assert found(report) == ["11 shop.services.orders.make_three must return Route"]


def test_a_function_must_return_what_is_asked_for(project: Project) -> None:
    report = check(
        project,
        '- {modules: services, functions: {be: public}, must: {return: "*"}}',
        services__orders="def one() -> int: ...\n\n\ndef two(): ...\n\n\ndef _three(): ...\n",
    )

    assert found(report) == ["4 shop.services.orders.two must return *"]


def test_sizes_are_limits(project: Project) -> None:
    report = check(
        project,
        '- {functions: "*", must_not: {exceed: {lines: 3, parameters: 2}}}\n'
        '- {classes: "*", must_not: {exceed: {members: 2}}}\n'
        "- {modules: services, must_not: {exceed: {lines: 9}}}",
        services__orders="class Orders:\n    size = 1\n    _hidden = 2\n    def a(self, x, y): ...\n"
        "    def b(self, x, y, z): ...\n    @staticmethod\n    def c(x, y, z): ...\n\n"
        "def long():\n    a = 1\n    b = 2\n    return a\n",
    )

    assert found(report) == [
        "1 shop.services.orders must not exceed 9 lines: it has 12",
        "1 shop.services.orders.Orders must not exceed 2 members: it has 4",
        "5 shop.services.orders.Orders.b must not exceed 2 parameters: it has 3",
        "7 shop.services.orders.Orders.c must not exceed 2 parameters: it has 3",
        "9 shop.services.orders.long must not exceed 3 lines: it has 4",
    ]


def test_arguments_are_compared_where_a_name_has_brackets(project: Project) -> None:
    report = check(
        project,
        '- {modules: services, classes: "*", must: {decorated_with: "dataclass(*frozen=True*)"}}\n'
        """- {modules: services, must_not: {call: "open(*'w'*)"}}""",
        services__orders="from dataclasses import dataclass\n\n\n"
        "@dataclass(slots=True, frozen=True)\nclass A: ...\n\n\n"
        '@dataclass\nclass B: ...\n\n\nopen("x")\nopen("x", mode="w")\n',
    )

    assert found(report) == [
        "9 shop.services.orders.B must be decorated with dataclass(*frozen=True*)",
        "13 shop.services.orders must not call open",
    ]


def test_a_module_must_not_define_what_belongs_elsewhere(project: Project) -> None:
    report = check(
        project,
        "- {modules: services, must_not: {define: [router, {inherit: Base}, {be: [function, async]}]}}",
        services__orders="from shop.api import router as other\nfrom shop.base import Base\n\nrouter = other\n\n\n"
        "class Row(Base): ...\n\n\nasync def place(): ...\n\n\ndef count(): ...\n",
    )

    assert found(report) == [
        "4 shop.services.orders must not define router",
        "7 shop.services.orders must not define Row",
        "10 shop.services.orders must not define place",
    ]


def test_every_module_has_a_test(project: Project) -> None:
    project.write_all(SHOP)
    project.write("tests/unit/test_orders.py", "")
    project.write("shop/services/stock.py", "STOCK = 1\n")
    project.write(
        "archguard.yaml",
        COMPONENTS.replace("[shop]", "[shop, tests]")
        + '      - {modules: services, must: {have: "tests.**.test_<module>"}}\n',
    )

    report = project.check()

    assert found(report) == ["1 shop.services.stock must have tests.**.test_stock"]


def test_a_nested_function_is_reported_once(project: Project) -> None:
    report = check(
        project,
        '- {modules: services, functions: "*", must_not: {call: print}}',
        services__orders="def outer():\n    def inner():\n        print(1)\n    inner()\n",
    )

    assert found(report) == ["3 shop.services.orders.outer.inner must not call print"]


def test_except_is_passed_over(project: Project) -> None:
    report = check(
        project,
        "- {except: [controllers, shop.base], must_not: {call: APIRouter, raise: HTTPException}}",
    )

    assert found(report) == []
    assert report.outcomes[0].checked.modules == 5
    assert report.outcomes[0].checked.calls == 0


def test_a_rule_may_have_its_own_reason(project: Project) -> None:
    report = check(
        project,
        "- {modules: services, must_not: {define: OrderService}, reason: Because of this rule.}\n"
        "- {modules: repositories, must_not: {define: OrderRepository}}",
    )

    assert {violation.reason for violation in report.violations} == {
        "Because of this rule.",
        "Everybody finds everything.",
    }


def test_services_with_the_same_package_are_told_apart(project: Project) -> None:
    for service in ("orders", "payments"):
        project.write(f"{service}/app/base.py", "class Base: ...\n")
        project.write(f"{service}/app/rows.py", "from app.base import Base\n\n\nclass Row(Base): ...\n")
    project.configure("""
        version: 1
        services: {orders: {root: orders}, payments: {root: payments}}
        contracts:
          - id: shape
            kind: structure
            reason: r
            rules:
              - {classes: {inherit: "orders::app.base.Base"}, must: {named: "*Table"}}
              - {classes: {inherit: "app.base.Base"}, must_not: {reside_in: "payments::app"}}
    """)

    report = project.check()

    assert found(report) == [
        "4 orders::app.rows.Row must be named *Table",
        "4 payments::app.rows.Row must not reside in payments::app",
    ]
    assert [violation.symbol for violation in report.violations] == ["Row", "Row"]


# what fails closed


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        (
            '{classes: "*Repositry", must: {reside_in: repositories}}',
            "matches nothing: there is no class that matches `*Repositry`",
        ),
        (
            "{calls: APIRuter, must: {reside_in: controllers}}",
            "matches nothing: there is no call that matches `APIRuter`",
        ),
        (
            "{functions: {decorated_with: nothing}, must: {be: async}}",
            "matches nothing: there is no function that matches `decorated_with: nothing`",
        ),
        ("{modules: services}", "asks for nothing and forbids nothing"),
        ("{modules: services, must: {}}", "asks for nothing and forbids nothing"),
        ('{classes: "*", functions: "*", must: {be: public}}', "is about `classes` and about `functions`"),
        ("{modules: services, must: {be: async}}", "`be` cannot be said of modules"),
        ('{classes: "*", must: {be: async}}', "`be: async` cannot be said of classes"),
        ('{functions: "*", must_not: {inherit: A}}', "`inherit` cannot be said of functions"),
        ("{calls: print, must_not: {call: open}}", "`call` cannot be said of calls"),
        ('{functions: "*", must_not: {exceed: {members: 1}}}', "`members` cannot be said of functions"),
        ('{functions: "*", must_not: {exceed: {lines: -1}}}', "`lines: -1` is no limit: nothing has less"),
        ('{classes: "*", must: {named: A}, must_not: {named: A}}', "asks for `named: A` and forbids it"),
        ('{classes: "*A", must_not: {named: "*A"}}', "forbids `named: *A`, by which it selects"),
        ('{classes: "*A", must: {named: "*A"}}', "asks for `named: *A`, by which it selects"),
        (
            '{modules: services, classes: "*", must: {reside_in: repositories}}',
            "can never be kept: no module that it looks at is in repositories",
        ),
        (
            '{modules: services, classes: "*", must: {reside_in: services}}',
            "can never be broken: every module that it looks at is in services",
        ),
        (
            "{modules: services, except: services, must_not: {call: print}}",
            "looks at no module: all are under `except`",
        ),
        ("{modules: servces, must_not: {call: print}}", "'servces' is neither a component nor a module"),
        ('{modules: services, must: {have: "shop.<layer>.<module>"}}', "`modules` has no <layer>"),
        ('{modules: "shop.<layer>.*", classes: "*", must_not: {reside_in: "shop.<part>"}}', "`modules` has no <part>"),
        ('{modules: services, must: {have: "tests.**.test_<module>"}}', "'tests.**.test_<module>' matches no module"),
    ],
)
def test_a_rule_that_cannot_do_what_it_is_for_is_refused(project: Project, rule: str, fault: str) -> None:
    report = check(project, f"- {rule}")

    assert faults(report) == [fault]
    assert report.problems[0].location
    assert report.problems[0].location.line == 13


def test_the_fault_points_into_the_rule_and_offers_a_name(project: Project) -> None:
    report = check(
        project,
        '- {classes: "*", must: {be: public}}\n- {classes: "*Repositry", must: {reside_in: repositories}}',
    )

    assert [problem.hint for problem in report.problems] == ["did you mean 'OrderRepository'?"]
    assert report.problems[0].location
    assert (report.problems[0].location.line, report.problems[0].location.column) == (14, 19)


def test_a_selector_of_a_prohibition_may_match_nothing(project: Project) -> None:
    report = check(project, '- {classes: "*Manager", must_not: {reside_in: services}}')

    assert found(report) == []
    assert report.passed


def test_an_unknown_key_is_refused_with_a_suggestion(project: Project) -> None:
    with pytest.raises(ExceptionGroup) as caught:
        check(project, "- {modules: services, must_not: {rase: HTTPException}}")

    assert [(error.message, error.hint) for error in caught.value.exceptions] == [  # type: ignore[attr-defined]
        ("unknown key `rase`", "did you mean 'raise'?")
    ]


def test_a_file_that_cannot_be_parsed_is_a_problem_and_the_rest_of_it_is_checked(project: Project) -> None:
    report = check(
        project,
        "- {modules: services, must_not: {call: print}}",
        services__orders="print(1)\n\n\ndef broken(:\n    pass\n\n\nprint(2)\n",
    )

    assert [(problem.code, problem.location and problem.location.line) for problem in report.problems] == [
        ("syntax", 4)
    ]
    assert [violation.location.line for violation in report.violations] == [1, 8]
    assert not report.passed


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="this Python can parse it")
@pytest.mark.parametrize(
    ("rule", "problems"),
    [
        ("{calls: APIRouter, must: {reside_in: controllers}}", []),
        ('{classes: "*Repository", must: {reside_in: repositories}}', []),
        ("{modules: services, must_not: {call: print}}", ["needs Python 3.14"]),
    ],
)
def test_a_file_of_a_newer_python_is_a_problem_where_it_can_hold_what_the_rule_is_about(
    project: Project, rule: str, problems: list[str]
) -> None:
    report = check(
        project,
        f"- {rule}",
        services__orders="try:\n    import fast\nexcept ImportError, ValueError:\n    fast = None\n",
    )

    assert [fault.partition(":")[0] for fault in faults(report)] == problems


def test_a_comment_with_a_reason_covers_a_class_but_not_from_inside(project: Project) -> None:
    report = check(
        project,
        '- {modules: services, classes: "*", must: {named: "*Service"}}',
        services__orders="class A:  # archguard: ignore[shape] SHOP-1\n    pass\n\n\n"
        "class B:\n    x = 1  # archguard: ignore[shape] SHOP-2\n",
    )

    assert [violation.symbol for violation in report.violations] == ["B"]


def clause(body: str, caught: str = "except Exception as error:", before: str = "") -> dict[str, str]:
    """A service of which a function catches an exception, with `body` in the clause."""
    code = f"{before}\n\n\ndef pay(self):\n    try:\n        charge()\n    {caught}\n{indent(body, ' ' * 8)}\n"
    return {"services__pay": code}


SWALLOWED = "- {modules: services, must_not: {catch: {exceptions: [Exception, BaseException], unless: [raise, log]}}}"
HELPERS = """
import logging
import sys
import traceback
from typing import NoReturn

from math import log
from loguru import logger as fancy
from structlog import get_logger

audit = get_logger()


def report(error):
    logging.error(error)


def translate(error):
    raise ValueError from error


def stop(text) -> NoReturn:
    sys.exit(text)


def log_warning(error): ...


def describe(error):
    return str(error)
"""


@pytest.mark.parametrize(
    "body",
    [
        "raise",
        "raise ValueError('no') from error",
        "if error.args:\n    raise",
        "sys.exit(1)",
        "stop('no')",
        "logging.exception('no')",
        "logging.getLogger(__name__).warning('no')",
        "fancy.error('no')",
        "audit.error('no')",
        "logger.exception('no')",
        "self._logger.error('no')",
        "current_app.logger.bind(a=1).warning('no')",
        "LOG.info('no')",
        "traceback.print_exc()",
        "log_error(error)",
        "report(error)",
        "translate(error=error)",
        "unknown.capture()\nreport(error)",
    ],
)
def test_an_exception_that_is_raised_or_logged_is_not_swallowed(project: Project, body: str) -> None:
    assert found(check(project, SWALLOWED, **clause(body, before=HELPERS))) == []


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "return None",
        "print(error)",
        "describe(error)",
        "log_warning(error)",  # a function of the project, which logs nothing
        "report('no')",  # it may log for any reason: the exception is not passed to it
        "log(2)",
        "blog.error('no')",
        "logger.setLevel(3)",
        "def later():\n    raise",
        "return lambda: logging.error('no')",
    ],
)
def test_an_exception_that_is_neither_raised_nor_logged_is_swallowed(project: Project, body: str) -> None:
    report = check(project, SWALLOWED, **clause(body, before=HELPERS))

    assert [line.partition(" ")[2] for line in found(report)] == [
        "shop.services.pay.pay must not catch Exception without raising or logging"
    ]


def test_only_the_named_exceptions_must_not_be_swallowed(project: Project) -> None:
    bare = check(project, SWALLOWED, **clause("pass", "except:"))
    named = check(project, SWALLOWED, **clause("pass", "except (KeyError, ValueError):"))

    assert found(bare) == ["7 shop.services.pay.pay must not catch BaseException without raising or logging"]
    assert found(named) == []


def test_what_does_not_count_is_chosen(project: Project) -> None:
    rule = "- {modules: services, must_not: {catch: {exceptions: Exception, unless: raise}}}"

    logged = check(project, rule, **clause("logging.error('no')", before=HELPERS))
    raised = check(project, rule, **clause("logging.error('no')\nraise", before=HELPERS))

    assert [line.partition(" ")[2] for line in found(logged)] == [
        "shop.services.pay.pay must not catch Exception without raising"
    ]
    assert found(raised) == []


def test_a_mapping_without_unless_means_what_the_list_means(project: Project) -> None:
    report = check(project, "- {modules: services, must_not: {catch: {exceptions: Exception}}}", **clause("raise"))

    assert [line.partition(" ")[2] for line in found(report)] == ["shop.services.pay.pay must not catch Exception"]


def test_a_handler_of_another_module_does_what_its_body_does(project: Project) -> None:
    code = clause("handle(error)", before="from shop.base import handle")

    logs = check(project, SWALLOWED, base="import logging\n\n\ndef handle(e):\n    logging.error(e)\n", **code)
    drops = check(project, SWALLOWED, base="def handle(e):\n    return e\n", **code)

    assert (len(found(logs)), len(found(drops))) == (0, 1)


BRANCHING = '''
def choose(kind):
    """Has seven branches, and twelve statements."""
    if kind == 1:
        return 1
    elif kind == 2:
        return 2
    else:
        pass
    for _ in []:
        try:
            pass
        except KeyError:
            pass
    match kind:
        case 1:
            pass
        case _:
            pass


def outer():
    def inner():
        if outer:
            return 1
    return inner
'''


@pytest.mark.parametrize(
    ("size", "lines"),
    [
        ("{branches: 7}", []),
        ("{branches: 6}", ["2 shop.services.pick.choose must not exceed 6 branches: it has 7"]),
        ("{statements: 12}", []),
        ("{statements: 11}", ["2 shop.services.pick.choose must not exceed 11 statements: it has 12"]),
    ],
)
def test_branches_and_statements_are_limits(project: Project, size: str, lines: list[str]) -> None:
    rule = f"- {{modules: services, functions: choose, must_not: {{exceed: {size}}}}}"

    assert found(check(project, rule, services__pick=BRANCHING)) == lines


def test_branches_of_a_nested_function_are_its_own_and_its_statements_are_not(project: Project) -> None:
    rule = "- {modules: services, functions: [outer, inner], must_not: {exceed: {branches: 0, statements: 3}}}"

    assert found(check(project, rule, services__pick=BRANCHING)) == [
        "22 shop.services.pick.outer must not exceed 3 statements: it has 4",
        "23 shop.services.pick.outer.inner must not exceed 0 branches: it has 1",
    ]


DELEGATES = "- {modules: controllers, functions: {decorated_with: '*.get'}, must: {call: services}}"


@pytest.mark.parametrize("part", ["services", "shop.services", "shop.services.orders"])
@pytest.mark.parametrize(
    "body",
    [
        "return OrderService()",
        "return service.place(1)",
        "return ordering.total()",
        "return [count() for _ in 'ab']",
        "return bulk.save()",
    ],
)
def test_a_controller_that_calls_something_of_a_component_delegates(project: Project, body: str, part: str) -> None:
    assert found(check(project, DELEGATES.replace("services", part), **_route(body))) == []


@pytest.mark.parametrize("body", ["return 1", "return services()", "return OrderService", "return helper()"])
def test_a_controller_that_calls_nothing_of_a_component_does_not_delegate(project: Project, body: str) -> None:
    assert found(check(project, DELEGATES, **_route(body))) == ["15 shop.api.orders.orders must call services"]


def test_a_call_of_a_component_may_be_forbidden(project: Project) -> None:
    rule = "- {modules: controllers, must_not: {call: repositories}}"
    code = "from shop.repositories.orders import OrderRepository\n\nOrderRepository()\n"

    assert found(check(project, rule, api__orders=code)) == [
        "3 shop.api.orders must not call shop.repositories.orders.OrderRepository"
    ]


def _route(body: str) -> dict[str, str]:
    """A controller with `body`, and a service."""
    controller = f"""
from fastapi import APIRouter
from shop.services import orders as ordering
from shop.services.orders import BulkService, OrderService, total as count

router = APIRouter()
bulk = BulkService()


def services(): ...
def helper(): ...


@router.get("/orders")
def orders(service: OrderService):
    {body}
"""
    service = """
from shop.base import Base


class OrderService:
    def place(self, number): ...


class BulkService(Base): ...


def total(): ...
"""
    base = "class Base:\n    def save(self): ...\n"
    return {"api__orders": controller, "services__orders": service, "base": base}
