"""Ways to reach a database that are easy to miss; each is found at the lines that are marked."""

import pytest
from project import Project
from shops import check_views

EVASIONS = {
    "a driver under another name": """
import sqlite3 as _db  # !


def view(path):
    with _db.connect(path) as c:  # !
        return c.cursor().execute("DELETE FROM orders")  # !
""",
    "an import inside of a function": """
def view():
    from sqlalchemy import text  # !
    return text("SELECT 1")  # !
""",
    "a submodule of a driver": """
import psycopg2.extras  # !


def view(cursor: psycopg2.extras.RealDictCursor):
    cursor.execute("SELECT 1")  # !
""",
    "exceptions of a mapper": """
from sqlalchemy.exc import IntegrityError  # !
""",
    "a driver imported by its name in a string": """
import importlib

sqlite3 = importlib.import_module("sqlite3")  # !
""",
    "an engine that another module passes on": """
from shop.db.sessions import engine  # !


def view():
    with engine.connect() as connection:  # !
        connection.execute("SELECT 1")  # !
""",
    "a library's class that another module passes on": """
from shop.db.sessions import Session  # !
""",
    "a factory of sessions": """
from shop.db.sessions import SessionLocal  # !


def view():
    session = SessionLocal()  # !
    session.commit()  # !
""",
    "an annotation": """
from shop.db import sessions


def view(orders: sessions.Session):
    orders.commit()  # !
""",
    "an annotation in quotes": """
from typing import TYPE_CHECKING

from shop.db import sessions


def view(orders: "sessions.Session"):
    orders.commit()  # !
""",
    "an optional annotation": """
from typing import Optional

from shop.db import sessions


def view(orders: Optional[sessions.Session] = None):
    orders.commit()  # !
""",
    "an annotation with a bar": """
from shop.db import sessions


def view(orders: None | sessions.Session = None):
    orders.commit()  # !
""",
    "an annotated alias from a package's front door": """
from shop.db import SessionDep


def view(handle: SessionDep):
    handle.execute("SELECT 1")  # !
""",
    "an annotated alias in quotes": """
from shop.db import AsyncSessionDep


async def view(handle: AsyncSessionDep):
    await handle.execute("SELECT 1")  # !
""",
    "an alias of an alias": """
from shop.aliases import Db


def view(handle: Db):
    handle.commit()  # !
# file: shop/aliases.py
from shop.db import SessionDep

Db = SessionDep
""",
    "a default that depends": """
from fastapi import Depends

from shop.db import get_session


def view(handle=Depends(get_session)):
    handle.commit()  # !
""",
    "a default that depends, and an annotation that says nothing": """
from typing import Any

from fastapi import Depends

from shop.db import get_session


def view(handle: Any = Depends(get_session)):
    handle.commit()  # !
""",
    "annotated with a provider only": """
from typing import Annotated, Any

from fastapi import Depends

from shop.db import get_session


def view(handle: Annotated[Any, Depends(get_session)]):
    handle.commit()  # !
""",
    "a function that returns a session": """
from shop.db import open_session


def view():
    open_session().commit()  # !
""",
    "a function whose return says nothing of it": """
from shop.helpers import anything


def view():
    anything().commit()  # !
# file: shop/helpers.py
from shop.db import open_session


def anything():
    return open_session()
""",
    "a generator by hand": """
from shop.db import get_session


def view():
    handle = next(get_session())
    handle.commit()  # !
""",
    "a loop over a generator": """
from shop.db import get_session


def view():
    for handle in get_session():
        handle.commit()  # !
""",
    "a context manager of the project": """
from shop.db import transaction


def view():
    with transaction() as handle:
        handle.execute("SELECT 1")  # !
""",
    "an attribute that another method sets": """
from shop.db import open_session


class View:
    def __init__(self):
        self.handle = open_session()

    def get(self):
        self.handle.commit()  # !
""",
    "an attribute that a base class in another file sets": """
from shop.db.sessions import WithSession


class View(WithSession):
    def get(self):
        return self.session.execute("SELECT 1")  # !
""",
    "an attribute that the class annotates": """
from shop.db import SessionDep


class View:
    handle: SessionDep

    def get(self):
        self.handle.commit()  # !
""",
    "a property": """
from shop.db import open_session


class View:
    @property
    def handle(self):
        return open_session()

    def get(self):
        self.handle.commit()  # !
""",
    "a session of a repository": """
from shop.repositories import OrderRepository


def view(repository: OrderRepository):
    repository.session.commit()  # !
""",
    "a session that a parameter brings into the class": """
from shop.db import SessionDep


class View:
    def __init__(self, handle: SessionDep):
        self._handle = handle

    def get(self):
        self._handle.commit()  # !
""",
    "a walrus": """
from shop.db import open_session


def view():
    if (handle := open_session()) is not None:
        handle.commit()  # !
""",
    "a tuple that is unpacked": """
from shop.db import open_session


def view():
    handle, other = open_session(), 1
    handle.commit()  # !
""",
    "a tuple that a function returns": """
from shop.db import sessions


def both() -> tuple[int, sessions.Session]: ...


def view():
    number, handle = both()
    handle.commit()  # !
""",
    "a choice": """
from shop.db import open_session


def view(given=None):
    handle = given or open_session()
    handle.commit()  # !
""",
    "a conditional expression": """
from shop.db import open_session


def view(given=None):
    handle = given if given else open_session()
    handle.commit()  # !
""",
    "a name that one branch binds": """
from shop.db import open_session


def view(ready):
    handle = None
    if ready:
        handle = open_session()
    handle.commit()  # !
""",
    "a global that a function binds": """
from shop.db import open_session

handle = None


def start():
    global handle
    handle = open_session()


def view():
    handle.commit()  # !
""",
    "a closure": """
from shop.db import SessionDep


def view(handle: SessionDep):
    def inner():
        handle.commit()  # !

    return inner
""",
    "a lambda": """
from shop.db import SessionDep


def view(handle: SessionDep):
    return lambda: handle.commit()  # !
""",
    "a comprehension": """
from shop.db import SessionDep


def view(handles: list[SessionDep]):
    return [handle.execute("SELECT 1") for handle in handles]  # !
""",
    "a dictionary of sessions": """
from shop.db import open_session

HANDLES = {"orders": open_session()}


def view():
    HANDLES["orders"].commit()  # !
""",
    "a bound method in a name": """
from shop.db import SessionDep


def view(handle: SessionDep):
    run = handle.execute  # !
    return run("SELECT 1")
""",
    "a bound method that is handed on": """
from shop.db import SessionDep


def view(handle: SessionDep, orders):
    list(map(handle.add, orders))  # !
""",
    "a method by getattr": """
from shop.db import SessionDep


def view(handle: SessionDep):
    getattr(handle, "commit")()  # !
""",
    "a long chain": """
from shop.db import SessionDep
from shop.models import Order


def view(handle: SessionDep):
    return (
        handle  # !
        .query(Order)
        .filter(Order.name == "x")
        .all()
    )
""",
    "a query that goes on in the next line": """
from shop.db import SessionDep
from shop.models import Order


def view(handle: SessionDep):
    query = handle.query(Order)  # !
    query = query.limit(3)  # !
    return query.all()  # !
""",
    "an awaited session": """
from sqlalchemy.ext.asyncio import AsyncSession  # !


async def view(handle: AsyncSession):
    return (await handle.execute("SELECT 1")).all()  # !
""",
    "an asynchronous factory": """
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine  # !

factory = async_sessionmaker(create_async_engine("sqlite://"))  # !


async def view():
    async with factory() as handle:  # !
        await handle.commit()  # !
    async with factory.begin() as handle:  # !
        await handle.flush()  # !
""",
    "an untyped parameter that is called session": """
def view(session):
    return session.execute("SELECT 1")  # !
""",
    "an untyped session that is told by its other calls": """
def view(session, order):
    session.delete(order)  # !
    session.commit()  # !
""",
    "an untyped attribute that is called cursor": """
class View:
    def __init__(self, cursor):
        self.cursor = cursor

    def get(self):
        return self.cursor.fetchall()  # !
""",
    "a pool of an application's state": """
from starlette.requests import Request


async def view(request: Request):
    return await request.app.state.pool.fetchrow("SELECT 1")  # !
""",
    "a pool that gives connections": """
import asyncpg  # !


async def view():
    pool = await asyncpg.create_pool("postgres://")  # !
    async with pool.acquire() as c:  # !
        await c.fetchrow("SELECT 1")  # !
""",
    "a class of a driver in a module below it": """
from asyncpg.connection import Connection as C  # !


async def view(c: C):
    return await c.fetch("SELECT 1")  # !
""",
    "SQL for a function of the project": """
from shop.queries import fetch_all


def view():
    return fetch_all("SELECT id, name FROM orders WHERE id = 1")  # !
# file: shop/queries.py
def fetch_all(statement): ...
""",
    "SQL in an f-string": """
from shop.queries import fetch_all


def view(table, key):
    return fetch_all(f"SELECT * FROM {table} WHERE id = {key}")  # !
# file: shop/queries.py
def fetch_all(statement): ...
""",
    "SQL that is put together": """
from shop.queries import run

START = "SELECT id "


def view(key):
    statement = START + "FROM orders WHERE id = %s" % key
    return run(statement)  # !
# file: shop/queries.py
def run(statement): ...
""",
    "SQL in a constant of another module": """
from shop.queries import ALL_ORDERS, run


def view():
    return run(ALL_ORDERS.format(limit=3))  # !
# file: shop/queries.py
ALL_ORDERS = "SELECT * FROM orders LIMIT {limit}"


def run(statement): ...
""",
    "a model that stores itself": """
from shop.articles import Article


def view(key):
    article = Article.objects.get(pk=key)  # !
    article.title = "x"
    article.save()  # !
# file: shop/articles.py
from django.db import models  # !


class Article(models.Model):
    pass
""",
    "a manager of the project": """
from shop.articles import Article


def view():
    articles = Article.published  # !
    return articles.recent()
# file: shop/articles.py
from django.db import models  # !


class Published(models.Manager):
    def recent(self):
        return self.order_by("-date")  # !


class Article(models.Model):
    published = Published()
""",
    "a shortcut that queries": """
from django.shortcuts import get_object_or_404

from shop.articles import Article


def view(key):
    article = get_object_or_404(Article, pk=key)  # !
    article.delete()  # !
# file: shop/articles.py
from django.db import models  # !


class Article(models.Model):
    pass
""",
    "the other side of a relation": """
from shop.articles import Author


def view(author: Author):
    return author.article_set.filter(title="x")  # !
# file: shop/articles.py
from django.db import models  # !


class Author(models.Model):
    pass
""",
    "a user model that a function returns": """
from django.contrib.auth import get_user_model

User = get_user_model()


def view():
    return User.objects.count()  # !
""",
    "a cursor of a framework": """
from django.db import connection  # !


def view():
    with connection.cursor() as c:  # !
        c.execute("SELECT 1")  # !
""",
    "a query of a model": """
from shop.articles import Article


def view():
    found = Article.query  # !
    return found.filter_by(title="x").all()  # !
# file: shop/articles.py
from flask_sqlalchemy import SQLAlchemy  # !

db = SQLAlchemy()  # !


class Article(db.Model):
    pass
""",
    "an extension's session": """
from shop.extensions import db  # !


def view(article):
    db.session.add(article)  # !
    db.session.commit()  # !
# file: shop/extensions.py
from flask_sqlalchemy import SQLAlchemy  # !

db = SQLAlchemy()  # !
""",
    "a mixin of the project that stores": """
from shop.articles import Article


def view():
    Article().save()  # !
# file: shop/articles.py
from flask_sqlalchemy import SQLAlchemy  # !

db = SQLAlchemy()  # !


class Stored:
    def save(self):
        db.session.add(self)  # !


class Article(Stored, db.Model):
    pass
""",
    "a handle in flask's g": """
import sqlite3  # !

from flask import g


def connect():
    g.handle = sqlite3.connect("x")  # !


def view():
    g.handle.execute("SELECT 1")  # !
""",
    "a collection by attribute and by key": """
from pymongo import MongoClient  # !

client = MongoClient()  # !


def view():
    client.shop.orders.find_one({})  # !
    client["shop"]["orders"].insert_one({})  # !
""",
    "a driver of documents that does not block": """
from motor.motor_asyncio import AsyncIOMotorClient  # !

handle = AsyncIOMotorClient()["shop"]  # !


async def view():
    await handle.orders.insert_one({})  # !
""",
    "an active record of a small mapper": """
import peewee  # !


class Article(peewee.Model):
    pass


def view():
    return list(Article.select().where(Article.title == "x"))  # !
""",
    "an active record that does not block": """
from tortoise.models import Model  # !


class Article(Model):
    pass


async def view():
    article = await Article.get(id=1)  # !
    await article.delete()  # !
    await Article.filter(id=1).update(title="x")  # !
""",
    "a request handler that opens a connection": """
import psycopg2  # !
import tornado.web


class Handler(tornado.web.RequestHandler):
    def initialize(self):
        self.c = psycopg2.connect("dbname=shop")  # !

    def get(self):
        with self.c.cursor() as cur:  # !
            cur.execute("SELECT 1")  # !
            return cur.fetchone()  # !
""",
    "a driver of which only the name is known": """
import hazelcast  # !


def view():
    hazelcast.HazelcastClient().get_map("x").put("a", 1)  # !
""",
    "a data frame that reads from a database": """
import pandas


def view(handle):
    return pandas.read_sql("SELECT 1", handle)  # !
""",
    "a pattern of imports with a fallback": """
try:
    import psycopg2 as driver  # !
except ImportError:
    import psycopg as driver  # !


def view():
    driver.connect("dbname=shop")  # !
""",
    "a star": """
from shop.everything import *


def view():
    open_session().commit()  # !
# file: shop/everything.py
from shop.db import *
""",
    "the objects that a query set is gone through for": """
from shop.db.people import User


def view():
    for user in User.objects.filter(active=True):  # !
        user.save()  # !
    first = User.objects.order_by("name")[0]  # !
    first.delete()  # !
    some = User.objects.all()[:3]  # !
    some.update(active=False)  # !
# file: shop/db/people.py
from django.db import models


class User(models.Model):
    name = models.CharField()
""",
    "the other side of a relation, kept under a name": """
from shop.db.people import User


def view(user: User):
    orders = user.order_set.order_by("day")  # !
    orders = orders.filter(open=True)  # !
    last = user.order_set.first()  # !
    last.delete()  # !
# file: shop/db/people.py
from django.db import models


class User(models.Model):
    name = models.CharField()
""",
    "what an administration asks for": """
from django.contrib import admin
from django.contrib.auth import authenticate


class Users(admin.ModelAdmin):
    def get_queryset(self, request):
        return super().get_queryset(request).select_related("owner")  # !


def view(request):
    user = authenticate(username="a")
    user.save()  # !
""",
    "an object that a statement has selected": """
from shop.db.people import User, db  # !


def view():
    user = db.session.execute(db.select(User).filter_by(id=1)).scalar_one_or_none()  # !
    user.save()  # !
    other = db.session.scalar(db.select(User).where(User.id == 2))  # !
    other.delete()  # !
    for each in db.session.scalars(db.select(User)):  # !
        each.save()  # !
# file: shop/db/people.py
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Stored:
    def save(self):
        db.session.add(self)
        db.session.commit()

    def delete(self):
        db.session.delete(self)
        db.session.commit()


class User(Stored, db.Model):
    id = db.Column(db.Integer)
""",
    "a query that was begun by something of which only the name is known": """
def view(db):
    orders = db.query("Order")  # !
    if db:
        orders = orders.filter(open=True)  # !
    return orders.all()  # !


def other(items):
    kept = items.objects.filter(open=True)  # !
    kept.delete()  # !
""",
    "the manager of a class whose base comes from an unknown library": """
from shop.db.notes import Note


def view():
    notes = Note.objects.filter(open=True)  # !
    notes.delete()  # !
    return Note.everything.exclude(open=True)  # !
# file: shop/db/notes.py
from django.db import models
from soft_deletion.models import SoftDeleted


class Owned(models.Model):
    owner = models.CharField()


class Note(SoftDeleted, Owned):
    pass
""",
    "query sets by their names": """
def view(qs, order_qs, open_queryset):
    qs.filter(open=True)  # !
    order_qs.exclude(open=True)  # !
    return open_queryset.values_list("id")  # !


class Found:
    @classmethod
    def find(cls, id):
        return cls.query.filter(cls.id == id)  # !
""",
    "a session in the context": """
from shop.db.context import current


def view():
    current.get().commit()  # !
# file: shop/db/context.py
from contextvars import ContextVar

from sqlalchemy.orm import Session

current: ContextVar[Session] = ContextVar("current")
""",
    "a form that stores a model": """
from django import forms


class OrderForm(forms.ModelForm):
    pass


def view(request):
    OrderForm(request.POST).save()  # !
""",
    "collections and connections of the application": """
from starlette.requests import Request


async def view(request: Request):
    await request.app.mongodb["orders"].find_one({})  # !
    await request.app.state.db.orders.insert_one({})  # !
    async with request.app.state.pool.acquire() as conn:
        await conn.fetch("x")  # !
""",
    "a transaction around a function": """
from django.db import transaction  # !


@transaction.atomic  # !
def view(): ...


class View:
    @transaction.atomic  # !
    def post(self): ...
""",
    "a method that is chosen while the code runs": """
from shop.db import open_session


def view(method, order):
    session = open_session()
    getattr(session, method)(order)  # !
""",
    "the search of an application": """
from flask import current_app


def view(query):
    return current_app.elasticsearch.search(index="orders", body=query)  # !
""",
    "a table of AWS": """
import boto3

table = boto3.resource("dynamodb").Table("orders")  # !
bucket = boto3.client("s3")


def view():
    bucket.list_objects()
    return table.get_item(Key={})  # !
""",
    "modules that import each other": """
from shop.other import helper


def view():
    helper().commit()  # !


def session():
    from shop.db import open_session
    return open_session()
# file: shop/other.py
from shop import views


def helper():
    return views.session()
""",
    "a factory of sessions that is made here": """
from sqlalchemy.orm import sessionmaker  # !

Session = sessionmaker()  # !
""",
    "a query that is built little by little": """
from sqlalchemy import select, update  # !
from shop.models import Order


def view(name, page):
    query = select(Order)  # !
    if name:
        query = query.where(Order.name == name)  # !
    change = update(Order)  # !
    return query.limit(10).offset(page), change.values(name=name)  # !
""",
    "what has come back from a statement": """
from sqlalchemy.orm import Session  # !


def view(session: Session, statement):
    found = session.execute(statement)  # !
    return found.scalars().all()  # !
""",
    "files in a database": """
import gridfs  # !
from pymongo import MongoClient  # !

files = gridfs.GridFS(MongoClient().videos)  # !


def view(key):
    return files.get(key).read()  # !
""",
    "a bucket of files": """
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorGridFSBucket  # !

bucket = AsyncIOMotorGridFSBucket(AsyncIOMotorClient().videos)  # !


async def view(key, content):
    async with bucket.open_upload_stream(key) as stream:  # !
        await stream.write(content)  # !
    await bucket.delete(key)  # !
""",
    "a collection that an engine returns": """
from odmantic import AIOEngine  # !


async def view(engine: AIOEngine):
    tags = engine.get_collection(object)
    return await tags.aggregate([]).to_list(length=1)  # !
""",
    "a copy of a document": """
from shop.users import User


async def view(user: User):
    user = user.model_copy(update={"name": "x"})
    await user.save()  # !
# file: shop/users.py
from beanie import Document  # !


class User(Document):
    name: str
""",
    "functions of an asynchronous mapper": """
from peewee_async import create_object, execute  # !


async def view(query, model):
    await create_object(model, name="x")  # !
    return await execute(query)  # !
""",
    "an engine that a function of the same file is handed": """
from sqlalchemy import create_engine  # !


def wait(store):
    return store.connect()  # !


def view():
    wait(create_engine("sqlite://"))  # !
""",
    "a session that an allowed module has derived": """
from shop.db.own import Store


def view(store: Store):
    store.commit()  # !
# file: shop/db/own.py
from sqlalchemy.orm import Session


class Store(Session):
    pass
""",
    "a pool that an application keeps under a name": """
async def view(request, name):
    async with request.app["db_pool"].acquire() as conn:  # !
        async with conn.transaction():  # !
            await conn.execute(name)  # !
""",
    "keys that are kept elsewhere": """
import etcd3  # !

keys = etcd3.client()  # !


def view(changed):
    keys.add_watch_callback("/orders", changed)  # !
""",
    "a database that an application has": """
async def view(request, key):
    found = request.app.mongodb["orders"].find({"key": key})  # !
    return await found.to_list(10)  # !
# file: shop/start.py
from motor.motor_asyncio import AsyncIOMotorClient  # !


def start(app):
    app.mongodb_client = AsyncIOMotorClient("mongodb://db")  # !
    app.mongodb = app.mongodb_client["shop"]
""",
    "a model that is told to store itself in more than one word": """
from shop.models_of_people import Person


def view(person: Person, session):
    person.save_or_update(session)  # !
    person.update_name("x")
    person.soft_delete()  # !
    person.delete_photo()
# file: shop/models_of_people.py
from sqlalchemy.orm import object_session  # !

from shop.db import Base


class Person(Base):
    def save_or_update(self, session):
        session.add(self)  # !
        session.commit()  # !

    def update_name(self, name):
        self.name = name

    def soft_delete(self):
        self.deleted = True
        object_session(self).flush()  # !

    def delete_photo(self):
        self.photo = None
""",
    "the table and the manager of a model": """
from shop.tables import Basket, Cart


def view():
    Cart._meta.model.objects.filter(name="x")  # !
    return Basket.__table__.delete()  # !
# file: shop/tables.py
from django.db import models  # !
from sqlmodel import SQLModel  # !


class Cart(models.Model):
    pass


class Basket(SQLModel, table=True):
    pass
""",
    "an instance of an own class that is derived from a client": """
from shop.db.own import Database, limits
from shop.db.own import db  # !


def view(other: Database):
    db.session.commit()  # !
    return limits, other
# file: shop/db/own.py
from flask_sqlalchemy import SQLAlchemy


class Limits:
    pass


class Database(SQLAlchemy):
    pass


db = Database()
limits = Limits()
""",
    "what the other side of a relation is asked": """
from shop.carts import Cart


async def view(cart: Cart):
    cart.items.update(sold=True)  # !
    cart.items.clear()  # !
    for product in cart.products.filter(sold=True):  # !
        product.delete()  # !
    cart.products.first().save()  # !
    async for item in cart.items.aiterator():  # !
        print(item)
    return cart.items.count(), cart.buyer.orders.latest()  # !
# file: shop/carts.py
from django.db import models  # !


class Product(models.Model):
    pass


class Cart(models.Model):
    products = models.ManyToManyField("Product")
""",
    "what an inspector finds": """
from sqlalchemy import create_engine, inspect  # !

from shop.models import Order


def view(order: Order):
    mapper = inspect(Order)
    inspector = inspect(create_engine("sqlite://"))  # !
    inspector.has_table("orders")  # !
    inspector.get_table_names()  # !
    return mapper.columns.values(), mapper.relationships.get("x"), inspect(order).session
""",
    "migrations": """
from alembic import command, context, op  # !
from alembic.config import Config  # !
from flask_migrate import upgrade  # !


def view(config: Config):
    command.upgrade(config, "head")  # !
    upgrade()  # !
    with context.begin_transaction():  # !
        context.run_migrations()  # !
    op.drop_column("orders", "name")  # !
    op.get_bind().execute("x")  # !
    with op.batch_alter_table("orders") as orders:  # !
        orders.drop_column("name")  # !
    command.history(config)
""",
    "connections and transactions of Django": """
from django.db import close_old_connections, connection, connections, transaction  # !


def view(model):
    close_old_connections()  # !
    connections.close_all()  # !
    point = transaction.savepoint()  # !
    transaction.savepoint_rollback(point)  # !
    transaction.set_rollback(True)  # !
    with connection.schema_editor() as editor:  # !
        editor.create_model(model)  # !
""",
    "tables of Dynamo": """
from shop.tables import Order


def view(key):
    order = Order.get(key)  # !
    order.refresh()  # !
    with Order.batch_write() as batch:  # !
        batch.save(order)  # !
    for other in Order.rate_limited_scan():  # !
        other.delete()  # !
    return Order.by_name.query("x"), Order.by_name.count("x")  # !
# file: shop/tables.py
from pynamodb.indexes import GlobalSecondaryIndex  # !
from pynamodb.models import Model  # !


class ByName(GlobalSecondaryIndex):
    pass


class Order(Model):
    by_name = ByName()
""",
    "a cursor of documents": """
from pymongo.collection import Collection  # !


def view(orders: Collection):
    found = orders.find({}).sort("name").limit(3)  # !
    for order in found:
        order.get("name")
        order.update(name="x")
    orders.options()  # !
    return found.to_list(), orders.find_one({"name": "x"}).get("name")  # !
""",
    "a collection of documents of which only the questions tell": """
class Buyers:
    def __init__(self, buyers):
        self.buyers = buyers

    def find(self, name):
        return self.buyers.find_one({"name": name})  # !

    def rename(self, name, other):
        self.buyers.update_one({"name": name}, {"$set": {"name": other}})  # !
""",
    "a session that a static method is handed first": """
from shop.db import SessionDep, open_session


class Orders:
    @staticmethod
    def keep(handle: SessionDep):
        handle.commit()  # !

    @staticmethod
    def drop(handle=open_session()):
        handle.rollback()  # !

    @staticmethod
    def settle(handle):
        handle.flush()  # !


def view():
    Orders.settle(open_session())
""",
    "a factory of which the annotation does not say what it makes": """
from collections.abc import Callable
from typing import Any

from shop.db import open_session


class Work:
    def __init__(self, factory: Callable = open_session):
        self.factory = factory

    def go(self):
        handle = self.factory()
        handle.commit()  # !


def view(factory: Callable[[], Any] = open_session):
    factory().commit()  # !


def other(factory: Callable[..., Any]):
    factory().commit()  # !


def start():
    other(open_session)
""",
    "a session that a container injects": """
from dishka.integrations.fastapi import FromDishka
from wireup import Injected

from shop.db import sessions


def view(handle: FromDishka[sessions.Session], other: Injected[sessions.Session]):
    handle.commit()  # !
    other.commit()  # !
""",
    "a session that a container provides": """
from dependency_injector.wiring import Provide, inject
from fastapi import Depends

from shop.container import Container


@inject
def view(handle=Depends(Provide[Container.handle]), other=Provide[Container.other]):
    handle.commit()  # !
    other.commit()  # !


def by_hand():
    Container.handle().commit()  # !
    Container().repository().session.commit()  # !
# file: shop/container.py
from dependency_injector import containers, providers

from shop.db import get_session, open_session
from shop.repositories import OrderRepository


class Container(containers.DeclarativeContainer):
    handle = providers.Singleton(open_session)
    other = providers.Resource(get_session)
    repository = providers.Factory(OrderRepository, session=handle)
""",
    "objects of a manager that the model declares": """
from shop.db.people import Author, Book, Reader


def view():
    author = Author.objects.get(pk=1)  # !
    author.save()  # !
    for each in Author.objects.filter(active=True):  # !
        each.save()  # !
    book = Book.published.recent().first()  # !
    book.delete()  # !
    other = Book.every.first()  # !
    other.delete()  # !
    reader = Reader.objects.first()  # !
    reader.save()  # !
# file: shop/db/people.py
from django.db import models


class BookQuerySet(models.QuerySet):
    def recent(self):
        return self.order_by("-date")


class BookManager(models.Manager):
    pass


class Author(models.Model):
    objects = models.Manager()


class Book(models.Model):
    published = BookQuerySet.as_manager()
    every = BookManager.from_queryset(BookQuerySet)()


class Person(models.Model):
    objects = BookManager()

    class Meta:
        abstract = True


class Reader(Person):
    pass
""",
    "the model of a relation that only names it": """
from shop.db.payments.models import Payment


def view(payment: Payment):
    order = payment.order
    order.save()  # !
    order.buyer.delete()  # !
    payment.refunds.save()  # !
    payment.card.save()  # !
    payment.owner.save()  # !
# file: shop/db/payments/__init__.py
# file: shop/db/payments/models/__init__.py
from shop.db.payments.models.cards import Card
from shop.db.payments.models.payments import Payment
# file: shop/db/payments/models/cards.py
from django.db import models


class Card(models.Model):
    pass
# file: shop/db/payments/models/payments.py
from django.conf import settings
from django.db import models


class Payment(models.Model):
    order = models.OneToOneField("orders.Order", on_delete=models.CASCADE)
    refunds = models.ForeignKey("self", on_delete=models.CASCADE)
    card = models.ForeignKey("Card", on_delete=models.CASCADE)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
# file: shop/db/orders/__init__.py
# file: shop/db/orders/models.py
from django.db import models

from shop.db.people import Buyer


class Order(models.Model):
    buyer = models.ForeignKey(Buyer, on_delete=models.CASCADE)
# file: shop/db/people.py
from django.db import models


class Buyer(models.Model):
    pass
""",
    "a session that only tests hand over, and theirs is none": """
def place(order, session):
    session.add(order)  # !
    session.commit()  # !
# file: shop/db/tests/test_views.py
from unittest.mock import Mock

from shop.views import place


class FakeSession:
    def add(self, order): ...
    def commit(self): ...


def test_place():
    place(1, Mock())
    place(1, session=FakeSession())
""",
    "a statement of a migration": """
from alembic import op  # !


def upgrade():
    op.execute("DELETE FROM orders")  # !
""",
    "objects on the other side of many": """
from shop.db.people import Author


def view(author: Author):
    books = author.books.select_related("shelf")  # !
    books = books.filter(open=True)  # !
    for book in books.order_by("name"):  # !
        book.save()  # !
    friend = author.friends.first()  # !
    friend.delete()  # !
    for order in author.orders.select_for_update():  # !
        print(order.name)
# file: shop/db/people.py
from django.db import models


class Book(models.Model):
    pass


class Author(models.Model):
    books = models.ManyToManyField(Book)
    friends = models.ManyToManyField("self")
""",
}


@pytest.mark.parametrize("name", EVASIONS)
def test_a_true_positive_is_found(name: str, project: Project) -> None:
    found, marked = check_views(project, EVASIONS[name])

    assert found == marked


def test_there_are_enough_true_positives() -> None:
    assert len(EVASIONS) >= 60
