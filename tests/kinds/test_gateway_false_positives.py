"""What looks like a call to the outside and is none."""

import pytest
from marks import check_marked
from project import Project

CONTRACT = """
version: 1
project: {packages: [shop]}
contracts:
  - {id: outbound, kind: gateway, modules: shop, allowed_in: shop.gateways}
"""
GATEWAYS = {"shop/gateways.py": ""}
TRAPS = {
    "starlette's requests": """
from starlette import requests


def view(request: requests.Request):
    return request.headers.get("x") or request.query_params.get("y")
""",
    "flask's request": """
from flask import request


def view():
    return request.args.get("a"), request.cookies.get("b"), request.headers.get("c"), request.form.get("d")
""",
    "django's request": """
def view(request):
    return request.GET.get("page"), request.POST.get("name"), request.META.get("HTTP_HOST")
""",
    "get of a dictionary": """
def view(options: dict):
    return options.get("a"), {}.get("b"), {"get": 1}.get("get")
""",
    "get of a dictionary under a bare name": """
def view():
    get = {"a": 1}.get
    return get("a")
""",
    "the environment": """
import os
from os import environ


def view():
    return os.environ.get("URL"), environ.get("HOST"), os.getenv("PORT")
""",
    "a module of the project that is called requests": """
from shop import requests


def view():
    return requests.get("/orders")
# file: shop/requests.py
def get(path): ...
""",
    "a module of the project that is called http": """
from shop.http import get, post


def view():
    return get("/orders"), post("/orders")
# file: shop/http.py
def get(path): ...
def post(path): ...
""",
    "a relative import of a module that is called httpx": """
from . import httpx
from .httpx import Client


def view():
    return httpx.get("/"), Client().get("/")
# file: shop/httpx.py
class Client:
    def get(self, path): ...


def get(path): ...
""",
    "a client of the project's own": """
from shop.gateways import PaymentsClient


def view(client: PaymentsClient):
    return client.get("/payments"), client.post("/payments"), client.request("GET", "/")
# file: shop/gateways.py
import httpx


class PaymentsClient:
    def __init__(self):
        self.http = httpx.Client()

    def get(self, path):
        return self.http.get(path)

    def post(self, path): ...
    def request(self, method, path): ...
""",
    "a gateway's class that derives from a client": """
from shop.gateways import Payments


def view():
    payments = Payments()
    return payments.get("/charges")
# file: shop/gateways.py
import requests


class Payments(requests.Session):
    base = "https://payments.example.com"
""",
    "a function of the gateway": """
from shop.gateways import fetch, post as send


def view():
    return fetch("https://payments"), send("https://payments")
# file: shop/gateways.py
import requests


def fetch(url):
    return requests.get(url, timeout=3)


def post(url):
    return requests.post(url, timeout=3)
""",
    "a repository with get, put, delete and send": """
class Repository:
    def get(self, key): ...
    def put(self, key): ...
    def delete(self, key): ...
    def send(self, key): ...
    def request(self, key): ...


def view(session: Repository, client: Repository):
    client.get(1), client.put(1), session.delete(1), session.send(1), session.request(1)
""",
    "a cache that is called client": """
def view(client):
    return client.get("key")
""",
    "names of requests for other things": """
class requests:
    @staticmethod
    def get(url): ...


def view():
    return requests.get("/")
""",
    "a parameter that is called requests": """
def view(requests):
    return [requests.get(name) for name in ("a", "b")]
""",
    "a variable that hides nothing": """
def view(orders):
    requests = orders.pending
    return requests.get(1), requests.post
""",
    "instrumentation of a client": """
from opentelemetry.instrumentation.requests import RequestsInstrumentor


def start():
    RequestsInstrumentor().instrument()
""",
    "a test client": """
from fastapi import FastAPI
from fastapi.testclient import TestClient

app = FastAPI()
client = TestClient(app)


def test_view():
    assert client.get("/orders").status_code == 200
""",
    "flask's test client": """
from flask import Flask

app = Flask(__name__)


def test_view():
    assert app.test_client().get("/orders").status_code == 200
""",
    "django's test client": """
from django.test import Client


def test_view():
    assert Client().get("/orders/").status_code == 200
""",
    "a load test with locust": """
from locust import HttpUser, task


class Shopper(HttpUser):
    @task
    def browse(self):
        self.client.get("/orders")
""",
    "a server of aiohttp": """
from aiohttp import web

routes = web.RouteTableDef()


@routes.get("/orders")
async def view(request):
    return web.json_response(request.query.get("page"))
""",
    "a server of aiohttp by its full name": """
import aiohttp.web


async def view(request):
    return aiohttp.web.Response(text=request.match_info.get("name", ""))
""",
    "the parts of urllib that only parse": """
import urllib.parse
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin


def view(url):
    return urljoin(url, "/orders"), urlencode({"a": 1}), urllib.parse.urlparse(url)
""",
    "the parts of http that reach nothing": """
from http import HTTPStatus
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler


def view():
    return HTTPStatus.OK, SimpleCookie().get("a")
""",
    "the words for the codes of HTTP": """
from http.client import NOT_FOUND, responses


def view(code):
    return responses[code] or responses[NOT_FOUND]
""",
    "the name of this computer": """
import socket
import ssl


def view():
    return socket.gethostname(), ssl.create_default_context()
""",
    "a decorator that is called http": """
from shop.entrypoints import http


class Gateway:
    @http("GET", "/orders")
    def view(self, request):
        return request.get_data(as_text=True)
# file: shop/entrypoints.py
def http(method, path): ...
""",
    "a task that is declared": """
from celery import Celery, shared_task

app = Celery("shop")


@app.task
def charge(order): ...


@shared_task(bind=True)
def refund(self, order): ...
""",
    "an app of celery from another module": """
from shop.worker import app


@app.task(name="charge")
def charge(order): ...
# file: shop/worker.py
from celery import Celery

app = Celery("shop")
""",
    "a server of gRPC": """
import grpc
from concurrent import futures


def serve(servicer):
    server = grpc.server(futures.ThreadPoolExecutor())
    server.start()


def status():
    return grpc.StatusCode.NOT_FOUND
""",
    "a service of nameko": """
from nameko.rpc import rpc
from nameko.events import EventDispatcher, event_handler


class Orders:
    name = "orders"
    dispatch = EventDispatcher()

    @rpc
    def get(self, key):
        return {}.get(key)
""",
    "a URL in a docstring and in a comment": '''
def view():
    """See https://docs.shop.com/orders, or call requests.get("https://shop.com")."""
    # requests.get("https://shop.com")
    return None
''',
    "a client in a string": """
EXAMPLE = "import requests; requests.get('https://shop.com')"
""",
    "a name that is bound anew": """
from shop.gateways import session


def view():
    session = {}
    return session.get("a")
# file: shop/gateways.py
import requests

session = {}
""",
    "loops over responses of one's own": """
class Response:
    def get(self, name): ...


def view(responses: list[Response]):
    return [response.get("a") for response in responses]
""",
    "a message that is sent inside of the process": """
class Bus:
    def publish(self, event): ...
    def send(self, event): ...


def view(bus: Bus):
    bus.publish("order.placed")
    bus.send("order.placed")
""",
    "a signal of django": """
from django.dispatch import Signal

placed = Signal()


def view(order):
    placed.send(sender=None, order=order)
""",
    "a generator that is sent to": """
def numbers():
    received = yield 1


def view():
    generator = numbers()
    generator.send(None)
""",
    "a logger's handler that is called SMTP": """
from logging.handlers import SMTPHandler
""",
    "an e-mail message that is only composed": """
from email.message import EmailMessage


def view():
    message = EmailMessage()
    message["To"] = "a@shop.com"
    return message.get("To")
""",
    "a mocked transport and a stubbed cloud": """
from botocore.exceptions import ClientError
from shop.gateways import fetch


def view():
    try:
        return fetch()
    except ClientError:
        return None
# file: shop/gateways.py
import boto3


def fetch():
    return boto3.client("s3").list_buckets()
""",
    "a database's get": """
from sqlalchemy.orm import Session


def view(session: Session):
    return session.get(int, 1), session.delete(1)
""",
    "a cache's get": """
import redis


def view():
    client = redis.Redis()
    return client.get("a")
""",
    "a dynamo table is the business of the database": """
from shop.gateways import table


def view():
    return table.get("key")
# file: shop/gateways.py
table = {}
""",
    "a queue of the standard library": """
from queue import Queue


def view(queue: Queue):
    queue.put(1)
    return queue.get()
""",
    "an event loop": """
import asyncio


async def view():
    await asyncio.sleep(0)
    await asyncio.get_running_loop().run_in_executor(None, print)
""",
    "a web socket that was accepted": """
from fastapi import WebSocket


async def view(websocket: WebSocket):
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text())
""",
    "a plain attribute of what a vendor sends": """
from shop.gateways import events


def view():
    event = events()
    return event.type, event.data.object
# file: shop/gateways.py
import stripe


def events() -> stripe.Event:
    return stripe.Event.retrieve("x")
""",
    "a parameter that is handed something else than its name says": """
def load(session, key):
    return session.get(key)


def view(request):
    return load({"a": 1}, "a"), load(request.session, "b")
""",
    "the exceptions of a client": """
from shop.gateways import storage


def view(key):
    try:
        return key
    except storage().exceptions.NoSuchKey:
        return None
# file: shop/gateways.py
import boto3


def storage():
    return boto3.client("s3")
""",
    "what an object of the cloud has and is": """
from shop.gateways import role


def view():
    return role().arn, role().role_name
# file: shop/gateways.py
import boto3


def role():
    return boto3.resource("iam").Role("admin")
""",
    "the answers of the cloud": """
from shop.gateways import bucket, item, storage


def view(key):
    answer = storage().list_objects(Bucket="orders")  # !
    answer.get("Contents", [])
    for page in storage().get_paginator("list_objects_v2").paginate():  # !
        page.get("Contents", [])
    body = bucket().Object(key).get()  # !
    return answer.items(), body.get("Body"), item(key).get("Item")
# file: shop/gateways.py
import boto3


def storage():
    return boto3.client("s3")


def bucket():
    return boto3.resource("s3").Bucket("orders")


def item(key):
    return boto3.resource("dynamodb").Table("messages").get_item(Key=key)
""",
    "what is signed without asking anyone": """
from shop.gateways import blob, payments, storage


def view(key, payload):
    event = payments().construct_event(payload, key, "secret")
    storage().generate_presigned_post(Bucket="orders", Key=key).get("fields")
    return event, blob(key).generate_signed_url(), storage().generate_presigned_url("get_object")
# file: shop/gateways.py
import boto3
from google.cloud import storage as google
from stripe import StripeClient


def storage():
    return boto3.client("s3")


def blob(key):
    return google.Client().bucket("orders").blob(key)


def payments():
    return StripeClient("key")
""",
    "what a feed holds": """
from shop.gateways import feed


def view():
    return feed("https://news").get("entries"), feed("https://news").entries
# file: shop/gateways.py
import feedparser


def feed(text):
    return feedparser.parse(text)
""",
    "an option of a transfer": """
from shop.gateways import transfer


def view():
    curl = transfer()
    curl.setopt(curl.URL, "https://payments")
    curl.perform()  # !
# file: shop/gateways.py
import pycurl


def transfer():
    return pycurl.Curl()
""",
    "a mocked transport of the next httpx": """
from httpx2 import ASGITransport, MockTransport, WSGITransport
""",
    "an error of a client that is called as its package": """
from shop.gateways import jira


def view():
    raise jira().JIRAError("x")
# file: shop/gateways.py
import jira as tickets


def jira():
    return tickets
""",
    "the columns of a query": """
from shop.gateways import newest


def view():
    return newest().c.name
# file: shop/gateways.py
from sqlalchemy import select


def newest():
    return select(1).subquery()
""",
    "the server of a library that is a client too": """
from aiohttp import BodyPartReader, WSMsgType
from aiohttp.web_app import Application
from aiohttp.web_request import Request
from aiohttp.web_response import Response


async def view(request: Request, app: Application) -> Response:
    return Response(text=request.query.get("a"))
""",
    "something else that an application keeps": """
def view(request, app):
    return request.app["options"].get("a"), app.state.counts.get("b"), app["payments"].get("c")
# file: shop/start.py
def start(app):
    app["options"] = {"a": 1}
    app.state.counts = {}
""",
    "an own class that is told what brokers are": """
class Outbox:
    def basic_publish(self, exchange, routing_key, body): ...


def view(outbox: Outbox):
    outbox.basic_publish("", "orders", b"")
""",
    "something else out of a mapping": """
ANSWERS = {}


def view(key, answer):
    ANSWERS[key] = {"text": answer}
    return ANSWERS[key].get("text")
""",
    "a class whose base gives one of another class": """
from shop.gateways import Partner


def view():
    return Partner().other().http.get("a")
# file: shop/gateways.py
import httpx


class Base:
    def other(self) -> "Answer":
        return Answer()


class Answer(Base):
    def __init__(self):
        self.http = {}


class Partner(Base):
    def __init__(self):
        self.http = httpx.Client()
""",
}


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_left_alone(name: str, project: Project) -> None:
    found, marked = check_marked(project, TRAPS[name], CONTRACT, "shop/views.py", GATEWAYS)

    assert found == marked
