"""What a `database` contract can be told, and what it tells."""

import pytest
from project import Project
from shops import SHOP

from archguard.model import Confidence, OutcomeStatus, Severity

VIEWS = """
from sqlalchemy import select

from shop.db import SessionDep
from shop.models import Order
from shop.queries import fetch_all


def view(session: SessionDep):
    session.execute(select(Order))
    session.add(Order())
    session.commit()
    fetch_all("SELECT name FROM orders")
"""


def messages(project: Project, keys: str = "", views: str = VIEWS) -> list[str]:
    """What is found in `shop.views` by a contract with `keys`, without the beginning that all share."""
    project.write_all(dict(SHOP) | {"shop/views.py": views, "shop/queries.py": "def fetch_all(statement): ...\n"})
    project.configure(
        f"""
        version: 1
        project: {{packages: [shop]}}
        contracts:
          - {{id: database, kind: database, modules: shop.views, {keys}}}
        """
    )
    report = project.check()
    assert not report.problems
    return [violation.message.removeprefix("shop.views must not ") for violation in report.violations]


def test_sql_that_the_parser_does_not_know_is_no_noise(project: Project) -> None:
    project.write("shop/db.py", "def f(cursor):\n    cursor.execute('ALTER TABLE orders VALIDATE CONSTRAINT paid')\n")
    project.configure("contracts: [{id: x, kind: database, modules: shop}]\n")

    run = project.run("check")

    assert (run.returncode, run.stderr) == (1, "")


def test_each_import_call_query_and_statement_is_told(project: Project) -> None:
    assert messages(project) == [
        "import sqlalchemy",
        "call sqlalchemy.orm.Session.execute",
        "build queries with sqlalchemy.select",
        "call sqlalchemy.orm.Session.add",
        "call sqlalchemy.orm.Session.commit",
        "hold SQL that reads orders",
    ]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("detect: [imports]", ["import sqlalchemy"]),
        ("detect: [sql]", ["hold SQL that reads orders"]),
        ("detect: [models]", ["import shop.models.Order, a model"]),
        ("deny: [commit]", ["call sqlalchemy.orm.Session.commit"]),
        ("deny: [transaction]", ["call sqlalchemy.orm.Session.commit"]),
        ("deny: [write]", ["call sqlalchemy.orm.Session.add"]),
        ("deny: [build]", ["build queries with sqlalchemy.select"]),
        ("allow: [read, build]", ["call sqlalchemy.orm.Session.add", "call sqlalchemy.orm.Session.commit"]),
        ("allow: [read, write, build, commit]", []),
        (
            "detect: [imports], check_parameters: true",
            ["import sqlalchemy", "take shop.views.view(session), a sqlalchemy.orm.Session"],
        ),
    ],
)
def test_what_counts_can_be_chosen(project: Project, keys: str, expected: list[str]) -> None:
    assert messages(project, keys) == expected


def test_a_library_of_ones_own_is_added_in_the_configuration(project: Project) -> None:
    views = "from acme.db import connect\n\n\ndef view():\n    connect().run()\n    connect().stop()\n"
    own = "{modules: [acme.db], methods: {acme.db.Conn: [run]}, returns: {acme.db.connect(): acme.db.Conn}}"

    found = messages(project, f"clients: {{database: {own}}}", views)

    assert found == ["import acme.db", "call acme.db.Conn.run"]


def test_a_cache_is_a_database_if_the_contract_says_so(project: Project) -> None:
    views = "import redis\n\n\ndef view():\n    redis.Redis().get('a')\n"

    assert messages(project, views=views) == []
    assert messages(project, "channels: [cache]", views) == ["import redis", "call redis.Redis"]


def test_sql_is_of_databases_only(project: Project) -> None:
    views = 'from shop.queries import fetch_all\n\n\ndef view():\n    fetch_all("SELECT name FROM orders")\n'

    assert messages(project, views=views) == ["hold SQL that reads orders"]
    assert messages(project, "channels: [cache]", views) == []


def test_a_parameter_of_an_own_class_that_is_a_session_counts(project: Project) -> None:
    views = """
from sqlalchemy.orm import Session


class Store(Session):
    pass


def view(store: Store, name: str): ...
"""

    found = messages(project, "detect: [imports], check_parameters: true", views)

    assert found == ["import sqlalchemy.orm", "take shop.views.view(store), a sqlalchemy.orm.Session"]


def test_an_ignored_import_is_not_told(project: Project) -> None:
    found = messages(project, "detect: [imports], ignore: [{import: shop.views -> sqlalchemy, reason: later}]")

    assert found == []


def test_an_import_for_type_checking_can_be_left_out(project: Project) -> None:
    views = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    import sqlite3\n"

    assert messages(project, views=views) == ["import sqlite3"]
    assert messages(project, "type_checking_imports: exclude", views) == []


def test_a_guess_that_is_only_possible_fails_no_run(project: Project) -> None:
    messages(project, views="def view(session):\n    return session.get(1)\n")

    report = project.check()

    assert [violation.confidence for violation in report.violations] == [Confidence.POSSIBLE]
    assert report.passed


def test_the_modules_that_may_are_named_as_the_way_out(project: Project) -> None:
    project.write_all(dict(SHOP) | {"shop/views.py": "import sqlite3\n"})
    project.configure(
        """
        version: 1
        project: {packages: [shop]}
        contracts:
          - {id: database, kind: database, allowed_in: [shop.db, shop.models, shop.repositories]}
        """
    )

    (violation,) = project.check().violations

    assert violation.fix == ("move it to shop.db, shop.models, shop.repositories, and call that from here",)


def test_how_much_was_looked_at_is_told(project: Project) -> None:
    messages(project)

    (outcome,) = project.check().outcomes

    assert (outcome.checked.modules, outcome.checked.imports, outcome.checked.calls) == (1, 4, 6)


def test_a_driver_is_not_hidden_by_a_folder_of_its_name(project: Project) -> None:
    project.write_all(
        {
            "shop/__init__.py": "",
            "shop/views.py": "import redis\nfrom redis import Redis\nfrom redis import ours\n\nRedis().get(ours.KEY)\n",
            "redis/ours.py": "KEY = 1\n",
        }
    )
    project.configure("contracts: [{id: x, kind: database, channels: [cache], modules: shop}]\n")

    report = project.check()

    assert [found.location.line for found in report.violations] == [1, 2, 5]


@pytest.mark.parametrize(
    "keys",
    ["detect: [imports]", "allowed_in: shop, modules: shop.views", "modules: shop, channels: [cache], detect: [sql]"],
)
def test_a_contract_that_holds_nobody_to_anything_is_a_fault(project: Project, keys: str) -> None:
    project.write_all(SHOP)
    project.write("shop/views.py")
    project.configure(
        f"""
        version: 1
        project: {{packages: [shop]}}
        contracts:
          - {{id: database, kind: database, {keys}}}
        """
    )

    report = project.check()

    assert [outcome.status for outcome in report.outcomes] == [OutcomeStatus.ERROR]


@pytest.mark.parametrize(
    ("keys", "hint"),
    [
        ("deny: [comit]", "did you mean 'commit'?"),
        ("deny: transactions", "did you mean 'transaction'?"),
        ("allow: [commit, reed]", "did you mean 'read'?"),
        ("allow: [xyzzy]", "sorts of methods are: read, transaction, write, build"),
    ],
)
def test_a_method_that_nothing_has_is_a_fault(project: Project, keys: str, hint: str) -> None:
    project.write_all(SHOP)
    project.configure(
        f"""
        version: 1
        project: {{packages: [shop]}}
        contracts:
          - {{id: database, kind: database, modules: shop, {keys}}}
        """
    )

    run = project.run("check")

    assert run.returncode == 2
    assert hint in run.stdout + run.stderr


@pytest.mark.parametrize(
    "keys",
    [
        "deny: [commit, build, create_engine, select, objects, executemany, soft_delete, select_related]",
        "allow: [run, stop], clients: {database: {modules: [acme], methods: {acme.Db: [run, stop]}}}",
        "allow: [anything], clients: {database: {modules: [acme], methods: {acme.Db: ['*']}}}",
    ],
)
def test_a_method_that_something_has_may_be_named(project: Project, keys: str) -> None:
    messages(project, keys)

    assert all(outcome.status is not OutcomeStatus.ERROR for outcome in project.check().outcomes)


def test_what_can_be_read_of_a_broken_file_is_looked_at(project: Project) -> None:
    found = project.write("shop/views.py", "import sqlite3\n\n\ndef view(:\n    pass\n\n\nsqlite3.connect('x')\n")
    project.write("shop/__init__.py")
    project.configure(
        """
        version: 1
        project: {packages: [shop]}
        contracts:
          - {id: database, kind: database, modules: shop}
        """
    )

    report = project.check()

    assert found.is_file()
    assert 8 in [violation.location.line for violation in report.violations]
    assert Severity.ERROR in [problem.severity for problem in report.problems]


def test_services_with_modules_of_the_same_name_are_told_apart(project: Project) -> None:
    project.write_all(
        {
            "orders/db.py": "import sqlite3\n\nhandle = sqlite3.connect('x')\n",
            "orders/api.py": "from db import handle\n\nhandle.commit()\n",
            "payments/db.py": "class Repository:\n    def commit(self): ...\n\n\nhandle = Repository()\n",
            "payments/api.py": "from db import handle\n\nhandle.commit()\n",
        }
    )
    project.configure(
        """
        version: 1
        services:
          orders: {root: orders}
          payments: {root: payments}
        contracts:
          - {id: database, kind: database, allowed_in: [db]}
        """
    )

    report = project.check()

    assert [str(found.location) for found in report.violations] == ["orders/api.py:1:16", "orders/api.py:3:1"]
