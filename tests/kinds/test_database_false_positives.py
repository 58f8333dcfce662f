"""What looks like a database and is none: only marked lines may be reported as more than possible."""

import pytest
from project import Project
from shops import check_views

TRAPS = {
    "a use case that executes": """
from shop.usecases import PlaceOrder


def view(usecase: PlaceOrder):
    return usecase.execute("SELECT the best")
# file: shop/usecases.py
class PlaceOrder:
    def execute(self, command): ...
""",
    "a payment that executes": """
class Payment:
    def execute(self, details): ...


def view(payment: Payment):
    payment.execute({"payer_id": 1})
""",
    "a class of the file with execute and an English sentence": """
class Runner:
    def execute(self, job):
        return job


def view():
    return Runner().execute("select a task from the list")
""",
    "starlette's requests": """
from starlette import requests


def view(request: requests.Request):
    return request.headers.get("x") or request.query_params.get("y")
""",
    "a text of a query": """
from urllib.parse import parse_qs


def view(request, url, items):
    qs = parse_qs(url)
    qs.update(a=1)
    query = request.query.get("page")
    filtered = items.query
    chosen = items.filter(bool)
    return qs.get("a"), qs.values(), query, filtered, chosen.all()
""",
    "objects of things that are no models": """
import scenery


class Scene(scenery.Scene):
    def __init__(self):
        self.objects = {}


def view(scene: Scene):
    scene.objects.get("lamp")
    return scene.objects.values()
""",
    "what the other side of a relation makes": """
from shop.db.people import User


def view(user: User):
    call = user.plugin.dial(number=1)
    call.update({"open": True})
    return call.get("open")
# file: shop/db/people.py
from shop.db import Base
from sqlalchemy.orm import relationship


class Plugin(Base):
    pass


class User(Base):
    plugin = relationship(Plugin)
""",
    "what deals with sessions and is none": """
def view(request, session_store, db_service, session_repository, orders):
    session_store.add(1)
    db_service.commit()
    session_repository.add(2)
    request.session.flush()
    return orders.find_one(3)
""",
    "a filter on a list": """
def view(orders: list):
    return list(filter(None, orders)), orders.count(1), orders.index(2)
""",
    "get on a dictionary": """
def view():
    settings = {"a": 1}
    settings.update(b=2)
    return settings.get("a"), settings.pop("b"), {}.get("c")
""",
    "get of a dictionary under a bare name": """
def view():
    get = {"a": 1}.get
    return get("a")
""",
    "a dictionary that is called session": """
def view():
    session = {}
    session.update(a=1)
    return session.get("a")
""",
    "a dictionary that is called db": """
db: dict[str, int] = {}


def view():
    db.update(a=1)
    return db.get("a"), db.pop("b")
""",
    "a list that is called cursor": """
def view():
    cursor = [1, 2]
    cursor.execute = None
    return cursor.pop()
""",
    "a queue that is called collection": """
from collections import deque

collection = deque()


def view():
    collection.append(1)
    return collection.popleft()
""",
    "SQL in a docstring": '''
def view():
    """SELECT * FROM orders is what this view must never do; Order.query neither."""
''',
    "SQL in a module's docstring": '''
"""
SELECT * FROM orders
"""
''',
    "SQL in a comment": """
def view():
    return 1  # SELECT * FROM orders
""",
    "SQL in a log message": """
import logging

logger = logging.getLogger(__name__)


def view():
    logger.info("SELECT * FROM orders took %s", 3)
""",
    "SQL in an error": """
def view():
    raise ValueError("DELETE FROM orders is forbidden")
""",
    "SQL that is only compared": """
def view(text):
    return text == "SELECT * FROM orders"
""",
    "SQL in a regular expression": """
import re

PATTERN = re.compile("SELECT .* FROM orders")
""",
    "English that begins with select": """
from shop.pages import show


def view():
    return show("select an item from the list"), show("Update your profile and set a picture")
# file: shop/pages.py
def show(text): ...
""",
    "English that begins with with": """
from shop.pages import show


def view():
    return show("With love, as (always)"), show("delete from cart"), show("Create table reservations")
# file: shop/pages.py
def show(text): ...
""",
    "a question to a graph": """
from shop.graph import run


def view():
    return run("CALL dbms.components() YIELD name, versions"), run("CALL db.index('a', coalesce(b)) YIELD node")
# file: shop/graph.py
def run(question): ...
""",
    "what a series of points is made of": """
from influxdb import InfluxDBClient  # !


def view(client: InfluxDBClient):
    result = client.query("points")  # !
    return result.raw.get("series"), result.keys()
""",
    "a row that is probably found by a query": """
from shop.models import Order


def view(db, key):
    order = db.query(Order).filter_by(id=key).first()  # !
    order.update(name="x")
    count = db.query(Order).filter_by(id=key).count()  # !
    count.values
    other = db.query(Order).one_or_none().to_dict()  # !
    return order.values, other.options
""",
    "a model that is asked for what it is": """
from shop.db.people import Person


def view(person: Person):
    return person.get("name"), person.values(), person.__dict__.get("name")
# file: shop/db/people.py
from shop.db import Base


class Person(Base):
    pass
""",
    "a dictionary that a validated model makes": """
from shop.db.people import User


def view(user: User, untyped):
    model = User.model_validate(untyped)
    for name, value in model.dict(exclude_unset=True).items():
        setattr(user, name, value)
    return user.dict().get("name"), model.dict().get("name"), User(name="x").model_dump().get("name")
# file: shop/db/people.py
from sqlmodel import SQLModel


class User(SQLModel, table=True):
    pass
""",
    "a repository called as the database": """
from shop.repositories import get_repository


def view():
    db = get_repository()
    db.add(1)
    db.commit()
    return db.query("x")
""",
    "a repository called as the session": """
from shop.repositories import OrderRepository


def view(session: OrderRepository):
    return session.execute("orders"), session.get(1), session.filter(name="x")
""",
    "a session that is handed on": """
from shop import repositories
from shop.db import SessionDep


def view(session: SessionDep):
    return repositories.create_order(session=session, name="x")
""",
    "a service that deletes with a session": """
from shop.db import SessionDep
from shop.services import orders


def view(session: SessionDep):
    orders.delete(db_session=session, key=1)
    orders.update(session, key=1)
    orders.get(db=session)
# file: shop/services.py
class Orders:
    def delete(self, *, db_session, key): ...
    def update(self, session, key): ...
    def get(self, db): ...


orders = Orders()
""",
    "a repository that takes a session": """
from shop.db import SessionDep
from shop.repositories import OrderRepository


def view(session: SessionDep):
    return OrderRepository(session).get(1)
""",
    "a repository by dependency": """
from fastapi import Depends

from shop.repositories import OrderRepository, get_repository


def view(orders: OrderRepository = Depends(get_repository)):
    return orders.filter(name="x"), orders.delete(1)
""",
    "a repository by dependency without a provider": """
from fastapi import Depends

from shop.repositories import OrderRepository


def view(db: OrderRepository = Depends()):
    return db.execute("x")
""",
    "a repository whose provider depends on a session": """
from typing import Annotated

from fastapi import Depends

from shop.db import SessionDep
from shop.repositories import OrderRepository


def provide(session: SessionDep) -> OrderRepository:
    return OrderRepository(session)


Db = Annotated[OrderRepository, Depends(provide)]


def view(db: Db):
    db.commit()
    return db.get(1)
""",
    "a repository in an attribute": """
from shop.repositories import OrderRepository


class View:
    def __init__(self, session: OrderRepository):
        self.session = session

    def get(self):
        return self.session.execute("x")
""",
    "a repository that a base class holds": """
from shop.base import Base


class View(Base):
    def get(self):
        return self.db.query("x")
# file: shop/base.py
from shop.repositories import OrderRepository


class Base:
    def __init__(self, db: OrderRepository):
        self.db = db
""",
    "an abstract repository": """
from abc import ABC, abstractmethod


class Orders(ABC):
    @abstractmethod
    def execute(self, statement): ...


def view(session: Orders):
    return session.execute("x")
""",
    "a protocol of the project": """
from typing import Protocol


class Session(Protocol):
    def commit(self) -> None: ...


def view(session: Session):
    session.commit()
""",
    "a class of the project with the name of a library's": """
class Session:
    def execute(self, job): ...
    def commit(self): ...


def view():
    session = Session()
    session.execute(1)
    session.commit()
""",
    "a module of the project with the name of a driver": """
from shop import sqlite3


def view():
    return sqlite3.connect("x")
# file: shop/sqlite3.py
def connect(path): ...
""",
    "a function of the project with the name of a builder": """
from shop.widgets import select


def view():
    return select("x")
# file: shop/widgets.py
def select(name): ...
""",
    "a module whose name begins like a driver's": """
import redis_lock
import sqlalchemyish
""",
    "an instrumentation of a mapper": """
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor


def view():
    SQLAlchemyInstrumentor().instrument(engine=None)
""",
    "a session over HTTP": """
import requests


def view():
    session = requests.Session()
    session.get("http://x")
    session.delete("http://x")
""",
    "a session over HTTP that does not block": """
import aiohttp


async def view():
    async with aiohttp.ClientSession() as session:
        await session.get("http://x")
        await session.delete("http://x")
""",
    "an untyped session that is asked by HTTP": """
def view(session):
    return session.get("http://x"), session.post("http://x"), session.delete("http://x")
""",
    "an untyped http session": """
def view(http_session, client_session):
    http_session.merge(1)
    client_session.refresh()
""",
    "a session of a request": """
from django.http import HttpRequest


def view(request: HttpRequest):
    request.session["a"] = 1
    return request.session.get("a")
""",
    "flask's session": """
from flask import session


def view():
    session["a"] = 1
    session.update(b=2)
    return session.get("a"), session.pop("a")
""",
    "a visitor's session beside one of a database": """
from flask import session

from shop.db.facade import db  # !


def login():
    session.get("nonce")
    db.session.commit()  # !
    return session.get("user")
# file: shop/db/facade.py
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
""",
    "sessions of requests beside others": """
from django.http import HttpRequest
from fastapi import Request


def view(request: HttpRequest, other: Request, untyped, store):
    request.session.get("a")
    other.session.get("a")
    untyped.session.get("a")
    store.session.commit()  # !
    return request.session.delete("a"), other.session.get("b")
""",
    "a session of another kind": """
import tensorflow


def view():
    with tensorflow.Session() as session:
        session.run("x")
""",
    "a parameter that shadows a session": """
from shop.db import open_session

handle = open_session


def view(handle: dict):
    handle.update(a=1)
    return handle.get("x")
""",
    "a local name that shadows a session": """
from shop.db.sessions import get_session as handle


def view():
    handle = {}
    handle.update(a=1)
    return handle.get("x")
""",
    "a name that is bound again": """
from shop.repositories import get_repository
from shop.db import open_session


def view():
    handle = open_session()
    handle = get_repository()
    handle.commit()
""",
    "a name that is deleted": """
from shop.db import open_session


def view():
    handle = open_session()
    del handle
    handle.commit()
""",
    "a name of a comprehension": """
from shop.db import open_session


def view(repositories):
    handle = open_session()
    return [handle.commit() for handle in repositories], str(handle)
""",
    "a name of an exception": """
from shop.db import open_session


def view():
    handle = open_session()
    try:
        return str(handle)
    except Exception as handle:
        handle.add(1)
""",
    "the other branch": """
from shop.db import open_session
from shop.repositories import get_repository


def view(ready):
    if ready:
        handle = open_session()
        return str(handle)
    else:
        handle = get_repository()
        handle.commit()
""",
    "a name of a class body": """
from shop.db import open_session


class View:
    handle = open_session()

    def get(self):
        handle = {}
        return handle.get("a")
""",
    "a class with the attribute of another": """
from shop.db import open_session
from shop.repositories import OrderRepository


class One:
    def __init__(self):
        self.db = open_session()


class Other:
    def __init__(self, db: OrderRepository):
        self.db = db

    def get(self):
        return self.db.get(1)
""",
    "a generator that yields a repository": """
from shop.repositories import OrderRepository


def provide():
    with open("x") as session:
        yield OrderRepository(session)


def view():
    for session in provide():
        session.execute("x")
""",
    "what a session returns": """
from shop.repositories import get_repository


def view():
    order = get_repository().get(1)
    return order.name.count("x"), order.items.index(1)
""",
    "a decorator that is called get": """
from fastapi import APIRouter

router = APIRouter()


@router.get("/", response_model=dict)
def view():
    return {}


@router.delete("/")
def remove(): ...
""",
    "a keyword that is called update": """
from pydantic import BaseModel


class Order(BaseModel):
    name: str


def view(order: Order):
    return Order.model_validate(order, update={"a": 1}), order.copy(update={"b": 2})
""",
    "a model that only looks at itself": """
from shop.models import Order


def view(order: Order):
    order.name = "x"
    return order.total(), order.favourite(1)
""",
    "a model that is built": """
from shop.models import Order


def view():
    return Order(name="x")
""",
    "a schema with a save of its own": """
from pydantic import BaseModel


class Draft(BaseModel):
    def save(self): ...
    def delete(self): ...


def view(draft: Draft):
    draft.save()
    draft.delete()
""",
    "a form that cleans": """
from django import forms


class OrderForm(forms.Form):
    name = forms.CharField()


def view(request):
    form = OrderForm(request.POST)
    return form.is_valid(), form.cleaned_data.get("name")
""",
    "a cache": """
from functools import lru_cache

cache = {}


@lru_cache
def view():
    return cache.get("a"), cache.setdefault("b", 1)
""",
    "a pool of threads": """
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Pool


def view():
    with ThreadPoolExecutor() as pool:
        pool.submit(print)
    with Pool() as pool:
        pool.map(print, [1])
""",
    "a pipe's connection": """
from multiprocessing import Pipe


def view():
    connection, other = Pipe()
    connection.send(1)
    connection.close()
""",
    "a socket's connection": """
import socket


def view():
    connection = socket.create_connection(("x", 1))
    connection.send(b"x")
    connection.close()
""",
    "a set and its verbs": """
def view():
    seen = set()
    seen.add(1)
    seen.remove(1)
    seen.update({2})
""",
    "a dictionary whose name ends like a manager's": """
def view(filter_set, holder):
    return filter_set.get("a"), filter_set.values(), holder.rule_set.get("a")
""",
    "a class that is its own iterator": """
class Pages:
    def __iter__(self):
        return self

    def __next__(self):
        return {"a": 1}


def view():
    for session in Pages():
        session.get("a")
""",
    "a command of a command line": """
import argparse


def view():
    parser = argparse.ArgumentParser()
    parser.add_argument("--select")
    return parser.parse_args().execute
""",
    "a bus of the project": """
class Bus:
    def query(self, message): ...
    def execute(self, message): ...


bus = Bus()


def view():
    bus.execute(1)
    return bus.query("SELECT")
""",
    "a facade that is called db in another module": """
from shop.facade import db


def view():
    return db.get("orders"), db.save("x"), db.session
# file: shop/facade.py
class Facade:
    session = None

    def get(self, key): ...
    def save(self, key): ...


db = Facade()
""",
    "methods that are called like modules": """
import os


def view():
    return os.environ.get("A"), os.path.join("select", "from")
""",
    "a URL that holds verbs": """
from shop.pages import show


def view():
    return show("/orders/select?from=1"), show("insert-into/delete")
# file: shop/pages.py
def show(text): ...
""",
    "an unfinished circle of imports": """
from shop.circle import thing


def view():
    return thing.commit()
# file: shop/circle.py
from shop.views import thing
""",
    "a class that derives from itself": """
class Loop(Loop):
    def get(self):
        return self.session2.execute2("x")
""",
    "a name that is made of itself": """
handle = handle
other = other.get(other)


def view():
    return handle, other
""",
    "aliases that go round in a circle": """
A = "B"
B = "A"


def view(session_: A, other: B):
    return session_.name, other.name
""",
    "what a repository of the project has from one of a library": """
from shop.db.repositories import Orders, OrderService


async def view(orders: Orders, service: OrderService):
    return await orders.count(), await service.get_one(name="x")
# file: shop/db/repositories.py
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from advanced_alchemy.service import SQLAlchemyAsyncRepositoryService


class Orders(SQLAlchemyAsyncRepository):
    pass


class OrderService(SQLAlchemyAsyncRepositoryService):
    repository_type = Orders
""",
    "instances of own classes that are no clients": """
from shop.db.people import NOBODY, OrderForm, orders


def view():
    return NOBODY, OrderForm, orders
# file: shop/db/people.py
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from django.db import models
from django.forms import ModelForm


class Person(models.Model):
    pass


class Form(ModelForm):
    pass


class Orders(SQLAlchemyAsyncRepository):
    pass


NOBODY = Person()
OrderForm = Form()
orders = Orders()
""",
    "what a model has that is no relation": """
from django.contrib.auth.models import User

from shop.db.people import Buyer, Person


def view(person: Person, user: User, buyer: Buyer):
    person.settings.update(dark=True)
    person.names.remove("x")
    person.names.clear()
    person.cache.clear()
    user.profile.settings.update(dark=True)
    user.profile.tags.remove("x")
    buyer.model_fields.values()
    buyer.tags.remove("x")
    return person.settings.get("dark"), person.names.count("x"), user.username.count("."), person.short.count(".")
# file: shop/db/people.py
from django.contrib.postgres.fields import ArrayField
from django.db import models
from sqlmodel import SQLModel


class Person(models.Model):
    settings = models.JSONField()
    names = ArrayField(models.CharField())
    cache: dict

    @property
    def short(self):
        return "x.y"


class Buyer(SQLModel, table=True):
    tags: list[str]
""",
    "a query that a property of a model returns": """
from shop.db.people import Person


def view(person: Person):
    return person.newest(), person.recent, person.latest
# file: shop/db/people.py
from functools import cached_property

from django.db import models


class Person(models.Model):
    @property
    def recent(self):
        return Person.objects.filter(recent=True)

    @cached_property
    def latest(self):
        return Person.objects.all()

    def newest(self):
        return Person.objects.filter(new=True)
""",
    "a repository that is asked as documents are": """
def view(repository, buyer_service, buyers):
    buyer_service.update_one({"id": 1})
    return repository.find_one({"name": "x"}), buyers.find_one("x")
""",
    "what a static method gives to what it is handed": """
from shop.db import open_session


class Orders:
    def __init__(self):
        self.handle = {}

    @staticmethod
    def keep(other):
        other.handle = open_session()

    def view(self):
        return self.handle.get("a")
""",
    "a factory that says what it makes": """
from collections.abc import Callable

from shop.db import open_session
from shop.repositories import OrderRepository


def view(factory: Callable[[], OrderRepository] = open_session, session: Callable[[], dict] = None):
    factory().commit()
    session().get("a")
""",
    "a repository that a container injects": """
from dishka.integrations.fastapi import FromDishka

from shop.repositories import OrderRepository


def view(session: FromDishka[OrderRepository]):
    return session.get(1), session.commit()
""",
    "a repository that a container provides": """
from dependency_injector import containers, providers
from dependency_injector.wiring import Provide
from fastapi import Depends

from shop.repositories import OrderRepository


class Container(containers.DeclarativeContainer):
    session = providers.Factory(OrderRepository)


def view(session=Depends(Provide[Container.session]), db=Provide[Container.session]):
    session.commit()
    db.commit()
    return Container.session().get(1)
""",
    "what a manager that the model declares counts": """
from shop.db.people import Author


def view(authors: Author):
    names = Author.names
    return names.get("a"), Author.limits.get("b")
# file: shop/db/people.py
from django.db import models


class Names:
    def get(self, key): ...


class Author(models.Model):
    objects = models.Manager()
    names = Names()
    limits = dict(b=1)
""",
    "a relation to what is called like a model of another app": """
from shop.db.payments.models import Payment


def view(payment: Payment):
    order, invoice = payment.order, payment.invoice
    return order.save(), invoice.save()
# file: shop/db/payments/__init__.py
# file: shop/db/payments/models.py
from django.db import models


class Payment(models.Model):
    order = models.ForeignKey("Order", on_delete=models.CASCADE)
    invoice = models.ForeignKey("billing.Order", on_delete=models.CASCADE)
# file: shop/db/orders/__init__.py
# file: shop/db/orders/models.py
from django.db import models


class Order(models.Model):
    pass
""",
    "a repository that others than tests hand over": """
def place(order, session):
    session.add(order)
    session.commit()
# file: shop/start.py
from shop.repositories import get_repository
from shop.views import place


def start(order):
    place(order, get_repository())
# file: shop/db/tests/test_views.py
from shop.db import open_session
from shop.views import place


def test_place():
    place(1, open_session())
""",
    "what a query gives that asks for values, not for objects": """
from shop.db.people import rows


def view():
    for row in rows():
        print(row.get("name"), row.values())
# file: shop/db/people.py
from django.db import models


class Author(models.Model):
    objects = models.Manager()


def rows():
    return Author.objects.values("name")
""",
}


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_left_alone(name: str, project: Project) -> None:
    found, marked = check_views(project, TRAPS[name])

    assert found == marked


def test_there_are_enough_false_positives() -> None:
    assert len(TRAPS) >= 60
