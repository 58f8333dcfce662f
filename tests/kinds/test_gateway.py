"""What `gateway` asks of hosts, timeouts and entry points, and what it refuses to be asked."""

import pytest
from marks import check_marked, found_in
from project import Project

from archguard.model import Confidence, OutcomeStatus

HOSTS = """
version: 1
project: {packages: [shop]}
contracts:
  - {id: hosts, kind: gateway, hosts: [payments, "*.shop.internal", api.partner.com/v2, "https://safe.partner.com"]}
"""
TIMEOUTS = """
version: 1
project: {packages: [shop]}
contracts:
  - {id: timeouts, kind: gateway, require: timeout}
"""
ROUTES = """
version: 1
project: {packages: [shop]}
contracts:
  - {id: routes, kind: gateway, routes_in: shop.api}
"""
NAMED = {
    "a host that is listed": """
import requests
requests.get("http://payments/charge")
requests.get("http://payments:8000/charge")
""",
    "a host below one that is listed": """
URL = "https://stock.shop.internal/items"
""",
    "a path that is listed, and one that is not": """
URL = "https://api.partner.com/v2/orders"
OLD = "https://api.partner.com/v1/orders"  # !
NEAR = "https://api.partner.com/v20"  # !
""",
    "a scheme that is listed, and one that is not": """
URL = "https://safe.partner.com/"
OPEN = "http://safe.partner.com/"  # !
""",
    "a host that is not listed": """
import requests
requests.get("https://api.stripe.com/v1/charges")  # !
""",
    "a host by a constant": """
import requests
BASE = "https://api.stripe.com"  # !


def view():
    return requests.get(BASE + "/v1/charges")  # !
""",
    "a host by an f-string": """
import httpx


def view(key, version="v1"):
    return httpx.get(f"https://api.stripe.com/{version}/charges/{key}")  # !
""",
    "a host by %": """
import httpx


def view(key):
    return httpx.get("https://api.stripe.com/%s" % key)  # !
""",
    "a host by format": """
import httpx


def view(key):
    return httpx.get("https://api.stripe.com/{}".format(key))  # !
""",
    "a host in another module": """
import requests
from shop.settings import settings


def view():
    return requests.post(settings.stripe_url + "/charges")  # !
# file: shop/settings.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    stripe_url: str = "https://api.stripe.com"  # !


settings = Settings()
""",
    "the default of a setting": """
import os

STRIPE = os.environ.get("STRIPE_URL", "https://api.stripe.com")  # !
PAYMENTS = os.getenv("PAYMENTS_URL", "http://payments")
""",
    "a host that is put in": """
import os
from urllib.parse import urljoin

import httpx
from pydantic import Field
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    stripe: str = Field("https://api.stripe.com", alias="STRIPE")  # !
    payments: str = Field(default="http://payments")


settings = Settings()
OTHER = os.environ.get("OTHER") or "https://other.com"  # !


def view(key, live):
    httpx.get("{}/charges/{}".format(settings.stripe, key))  # !
    httpx.get("%s/charges" % settings.stripe)  # !
    httpx.get("{}/charges/{}".format(settings.payments, key))
    httpx.get(urljoin(OTHER, f"/charges/{key}"))  # !
    httpx.get(str(httpx.URL(OTHER)))  # !
    httpx.get(settings.stripe if live else settings.payments)  # !
""",
    "a host that nothing is put in for": """
from urllib.parse import urljoin

import httpx


def view(base, data):
    httpx.get("{}/charges".format(base))
    httpx.get(urljoin(base, "/charges"))
    httpx.get(str(data, "utf-8"))
""",
    "the base of a client": """
import httpx

client = httpx.Client(base_url="https://api.stripe.com")  # !
""",
    "a host that is put in later": """
import os
import requests


def view(host):
    requests.get(f"http://{host}/charge")
    requests.get("http://{}/charge".format(os.environ["HOST"]))
    requests.get("https://" + host + ".shop.com")
""",
    "a host with a user and a port": """
URL = "https://user:secret@api.stripe.com:8443/v1"  # !
""",
    "capital letters": """
URL = "HTTPS://API.Stripe.com/v1"  # !
""",
    "names that look like places": """
NAMESPACE = "http://www.w3.org/2000/svg"
SCHEMA = "http://json-schema.org/draft-07/schema#"
EXAMPLE = "https://example.com/orders/1"
LOCAL = "http://localhost:3000"
ATOM = "http://schemas.xmlsoap.org/soap/envelope/"
""",
    "prose": '''
"""See https://docs.stripe.com."""


def view():
    """Like https://docs.stripe.com says."""
    raise ValueError("see https://docs.stripe.com for more")
''',
    "a host that is called, wherever it is": """
import requests
requests.get("http://localhost:3000")  # !
""",
    "what only begins like a URL": """
PARTS = ["http", "https", "://", "http://", "//", "https:"]
DATABASE = "postgresql://db/orders"
""",
}
WAITING = {
    "requests, which waits for ever": """
import requests
requests.get("/")  # !
requests.get("/", timeout=3)
requests.post("/", json={}, timeout=(3, 10))
requests.post("/", timeout=None)  # !
""",
    "a timeout that is nothing by its name": """
import httpx
import requests
from shop.settings import NEVER, SOON

LATER = None


def postpone():
    global LATER
    LATER = 3


def view(timeout=None):
    requests.get("/", timeout=NEVER)  # !
    httpx.Client(timeout=httpx.Timeout(NEVER))  # !
    requests.get("/", timeout=SOON)
    requests.get("/", timeout=LATER)
    requests.get("/", timeout=timeout)
# file: shop/settings.py
NEVER = None
SOON = 3
""",
    "a session of requests": """
import requests


def view():
    with requests.Session() as session:
        session.get("/")  # !
        return session.get("/", timeout=3)
""",
    "arguments that are not written here": """
import requests


def view(**options):
    return requests.get("/", **options)
""",
    "httpx, which has a default": """
import httpx


async def view():
    httpx.get("/")
    httpx.get("/", timeout=None)  # !
    async with httpx.AsyncClient() as client:
        await client.get("/")
        await client.get("/", timeout=None)  # !
    httpx.Client(timeout=None)  # !
    httpx.Client(timeout=httpx.Timeout(None))  # !
    httpx.Client(timeout=httpx.Timeout(10, connect=None))
""",
    "aiohttp, which has a default": """
import aiohttp


async def view():
    async with aiohttp.ClientSession() as session:
        await session.get("/")
    aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))  # !
    aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))
""",
    "urlopen": """
from urllib.request import urlopen
urlopen("http://payments")  # !
urlopen("http://payments", timeout=3)
urlopen("http://payments", None, 3)
""",
    "a connection of the standard library": """
from http.client import HTTPSConnection


def view():
    HTTPSConnection("payments")  # !
    connection = HTTPSConnection("payments", timeout=3)
    connection.request("GET", "/")
""",
    "a pool of urllib3": """
import urllib3

patient = urllib3.PoolManager()
hasty = urllib3.PoolManager(timeout=3)


def view():
    patient.request("GET", "/")  # !
    patient.request("GET", "/", timeout=3)
    hasty.request("GET", "/")
""",
    "a session of the project's own": """
import requests


class Session(requests.Session):
    def request(self, *args, **kwargs):
        kwargs.setdefault("timeout", 3)
        return super().request(*args, **kwargs)


class Plain(requests.Session):
    pass


def view():
    Session().get("/")
    Plain().get("/")  # !
""",
    "a request that is bound to a timeout": """
from functools import partial
import requests

fetch = partial(requests.get, timeout=3)
load = partial(requests.get, stream=True)


def view():
    fetch("/")
    load("/")  # !
""",
    "a request that something else makes": """
import asyncio
from functools import partial
import httpx
import requests


async def view(loop, urls):
    await asyncio.to_thread(requests.get, "/")  # !
    await asyncio.to_thread(requests.get, "/", timeout=3)
    await loop.run_in_executor(None, partial(requests.get, "/"))  # !
    await loop.run_in_executor(None, partial(requests.get, "/", timeout=3))
    await asyncio.to_thread(httpx.get, "/")
    list(map(requests.get, urls))  # !
""",
    "a session whose requests are bound to a timeout": """
from functools import partial
import requests


def view():
    session = requests.Session()
    session.request = partial(session.request, timeout=3)
    return session.get("/")


class View:
    def __init__(self, request):
        self.request = request

    def show(self):
        return requests.get("/")  # !
""",
    "a session that comes with requests bound to a timeout": """
from functools import partial
import requests


def open_session():
    fresh = requests.Session()
    fresh.request = partial(fresh.request, timeout=3)
    return fresh


class Api:
    def __init__(self, request):
        self.session = open_session()
        self.request = request

    def load(self):
        return self.session.get("/")
""",
    "an adapter with a timeout": """
import requests
from shop.adapters import TimeoutAdapter


def view():
    session = requests.Session()
    session.mount("https://", TimeoutAdapter(timeout=3))
    return session.get("/")
# file: shop/adapters.py
from requests.adapters import HTTPAdapter


class TimeoutAdapter(HTTPAdapter):
    def __init__(self, timeout):
        super().__init__()
""",
    "an adapter with a timeout, and clients on which it is not mounted": """
import urllib.request

import requests
from shop.adapters import TimeoutAdapter


class Api:
    def __init__(self):
        self.session = requests.Session()
        self.session.mount("https://", TimeoutAdapter(timeout=3))
        self.plain = requests.Session()

    def load(self):
        self.plain.get("/")  # !
        requests.get("/")  # !
        return self.session.get("/")


def show():
    opener = urllib.request.build_opener()
    opener.open("/")  # !
    return opener.open("/", None, 3)
# file: shop/adapters.py
from requests.adapters import HTTPAdapter


class TimeoutAdapter(HTTPAdapter):
    def __init__(self, timeout):
        super().__init__()
""",
    "an adapter with a timeout on a client that is made elsewhere": """
import requests
from shop.adapters import TimeoutAdapter


def mount(session: requests.Session):
    session.mount("https://", TimeoutAdapter(timeout=3))


def show(session: requests.Session):
    requests.get("/")  # !
    return session.get("/")
# file: shop/adapters.py
from requests.adapters import HTTPAdapter


class TimeoutAdapter(HTTPAdapter):
    def __init__(self, timeout):
        super().__init__()
""",
    "a mail server and a socket": """
import smtplib
import socket

smtplib.SMTP("mail")  # !
smtplib.SMTP("mail", timeout=3)
socket.create_connection(("payments", 80))  # !
socket.create_connection(("payments", 80), 3)
socket.create_connection(("payments", 80), timeout=3)
""",
    "get of something else": """
def view(request, options: dict):
    return request.args.get("a"), options.get("b")
""",
}
DECLARED = {
    "FastAPI": """
from fastapi import APIRouter, FastAPI

app = FastAPI()
router = APIRouter()


@router.get("/orders")  # !
async def orders(): ...


@app.post("/orders")  # !
async def place(): ...


app.add_api_route("/stock", orders)  # !
app.include_router(router)
""",
    "a router from elsewhere": """
from shop.api import router


@router.websocket("/feed")  # !
async def feed(socket): ...
# file: shop/api.py
from fastapi import APIRouter

router = APIRouter()
""",
    "an app from a factory": """
from shop.api import create_app

app = create_app()


@app.get("/orders")  # !
def orders(): ...
# file: shop/api.py
from fastapi import FastAPI


def create_app():
    return FastAPI()
""",
    "an app of which nothing is known": """
def register(app, router):
    @app.get("/orders")  # !
    def orders(): ...

    @router.post("/orders")  # !
    def place(): ...
""",
    "taskiq": """
from taskiq_aio_pika import AioPikaBroker

broker = AioPikaBroker("amqp://broker")


@broker.task  # !
async def charge(order): ...


@broker.task(retry_on_error=True)  # !
async def refund(order): ...
""",
    "Flask": """
from flask import Blueprint, Flask

app = Flask(__name__)
orders = Blueprint("orders", __name__)


@app.route("/")  # !
def index(): ...


@orders.get("/orders")  # !
def list_orders(): ...


app.add_url_rule("/stock", view_func=index)  # !
app.register_blueprint(orders)


@app.errorhandler(404)
def missing(error): ...
""",
    "Django": """
from django.urls import include, path, re_path

urlpatterns = [
    path("orders/", print),  # !
    re_path("^stock/$", print),  # !
]
""",
    "Starlette": """
from starlette.applications import Starlette
from starlette.routing import Mount, Route

app = Starlette(routes=[Route("/orders", print)])  # !
""",
    "aiohttp": """
from aiohttp import web

routes = web.RouteTableDef()
app = web.Application()


@routes.get("/orders")  # !
async def orders(request): ...


app.router.add_post("/orders", orders)  # !
app.add_routes([web.get("/stock", orders)])  # !
""",
    "Litestar": """
from litestar import Litestar, get


@get("/orders")  # !
async def orders() -> list: ...


app = Litestar([orders])
""",
    "a servicer of gRPC": """
from shop import orders_pb2_grpc


class Orders(orders_pb2_grpc.OrdersServicer):  # !
    def Get(self, request, context): ...
# file: shop/orders_pb2_grpc.py
class OrdersServicer: ...
""",
    "tasks": """
from celery import Celery, shared_task

app = Celery()


@app.task  # !
def charge(): ...


@app.task(name="refund")  # !
def refund(): ...


@shared_task  # !
def cancel(): ...
""",
    "calls that only look like routes": """
import requests


class Cache:
    def get(self, path): ...
    def route(self, path): ...


def view(client, options: dict, cache: Cache):
    requests.get("/orders")
    client.get("/orders")
    options.get("/orders")
    cache.route("/orders")
    return cache.get("/orders")
""",
    "paths of the file system": """
from pathlib import Path
from os import path

here = Path("/orders")
there = path.join("/", "orders")
""",
}


@pytest.mark.parametrize("name", NAMED)
def test_only_the_hosts_that_are_listed_are_named(name: str, project: Project) -> None:
    found, marked = check_marked(project, NAMED[name], HOSTS, "shop/views.py")

    assert found == marked


@pytest.mark.parametrize("name", WAITING)
def test_a_request_that_can_wait_for_ever_is_found(name: str, project: Project) -> None:
    found, marked = check_marked(project, WAITING[name], TIMEOUTS, "shop/views.py")

    assert found == marked


@pytest.mark.parametrize("name", DECLARED)
def test_an_entry_point_in_the_wrong_place_is_found(name: str, project: Project) -> None:
    found, marked = check_marked(project, DECLARED[name], ROUTES, "shop/services.py", {"shop/api.py": ""})

    assert found == marked


@pytest.mark.parametrize(
    ("channel", "line"),
    [("http", 1), ("rpc", 2), ("email", 3), ("network", 4)],
)
def test_a_channel_is_looked_at_by_itself(channel: str, line: int, project: Project) -> None:
    project.write("shop/views.py", "import requests\nimport zeep\nimport smtplib\nimport paramiko\n")
    project.configure(
        f"""
        version: 1
        project: {{packages: [shop]}}
        contracts: [{{id: outbound, kind: gateway, modules: shop, channels: {channel}}}]
        """
    )

    assert found_in(project.check()) == [("shop/views.py", line)]


@pytest.mark.parametrize(
    ("channel", "lines"), [("queue", [5, 9]), ("cloud", [1, 6, 8]), ("email", [7])], ids=["queue", "cloud", "email"]
)
def test_a_client_of_aws_belongs_to_the_channel_of_its_service(
    channel: str, lines: list[int], project: Project
) -> None:
    project.write(
        "shop/views.py",
        """import boto3

session = boto3.Session()
table = boto3.resource("dynamodb").Table("orders")
queue = boto3.client("sqs")
bucket = session.client("s3")
mail = boto3.client(service_name="ses")
bucket.list_objects()
queue.send_message(MessageBody="a")
table.get_item(Key={})
""",
    )
    project.configure(
        f"""
        version: 1
        project: {{packages: [shop]}}
        contracts: [{{id: outbound, kind: gateway, modules: shop, channels: {channel}}}]
        """
    )

    found = [line for _, line in found_in(project.check())]

    assert [line for line in found if line != 3] == lines


def test_a_violation_says_who_must_not_do_what_and_where_it_belongs(project: Project) -> None:
    project.write("shop/views.py", "import requests\n\nrequests.get('/')\n")
    project.write("shop/gateways.py", "import requests\n")
    project.configure(
        """
        version: 1
        project: {packages: [shop]}
        contracts: [{id: outbound, kind: gateway, allowed_in: shop.gateways, reason: Retries live there.}]
        """
    )

    imported, called = project.check().violations

    assert imported.message == "shop.views must not import requests"
    assert (imported.importer, imported.imported, imported.symbol) == ("shop.views", "requests", "")
    assert called.message == "shop.views must not call requests.get"
    assert (called.importer, called.imported, called.symbol) == ("shop.views", "", "requests.get")
    assert called.fix == ("move it to shop.gateways, and call that from here",)
    assert called.reason == "Retries live there."
    assert called.confidence is Confidence.CERTAIN


def test_an_import_of_several_names_is_one_violation(project: Project) -> None:
    project.write("shop/views.py", "from requests import get, post, put\n")
    project.configure(
        """
        version: 1
        project: {packages: [shop]}
        contracts: [{id: outbound, kind: gateway, modules: shop}]
        """
    )

    assert len(project.check().violations) == 1


def test_an_import_that_is_ignored_is_none(project: Project) -> None:
    project.write("shop/views.py", "import requests\n")
    project.configure(
        """
        version: 1
        project: {packages: [shop]}
        contracts:
          - id: outbound
            kind: gateway
            modules: shop
            ignore: [{import: shop.views -> requests, reason: SHOP-1}]
        """
    )

    assert project.check().passed


def test_calls_alone_can_be_looked_at(project: Project) -> None:
    project.write("shop/views.py", "import requests\n\nrequests.get('/')\n")
    project.configure(
        """
        version: 1
        project: {packages: [shop]}
        contracts: [{id: outbound, kind: gateway, modules: shop, detect: calls}]
        """
    )

    assert found_in(project.check()) == [("shop/views.py", 3)]


def test_a_client_of_the_team_can_be_added(project: Project) -> None:
    project.write(
        "shop/views.py",
        "import acme.net\nfrom shop.wrapper import Wire\n\nacme.net.call('/')\nWire().fetch()\nWire().close()\n",
    )
    project.write("shop/wrapper.py", "class Wire:\n    def fetch(self): ...\n    def close(self): ...\n")
    project.configure(
        """
        version: 1
        project: {packages: [shop]}
        contracts:
          - id: outbound
            kind: gateway
            modules: shop.views
            clients: {http: {modules: acme.net, functions: acme.net.call}}
        """
    )

    assert found_in(project.check()) == [("shop/views.py", 1), ("shop/views.py", 4)]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("", "needs one of `allowed_in`, `modules`, `hosts`, `require` and `routes_in`"),
        ("allowed_in: shop", "can never apply: every module is in `allowed_in`"),
        ("modules: shop, clients: {htpp: {modules: a}}", "there is no channel 'htpp'"),
        ("allowed_in: shop.gatewys", "'shop.gatewys' matches no module"),
    ],
)
def test_a_contract_that_cannot_apply_is_an_error(keys: str, message: str, project: Project) -> None:
    project.write("shop/gateways.py")
    project.configure(
        f"""
        version: 1
        project: {{packages: [shop]}}
        contracts: [{{id: outbound, kind: gateway, {keys}}}]
        """
    )

    report = project.check()

    assert [outcome.status for outcome in report.outcomes] == [OutcomeStatus.ERROR]
    assert message in report.problems[0].message


def test_a_channel_that_is_not_known_is_an_error_with_a_place(project: Project) -> None:
    project.write("shop/views.py")
    project.configure(
        """
        version: 1
        project: {packages: [shop]}
        contracts: [{id: outbound, kind: gateway, modules: shop, channels: [htp]}]
        """
    )

    run = project.run("check")

    assert run.returncode == 2
    assert "archguard.yaml:4:" in run.stderr


def test_the_report_counts_calls_where_a_client_can_be(project: Project) -> None:
    project.write("shop/views.py", "import requests\n\nprint(requests.codes)\nprint(1)\n")
    project.write("shop/services.py", "import json\n\njson.loads('1')\n")
    project.configure(
        """
        version: 1
        project: {packages: [shop]}
        contracts: [{id: outbound, kind: gateway, modules: shop}]
        """
    )

    checked = project.check().outcomes[0].checked

    assert (checked.modules, checked.imports, checked.calls) == (3, 2, 2)


def test_a_file_that_cannot_be_parsed_is_a_problem_if_a_client_can_be_in_it(project: Project) -> None:
    project.write("shop/views.py", "import requests\n\ndef view(:\n")
    project.write("shop/latin.py", b"# -*- coding: ascii -*-\nNAME = '\xe9'\nimport requests\n")
    project.write("shop/plain.py", "requests = 1\n")
    project.configure(
        """
        version: 1
        project: {packages: [shop]}
        contracts:
          - {id: outbound, kind: gateway, modules: shop, hosts: payments, require: timeout, routes_in: shop.plain}
        """
    )

    report = project.check()

    assert [outcome.status for outcome in report.outcomes] == [OutcomeStatus.ERROR]
    assert {problem.location.path for problem in report.problems if problem.location} == {
        "shop/views.py",
        "shop/latin.py",
    }


def test_routes_are_found_in_a_project_that_several_processes_check(project: Project) -> None:
    project.write_all({f"shop/part_{number}.py": "import os\n" for number in range(420)})
    project.write(
        "shop/orders.py",
        "import requests\nfrom flask import Flask\n\napp = Flask('shop')\n\n\n"
        "@app.get('/orders')\ndef orders():\n    return requests.get('http://stock').json()\n",
    )
    project.write_all({"shop/__init__.py": "", "shop/api.py": ""})
    project.configure("contracts: [{id: routes, kind: gateway, routes_in: shop.api, require: timeout}]")

    report = project.check()

    assert [found.location.line for found in report.violations] == [7, 9]
