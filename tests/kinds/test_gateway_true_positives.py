"""Calls to the outside that do not look it: every marked line must be found, and no other."""

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
EVASIONS = {
    "requests as it is": """
import requests  # !


def view():
    return requests.get("https://payments").json()  # !
""",
    "requests under another name": """
import requests as store  # !


def view():
    return store.post("https://payments")  # !
""",
    "a function of requests under another name": """
from requests import get as load  # !


def view():
    return load("https://payments")  # !
""",
    "an import in a function": """
def view():
    import httpx  # !

    return httpx.get("https://payments")  # !
""",
    "exceptions are of the client too": """
from requests.exceptions import HTTPError, Timeout  # !


def view():
    raise HTTPError
""",
    "constants of the client are no call": """
import requests  # !


def view(response):
    try:
        return response.status_code == requests.codes.ok
    except requests.exceptions.RequestException:
        return None
""",
    "a session": """
import requests  # !


def view():
    session = requests.Session()  # !
    return session.get("https://payments")  # !
""",
    "a session by its function": """
import requests  # !


def view():
    with requests.session() as session:  # !
        return session.put("https://payments")  # !
""",
    "an asynchronous client": """
import httpx as hx  # !


async def view(url):
    async with hx.AsyncClient() as client:  # !
        return await client.get(url)  # !
""",
    "a client that calls the application itself is imported only": """
import httpx  # !


async def test_view(app):
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        assert (await client.get("/orders")).status_code == 200
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=3)) as client:  # !
        await client.get("/orders")  # !
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport) as client:
        await client.get("/orders")
""",
    "a client of httpx2 that calls the application itself is imported only": """
import httpx2  # !


def test_view(app):
    inside = httpx2.WSGITransport(app=app)
    httpx2.Client(transport=inside).get("/orders")
    httpx2.Client().get("/orders")  # !
""",
    "a client that streams": """
import httpx  # !


async def view(client: httpx.AsyncClient):
    async with client.stream("GET", "https://payments") as response:  # !
        return response
""",
    "a parameter under any name": """
from httpx import AsyncClient  # !


async def view(warehouse: AsyncClient):
    return await warehouse.get("/stock")  # !
""",
    "an attribute of the class": """
import httpx  # !


class View:
    def __init__(self):
        self._http = httpx.Client()  # !

    def get(self):
        return self._http.get("/")  # !
""",
    "an attribute that the caller returns": """
import httpx  # !


class View:
    def __init__(self, http: httpx.Client):
        self._http = http

    def get(self):
        return self._http.get("/")  # !
""",
    "a class that derives from a client": """
import requests  # !


class Api(requests.Session):
    pass


def view():
    return Api().get("https://payments")  # !
""",
    "an attribute of a base class elsewhere": """
from shop.base import Base


class View(Base):
    def get(self):
        return self.http.get("/")  # !
# file: shop/base.py
import httpx  # !


class Base:
    http = httpx.Client()  # !
""",
    "a session that another module has": """
from shop.gateways import session  # !


def view():
    return session.get("https://payments")  # !
# file: shop/gateways.py
import requests

session = requests.Session()
""",
    "requests itself from another module": """
from shop.gateways import requests  # !


def view():
    return requests.get("https://payments")  # !
# file: shop/gateways.py
import requests
""",
    "a session that a function returns": """
from shop import gateways


def view():
    return gateways.client().get("https://payments")  # !
# file: shop/gateways.py
import httpx


def client() -> httpx.Client:
    return httpx.Client()
""",
    "a client that is provided": """
from typing import Annotated

from fastapi import Depends
from shop.gateways import get_client

Http = Annotated[object, Depends(get_client)]


async def view(client=Depends(get_client)):
    return await client.get("https://payments")  # !
# file: shop/gateways.py
import httpx


async def get_client():
    async with httpx.AsyncClient() as client:
        yield client
""",
    "a method that is taken": """
import requests  # !


def view():
    fetch = requests.Session().get  # !
    return fetch("https://payments")
""",
    "a function that is taken": """
import requests  # !

fetch = requests.get


def view():
    return fetch("https://payments")  # !
""",
    "a function that something else calls": """
import asyncio
from functools import partial
from threading import Thread

import requests  # !
from requests import get as load  # !


async def view(loop, pool, urls):
    await asyncio.to_thread(requests.get, "https://payments")  # !
    await loop.run_in_executor(None, load, "https://payments")  # !
    await loop.run_in_executor(None, partial(load, "https://payments"))  # !
    list(map(requests.get, urls))  # !
    list(pool.map(str, urls))
    Thread(target=load, args=urls).start()  # !
    return isinstance(urls, load)
""",
    "a function in a tuple": """
import requests  # !


def view():
    load, store = requests.get, requests.post
    return load("https://payments"), store("https://payments")  # !
""",
    "by getattr": """
import requests  # !


def view():
    return getattr(requests, "get")("https://payments")  # !
""",
    "by getattr of something that the caller names": """
import requests  # !


def view(method):
    getattr(requests, method)("https://payments")  # !
    return getattr(requests.Session(), method.lower())("https://payments")  # !
""",
    "by partial": """
from functools import partial

import requests  # !

fetch = partial(requests.get, timeout=3)  # !


def view():
    return fetch("https://payments")  # !
""",
    "by a walrus": """
import httpx  # !


def view():
    if client := httpx.Client():  # !
        return client.get("https://payments")  # !
""",
    "in a comprehension": """
import requests  # !


def view(urls):
    return [requests.get(url) for url in urls]  # !
""",
    "in a lambda": """
import requests  # !

view = lambda url: requests.get(url)  # !
""",
    "in a default": """
import requests  # !


def view(response=requests.get("https://payments")):  # !
    return response
""",
    "urlopen": """
from urllib.request import Request, urlopen  # !


def view():
    return urlopen("https://payments")  # !
""",
    "a connection of the standard library": """
import http.client  # !


def view():
    connection = http.client.HTTPSConnection("payments")  # !
    connection.request("GET", "/")  # !
""",
    "urllib3": """
import urllib3  # !

pool = urllib3.PoolManager()  # !


def view():
    return pool.request("GET", "https://payments")  # !
""",
    "a session of aiohttp": """
import aiohttp  # !


async def view():
    async with aiohttp.ClientSession() as session:  # !
        async with session.get("https://payments") as response:  # !
            return await response.json()
""",
    "a session of aiohttp by its class": """
from aiohttp import ClientSession  # !


async def view(session: ClientSession):
    return await session.post("https://payments")  # !
""",
    "a raw socket": """
import socket


def view():
    connection = socket.create_connection(("payments", 80))  # !
    connection.sendall(b"GET /")  # !
""",
    "a socket that is made by hand": """
from socket import AF_INET, SOCK_STREAM, socket


def view():
    plug = socket(AF_INET, SOCK_STREAM)  # !
    plug.connect(("payments", 80))  # !
""",
    "a stream of asyncio": """
import asyncio


async def view():
    reader, writer = await asyncio.open_connection("payments", 80)  # !
""",
    "a client of the cloud": """
import boto3  # !


def view():
    boto3.client("s3").upload_file("a", "b", "c")  # !
""",
    "a client of the cloud that is kept": """
import boto3  # !

bucket = boto3.resource("s3").Bucket("orders")  # !


def view():
    bucket.put_object(Key="a")  # !
""",
    "a channel of gRPC": """
import grpc


def view():
    return grpc.insecure_channel("payments:50051")  # !
""",
    "a stub of gRPC": """
from shop import payments_pb2_grpc


def view(channel):
    return payments_pb2_grpc.PaymentsStub(channel).Charge(None)  # !
# file: shop/payments_pb2_grpc.py
class PaymentsStub:
    def __init__(self, channel):
        self.Charge = channel.unary_unary("/payments/Charge")
""",
    "a stub of gRPC that is kept": """
from shop import payments_pb2_grpc
from shop.base import Charging


class Charges(Charging):
    def __init__(self, channel):
        self.stub = payments_pb2_grpc.PaymentsStub(channel)  # !

    def charge(self, order):
        return self.stub.Charge(order)  # !

    def refund(self, order):
        return self.shared.Refund(order)  # !


def view():
    return orders.List(None)  # !


if __name__ == "__main__":
    import orders_pb2_grpc

    orders = orders_pb2_grpc.OrdersStub(None)  # !
# file: shop/base.py
import payments_pb2_grpc


class Charging:
    shared = payments_pb2_grpc.PaymentsStub(None)  # !
# file: shop/payments_pb2_grpc.py
class PaymentsStub:
    def __init__(self, channel):
        self.Charge = channel.unary_unary("/payments/Charge")
""",
    "a stub that another file has": """
from shop.base import charging


def view(order):
    return charging.Refund(order)  # !
# file: shop/base.py
import payments_pb2_grpc

charging = payments_pb2_grpc.PaymentsStub(None)  # !
""",
    "a proxy of nameko": """
from nameko.rpc import RpcProxy


class View:
    orders = RpcProxy("orders")  # !

    def show(self, key):
        return self.orders.get(key)  # !
""",
    "a task that is sent": """
from celery import shared_task


@shared_task
def charge(order): ...


def view():
    charge.delay(1)  # !
    charge.apply_async(args=[1])  # !
""",
    "a task of an app that is sent": """
from shop.tasks import charge


def view():
    charge.delay(1)  # !
# file: shop/tasks.py
from celery import Celery

app = Celery("shop")


@app.task
def charge(order): ...
""",
    "a task that is made ready first, or sends itself again": """
from celery import Celery

app = Celery("shop")


@app.task
def charge(order): ...


def view(orders, other):
    charge.chunks(orders, 10).apply_async()  # !
    charge.map(orders).delay()  # !
    list(other.map(orders))


@app.task(bind=True)
def refund(self, order, other):
    other.retry()
    try:
        refund(order)
    except ValueError as error:
        refund.retry(exc=error)  # !
        raise self.retry(exc=error)  # !
""",
    "a task of taskiq": """
from shop.tasks import charge


async def view():
    await charge.kiq(1)  # !
    await charge(1)
# file: shop/tasks.py
from taskiq_redis import ListQueueBroker

broker = ListQueueBroker("redis://broker")


@broker.task
async def charge(order): ...
""",
    "a task that is sent by its name": """
from shop.worker import app


def view():
    app.send_task("payments.charge", args=[1])  # !
# file: shop/worker.py
from celery import Celery

app = Celery("shop")
""",
    "a producer": """
from kafka import KafkaProducer  # !


def view():
    producer = KafkaProducer(bootstrap_servers="kafka:9092")  # !
    producer.send("orders", b"1")  # !
""",
    "a channel of rabbit": """
import pika  # !


def view():
    connection = pika.BlockingConnection(pika.ConnectionParameters("rabbit"))  # !
    connection.channel().basic_publish("", "orders", b"1")  # !
""",
    "a mail": """
import smtplib  # !


def view():
    with smtplib.SMTP("mail") as server:  # !
        server.send_message(None)  # !
""",
    "an exchange of rabbit": """
import aio_pika  # !


async def view():
    connection = await aio_pika.connect_robust("amqp://")  # !
    channel = await connection.channel()  # !
    await channel.default_exchange.publish(aio_pika.Message(b""), routing_key="x")  # !
    exchange = await channel.declare_exchange("orders")  # !
    await exchange.publish(aio_pika.Message(b""), routing_key="y")  # !
""",
    "a connection of NATS": """
import nats  # !


async def view():
    connection = await nats.connect("nats://")  # !
    await connection.publish("orders", b"")  # !
    await connection.jetstream().publish("orders", b"")  # !
""",
    "a resource of a vendor": """
import stripe  # !


def view():
    stripe.Charge.create(amount=1)  # !
    stripe.checkout.Session.retrieve("a")  # !
""",
    "a mail of flask": """
from flask_mail import Mail, Message  # !

mail = Mail()


def view():
    mail.send(Message("x"))  # !
""",
    "a mail of django": """
from django.core.mail import send_mail  # !


def view():
    send_mail("a", "b", "c", ["d"])  # !
""",
    "a vendor's client": """
import stripe  # !


def view():
    return stripe.StripeClient("key").customers.create()  # !
""",
    "a model of language": """
from openai import OpenAI  # !

client = OpenAI()  # !


def view():
    return client.chat.completions.create(model="x", messages=[])  # !
""",
    "an import that is optional": """
try:
    import httpx  # !
except ImportError:
    httpx = None
""",
    "an import by its name": """
import importlib


def view():
    return importlib.import_module("requests").get("https://payments")  # !
""",
    "a channel of a broker": """
import pika  # !

connection = pika.BlockingConnection()  # !


def view():
    channel = connection.channel()  # !
    channel.queue_bind("orders", "placed")  # !
    channel.stop_consuming()  # !
    connection.close()  # !
""",
    "a queue that a channel has declared": """
import aio_pika  # !


async def view(work):
    connection = await aio_pika.connect_robust("amqp://broker")  # !
    channel = await connection.channel()  # !
    queue = await channel.declare_queue("orders")  # !
    await queue.bind("orders")  # !
    await queue.consume(work)  # !


async def handle(message: aio_pika.abc.AbstractIncomingMessage):
    async with message.process():  # !
        pass
""",
    "a channel out of a pool": """
from aio_pika.abc import AbstractChannel  # !
from aio_pika.pool import Pool  # !


async def view(channels: Pool[AbstractChannel]):
    async with channels.acquire() as channel:  # !
        await channel.default_exchange.publish(b"", "placed")  # !
""",
    "a producer that is started and stopped": """
from aiokafka import AIOKafkaProducer  # !


async def view():
    producer = AIOKafkaProducer()  # !
    await producer.start()  # !
    await producer.stop()  # !
""",
    "a subscription": """
import nats  # !


async def view():
    client = await nats.connect("nats://broker")  # !
    subscription = await client.subscribe("orders")  # !
    message = await subscription.next_msg()  # !
    await message.respond(b"")  # !
""",
    "a pool of producers": """
from kombu import Connection  # !


def view():
    with Connection("amqp://broker") as connection:  # !
        queue = connection.SimpleQueue("orders")  # !
        queue.put({})  # !
""",
    "a mail server that is greeted": """
import smtplib  # !


def view():
    server = smtplib.SMTP("mail")  # !
    server.starttls()  # !
    server.quit()  # !
""",
    "a client that a function of the same file is handed": """
import aiohttp  # !


async def load(session, url):
    async with session.get(url) as answer:  # !
        return await answer.json()


async def view(urls):
    async with aiohttp.ClientSession() as session:  # !
        return [await load(session, url) for url in urls]
""",
    "a client that a class of the same file is handed": """
import httpx  # !


class Payments:
    def __init__(self, client=None, *, retries=3):
        self.client = client

    def pay(self, order):
        return self._send("/payments", order)

    def _send(self, path, order):
        return self.client.post(path, json=order)  # !


payments = Payments(client=httpx.Client())  # !
""",
    "a method that is chosen first and called later": """
import httpx  # !


def view(method):
    client = httpx.Client()  # !
    send = getattr(client, method)
    return send("https://payments")  # !
""",
    "a client of the cloud by its base class": """
from botocore.client import BaseClient  # !


def view(storage: BaseClient):
    return storage.get_object(Key="a")  # !
""",
    "a sign-in with another provider": """
from httpx_oauth.clients.google import GoogleOAuth2  # !

provider = GoogleOAuth2("id", "secret")  # !


async def view(token):
    return await provider.refresh_token(token)  # !
""",
    "a service of mail": """
from litestar_email import EmailService  # !


async def view(mails: EmailService, message):
    await mails.send_message(message)  # !
""",
    "a pool of what a function makes": """
from aio_pika import connect_robust  # !
from aio_pika.pool import Pool  # !


class Sender:
    def __init__(self):
        self.connections = Pool(self.connect, max_size=2)  # !
        self.channels = Pool(self.open, max_size=5)  # !

    async def connect(self):
        return await connect_robust("amqp://broker")  # !

    async def open(self):
        async with self.connections.acquire() as connection:  # !
            return await connection.channel()  # !

    async def send(self, body):
        async with self.channels.acquire() as channel:  # !
            exchange = await channel.declare_exchange("orders")  # !
            await exchange.publish(body, "placed")  # !
""",
    "a client that an application keeps under a name": """
async def view(request):
    client = request.app["payments"]
    return await client.get("/orders")  # !
# file: shop/start.py
import aiohttp  # !


async def open_clients(app):
    app["payments"] = aiohttp.ClientSession("https://payments")  # !
""",
    "a client that a package passes on with all names of its modules": """
from shop.partners import payments  # !


def charge(order):
    return payments.post("/charges", json=order)  # !
# file: shop/partners/__init__.py
from .clients import *
# file: shop/partners/clients.py
import httpx  # !

payments = httpx.Client()  # !
""",
    "a client that an application keeps in its state": """
from fastapi import Request


async def view(request: Request):
    return await request.app.state.payments.post("/orders")  # !
# file: shop/start.py
import httpx  # !
from fastapi import FastAPI


async def start(app: FastAPI):
    app.state.payments = httpx.AsyncClient()  # !
""",
    "a channel that a callback is handed": """
def handle(ch, method, properties, body):
    ch.basic_ack(delivery_tag=method.delivery_tag)  # !
""",
    "a client out of a mapping": """
import boto3  # !

CLIENTS = {}


def client(service):
    if service not in CLIENTS:
        CLIENTS[service] = boto3.client(service)  # !
    return CLIENTS[service]


def view(key):
    return client("kms").describe_key(KeyId=key)  # !
""",
    "what the cloud gives that asks it again": """
import boto3  # !
from google.cloud import storage  # !


def view(key, file):
    client = boto3.client("s3")  # !
    client.get_waiter("object_exists").wait(Key=key)  # !
    pages = client.get_paginator("list_objects_v2").paginate()  # !
    pages.search("Contents[].Key")  # !
    bucket = boto3.resource("s3").Bucket("orders")  # !
    for item in bucket.objects.filter(Prefix=key):  # !
        item.delete()  # !
    bucket.meta.client.head_object(Key=key)  # !
    blob = storage.Client().bucket("orders").blob(key)  # !
    blob.upload_from_file(file)  # !
    for other in blob.bucket.list_blobs():  # !
        other.delete()  # !
""",
    "what is asked of a queue of Redis": """
from rq import Queue, Worker, get_current_job  # !
from rq.decorators import job
from rq.job import Job  # !
from rq.registry import FailedJobRegistry  # !


@job("orders")
def task(key, connection):
    current = get_current_job()
    current.meta.update(done=True)
    current.save_meta()  # !


def view(key, connection):
    queue = Queue(connection=connection)  # !
    found = Job.fetch(key, connection=connection)  # !
    found.get_status()  # !
    FailedJobRegistry(queue=queue).requeue(key)  # !
    queue.failed_job_registry.get_job_ids()  # !
    Worker.all(queue=queue)  # !
    return found.id, found.meta.get("done"), queue.fetch_job(key).cancel()  # !
""",
    "what becomes of tasks": """
from celery import Celery
from celery.result import AsyncResult

app = Celery()


def view(key):
    found = AsyncResult(key)
    app.control.inspect().active()  # !
    app.control.revoke(key)  # !
    app.AsyncResult(key).forget()  # !
    return found.id, found.get(timeout=1)  # !
""",
    "mails of Django in many ways": """
from django.core.mail import EmailMultiAlternatives, get_connection, mail_admins  # !


def view(messages, mail: EmailMultiAlternatives):
    mail.attach_alternative("x", "text/html")
    mail.send()  # !
    mail_admins("x", "y")  # !
    return get_connection().send_messages(messages)  # !
""",
    "a sign-in with Google": """
from google.auth.transport.requests import AuthorizedSession, Request  # !
from google.oauth2 import id_token
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import Flow  # !


def view(token, code, credentials: Credentials, request: Request):
    flow = Flow.from_client_config({}, scopes=[])
    flow.fetch_token(code=code)  # !
    AuthorizedSession(credentials).get("https://mail")  # !
    credentials.refresh(request)  # !
    return flow.authorization_url(), id_token.verify_oauth2_token(token, request)  # !
""",
    "a client that is handed to a module that names none": """
import httpx  # !

from shop.payments import charge


def view(order):
    charge(order, httpx.Client())  # !
# file: shop/payments.py
from shop.requests import send


def charge(order, sender):
    return send("/charges", order, by=sender)
# file: shop/requests.py
def send(path, order, by):
    return by.post(path, json=order)  # !
""",
    "a client of an object that is handed on": """
def view(order, payments):
    return payments.partner.post("/charges", json=order)  # !
# file: shop/partners.py
import httpx  # !


class Payments:
    def __init__(self):
        self.partner = httpx.Client()  # !
# file: shop/start.py
from shop.partners import Payments
from shop.views import view


def start(order):
    return view(order, Payments())
""",
    "a client that another module hands over": """
import httpx  # !

from shop.payments import Payments, charge


def view(order):
    client = httpx.Client()  # !
    charge(client, order)
    Payments(client).pay(order)
# file: shop/payments.py
from httpx import HTTPError  # !


def charge(sender, order):
    try:
        return sender.post("/charges", json=order)  # !
    except HTTPError:
        return None


class Payments:
    def __init__(self, sender):
        self.sender = sender

    def pay(self, order):
        return self.sender.post("/payments", json=order)  # !
""",
    "a client of a class whose base gives itself": """
from shop.partners import Partner


def view():
    with Partner() as partner:
        partner.http.get("/x")  # !
    Partner.make().also().http.get("/x")  # !
    Partner().named().http.get("/x")  # !
    Partner.kind().make().http.get("/x")  # !
    with Partner.opened() as partner:
        partner.http.get("/x")  # !
# file: shop/partners.py
import abc
from contextlib import contextmanager
from typing import Self

import httpx  # !


class Base(abc.ABC):
    def __enter__(self):
        return self

    def __exit__(self, *error): ...

    def also(self) -> Self:
        return self

    def named(self) -> "Base":
        return self

    @classmethod
    def make(cls):
        return cls()

    @classmethod
    def kind(cls) -> type[Self]:
        return cls

    @classmethod
    @contextmanager
    def opened(cls):
        yield cls()


class Partner(Base):
    def __init__(self):
        self.http = httpx.Client(timeout=None)  # !

    def __enter__(self):
        return super().__enter__()
""",
}


@pytest.mark.parametrize("name", EVASIONS)
def test_a_true_positive_is_found(name: str, project: Project) -> None:
    found, marked = check_marked(project, EVASIONS[name], CONTRACT, "shop/views.py", GATEWAYS)

    assert found == marked
