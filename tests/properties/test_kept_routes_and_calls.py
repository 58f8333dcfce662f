"""Kept results of `services`, `api` and `access` are those of a run from nothing, whatever is edited."""

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from kept_runs import assert_kept_results_hold
from project import Project

from archguard.checking import check
from archguard.checking.session import Session
from archguard.model import Report

CONTRACTS = """
version: 1
project: {packages: [orders, payments, shared]}
services:
  orders: {modules: orders, hosts: [orders, ORDERS_URL], tables: [order*], topics: [orders.*], public: orders.views}
  payments: {modules: payments, hosts: [payments, PAYMENTS_URL], tables: [payment*], topics: [payments.*]}
contracts:
  - id: who-calls-whom
    kind: services
    policy: {orders: {may_call: payments, channels: http}}
    external_hosts: {"*": [api.bank.com]}
  - {id: apis, kind: api, over: services, uncalled: warning, max_unknown: 10%, trailing_slash: warning}
  - {id: guarded, kind: access, guards: [shared.auth.user, shared.auth.admin], body_guards: [shared.auth.ensure],
     public: [GET /health], max_unknown: 1}
  - {id: cycles, kind: acyclic, modules: [orders, payments, shared]}
  - {id: layered, kind: layers, layers: [orders, payments, shared]}
  - {id: numbers, kind: metrics, modules: [orders, payments, shared], max: {cyclicity: 0, abstractness: 0.1}}
"""
HEAD = "import requests\nfrom fastapi import APIRouter, Depends, FastAPI\nfrom pydantic import BaseModel\n"
MODULES = [
    "shared.auth",
    "shared.settings",
    "shared.client",
    "orders.views",
    "orders.main",
    "orders.calls",
    "payments.views",
    "payments.main",
    "payments.models",
]


class Writer:
    """Makes up two services that call each other, with routes, guards and prefixes in other files."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  # the same modules for each seed

    def definitions(self, module: str) -> list[str]:
        """What a module may have; each edit changes one of them."""
        return [variants[self.random.randrange(len(variants))] for variants in self.variants(module)]

    def variants(self, module: str) -> list[list[str]]:
        other = "payments" if module.startswith("orders") else "orders"
        return {
            "shared.auth": [
                ["def base(): return 1", "def base(): raise ValueError"],
                [
                    "def user(x=Depends(base)): return x",
                    "def user(): return 1",
                    "def visitor(): return 1",
                    "from shared.client import user",
                ],
                ["admin = user", "def admin(x=Depends(user)): return x", "admin = None"],
                ["def ensure(): raise ValueError", "ensure = print"],
                ["def guarded(f):\n    return f", "def guarded(f):\n    user()\n    return f"],
            ],
            "shared.settings": [
                ["ORDERS_URL = 'http://orders'", "ORDERS_URL = 'http://payments'", "ORDERS_URL = ''", "pass"],
                ["PAYMENTS_URL = 'http://payments'", "PAYMENTS_URL = 'http://payments/v2'", "PAYMENTS_URL = x"],
                ["PREFIX = '/v1'", "PREFIX = '/v2'", "PREFIX = unknown()", "PREFIX = '/v1'\nPREFIX += '/x'"],
                ["TOPIC = 'payments.done'", "TOPIC = 'orders.new'", "TOPIC = 'other'"],
            ],
            "shared.client": [
                ["from shared import settings", "import shared.settings as settings", "settings = None"],
                [
                    "def call(path, body=None):\n    return requests.post(settings.PAYMENTS_URL + path, json=body)",
                    "def call(path, body=None):\n    return requests.get('http://payments' + path)",
                    "def call(path, *rest):\n    return None",
                    "def call(path, body=None):\n    return send('post', path, body)",
                ],
                [
                    (
                        "def send(method, path, body):\n    url = 'http://payments'\n    url += path\n"
                        "    return requests.request(method, url, json=body)"
                    ),
                    "def send(method, path, body):\n    return requests.request(method, path, json=body)",
                ],
                [
                    (
                        "class Client:\n    def __init__(self, base):\n        self.base = base\n"
                        "    def get(self, path):\n        return requests.get(f'{self.base}{path}')"
                    ),
                    (
                        "class Client:\n    base = settings.ORDERS_URL\n"
                        "    def get(self, path):\n        return requests.get(self.base + path)"
                    ),
                ],
                ["def user(): return 2", "pass"],
            ],
            "orders.calls": [
                ["from shared.client import call, Client", "from shared.client import Client\ncall = print"],
                [
                    "def one():\n    call('/charges', {'amount': 1})",
                    "def one():\n    call('/charges', {'sum': 1})",
                    "def one():\n    body = {}\n    body['amount'] = 1\n    call('/charges/', body)",
                    "def one():\n    pass",
                ],
                [
                    "class Own(Client): pass\nclient = Own('http://payments')",
                    "client = Client('http://orders')",
                    "client = None",
                    "from shared.settings import PAYMENTS_URL\nclient = Client(PAYMENTS_URL)",
                ],
                ["def two(x):\n    client.get(f'/charges/{x}')", "def two(x):\n    client.get('/nothing')"],
                ["def three():\n    requests.get('https://other.com/x')", "pass"],
                ["def four(db):\n    db.execute('select * from payments')", "pass"],
                ["from shared import settings\nimport pika\ndef five():\n    publish(settings.TOPIC, 1)", "pass"],
                ["import payments.models", "import orders.views", "pass"],
            ],
            "payments.models": [
                [
                    "class Charge(BaseModel):\n    amount: int",
                    "class Charge(BaseModel):\n    sum: int",
                    "class Charge(BaseModel):\n    amount: int\n    note: str",
                    "class Base(BaseModel):\n    amount: int\nclass Charge(Base):\n    extra: int = 1",
                ],
            ],
            "payments.views": self._views("payments"),
            "orders.views": self._views("orders"),
            "payments.main": self._main("payments"),
            "orders.main": self._main("orders"),
        }[module] + [["pass", f"import {other}.views"]]

    def _views(self, service: str) -> list[list[str]]:
        guard = ["", ", dependencies=[Depends(user)]", ", dependencies=[Depends(admin)]"]
        return [
            ["from shared.auth import *", "from shared.auth import user, admin, ensure, guarded"],
            ["from shared.settings import PREFIX", "PREFIX = '/own'"],
            ["from payments.models import Charge", "Charge = dict"],
            [f"router = APIRouter(prefix={prefix}{one})" for prefix in ("PREFIX", "''") for one in guard],
            [
                f"@router.{method}('{path}'{one})\n{decorated}def charge({argument}):\n    {body}"
                for method in ("post", "get")
                for path in ("/charges", "/charges/{id}")
                for one in guard
                for decorated in ("", "@guarded\n")
                for argument in ("x: Charge", "x: Charge = Depends(user)")
                for body in ("pass", "ensure()", f"import {service}.main")
            ],
            ["@router.get('/health')\ndef health(): pass", "def health(): pass"],
        ]

    def _main(self, service: str) -> list[list[str]]:
        return [
            [f"from {service}.views import router", f"from {service} import views"],
            ["from shared.auth import user", "from shared import auth\nuser = auth.user"],
            ["app = FastAPI()", "app = FastAPI(dependencies=[Depends(user)])", "def make():\n    return FastAPI()"],
            [
                "app.include_router(router)",
                "app.include_router(views.router, prefix='/api')",
                "app.include_router(router, dependencies=[Depends(user)])",
                "def add(app, router):\n    app.include_router(router)\nadd(app, router)",
                "make().include_router(router)",
                "pass",
            ],
            [
                "@app.middleware('http')\ndef check(request, call_next):\n    user()\n    return call_next(request)",
                "pass",
            ],
        ]

    def edits(self, modules: dict[str, list[str]]) -> Iterator[None]:
        """Edit `modules` again and again, in place."""
        while True:
            name = self.random.choice(MODULES)
            definitions = modules.setdefault(name, self.definitions(name))
            at = self.random.randrange(len(definitions))
            match self.random.randrange(12):
                case 0:
                    del modules[name]
                case 1:
                    definitions.insert(at, "def broken(:")
                case 2:
                    self.random.shuffle(definitions)
                case 3:
                    definitions.insert(at, "# a line\n")
                case 4:
                    definitions.insert(0, f"def unrelated{self.random.randrange(3)}(x):\n    return x.get('y')\n")
                case _:
                    definitions[at] = self.definitions(name)[at % len(self.variants(name))]
            yield


def written(folder: Path, modules: dict[str, list[str]]) -> None:
    for package in ("orders", "payments", "shared"):
        (folder / package).mkdir(exist_ok=True)
        (folder / package / "__init__.py").touch()
    for name in MODULES:
        file = folder / f"{name.replace('.', '/')}.py"
        if name in modules:
            file.write_text(HEAD + "\n".join(modules[name]) + "\n")
        else:
            file.unlink(missing_ok=True)


def told(report: Report) -> tuple[object, ...]:
    return report.violations, report.problems, report.outcomes


@pytest.mark.parametrize("seed", range(24))
def test_kept_results_are_those_of_a_run_from_nothing_after_any_sequence_of_edits(project: Project, seed: int) -> None:
    project.configure(CONTRACTS)
    writer = Writer(seed)
    modules = {name: writer.definitions(name) for name in MODULES}
    written(project.root, modules)
    edits = (written(project.root, modules) for _ in islice(writer.edits(modules), 6))
    assert_kept_results_hold(project, edits, told)


@pytest.mark.parametrize("seed", range(24))
def test_a_session_tells_of_drafts_what_a_run_from_nothing_tells_of_the_written_files(
    project: Project, seed: int
) -> None:
    project.configure(CONTRACTS)
    writer = Writer(2000 + seed)
    modules = {name: writer.definitions(name) for name in MODULES}
    written(project.root, modules)
    session = Session(project.config())
    before = dict(modules)
    edits = writer.edits(modules)
    for _ in range(6):
        modules.clear()
        modules.update({name: list(found) for name, found in before.items()})
        for _ in range(writer.random.randrange(1, 3)):
            next(edits)
        files = {name: project.root / f"{name.replace('.', '/')}.py" for name in MODULES}
        drafts = {
            files[name]: HEAD + "\n".join(modules[name]) + "\n" if name in modules else None
            for name in MODULES
            if modules.get(name) != before[name]
        }
        result = session.check(drafts)
        written(project.root, modules)
        expected = check(session.config)
        written(project.root, before)
        assert result.report.violations == expected.violations
        identities = sorted(it.identity for it in result.new + result.unchanged)
        assert identities == sorted(it.identity for it in expected.violations)
