"""Each pack holds for a project of its architecture, and its contracts break for lines that go against them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from archguard.checking import check
from archguard.config import packs, read_config
from archguard.model import OutcomeStatus, Report


@dataclass(frozen=True)
class Sample:
    """A project that keeps a pack's contracts, and for each contract lines that break it."""

    files: Mapping[str, str]
    breaks: Mapping[str, tuple[str, str]]
    """Contract id -> (file, line that is added to it)."""
    more: Mapping[str, object] = field(default_factory=dict)
    """What the configuration says beside `extends`."""


_LAYERED = {
    "shop/routers/orders.py": "from shop.services import ordering\n",
    "shop/services/ordering.py": "from shop.repositories import orders\nfrom shop.domain.order import Order\n",
    "shop/repositories/orders.py": "import sqlalchemy\nfrom shop.domain.order import Order\n",
    "shop/domain/order.py": "from dataclasses import dataclass\n",
}
_LAYERED_BREAKS = {
    "layered": ("shop/domain/order.py", "from shop.repositories import orders"),
    "controllers-use-services": ("shop/routers/orders.py", "from shop.repositories import orders"),
    "queries-in-repositories": ("shop/services/ordering.py", "from sqlalchemy.orm import Session"),
}

SAMPLES = {
    "layered": Sample(_LAYERED, _LAYERED_BREAKS),
    "fastapi-layered": Sample(
        {
            **_LAYERED,
            "shop/routers/orders.py": (
                "import fastapi\nfrom shop import dependencies\nfrom shop.services import ordering\n"
            ),
            "shop/dependencies.py": "from shop.repositories import orders\n",
        },
        {**_LAYERED_BREAKS, "http-in-controllers": ("shop/services/ordering.py", "from fastapi import HTTPException")},
    ),
    "flask-layered": Sample(
        {
            "shop/blueprints/orders.py": "import flask\nfrom shop.services import ordering\n",
            "shop/services/ordering.py": "from shop.repositories import orders\n",
            "shop/repositories/orders.py": "from shop.extensions import db\n",
            "shop/extensions.py": "from flask_sqlalchemy import SQLAlchemy\n",
        },
        {
            "layered": ("shop/repositories/orders.py", "from shop.services import ordering"),
            "controllers-use-services": ("shop/blueprints/orders.py", "from shop.repositories import orders"),
            "queries-in-repositories": ("shop/blueprints/orders.py", "import flask_sqlalchemy"),
            "http-in-controllers": ("shop/services/ordering.py", "from flask import current_app"),
        },
    ),
    "django-layered": Sample(
        {
            "library/loans/views.py": (
                "from django.http import HttpResponse\nfrom library.loans import services, selectors\n"
            ),
            "library/loans/services.py": "from library.loans.models import Loan\nfrom library.loans import selectors\n",
            "library/loans/selectors.py": "from library.loans.models import Loan\n",
            "library/loans/models.py": "from django.db import models\nfrom library.members.models import Member\n",
            "library/members/models.py": "from django.db import models\n",
        },
        {
            "layered": ("library/loans/models.py", "from library.loans.services import lend"),
            "http-in-views": ("library/loans/services.py", "from django.shortcuts import get_object_or_404"),
            "apps-without-cycles": ("library/members/models.py", "from library.loans.models import Loan"),
        },
    ),
    "guarded-routes": Sample(
        {
            "shop/app.py": (
                "from flask import Flask\nfrom flask_login import login_required\n\napp = Flask(__name__)\n\n\n"
                "@app.get('/orders')\n@login_required\ndef orders(): ...\n"
            )
        },
        {"every-route-guarded": ("shop/app.py", "app.add_url_rule('/export', view_func=lambda: '')")},
    ),
    "hexagonal": Sample(
        {
            "bank/adapters/http/accounts.py": "import fastapi\nfrom bank.application import transfer\n",
            "bank/adapters/database/accounts.py": "import sqlalchemy\nfrom bank.application.ports import Accounts\n",
            "bank/application/transfer.py": (
                "from bank.application.ports import Accounts\nfrom bank.domain import account\n"
            ),
            "bank/application/ports.py": "from typing import Protocol\nfrom bank.domain.account import Account\n",
            "bank/domain/account.py": "from decimal import Decimal\n",
        },
        {
            "hexagon": ("bank/application/transfer.py", "from bank.adapters.database import accounts"),
            "inside-without-frameworks": ("bank/domain/account.py", "import django"),
            "inside-without-databases": ("bank/application/transfer.py", "def move(db): db.execute('DELETE FROM a')"),
            "inside-without-clients": ("bank/application/transfer.py", "import requests"),
        },
    ),
    "clean": Sample(
        {
            "bank/infrastructure/web.py": "import flask\nfrom bank.controllers import accounts\n",
            "bank/controllers/accounts.py": "from bank.usecases import transfer\n",
            "bank/usecases/transfer.py": "import attrs\nfrom bank.entities import account\n",
            "bank/entities/account.py": "from decimal import Decimal\n",
        },
        {
            "dependency-rule": ("bank/usecases/transfer.py", "from bank.controllers import accounts"),
            "entities-are-plain": ("bank/entities/account.py", "import attrs"),
            "usecases-without-frameworks": ("bank/usecases/transfer.py", "import flask"),
            "inside-without-databases": ("bank/entities/account.py", "import sqlite3"),
            "inside-without-clients": ("bank/usecases/transfer.py", "import httpx"),
        },
    ),
    "modular-monolith": Sample(
        {
            "shop/modules/orders/api.py": "from shop.modules.orders.internal import place\n",
            "shop/modules/orders/internal.py": (
                "from shop.modules.payments.api import charge\nimport shop.shared.money\n"
            ),
            "shop/modules/payments/api.py": "from shop.shared.money import Money\n",
            "shop/shared/money.py": "",
        },
        {
            "modules-through-their-api": ("shop/modules/payments/api.py", "import shop.modules.orders.internal"),
            "modules-without-cycles": ("shop/modules/payments/api.py", "import shop.modules.orders.api"),
            "modules-over-shared": ("shop/shared/money.py", "import shop.modules.payments.api"),
        },
    ),
    "safe-defaults": Sample(
        {
            "shop/orders.py": (
                "import asyncio\nimport time\n\n"
                "import requests\nfrom django.db import transaction\nfrom flask import Flask\n\n\n"
                "async def wait():\n    try:\n        await asyncio.sleep(1)\n    except TimeoutError:\n        raise\n"
            ),
        },
        {
            "one-query-not-n": ("shop/orders.py", "found = [requests.get(url) for url in ['a', 'b']]"),
            "nothing-blocks-the-event-loop": ("shop/orders.py", "    time.sleep(1)"),
            "short-transactions": ("shop/orders.py", "with transaction.atomic(): requests.get('a')"),
            "no-lost-exceptions": ("shop/orders.py", "    except Exception: pass"),
            "nobody-waits-for-ever": ("shop/orders.py", "requests.get('a')"),
            "nothing-left-open": ("shop/orders.py", "Flask('shop').run(debug=True)"),
        },
    ),
    "microservices": Sample(
        {
            "services/orders/app/api.py": "from app.services import place\n",
            "services/orders/app/services.py": (
                "from app.repositories import Orders\nfrom payments_sdk.client import Payments\n"
            ),
            "services/orders/app/repositories.py": "import sqlalchemy\n",
            "services/payments/app/api.py": "from app.services import charge\n",
            "services/payments/app/services.py": "",
            "services/payments/payments_sdk/client.py": "import httpx\n",
            "services/payments/payments_sdk/signing.py": "",
        },
        {
            "services-through-their-clients": ("services/orders/app/api.py", "import payments_sdk.signing"),
            "services-layered": ("services/orders/app/repositories.py", "from app.services import place"),
        },
        {
            "services": {
                "orders": {"root": "services/orders", "packages": ["app"]},
                "payments": {"root": "services/payments", "packages": ["app", "payments_sdk"]},
            }
        },
    ),
}


def test_every_pack_has_a_sample_that_breaks_each_of_its_contracts() -> None:
    assert SAMPLES.keys() == packs().keys()


@pytest.mark.parametrize("pack", SAMPLES)
def test_a_pack_holds_for_a_project_of_its_architecture(tmp_path: Path, pack: str) -> None:
    report = _check(tmp_path, pack)

    assert not report.problems
    assert {outcome.id: outcome.status for outcome in report.outcomes} == dict.fromkeys(
        SAMPLES[pack].breaks, OutcomeStatus.KEPT
    )
    assert all(outcome.checked.modules for outcome in report.outcomes)


@pytest.mark.parametrize(("pack", "contract"), [(pack, name) for pack in SAMPLES for name in SAMPLES[pack].breaks])
def test_a_contract_of_a_pack_breaks_at_the_line_that_goes_against_it(tmp_path: Path, pack: str, contract: str) -> None:
    path, line = SAMPLES[pack].breaks[contract]

    report = _check(tmp_path, pack, {path: line + "\n"})

    last = SAMPLES[pack].files[path].count("\n") + 1
    assert (contract, path, last) in [
        (found.contract, found.location.path, found.location.line) for found in report.violations
    ]


@pytest.mark.parametrize("pack", SAMPLES)
def test_a_pack_says_what_it_is_in_its_first_line_and_why_in_each_contract(pack: str) -> None:
    text = packs()[pack].read_text(encoding="utf-8")

    assert text.startswith("# ")
    assert text.splitlines()[0].endswith(".")
    assert all(contract["reason"].endswith(".") for contract in yaml.safe_load(text)["contracts"])


def _check(root: Path, pack: str, more: Mapping[str, str] | None = None) -> Report:
    sample = SAMPLES[pack]
    for path, text in sample.files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + (more or {}).get(path, ""), encoding="utf-8")
    config = {"version": 1, "extends": [f"archguard:{pack}"], **sample.more}
    (root / "archguard.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return check(read_config([root / "archguard.yaml"], root))


OPEN = """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from flask import Flask
from flask_cors import CORS
from starlette.middleware import Middleware

EVERYBODY = ["*"]
app = FastAPI(debug=True)  # !
safe = FastAPI(debug=False)
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"])  # !
app.add_middleware(CORSMiddleware, allow_origins=EVERYBODY)  # !
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.com"], allow_methods=["*"])
FastAPI(middleware=[Middleware(CORSMiddleware, allow_origins=["*"])])  # !
web = Flask("shop")
CORS(web, origins="*")  # !
CORS(web, origins=["https://shop.com"])
web.run(debug=True)  # !
web.run("127.0.0.1")
"""


def test_the_safe_defaults_find_what_is_open_to_everybody(tmp_path: Path) -> None:
    report = _check(tmp_path, "safe-defaults", {"shop/orders.py": OPEN})

    before = SAMPLES["safe-defaults"].files["shop/orders.py"].count("\n")
    found = {one.location.line for one in report.violations if one.contract == "nothing-left-open"}
    assert found == {before + number for number, line in enumerate(OPEN.splitlines(), 1) if line.endswith("# !")}
