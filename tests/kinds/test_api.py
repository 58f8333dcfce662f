"""Which calls fit the routes that they are made to: every marked line must be found, and no other."""

import os

import pytest
from marks import check_marked, found_in
from project import Project
from repository import commit, git

from archguard.effects.api import SpecificationError
from archguard.effects.api.proto import find_protos
from archguard.model import Confidence, OutcomeStatus, Severity

SERVICES = """
version: 1
services:
  orders: {root: services/orders, packages: [app]}
  payments: {root: services/payments, packages: [app], hosts: ["payments:8000", payments.shop.internal]}
  shipping: {root: services/shipping, packages: [app], hosts: shipping, topics: [parcels, "returns.*"]}
  assets: {root: services/assets, packages: [app], hosts: assets}
contracts:
  - id: apis-fit
    kind: api
    over: services
"""
PAYMENTS = """
from fastapi import APIRouter, Depends, FastAPI, Form
from pydantic import BaseModel, ConfigDict, Field

app = FastAPI()
router = APIRouter(prefix="/payments")


class PaymentIn(BaseModel):
    order_id: int
    amount: int = Field(gt=0)
    note: str | None = None
    currency: str = Field(alias="cur", default="EUR")


class RefundIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amount: int
    reason: str = ""


class Loose(BaseModel):
    model_config = ConfigDict(extra="allow")

    kind: str


@router.post("")
def pay(payment: PaymentIn, user: str = Depends(lambda: "")): ...


@router.get("/latest")
def latest(): ...


@router.get("/{payment_id:int}")
def show(payment_id: int): ...


@router.delete("/{payment_id:int}")
def cancel(payment_id: int): ...


@router.post("/{payment_id:int}/refunds")
def refund(payment_id: int, body: RefundIn): ...


@router.post("/bulk")
def pay_all(payments: list[PaymentIn]): ...


@router.post("/events")
def event(event: Loose): ...


@router.put("/{payment_id:int}/state/{state}")
def change(payment_id: int, state: str): ...


@router.get("/files/{path:path}")
def file(path: str): ...


app.include_router(router, prefix="/v1")


@app.get("/{rest:path}")
def page(rest: str): ...
"""
SHIPPING = """
import pika
from flask import Blueprint, Flask
from marshmallow import EXCLUDE, Schema, fields
from webargs.flaskparser import use_args

bp = Blueprint("parcels", __name__, url_prefix="/parcels")


class ParcelSchema(Schema):
    order = fields.Int(required=True)
    weight = fields.Int(data_key="grams", required=True)
    note = fields.Str()
    id = fields.Int(dump_only=True)


class LabelSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    text = fields.Str(required=True)


@bp.post("/")
@use_args(ParcelSchema(), location="json")
def send(parcel): ...


@bp.get("/<int:parcel_id>/")
def show(parcel_id): ...


@bp.post("/<int:parcel_id>/label")
@use_args(LabelSchema(), location="json")
def label(parcel, parcel_id): ...


@bp.get("/search")
@use_args({"text": fields.Str(required=True)}, location="query")
def search(arguments): ...


app = Flask(__name__)
app.register_blueprint(bp)


def consume():
    channel = pika.BlockingConnection(pika.ConnectionParameters()).channel()
    channel.basic_consume(queue="parcels", on_message_callback=handle)


def handle(channel, method, properties, body):
    if properties.content_type == "parcel_sent":
        ...
"""
ALWAYS = {
    "services/orders/app/__init__.py": "",
    "services/payments/app/__init__.py": "",
    "services/payments/app/main.py": PAYMENTS,
    "services/assets/app/__init__.py": "",
    "services/shipping/app/__init__.py": "",
    "services/shipping/app/main.py": SHIPPING,
}
SLASH = "a slash at the end differs"
FIRST = "services/orders/app/client.py"

FAULTS = {
    "a path that no route has": """
import requests
requests.get("http://payments:8000/v1/payment/latest")  # !
""",
    "a path without the prefix of the include": """
import requests
requests.get("http://payments:8000/payments/latest")  # !
""",
    "a path that only the catch-all of a web page takes": """
import requests
requests.get("http://payments:8000/v1/bills")  # !
""",
    "a literal that the converter of a parameter refuses": """
import requests
requests.get("http://payments:8000/v1/payments/newest")  # !
""",
    "a method that the path does not take": """
import requests
requests.put("http://payments:8000/v1/payments/3")  # !
""",
    "a method that only a literal route beside the parameter takes": """
import requests
def cancel(number):
    requests.post(f"http://payments:8000/v1/payments/{number}")  # !
""",
    "a method as text": """
import httpx
httpx.request("patch", "http://payments:8000/v1/payments/3")  # !
""",
    "a segment after a hole": """
import requests
def refunds(number):
    requests.post(f"http://payments:8000/v1/payments/{number}/refund")  # !
""",
    "a base from the environment with a default": """
import os
import requests
BASE = os.environ.get("PAYMENTS_URL", "http://payments:8000/v1")
requests.get(f"{BASE}/payment/3")  # !
requests.get(f"{BASE}/payments/3")
""",
    "a base that already has the prefix": """
import os
import requests
BASE = os.getenv("PAYMENTS_URL", "http://payments:8000/v1")
requests.get(BASE + "/v1/payments/latest")  # !
""",
    "a base from settings": """
import httpx
from app.settings import settings
async def pay():
    async with httpx.AsyncClient() as client:
        await client.get(f"{settings.payments_url}/v1/payment")  # !
# file: services/orders/app/settings.py
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    payments_url: str = "http://payments:8000"
settings = Settings()
""",
    "a client with a base URL": """
import httpx
client = httpx.Client(base_url="http://payments:8000/v1")
client.get("/payments/latest")
client.get("/payment/latest")  # !
""",
    "a client that is kept on an instance": """
import aiohttp
class Payments:
    def __init__(self):
        self.session = aiohttp.ClientSession("http://payments:8000")
    async def latest(self):
        async with self.session.get("/v1/payments/last") as response:  # !
            return response
""",
    "urljoin replaces the path of the base": """
from urllib.parse import urljoin
import requests
requests.get(urljoin("http://payments:8000/v1/", "/payments/latest"))  # !
requests.get(urljoin("http://payments:8000/v1/", "payments/latest"))
""",
    "parts that are joined": """
import requests
def url(path):
    return "/".join(["http://payments:8000/v1", path[1:] if path[0] == "/" else path])
requests.get(url("/payments/latest"))
requests.get(url("payment/latest"))  # !
""",
    "a wrapper with the method as text": """
import requests
def call(method, path, **options):
    return requests.request(method, "http://payments:8000/v1" + path, timeout=3, **options)
call("GET", "/payments/latest")
call("GET", "/payments/last")  # !
call("DELETE", "/payments/latest")  # !
""",
    "a wrapper with the method as a function": """
import requests
class Client:
    def __request(self, url, function, **options):
        return function(url, timeout=3, **options)
    def __get(self, url):
        return self.__request(url, requests.get)
    def __post(self, url, json):
        return self.__request(url, requests.post, json=json)
    def latest(self):
        self.__get("http://payments:8000/v1/payments/latest")
        self.__post("http://payments:8000/v1/payments/latest", json={})  # !
""",
    "a wrapper with the method as the key of a mapping": """
import requests
def call(url, method="get"):
    return {"GET": requests.get, "PUT": requests.put}.get(method.upper(), requests.get)(url)
call("http://payments:8000/v1/payments/latest")
call("http://payments:8000/v1/payments/latest", method="put")  # !
""",
    "a wrapper that gets the method by its name": """
import requests
class Client:
    def __init__(self):
        self.session = requests.Session()
    def call(self, method, path):
        return getattr(self.session, method)(f"http://payments:8000/v1{path}")
    def drop(self):
        self.call("delete", "/payments/3")
        self.call("patch", "/payments/3")  # !
""",
    "a wrapper in another module, with the base from its constructor": """
from app.wire import Api
api = Api("http://payments:8000/v1")
api.get("payments/latest")
api.get("payments/last")  # !
# file: services/orders/app/wire.py
import requests
class Api:
    def __init__(self, base):
        self.base = base
    def get(self, path):
        return requests.get(f"{self.base}/{path}")
""",
    "a base class whose subclass has the base": """
import requests
class Api:
    base = ""
    def get(self, path):
        return requests.get(self.base + path)
class Payments(Api):
    base = "http://payments:8000/v1"
    def latest(self):
        return self.get("/payments/last")  # !
class Shipping(Api):
    base = "http://shipping"
    def parcel(self):
        return self.get("/parcels/3/")
""",
    "instances of one client class, each with a base of its own": """
import httpx
class Resilient:
    def __init__(self, name, base_url):
        self.client = httpx.AsyncClient(base_url=base_url)
    async def get(self, url, **options):
        return await self.send("GET", url, **options)
    async def send(self, method, url, **options):
        return await self.client.request(method, url, **options)
class Payments:
    def __init__(self):
        self.client = Resilient("payments", base_url="http://payments:8000/v1")
    async def latest(self):
        await self.client.get("/payments/latest")
        await self.client.get("/payments/last")  # !
class Shipping:
    def __init__(self):
        self.client = Resilient("shipping", base_url="http://shipping")
    async def parcel(self, number):
        await self.client.get(f"/parcels/{number}/")
        await self.client.get("/payments/latest")  # !
class Partner:
    def __init__(self):
        self.client = Resilient("partner", base_url="https://partner.com")
    async def anything(self):
        await self.client.get("/anything")
""",
    "a base class that is given the base, and makes its client in a method of its own": """
import httpx
class Base:
    def __init__(self, base_url):
        self.base_url = base_url.rstrip("/")
        self._client = None
    async def client(self):
        if self._client is None:
            self._client = httpx.AsyncClient(base_url=self.base_url)
        return self._client
    async def request(self, method, path):
        client = await self.client()
        return await client.request(method, path)
class Payments(Base):
    def __init__(self):
        super().__init__(base_url="http://payments:8000/v1/")
    async def latest(self):
        await self.request("GET", "/payments/latest")
        await self.request("GET", "/payments/last")  # !
class Shipping(Base):
    def __init__(self):
        super().__init__(base_url="http://shipping")
    async def parcel(self):
        await self.request("GET", "/parcels/3/")
        await self.request("GET", "/payments/latest")  # !
""",
    "a method of a client that is passed to what calls it, and a base class that calls methods of its own": """
import httpx
class Breaker:
    async def call(self, function, *args, **options):
        return await function(*args, **options)
class Base:
    def __init__(self, base_url):
        self.breaker = Breaker()
        self.client = httpx.AsyncClient(base_url=base_url)
    async def get(self, path):
        return await self.breaker.call(self.client.get, path)
    async def delete(self, path):
        return await self._send("DELETE", path)
    async def _send(self, method, path):
        return await self.client.request(method, path)
class Payments(Base):
    def __init__(self):
        super().__init__(base_url="http://payments:8000/v1")
    async def latest(self):
        await self.get("/payments/latest")
        await self.get("/payments/last")  # !
        await self.delete("/payments/latest")  # !
class Shipping(Base):
    def __init__(self):
        super().__init__(base_url="http://shipping")
    async def parcel(self):
        await self.get("/parcels/3/")
        await self.delete("/parcels/3/")  # !
""",
    "one of several services, of which none has the path": """
import requests
BASES = {"payments": "http://payments:8000/v1", "shipping": "http://shipping"}
def latest(name):
    requests.get(BASES[name] + "/latest")  # !
""",
    "a subclass of a client that serves all its methods": """
import requests
class Api(requests.Session):
    def __init__(self, base):
        super().__init__()
        self.base = base
    def request(self, method, url, **options):
        return super().request(method, self.base + url, timeout=3, **options)
api = Api("http://payments:8000/v1")
api.get("/payments/latest")
api.get("/payments/last")  # !
""",
    "a URL from any number of parts": """
import requests
class Client:
    def __init__(self, host="http://payments:8000"):
        self.host = host
    def url(self, *parts):
        return "/".join([self.host, "v1", *map(str, parts)])
    def show(self, number):
        requests.get(self.url("payments", number))
        requests.get(self.url("payment", number))  # !
""",
    "a web socket": """
import websockets
async def listen():
    async with websockets.connect("ws://payments:8000/v1/events"):  # !
        ...
""",
    "an id in a wrapper is no path: the wrapper itself is found, once": """
import requests
def show(payment):
    return requests.get(f"http://payments:8000/v1/payment/{payment}")  # !
show(1)
show(2)
""",
    "both branches of a condition": """
import requests
def count(mine):
    if mine:
        url = "http://payments:8000/v1/payments/latest"
    else:
        url = "http://payments:8000/v1/payments/oldest"
    return requests.get(url)  # !
""",
    "a URL that grows": """
import requests
def show(number, deep):
    url = "http://payments:8000/v1/payment"
    url += f"/{number}"
    return requests.get(url)  # !
""",
    "a request of the standard library": """
import json
from urllib.request import Request, urlopen
request = Request(  # !
    "http://payments:8000/v1/payments", data=json.dumps({"order_id": 3}).encode(), method="POST"
)
""".replace("  # !", "").replace("request = Request(", "request = Request(  # !"),
    "a required field that is missing": """
import requests
requests.post("http://payments:8000/v1/payments", json={"order_id": 3})  # !
""",
    "a field that a strict model refuses": """
import requests
requests.post("http://payments:8000/v1/payments/3/refunds", json={"amount": 3, "why": ""})  # !
""",
    "a field that a lenient model drops": """
import requests
requests.post("http://payments:8000/v1/payments", json={"order_id": 3, "amount": 1, "memo": ""})  # !
""",
    "the name of a field where its alias is taken": """
import requests
requests.post("http://payments:8000/v1/payments", json={"order_id": 3, "amount": 1, "currency": "EUR"})  # !
""",
    "a local mapping with keys that are added": """
import requests
def pay(order, note):
    body = {"order_id": order}
    body["memo"] = note
    requests.post("http://payments:8000/v1/payments", json=body)  # !
""",
    "the items of a list": """
import requests
requests.post("http://payments:8000/v1/payments/bulk", json=[{"order_id": 3}])  # !
""",
    "a body through two wrappers, found where it is written": """
import requests
def call(path, **options):
    return requests.post("http://payments:8000/v1" + path, **options)
def pay(body):
    return call("/payments", json=body)
pay({"order_id": 3, "amount": 1})
pay({"order_id": 3})  # !
""",
    "a body that the code encodes": """
import json
import requests
requests.post("http://payments:8000/v1/payments", data=json.dumps({"order_id": 3}))  # !
""",
    "a schema that refuses other fields": """
import requests
requests.post("http://shipping/parcels/", json={"order": 1, "grams": 2, "color": "red"})  # !
""",
    "the name of a field where the schema has another key": """
import requests
requests.post("http://shipping/parcels/", json={"order": 1, "weight": 2})  # !
""",
    "a field that is only shown": """
import requests
requests.post("http://shipping/parcels/", json={"order": 1, "grams": 2, "id": 3})  # !
""",
    "a slash at the end": """
import requests
requests.get("http://shipping/parcels/3")  # !
""",
    "a message to a queue that nobody consumes": """
import pika
channel = pika.BlockingConnection(pika.ConnectionParameters()).channel()
channel.basic_publish(exchange="", routing_key="returns.late", body=b"")  # !
channel.basic_publish(exchange="", routing_key="parcels", body=b"")
""",
    "a kind of message that the consumer does not know, through a wrapper": """
import pika
class Broker:
    def __init__(self):
        self.channel = pika.BlockingConnection(pika.ConnectionParameters()).channel()
    def publish(self, kind):
        self.channel.basic_publish("", "parcels", b"", pika.BasicProperties(kind))
broker = Broker()
broker.publish("parcel_sent")
broker.publish("parcel_lost")  # !
""",
}

FITTING = {
    "one of several services, or a host that is no service": """
import requests
BASES = {"payments": "http://payments:8000/v1", "partner": "https://partner.com"}
def latest(name):
    requests.get(BASES[name] + "/latest")
""",
    "a literal, a hole and a query": """
import requests
def show(number, page):
    requests.get("http://payments:8000/v1/payments/latest")
    requests.get(f"http://payments:8000/v1/payments/{number}")
    requests.get(f"http://payments:8000/v1/payments/{number}?page={page}")
    requests.get("http://payments:8000/v1/payments/3#top")
""",
    "HEAD and OPTIONS of a route of GET": """
import requests
requests.head("http://payments:8000/v1/payments/latest")
requests.options("http://payments:8000/v1/payments")
""",
    "a hole against literals only is unknown": """
import requests
def call(what):
    requests.get(f"http://payments:8000/v1/{what}/latest")
""",
    "a hole that may hold several segments": """
import requests
def call(what):
    requests.get(f"http://payments:8000/v1/payments/files/{what}")
    requests.put(f"http://payments:8000/v1/payments/{what}/sent")
""",
    "another host with the same path": """
import requests
requests.get("https://payments.partner.com/v1/payment")
""",
    "a host that is not known": """
import os
import requests
requests.get(f"{os.environ['PARTNER_URL']}/v1/payment")
requests.get(f"http://{os.environ['PARTNER']}/v1/payment")
""",
    "a base whose path is not known": """
import requests
def call(prefix):
    requests.get(f"http://payments:8000{prefix}/payment")
""",
    "a path alone": """
import requests
requests.get("/v1/payment")
""",
    "a test calls a route that must not exist": """
import requests
# file: services/orders/tests/test_client.py
import requests
requests.get("http://payments:8000/v1/payment")
""",
    "a wrapper that nobody calls": """
import requests
def call(path):
    return requests.get(f"http://payments:8000{path}")
""",
    "a wrapper that is called with what is not known": """
import requests
import sys
def call(path):
    return requests.get(f"http://payments:8000/{path}")
call(sys.argv[1])
""",
    "a client of two services, told apart by nothing": """
import requests
class Api:
    def __init__(self, base):
        self.base = base
    def latest(self):
        return requests.get(f"{self.base}/v1/payments/latest")
Api("http://payments:8000").latest()
Api("http://shipping").latest()
""",
    "choices that may depend on each other": """
import requests
def call(change):
    method = "PUT" if change else "GET"
    url = "http://payments:8000/v1/payments/3/state/x" if change else "http://payments:8000/v1/payments/latest"
    return requests.request(method, url)
""",
    "a body that is not closed": """
import requests
def pay(body, extra, keys):
    requests.post("http://payments:8000/v1/payments", json=body)
    requests.post("http://payments:8000/v1/payments", json={"order_id": 3, **extra})
    requests.post("http://payments:8000/v1/payments", json={key: 1 for key in keys})
    data = {"order_id": 3}
    data.update(extra)
    requests.post("http://payments:8000/v1/payments", json=data)
    other = {"order_id": 3}
    for key in keys:
        other[key] = 1
    requests.post("http://payments:8000/v1/payments", json=other)
""",
    "keys under a condition are perhaps there": """
import requests
def pay(order, amount):
    body = {"order_id": order}
    if amount:
        body["amount"] = amount
    requests.post("http://payments:8000/v1/payments", json=body)
""",
    "keys that are added always": """
import requests
def pay(order, amount):
    body = {"order_id": order}
    body["amount"] = amount
    body.update({"note": "x"})
    requests.post("http://payments:8000/v1/payments", json=body)
""",
    "a model that takes everything": """
import requests
requests.post("http://payments:8000/v1/payments/events", json={"kind": "x", "more": 1})
""",
    "a form is no JSON": """
import requests
requests.post("http://payments:8000/v1/payments", data={"order_id": 3})
""",
    "an optional field and a field by its alias": """
import requests
requests.post("http://payments:8000/v1/payments", json={"order_id": 3, "amount": 1, "note": "", "cur": "EUR"})
""",
    "the query of a schema is no body": """
import requests
requests.get("http://shipping/parcels/search", params={})
""",
    "routes that a framework makes": """
import requests
requests.get("http://payments:8000/openapi.json")
""",
    "a route that a framework makes, where the application has moved it": """
import requests
requests.get("http://payments:8000/v1/openapi.json")
""",
    "what is mounted, without routes in the project": """
import requests
requests.get("http://assets/static/page.css")
requests.get("http://assets/metrics/all")
requests.get("http://assets/partner/x")
# file: services/assets/app/__init__.py
# file: services/assets/app/main.py
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from partner import application
from prometheus_client import make_asgi_app
app = FastAPI()
app.mount("/static", StaticFiles(directory="static"))
app.mount("/metrics", make_asgi_app())
app.mount("/partner", application)
@app.get("/x")
def x(): ...
""",
    "a proxy answers what another service answers": """
import requests
requests.post("http://assets/proxy/a/b")
requests.patch("http://assets/proxy/a/b")
# file: services/assets/app/__init__.py
# file: services/assets/app/main.py
from fastapi import FastAPI
app = FastAPI()
@app.api_route("/proxy/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])
def proxy(path): ...
""",
    "a mapping that looks like a client": """
class Store(dict):
    pass
store = Store()
store.get("http://payments:8000/v1/payment")
{}.get("http://payments:8000/v1/payment")
""",
    "a loop over the bases of several services": """
import requests
SERVICES = {"payments": "http://payments:8000", "shipping": "http://shipping"}
def versions(path):
    for name, base in SERVICES.items():
        requests.get(f"{base}{path}")
""",
}


@pytest.mark.parametrize("text", FAULTS.values(), ids=FAULTS)
def test_a_call_is_found_that_does_not_fit(project: Project, text: str) -> None:
    found, marked = check_marked(project, text, SERVICES, FIRST, ALWAYS)

    assert found == marked
    assert marked


@pytest.mark.parametrize("text", FITTING.values(), ids=FITTING)
def test_a_call_is_not_found_that_fits_or_is_not_known(project: Project, text: str) -> None:
    found, _ = check_marked(project, text, SERVICES, FIRST, ALWAYS)

    assert found == []


DJANGO = """
version: 1
services:
  orders: {root: services/orders, packages: [app]}
  store: {root: services/store, hosts: store}
contracts:
  - id: apis-fit
    kind: api
"""
STORE = {
    "services/orders/app/__init__.py": "",
    "services/store/store/__init__.py": "",
    "services/store/store/settings.py": "ROOT_URLCONF = 'store.urls'\nAPI_VERSION = 'v2'\n",
    "services/store/store/urls.py": """
from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path

from store.items import urls


def old(request): ...



urlpatterns = [
    path("admin/", admin.site.urls),
    path(f"api/{settings.API_VERSION}/items/", include(urls)),
    re_path(r"^old/.*/$", old),
]
""",
    "services/store/store/items/__init__.py": "",
    "services/store/store/items/models.py": """
from django.db import models


class Item(models.Model):
    name = models.CharField(max_length=10)
    price = models.IntegerField()
    stock = models.IntegerField(default=0)
    note = models.TextField(blank=True)
    owner = models.ForeignKey("auth.User", null=True, on_delete=models.CASCADE)
    made = models.DateTimeField(auto_now_add=True)
""",
    "services/store/store/items/serializers.py": """
from rest_framework import serializers

from store.items.models import Item


class ItemSerializer(serializers.ModelSerializer):
    class Meta:
        model = Item
        fields = "__all__"
        read_only_fields = ["price"]
""",
    "services/store/store/items/views.py": """
from rest_framework.response import Response
from rest_framework.views import APIView

from store.items.serializers import ItemSerializer


class ItemList(APIView):
    def post(self, request):
        serializer = ItemSerializer(data=request.data)
        return Response()


class ItemDetail(APIView):
    def get(self, request, pk):
        return Response()

    def put(self, request, pk):
        serializer = ItemSerializer(data=request.data, partial=True)
        return Response()
""",
    "services/store/store/items/urls.py": """
from django.urls import path

from store.items import views

urlpatterns = [path("", views.ItemList.as_view()), path("<int:pk>/", views.ItemDetail.as_view())]
""",
}
DJANGO_CALLS = {
    "paths and methods, through a setting in the prefix": """
import requests
requests.get("http://store/api/v2/items/3/")
requests.get("http://store/admin/login/")
requests.get("http://store/old/3/items/")
requests.get("http://store/older/3/")  # !
requests.get("http://store/api/v1/items/3/")  # !
requests.delete("http://store/api/v2/items/3/")  # !
requests.get("http://store/api/v2/items/first/")  # !
""",
    "fields of a model": """
import requests
requests.post("http://store/api/v2/items/", json={"name": "x"})
requests.post("http://store/api/v2/items/", json={"stock": 3})  # !
requests.post("http://store/api/v2/items/", json={"name": "x", "color": "red"})  # !
requests.put("http://store/api/v2/items/3/", json={"stock": 3})
""",
}


@pytest.mark.parametrize("text", DJANGO_CALLS.values(), ids=DJANGO_CALLS)
def test_routes_and_serializers_of_django_rest_framework(project: Project, text: str) -> None:
    found, marked = check_marked(project, text, DJANGO, FIRST, STORE)

    assert found == marked


PARTNER = """
version: 1
services:
  orders: {root: services/orders, packages: [app]}
contracts:
  - id: partner
    kind: api
    over: {consumer: orders, provider: partner, spec: openapi/partner.yaml}
"""
SPECIFICATION = """
openapi: 3.0.3
servers: [{url: "https://api.partner.com/v1"}]
paths:
  /charges:
    post:
      requestBody:
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Charge"}
  /charges/{id}:
    parameters: [{name: id, in: path, schema: {type: integer}}]
    get: {}
components:
  schemas:
    Charge:
      allOf:
        - {$ref: "#/components/schemas/Base"}
        - {type: object, properties: {amount: {type: integer}, note: {type: string}}, required: [amount]}
    Base: {type: object, properties: {id: {type: string, readOnly: true}, card: {type: string}}, required: [id, card]}
"""


def test_an_openapi_file_describes_a_provider_outside_of_the_project(project: Project) -> None:
    text = """
import requests
requests.post("https://api.partner.com/v1/charges", json={"amount": 3, "card": "x"})
requests.post("https://api.partner.com/v1/charges", json={"amount": 3})  # !
requests.get("https://api.partner.com/v1/charges/3")
requests.get("https://api.partner.com/v1/charges/last")  # !
requests.get("https://api.partner.com/charges/3")  # !
requests.get("https://api.other.com/v1/charge")
"""
    project.write("openapi/partner.yaml", SPECIFICATION)

    found, marked = check_marked(project, text, PARTNER, FIRST, {"services/orders/app/__init__.py": ""})

    assert found == marked


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read openapi/partner.yaml"),
        ("swagger: '2.0'\n", "is no OpenAPI 3 description"),
        ("paths: [", "is neither YAML nor JSON"),
        (f"paths: {'[' * 200}{']' * 200}", "is nested more than 100 levels"),
    ],
)
def test_an_openapi_file_that_cannot_be_used_is_an_error(project: Project, content: str | None, message: str) -> None:
    project.write_all({"services/orders/app/__init__.py": ""} | ({"openapi/partner.yaml": content} if content else {}))
    project.configure(PARTNER)

    (outcome,) = project.check().outcomes

    assert outcome.status is OutcomeStatus.ERROR
    assert any(message in problem.message for problem in project.check().problems)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_a_pipe_in_place_of_a_description_is_an_error_and_not_waited_for(project: Project) -> None:
    project.write("services/orders/app/__init__.py")
    project.configure(PARTNER)
    (project.root / "openapi").mkdir()
    os.mkfifo(project.root / "openapi/partner.yaml")
    os.mkfifo(project.root / "payments.proto")

    assert any("cannot read openapi/partner.yaml" in problem.message for problem in project.check().problems)
    with pytest.raises(SpecificationError, match=r"payments\.proto"):
        find_protos(project.root, ".")


PROTO = """
syntax = "proto3";
package shop;

service Payments { // rpc Old (Nothing) returns (Nothing);
  rpc Charge (ChargeRequest) returns (ChargeReply);
  rpc Watch (stream ChargeRequest) returns (stream ChargeReply) {}
}

message ChargeRequest {
  message Line { string sku = 1; }
  int64 amount = 1;
  oneof way { string card = 2; string account = 3; }
  map<string, string> labels = 4;
}
message ChargeReply {}
"""


def test_calls_of_stubs_are_compared_with_the_proto_file(project: Project) -> None:
    text = """
import grpc
from pb import payments_pb2, payments_pb2_grpc
from pb.payments_pb2 import ChargeRequest
def charge():
    stub = payments_pb2_grpc.PaymentsStub(grpc.insecure_channel("payments:50051"))
    stub.Charge(payments_pb2.ChargeRequest(amount=3, card="x", labels={}))
    stub.Charge(ChargeRequest())
    stub.Charge(payments_pb2.ChargeRequest(sum=3))  # !
    stub.Charge(ChargeRequest(sku="3"))  # !
    stub.Charge(payments_pb2.ChargeReply())  # !
    stub.Pay(payments_pb2.ChargeRequest())  # !
    stub.Old(payments_pb2.ChargeRequest())  # !
    request = ChargeRequest(sum=3)
    stub.Charge(request)  # !
"""
    project.write("services/payments/protos/payments.proto", PROTO)

    found, marked = check_marked(project, text, SERVICES, FIRST, ALWAYS)

    assert found == marked


def test_a_stub_without_a_proto_file_in_the_project_is_not_judged(project: Project) -> None:
    text = """
import grpc
from pb import partner_pb2, partner_pb2_grpc
partner_pb2_grpc.PartnerStub(grpc.insecure_channel("x")).Charge(partner_pb2.Request(sum=3))
"""
    project.write("services/payments/protos/payments.proto", PROTO)

    found, _ = check_marked(project, text, SERVICES, FIRST, ALWAYS)

    assert found == []


NAMEKO = """
from nameko.rpc import rpc


class Procedures:
    @rpc
    def refund(self, key): ...


class Payments(Procedures):
    name = "payments"

    @rpc
    def charge(self, amount): ...

    @rpc(expected_exceptions=ValueError)
    def cancel(self, key): ...

    def audit(self): ...
"""


def test_calls_of_proxies_of_nameko_are_compared_with_what_the_service_exposes(project: Project) -> None:
    text = """
from nameko.rpc import RpcProxy, ServiceRpc
from nameko.standalone.rpc import ClusterRpcProxy

NAME = "payments"


class Orders:
    name = "orders"
    payments = RpcProxy("payments")
    named = ServiceRpc(NAME)
    partner = RpcProxy("partner")

    def place(self, other, service):
        self.payments.charge(3)
        self.payments.refund.call_async(3)
        self.named.cancel(3)
        self.payments.audit()  # !
        self.named.pay(3)  # !
        self.payments.pay.call_async(3)  # !
        self.partner.pay(3)
        other.pay(3)
        RpcProxy(service).pay(3)


def script(config):
    with ClusterRpcProxy(config) as services:
        services.payments.charge(3)
        services.payments.pay(3)  # !
        services.partner.pay(3)
"""
    project.write("services/payments/app/rpc.py", NAMEKO)

    found, marked = check_marked(project, text, SERVICES, FIRST, ALWAYS)

    assert found == marked


def test_a_gateway_leads_to_the_service_behind_it(project: Project) -> None:
    configuration = SERVICES + "    gateways: [{host: gateway, path: /pay, service: payments, strip: /pay}]\n"
    text = """
import requests
requests.get("http://gateway/pay/v1/payments/latest")
requests.get("http://gateway/pay/payments/latest")  # !
requests.get("http://gateway/parcels/3")
"""

    found, marked = check_marked(project, text, configuration, FIRST, ALWAYS)

    assert found == marked


def test_settings_state_what_the_code_does_not_say(project: Project) -> None:
    text = """
import os
import requests
class Client:
    def __init__(self, server):
        self.server = server
    def latest(self):
        requests.get(f"{self.server}/payments/latest")
        requests.get(f"{self.server}/payments/last")  # !
def show(version):
    requests.get(os.environ["PAYMENTS"] + "/payments/last")  # !
    requests.get(f"http://payments:8000/{version}/payments/latest")
    requests.get(f"http://payments:8000/{version}/payments/last")  # !
"""
    stated = (
        "    settings: {Client.server: 'http://payments:8000/v1', PAYMENTS: 'http://payments:8000/v1', version: '*'}\n"
    )

    found, marked = check_marked(project, text, SERVICES + stated, FIRST, ALWAYS)

    assert found == marked


def test_a_wrapper_in_a_library_that_services_share_is_followed(project: Project) -> None:
    configuration = SERVICES.replace("services:\n", "project: {source_roots: [libs]}\nservices:\n", 1)
    text = """
from wire import get
get("http://payments:8000", "/v1/payments/latest")
get("http://payments:8000", "/v1/payments/last")  # !
# file: libs/wire/__init__.py
import requests
def get(base, path):
    return requests.get(base + path)
"""

    found, marked = check_marked(project, text, configuration, FIRST, ALWAYS)

    assert found == marked


def test_what_is_not_compared_is_not_found(project: Project) -> None:
    text = """
import requests
requests.get("http://payments:8000/v1/payment")
requests.put("http://payments:8000/v1/payments/3")
requests.post("http://payments:8000/v1/payments", json={})  # !
"""

    found, marked = check_marked(project, text, SERVICES + "    check: fields\n", FIRST, ALWAYS)

    assert found == marked


def test_only_the_pairs_of_services_that_are_named_are_compared(project: Project) -> None:
    text = """
import requests
requests.get("http://payments:8000/v1/payment")
requests.get("http://shipping/parcel")  # !
"""
    configuration = SERVICES.replace("over: services", "over: {consumer: orders, provider: shipping}")

    found, marked = check_marked(project, text, configuration, FIRST, ALWAYS)

    assert found == marked


def _violations(project: Project, text: str, more: str = "") -> list[tuple[str, str, Severity, Confidence, str]]:
    project.write_all(ALWAYS | {FIRST: text})
    project.configure(SERVICES + more)
    return [(it.rule, it.symbol, it.severity, it.confidence, it.message) for it in project.check().violations]


def test_messages_say_what_is_called_and_why_not(project: Project) -> None:
    text = """
import requests
requests.get("http://payments:8000/v1/payment/latest")
requests.put("http://payments:8000/v1/payments/3")
requests.post("http://payments:8000/v1/payments", json={"order_id": 3, "memo": 1})
requests.get("http://shipping/parcels/3")
"""

    assert [(rule, message) for rule, _, _, _, message in _violations(project, text)] == [
        ("path", "orders::app.client must not call GET /v1/payment/latest: payments has no such route"),
        ("method", "orders::app.client must not call PUT /v1/payments/3: payments answers DELETE, GET there only"),
        (
            "missing field",
            "orders::app.client must not call POST /v1/payments without amount: PaymentIn of payments requires it",
        ),
        (
            "unknown field",
            "orders::app.client must not pass memo to POST /v1/payments: PaymentIn of payments has no such field",
        ),
        (
            "slash",
            "orders::app.client calls GET /parcels/3, but shipping declares /parcels/{parcel_id:int}/: " + SLASH,
        ),
    ]


def test_what_a_provider_drops_or_redirects_is_a_warning(project: Project) -> None:
    text = """
import requests
requests.post("http://payments:8000/v1/payments", json={"order_id": 3, "amount": 1, "memo": 1})
requests.get("http://shipping/parcels/3")
"""

    assert [severity for _, _, severity, _, _ in _violations(project, text)] == [Severity.WARNING, Severity.WARNING]
    assert not [rule for rule, *_ in _violations(project, text, "    trailing_slash: ignore\n") if rule == "slash"]


def test_a_call_that_cannot_be_resolved_is_possible_and_fails_no_run(project: Project) -> None:
    text = """
import os
import requests
requests.get(os.environ["PARTNER"] + "/x")
"""

    (found,) = _violations(project, text)

    assert found[:4] == ("unknown", "requests.get", Severity.INFO, Confidence.POSSIBLE)
    assert _violations(project, text, "    unknown: ignore\n") == []


@pytest.mark.parametrize(("limit", "rules"), [("50%", []), ("49%", ["max_unknown"])])
def test_more_unresolved_calls_than_the_limit_fail_the_run(project: Project, limit: str, rules: list[str]) -> None:
    text = """
import os
import requests
requests.get(os.environ["PARTNER"] + "/x")
requests.get("http://payments:8000/v1/payments/latest")
requests.get("https://outside.com/x")
"""

    found = _violations(project, text, f"    unknown: ignore\n    max_unknown: {limit}\n")

    assert [rule for rule, *_ in found] == rules


def test_routes_that_nobody_calls_are_listed_on_demand(project: Project) -> None:
    text = """
import requests
def call(what):
    requests.get(f"http://shipping/parcels/{what}")
"""

    found = _violations(project, text, "    uncalled: info\n    trailing_slash: ignore\n")

    called = {"GET /parcels/{parcel_id:int}/", "GET /openapi.json"}
    symbols = {symbol for rule, symbol, *_ in found if rule == "uncalled"}
    assert "POST /v1/payments/bulk" in symbols
    assert not called & symbols


def test_a_change_of_the_provider_that_breaks_a_consumer_is_new(project: Project) -> None:
    project.write_all(ALWAYS | {FIRST: 'import requests\nrequests.get("http://payments:8000/v1/payments/latest")\n'})
    project.configure(SERVICES)
    git(project, "init", "--quiet")
    commit(project)
    project.write("services/payments/app/main.py", PAYMENTS.replace('"/latest"', '"/newest"'))

    found = project.call("check", "--since", "HEAD")

    assert found.returncode == 1
    assert "GET /v1/payments/latest" in found.stdout


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("over: services", "over: everything"), "is not `services`"),
        (("over: services", "over: {consumer: order}"), "there is no service 'order'"),
        (("over: services", "over: {provider: paymets}"), "there is no service 'paymets'"),
        (("over: services", "over: []"), "the list is empty"),
        (("over: services", "max_unknown: many"), "'many' is no share"),
        (("over: services", "gateways: [{host: x, service: y}]"), "there is no service 'y'"),
        (("over: services", "check: [paths]"), "paths"),
    ],
)
def test_faults_of_the_configuration_are_told(project: Project, change: tuple[str, str], message: str) -> None:
    project.write_all(ALWAYS)
    project.configure(SERVICES.replace(*change))

    found = project.call("check")

    assert found.returncode == 2
    assert message in found.stdout + found.stderr


def test_the_order_of_the_files_changes_nothing(project: Project) -> None:
    text = """
from app import wire
wire.get("/payments/last")
"""
    wire = """
import requests
def get(path):
    return requests.get(f"http://payments:8000/v1{path}")
"""
    project.write_all(ALWAYS | {"services/orders/app/a.py": text, "services/orders/app/wire.py": wire})
    project.write("services/orders/app/z.py", text)
    project.configure(SERVICES)

    assert found_in(project.check()) == [("services/orders/app/a.py", 3), ("services/orders/app/z.py", 3)]
