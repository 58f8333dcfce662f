"""The catalogue of clients: that its facts fit together."""

import re

import pytest
from project import Project

from archguard.effects import CHANNELS, Client, clients_of, library, load_catalogue
from archguard.model.names import self_and_parents

CLIENTS = [(channel, client) for channel in CHANNELS for client in clients_of(channel)]


@pytest.mark.parametrize(("channel", "client"), CLIENTS)
def test_every_name_is_dotted(channel: str, client: Client) -> None:
    names = [*client.functions, *client.orm_bases, *client.methods, *client.bases, *client.bases.values()]

    assert [name for name in names if not re.fullmatch(r"\w+(\.\w+)+(\(\))?", name)] == []
    assert channel in CHANNELS


@pytest.mark.parametrize("client", clients_of("database"))
def test_what_is_called_can_be_imported(client: Client) -> None:
    modules = {module for other in clients_of("database") for module in other.modules}
    frameworks = ("django.", "rest_framework.")  # they have more than a database
    frames = (
        "pandas.",
        "polars.",
        "dask.",
        "connectorx.",
        "ibis.",
        "awswrangler.",
        "pyspark.",
    )  # only some calls count

    functions = [name for name in client.functions if not name.startswith((*frameworks, *frames))]

    assert [name for name in functions if modules.isdisjoint(self_and_parents(name))] == []


@pytest.mark.parametrize(("channel", "client"), CLIENTS)
def test_methods_are_names(channel: str, client: Client) -> None:
    methods = [method for methods in client.methods.values() for method in methods]

    assert [method for method in methods if not (method.isidentifier() or method == "*")] == [], channel


def test_what_comes_out_can_be_asked_for_by_any_spelling() -> None:
    known = library()

    assert known.canonical("asyncpg.connection.Connection") == "asyncpg.Connection"
    assert known.canonical("sqlalchemy.orm.session.Session") == "sqlalchemy.orm.Session"
    assert known.canonical("acme.db.Session") == "acme.db.Session"


def test_a_class_has_what_it_extends_has() -> None:
    known = library()

    assert known.result("sqlmodel.Session.query") == "sqlalchemy.orm.Query[object]"
    assert known.member("pymongo.AsyncMongoClient.shop") == "pymongo.database.Database"
    assert known.member("pymongo.MongoClient.start_session") == ""


def test_a_module_is_matched_by_whole_words() -> None:
    databases = load_catalogue(["database"])

    assert databases.imported("sqlalchemy.orm") == "sqlalchemy"
    assert databases.imported("sqlalchemyish") == ""
    assert databases.imported("google.cloud.storage") == ""
    assert databases.imported("google.cloud.bigquery.table") == "google.cloud.bigquery"


def test_a_class_that_is_named_after_a_receiver_of_its_package_is_one() -> None:
    databases, known = load_catalogue(["database"]), library()

    assert databases.method(known, "psycopg2.extras.LoggingCursor", "execute")
    assert not databases.method(known, "psycopg2.extras.Json", "execute")


def test_an_extension_comes_first() -> None:
    own = {"database": Client(modules=("acme.db",), returns={"sqlite3.connect()": "acme.db.Conn"})}

    assert load_catalogue(["database"], own).imported("acme.db.x") == "acme.db"
    assert library(own).result("sqlite3.connect") == "acme.db.Conn"


@pytest.mark.parametrize("inside", [True, False])
def test_clients_of_ones_own_can_be_declared_for_every_contract(project: Project, *, inside: bool) -> None:
    project.write_all({"acme/__init__.py": "", "acme/db.py": "class Conn:\n    def run(self, statement): ...\n"})
    project.write_all(
        {"shop/__init__.py": "", "shop/views.py": "from acme.db import Conn\n\n\ndef view(c: Conn):\n    c.run(1)\n"}
    )
    project.configure(
        f"""
        project: {{packages: [shop{", acme" if inside else ""}]}}
        clients: {{database: {{modules: [acme.db], methods: {{acme.db.Conn: [run]}}}}}}
        contracts:
          - {{id: database, kind: database, modules: shop}}
        """
    )

    report = project.check()

    assert [(found.location.line, found.symbol) for found in report.violations] == [(1, ""), (5, "acme.db.Conn.run")]


def test_a_declared_module_is_held_to_the_contract_like_any_other(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/tools.py": "def work(thing):\n    thing.run()\n"})
    project.write("shop/db.py", "import sqlite3\nfrom shop.tools import work\n\nclass Conn: ...\n\nwork(sqlite3)\n")
    project.configure(
        """
        project: {packages: [shop]}
        clients: {database: {modules: [shop.db], methods: {shop.db.Conn: [run]}}}
        contracts:
          - {id: database, kind: database, modules: shop}
        """
    )

    report = project.check()

    assert [(found.importer, found.imported) for found in report.violations] == [("shop.db", "sqlite3")]
