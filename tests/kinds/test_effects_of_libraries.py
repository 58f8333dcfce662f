"""What libraries do, by the methods of their classes: which lines query in a loop, and which block the event loop."""

import pytest
from effect_shops import check_effects
from project import Project

LOOP = "{modules: shop.service, in: loop, must_not: [query, commit, remote]}"
ASYNC = "{modules: shop.service, functions: {be: async}, must_not: blocking}"
WRITES = "{modules: shop.service, functions: get_*, must_not: write}"

CASES = {
    "cursors of pymongo are executed when they are iterated": (
        LOOP,
        """
from pymongo import MongoClient

db = MongoClient("mongodb://db")["shop"]


def sync(keys):
    orders = db["orders"]
    for row in orders.find({"key": {"$in": keys}}):
        print(row)
    for key in keys:
        cursor = orders.find({"key": key}).sort("date").limit(3)  # !
        for row in cursor:
            print(row)
        for row in db.orders.find({"key": key}):  # !
            print(row)
        list(db.orders.find({"key": key}))  # !
        for row in db.orders.aggregate([{"$match": {"key": key}}]):  # !
            print(row)
        orders.insert_one({"key": key})  # !
        orders.update_one({"key": key}, {"$set": {"paid": True}})  # !
        orders.create_index("key")  # !
        db.orders.find({"key": key})
""",
    ),
    "a synchronous cursor blocks, one that is awaited does not": (
        ASYNC,
        """
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import AsyncMongoClient, MongoClient

db = MongoClient("mongodb://db")["shop"]
motor = AsyncIOMotorClient("mongodb://db").shop
later = AsyncMongoClient("mongodb://db").shop


async def rows(key):
    for row in db.orders.find({"key": key}):  # !
        print(row)
    async for row in motor.orders.find({"key": key}):
        print(row)
    async for row in later.orders.find({"key": key}):
        print(row)
    await motor.orders.find({"key": key}).to_list(3)
    return [row async for row in motor.orders.aggregate([])]
""",
    ),
    "asynchronous cursors in a loop": (
        LOOP,
        """
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import AsyncMongoClient

motor = AsyncIOMotorClient("mongodb://db").shop
later = AsyncMongoClient("mongodb://db").shop


async def rows(keys):
    for key in keys:
        async for row in motor.orders.aggregate([]):  # !
            print(row)
        await motor.orders.find({"key": key}).to_list(3)  # !
        await later.orders.find({"key": key}).to_list(3)  # !
        cursor = await later.orders.aggregate([])  # !
        async for row in cursor:
            print(row)
        motor.orders.find({"key": key})
""",
    ),
    "documents of beanie": (
        LOOP,
        """
from beanie import Document


class Order(Document):
    key: str


async def change(keys):
    async for order in Order.find(Order.key == "a"):
        print(order)
    for key in keys:
        query = Order.find(Order.key == key).sort("key").limit(3)
        await query.to_list()  # !
        async for order in Order.find(Order.key == key):  # !
            print(order)
        await Order.find(Order.key == key).delete()  # !
        await Order.find_one(Order.key == key)  # !
        await Order.aggregate([]).to_list()  # !
""",
    ),
    "query sets of mongoengine": (
        LOOP,
        """
from mongoengine import Document, StringField


class Order(Document):
    key = StringField()


def change(keys):
    for key in keys:
        found = Order.objects(key=key).order_by("key")
        Order.objects.filter(key=key).only("key")
        Order.objects(key=key).first()  # !
        if found.count():  # !
            pass
""",
    ),
    "what peewee builds is written when it is executed": (
        WRITES,
        """
from peewee import CharField, Model


class Order(Model):
    key = CharField()


def get_order(key):
    Order.update(key="a").where(Order.key == key).execute()  # !
    Order.delete().where(Order.key == key).execute()  # !
    Order.insert_many([{"key": key}]).on_conflict_ignore().execute()  # !
    Order.update(key="a").where(Order.key == key)
    Order.insert_many([{"key": key}])
    return list(Order.select().where(Order.key == key))
""",
    ),
    "values and foreign keys of tortoise are awaited": (
        LOOP,
        """
from tortoise import fields
from tortoise.models import Model


class Customer(Model):
    name = fields.TextField()


class Order(Model):
    customer = fields.ForeignKeyField("models.Customer")
    place = fields.JSONField()


async def show(keys):
    for key in keys:
        await Order.filter(id=key).values("id")  # !
        Order.filter(id=key).values("id")
        order = await Order.get(id=key)  # !
        print(order.customer, order.place)
        await order.customer  # !
""",
    ),
    "a query that a name stands for is read once, and written each time": (
        LOOP,
        """
from shop.models import Book


def change(keys):
    books = Book.objects
    rows = Book.objects.filter(title="a")
    for key in keys:
        books.create(title=key)  # !
        books.filter(title=key).delete()  # !
        books.update(title=key)  # !
        if rows.exists():  # !
            rows.first()
""",
    ),
    "commands of a pipeline are buffered": (
        ASYNC,
        """
import redis
from redis import asyncio as aioredis

client = redis.Redis()
later = aioredis.from_url("redis://cache")
pool = aioredis.Redis.from_url("redis://cache")


async def count(key):
    client.incr(key)  # !
    pipe = client.pipeline()
    pipe.incr(key)
    pipe.execute()  # !
    channel = client.pubsub()
    channel.subscribe(key)  # !
    buffer = later.pipeline()
    buffer.incr(key)
    await buffer.execute()
    async with pool.pipeline() as other:
        other.set(key, 1)
        await other.execute()
    await later.pubsub().subscribe(key)
""",
    ),
    "the stub of a channel": (
        ASYNC,
        """
import grpc

from shop.stock_pb2_grpc import StockStub

stub = StockStub(grpc.insecure_channel("stock"))


async def watch(key):
    return stub.Get(key)  # !


# file: shop/stock_pb2_grpc.py
class StockStub(object):
    def __init__(self, channel):
        self.Get = channel.unary_unary("/stock/Get")
""",
    ),
    "the stub of an asynchronous channel": (
        ASYNC,
        """
import grpc

from shop.stock_pb2_grpc import StockStub

stub = StockStub(grpc.aio.insecure_channel("stock"))


async def watch(key):
    async for item in stub.Watch(key):
        print(item)
    return await stub.Watch(key).read()


# file: shop/stock_pb2_grpc.py
class StockStub(object):
    def __init__(self, channel):
        self.Get = channel.unary_unary("/stock/Get")
        self.Watch = channel.unary_stream("/stock/Watch")
""",
    ),
    "what connects when it is made": (
        ASYNC,
        """
import smtplib

from websocket import create_connection


async def tell(url):
    socket = create_connection(url)  # !
    socket.settimeout(3)
    socket.send("a")  # !
    server = smtplib.SMTP()
    server.connect("mail")  # !
    with smtplib.SMTP("mail", 25) as other:  # !
        print(other)
    return socket.recv()  # !
""",
    ),
    "what a type of a column gives is data": (
        LOOP,
        """
from sqlalchemy_utils import Choice, create_database


def show(value: Choice, rows):
    for row in rows:
        value.code.get("a")
        value.code.replace("a", "b")
        create_database(row)  # !
""",
    ),
    "a method that a dict has may be that of a dict": (
        LOOP,
        """
from shop.models import Book


def value(plain):
    if plain:
        return {"a": 1}
    return Book.objects


def show(book: Book, rows):
    books = value(rows)
    for row in rows:
        books.get(row)
        books.update(title=row)
        books.create(title=row)  # !
        book.unknown.get(row, "")
""",
    ),
    "containers of docker": (
        LOOP,
        """
import docker


def stop(names):
    client = docker.from_env()
    for name in names:
        container = client.containers.get(name)  # !
        container.stop()  # !
        print(container.name)
        for image in client.images.list():  # !
            print(image)
""",
    ),
    "a socket connects when it is told to": (
        ASYNC,
        """
import socket


async def ring(address):
    link = socket.socket()
    link.setblocking(False)
    link.connect(address)  # !
""",
    ),
    "an executor calls a function for each element": (
        LOOP,
        """
from concurrent.futures import ThreadPoolExecutor

import requests


def load(url):
    return requests.get(url)


def load_all(urls):
    with ThreadPoolExecutor() as pool:
        pool.submit(load, urls[0])
        return list(pool.map(load, urls))  # !
""",
    ),
    "what an asynchronous method of Django gives is no query": (
        ASYNC,
        """
from shop.models import Book


async def show(key):
    if await Book.objects.filter(pk=key).aexists():
        return await Book.objects.acount() or await Book.objects.filter(pk=key).aupdate(title="a")
    if Book.objects.filter(pk=key):  # !
        return None
""",
    ),
    "methods of the project's query sets and managers": (
        LOOP,
        """
from django.db import models


class Orders(models.QuerySet):
    def paid(self):
        return self.filter(paid=True)

    def close(self):
        return self.update(open=False)


class Order(models.Model):
    objects = Orders.as_manager()
    every = models.Manager.from_queryset(Orders)()


def close(keys):
    for order in Order.objects.paid():
        order.save()  # !
    for key in keys:
        Order.objects.paid()
        Order.objects.close()  # !
        Order.every.filter(pk=key).close()  # !
        Order.every.paid().first().delete()  # !
""",
    ),
    "rows of the query set of a view": (
        LOOP,
        """
from rest_framework.viewsets import ModelViewSet

from shop.models import Book


class Books(ModelViewSet):
    queryset = Book.objects.all()

    def act(self, request):
        for book in self.get_queryset():
            book.save()  # !
            book.title.save()
""",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_a_library_does_is_found_where_it_does_it(case: str, project: Project) -> None:
    found, marked = check_effects(project, CASES[case][1], CASES[case][0])

    assert found == marked
