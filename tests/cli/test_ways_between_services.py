"""`archguard why` and `where` of services: calls, messages and tables count like imports."""

import json
import os
import pty
import subprocess
import sys

import pytest
from project import Project

from archguard.cli.answering import wrapped


@pytest.fixture
def shop(project: Project) -> Project:
    """Orders reach payments over everything, some of it in a module that another one imports."""
    project.write_all(
        {
            "orders/app/__init__.py": "",
            "orders/app/api.py": "from app import pay\n",
            "orders/app/pay.py": (
                "import requests\nimport payments_client\n\n\ndef pay(channel, cursor, stub):\n"
                "    requests.get('http://payments/pay')\n"
                "    channel.basic_publish(routing_key='paid', body='')\n"
                "    cursor.execute('SELECT 1 FROM payment')\n"
                "    requests.get('https://bank.io/rates')\n"
            ),
            "orders/app/idle.py": "",
            "payments/app/__init__.py": "",
            "payments/app/models.py": "",
            "payments/payments_client/__init__.py": "",
        }
    )
    project.configure(
        """\
        services:
          orders: {root: orders, packages: [app]}
          payments: {root: payments, packages: [app, payments_client], hosts: payments, tables: payment, topics: paid}
        contracts:
          - id: who-calls-whom
            kind: services
            policy: {orders: {may_call: payments, channels: [import, http, queue]}}
        """
    )
    return project


def test_every_way_from_a_service_to_another_is_named(shop: Project) -> None:
    run = shop.run("why", "orders", "payments")

    assert run.stdout.endswith(
        "Today orders reaches payments in 4 ways, which are:\n"
        "    1. orders::app.pay -> payments over HTTP: http://payments/pay (orders/app/pay.py:6)\n"
        "    2. orders::app.pay -> payments over a queue: paid (orders/app/pay.py:7)\n"
        "    3. orders::app.pay -> payments over a table: payment (orders/app/pay.py:8)\n"
        "    4. orders::app.pay -> payments::payments_client (orders/app/pay.py:2)\n"
        "\n"
        "Minimum cut between them: 1 import and 3 calls\n"
        "    1. orders::app.pay -> payments over HTTP: http://payments/pay (orders/app/pay.py:6)\n"
        "    2. orders::app.pay -> payments over a queue: paid (orders/app/pay.py:7)\n"
        "    3. orders::app.pay -> payments over a table: payment (orders/app/pay.py:8)\n"
        "    4. orders::app.pay -> payments::payments_client (orders/app/pay.py:2)\n"
    )


def test_a_call_is_found_behind_imports_too(shop: Project) -> None:
    answer = json.loads(shop.run("why", "orders::app.api", "payments", "--format", "json").stdout)

    assert [[(step["imported"], step["way"]) for step in chain] for chain in answer["chains"]] == [
        [("orders::app.pay", "import"), ("payments", "http")],
        [("orders::app.pay", "import"), ("payments", "queue")],
        [("orders::app.pay", "import"), ("payments", "table")],
        [("orders::app.pay", "import"), ("payments::payments_client", "import")],
    ]
    assert [(step["imported"], step["line"]) for step in answer["cut"]] == [("orders::app.pay", 1)]


def test_one_of_many_imports_does_not_hide_the_calls(shop: Project) -> None:
    shop.write_all({f"orders/app/a{number}.py": "import payments_client\n" for number in range(5)})

    run = shop.run("why", "orders", "payments")

    assert "reaches payments in 9 ways, among them:" in run.stdout
    assert [over in run.stdout.partition("To part")[0] for over in ("HTTP", "a queue", "a table")] == [True] * 3


def test_a_part_of_a_service_that_is_called_is_told_as_what_may_answer(shop: Project) -> None:
    run = shop.run("why", "orders::app.api", "payments::app.models")

    assert "Today orders::app.api does not reach payments::app.models.\n" in run.stdout
    assert (
        "It calls payments, and payments::app.models may be what answers:\n"
        "    1. orders::app.api -> orders::app.pay (orders/app/api.py:1)\n"
        "       orders::app.pay -> payments over HTTP: http://payments/pay (orders/app/pay.py:6)\n"
    ) in run.stdout


def test_a_module_that_calls_nothing_reaches_nothing(shop: Project) -> None:
    run = shop.run("why", "orders::app.idle", "payments")

    assert "Today orders::app.idle does not reach payments.\n" in run.stdout
    assert "It calls" not in run.stdout


def test_a_chain_ends_at_the_submodule_that_was_asked_for(project: Project) -> None:
    project.write_all({"shop/__init__.py": "", "shop/a.py": "import sqlalchemy\n", "shop/b.py": "import shop.a\n"})
    project.write("shop/c.py", "import shop.a\nfrom sqlalchemy import orm\n")
    project.configure("contracts: [{id: c, kind: forbidden, modules: shop.a, must_not_import: httpx}]")

    assert "shop.b does not reach sqlalchemy.orm." in project.run("why", "shop.b", "sqlalchemy.orm").stdout
    assert "shop.c -> sqlalchemy.orm (shop/c.py:2)" in project.run("why", "shop.c", "sqlalchemy.orm").stdout
    assert "shop.a -> sqlalchemy (shop/a.py:1)" in project.run("why", "shop.b", "sqlalchemy").stdout


@pytest.fixture
def layered(project: Project) -> Project:
    project.write_all(
        {
            "shop/__init__.py": "",
            "shop/web/__init__.py": "",
            "shop/web/views.py": "import shop.sales.api.orders\n",
            "shop/sales/__init__.py": "",
            "shop/sales/api/__init__.py": "",
            "shop/sales/api/orders.py": "import shop.sales.core.orders\n",
            "shop/sales/core/__init__.py": "",
            "shop/sales/core/orders.py": "",
            "shop/stock/__init__.py": "",
            "shop/stock/api.py": "",
            "shop/stock/core.py": "",
        }
    )
    project.configure(
        """\
        components: {web: shop.web}
        contracts:
          - {id: inner, kind: layers, within: [shop.sales, shop.stock], layers: [api, core]}
        """
    )
    return project


def test_a_layer_is_named_as_the_contract_names_it(layered: Project) -> None:
    run = layered.run("why", "core", "api")

    assert run.stdout.startswith("core may, in part, import api.\n    inner (layers) (6 of 9 imports): ")
    assert "Today core does not reach api." in run.stdout
    assert "Today web reaches core in 1 way" in layered.run("why", "web", "core").stdout


def test_where_takes_a_layer_and_a_component(layered: Project) -> None:
    layer = json.loads(layered.run("where", "core", "--format", "json").stdout)
    component = layered.run("where", "web").stdout

    assert (layer["modules"], layer["layers"]) == (3, {"inner": "shop.sales.core, shop.stock.core"})
    assert layer["imported_by"] == {"shop.sales": 1}
    assert component.startswith("web\n    modules:                 2\n    component:               web\n")
    assert "    imports:                 shop.sales (1)\n" in component


def test_where_prefers_a_module_that_is_called_so(layered: Project) -> None:
    layered.configure("components: {shop.web: shop.stock}\ncontracts: []")

    assert "    file:                    shop/web/__init__.py\n" in layered.run("where", "shop.web").stdout


def test_where_names_what_is_called_and_who_calls(shop: Project) -> None:
    module, service = shop.run("where", "orders::app.pay").stdout, shop.run("where", "payments").stdout

    told = "bank.io (HTTP 1), payments (HTTP 1), payments (QUEUE 1), payments (TABLE 1)"
    assert f"    calls:                   {told}\n" in module
    assert "    service is called by:    orders (HTTP 1), orders (QUEUE 1), orders (TABLE 1)\n" in service
    assert "calls:" not in shop.run("where", "orders::app.idle").stdout


@pytest.mark.parametrize(
    ("line", "width", "broken"),
    [
        ("one two three", 13, ["one two three"]),
        ("one two three", 12, ["one two", "three"]),
        ("    because one two three", 20, ["    because one two", "    three"]),
        ("    file:    one two three", 24, ["    file:    one two", "    three"]),
        ("    file:  one two three", 22, ["    file:  one two", "           three"]),
        ("    10. one two three", 16, ["    10. one two", "        three"]),
        ("services  one two three", 22, ["services  one two", "          three"]),
        ("a_word_that_is_longer", 5, ["a_word_that_is_longer"]),
    ],
)
def test_lines_are_broken_between_words_and_go_on_where_the_text_begins(
    line: str, width: int, broken: list[str]
) -> None:
    assert wrapped(line, width).split("\n") == broken


@pytest.mark.parametrize(("columns", "is_broken"), [("60", True), ("200", False)])
def test_an_answer_is_as_wide_as_the_terminal(shop: Project, columns: str, *, is_broken: bool) -> None:
    out, terminal = pty.openpty()
    command = [sys.executable, "-m", "archguard", "why", "orders", "payments"]
    environment = os.environ | {"COLUMNS": columns, "CI": "1"}
    subprocess.run(command, cwd=shop.root, env=environment, stdout=terminal, stderr=subprocess.DEVNULL, check=True)
    os.close(terminal)
    text = os.read(out, 100_000).decode().replace("\r\n", "\n")
    os.close(out)

    assert (max(map(len, text.splitlines())) <= 60) is is_broken
    assert " ".join(text.split()) == " ".join(shop.run("why", "orders", "payments").stdout.split())
