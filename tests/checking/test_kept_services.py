"""After an edit, calls between services and routes are found anew if, and only if, they depend on what was edited."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from project import Project

from archguard.checking import check
from archguard.checking.kept_run import KeptRun
from archguard.codebase.edits import with_edits
from archguard.config import read
from archguard.incremental.dependencies import DependencyRecorder
from archguard.model import Violation

CONTRACTS = """
    version: 1
    project: {packages: [orders, payments, shared]}
    services:
      orders: {modules: orders, hosts: orders, topics: ["orders.*"]}
      payments: {modules: payments, hosts: payments, tables: payments, topics: ["payments.*"]}
    contracts:
      - {id: calls, kind: services, policy: {payments: orders}, unused_permissions: ignore}
      - {id: fits, kind: api, over: services, uncalled: warning}
      - {id: guarded, kind: access, guards: shared.auth.user, body_guards: shared.auth.ensure, max_unknown: 9}
      - {id: cycles, kind: acyclic, modules: [orders, payments, shared]}
"""
FILES = {
    "orders/__init__.py": "",
    "payments/__init__.py": "",
    "shared/__init__.py": "",
    "shared/settings.py": "BASE = 'http://payments'\nPREFIX = '/v1'\nTOPIC = 'payments.done'\n",
    "shared/auth.py": (
        "def user():\n    raise PermissionError\n\ndef ensure():\n    raise PermissionError\n\n"
        "def wrapped(f):\n    def inner(x):\n        return f(x)\n    return inner\n"
    ),
    "shared/http.py": (
        "import requests\n\nclass Client:\n    def __init__(self, base):\n        self.base = base\n\n"
        "    def post(self, path, body):\n        return requests.post(self.base + path, json=body)\n\n"
        "def fetch(path):\n    url = 'http://payments'\n    url += '/v1'\n    return requests.get(url + path)\n"
    ),
    "orders/clients.py": (
        "from shared.http import Client\nfrom shared.settings import BASE\n\n"
        "class Payments(Client):\n    pass\n\nclient = Payments(BASE)\n"
    ),
    "orders/pay.py": (
        "from orders.clients import client\nfrom shared import http, settings\n\n"
        "def charge(x):\n    client.post('/v1/charges', {'amount': 1})\n\n"
        "def show(x):\n    http.fetch(f'/charges/{x}')\n\n"
        "def tell(queue):\n    publish(settings.TOPIC, 1)\n"
    ),
    "payments/models.py": "from pydantic import BaseModel\n\nclass Charge(BaseModel):\n    amount: int\n",
    "payments/views.py": (
        "from fastapi import APIRouter, Depends\nfrom payments.models import Charge\n"
        "from shared.auth import ensure, user, wrapped\n\nrouter = APIRouter()\n\n"
        "@router.post('/charges', dependencies=[Depends(user)])\ndef add(x: Charge):\n    pass\n\n"
        "@router.get('/charges/{id}')\ndef get(id: int):\n    ensure()\n\n"
        "@router.delete('/charges/{id}')\n@wrapped\ndef remove(id: int):\n    pass\n"
    ),
    "payments/main.py": (
        "from fastapi import FastAPI\nfrom payments.views import router\nfrom shared.settings import PREFIX\n\n"
        "app = FastAPI()\napp.include_router(router, prefix=PREFIX)\n"
    ),
    "payments/middleware.py": "def check(request, call_next):\n    return call_next(request)\n",
    "payments/jobs.py": "def run(x):\n    return x\n",
}
ROUTES = "routes"


def after_edit(
    project: Project, path: str, old: str, new: str, files: Mapping[str, str] = FILES
) -> tuple[set[str], set[str]]:
    """The contracts with other violations after an edit, and the modules that were looked at again (or ROUTES)."""
    project.configure(CONTRACTS)
    project.write_all(files)
    config = project.config()
    base = read(config)
    base.results.recorder = DependencyRecorder()
    before = check(config, codebase=base).violations
    kept = KeptRun.of(base)
    text = files.get(path, "")
    assert old in text
    project.write(path, text.replace(old, new) if old else new + text)
    module = path.removesuffix(".py").replace("/", ".")
    edited = [replace(base.sources[module])] if module in base.sources else []
    now = (with_edits(base, edited) if edited else None) or read(config)
    assert kept.give(now, [module])
    after = check(config, codebase=now).violations
    assert after == check(config).violations
    results = [result.module or ROUTES for batch in now.results.batches for result in batch.results]
    differing = {*map(_told, before)} ^ {*map(_told, after)}
    return {contract for contract, _ in differing}, {name for name in results if name != module}


def _told(violation: Violation) -> tuple[str, str]:
    return violation.contract, violation.message


@pytest.mark.parametrize(
    ("path", "old", "new", "contracts"),
    [
        ("shared/settings.py", "http://payments", "http://other", {"calls", "fits"}),
        ("shared/settings.py", "'/v1'", "'/v2'", {"fits", "guarded"}),
        ("shared/settings.py", "payments.done", "orders.done", {"calls"}),
        ("shared/http.py", "self.base = base", "self.base = 'http://orders'", {"fits"}),
        ("shared/http.py", "url += '/v1'", "url += '/v2'", {"fits"}),
        ("shared/http.py", "    url += '/v1'\n", "", {"fits"}),
        ("shared/http.py", "requests.post", "requests.put", {"fits"}),
        ("orders/clients.py", "Payments(BASE)", "Payments('http://orders')", {"calls", "fits"}),
        ("orders/clients.py", "(Client)", "", {"fits"}),
        ("payments/models.py", "amount", "sum", {"fits"}),
        ("payments/models.py", "amount: int", "amount: int\n    note: str", {"fits"}),
        ("payments/views.py", "'/charges',", "'/payments',", {"fits"}),
        ("payments/views.py", ", dependencies=[Depends(user)]", "", {"guarded"}),
        ("payments/views.py", "    ensure()\n", "    pass\n", {"guarded"}),
        ("payments/main.py", "app.include_router(router, prefix=PREFIX)\n", "", {"fits", "guarded"}),
        (
            "payments/main.py",
            "FastAPI()",
            "FastAPI(dependencies=[Depends(user)])\nfrom fastapi import Depends",
            {"guarded"},
        ),
        ("shared/auth.py", "def user", "def visitor", {"guarded"}),
        ("shared/auth.py", "        return f(x)", "        user()\n        return f(x)", set()),
        ("payments/jobs.py", "    return x", "    import payments.views\n    return x", set()),
    ],
)
def test_what_depends_on_an_edit_is_found_anew(
    project: Project, path: str, old: str, new: str, contracts: set[str]
) -> None:
    assert after_edit(project, path, old, new)[0] == contracts


@pytest.mark.parametrize(
    ("path", "new", "contracts"),
    [
        pytest.param(
            "payments/more.py",
            "from payments.main import app\n\n@app.get('/more')\ndef more(): pass\n",
            {"fits", "guarded"},
            id="a file with a route",
        ),
        pytest.param(
            "orders/more.py",
            "from shared.http import fetch\n\ndef more():\n    fetch('/nothing')\n",
            {"fits"},
            id="a call of a wrapper in another file",
        ),
    ],
)
def test_a_new_file_counts(project: Project, path: str, new: str, contracts: set[str]) -> None:
    found, _ = after_edit(project, path, "", new)
    assert found >= contracts


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        pytest.param("payments/jobs.py", "    return x", "    y = x\n    return y", id="a body that nobody reads"),
        pytest.param("payments/jobs.py", "return x", "return work(x)", id="a call of a name that nobody asks about"),
        pytest.param("payments/models.py", "", "import json\n", id="an import"),
    ],
)
def test_what_does_not_depend_on_an_edit_is_kept(project: Project, path: str, old: str, new: str) -> None:
    contracts, again = after_edit(project, path, old, new)
    assert not contracts
    assert again <= {ROUTES} if path == "payments/models.py" else not again


@pytest.mark.parametrize("module", ["orders.pay"])
def test_a_place_in_another_file_is_told_where_it_is_now(project: Project, module: str) -> None:
    path = f"{module.replace('.', '/')}.py"
    _, again = after_edit(project, path, "def charge", "# moved\ndef charge")
    assert "shared.http" in again


def test_a_new_subclass_of_a_class_whose_instances_hold_an_address_counts(project: Project) -> None:
    _, again = after_edit(project, "orders/own.py", "", "from shared.http import Client\n\nclass Own(Client): pass\n")
    assert "shared.http" in again


def test_a_new_call_of_a_function_that_mounts_the_router_it_is_passed_counts(project: Project) -> None:
    text = FILES["payments/main.py"] + "\ndef wire(given):\n    app.include_router(given, prefix='/wired')\n"
    more = "from payments.main import wire\nfrom payments.views import router\n"
    files = {**FILES, "payments/main.py": text, "orders/wiring.py": more}
    contracts, again = after_edit(project, "orders/wiring.py", "router\n", "router\n\nwire(router)\n", files)
    assert "guarded" in contracts
    assert ROUTES in again


def test_an_import_that_is_written_another_way_is_told_where_it_is_now(project: Project) -> None:
    files = FILES | {"shared/http.py": "from orders import pay\n" + FILES["shared/http.py"]}
    _, again = after_edit(project, "shared/http.py", "from orders import pay", "import orders.pay", files)
    assert ROUTES in again
