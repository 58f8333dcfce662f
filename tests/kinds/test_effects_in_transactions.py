"""Requests, mail and messages in transactions: where one begins, where it ends, and what waits for its end."""

import pytest
from effect_shops import check_effects
from project import Project

RULE = "{modules: shop.service, in: transaction, must_not: [remote, queue]}"

FOUND = {
    "a function that commits before it sends, one that does so after, and one that may have": """
import requests
from sqlalchemy import update
from sqlalchemy.orm import Session

from shop.rows import Order


def store_and_tell(db: Session):
    db.commit()
    requests.post("https://example.org")


def tell_and_store(db: Session):
    requests.post("https://example.org")
    db.commit()


def may_store(db: Session, now):
    if now:
        db.commit()
    requests.post("https://example.org")
    db.commit()


def pay(db: Session, now):
    db.execute(update(Order))
    store_and_tell(db)
    db.execute(update(Order))
    tell_and_store(db)  # !
    db.execute(update(Order))
    may_store(db, now)  # !
    db.execute(update(Order))
    pass_on(db)


def pass_on(db: Session):
    store_and_tell(db)
""",
    "an atomic block": """
import requests
from django.db import transaction

from shop.mail import send


def pay(book):
    with transaction.atomic():
        book.save()
        requests.post("https://example.org")  # !
        send("a@example.org")  # !
""",
    "atomic as a decorator, with and without brackets": """
from django.db import transaction
from django.utils.decorators import method_decorator

from shop.tasks import ship


@transaction.atomic
def pay():
    ship.delay(1)  # !


@transaction.atomic()
def order():
    ship.apply_async(args=[1])  # !


class View:
    @method_decorator(transaction.atomic)
    def post(self):
        ship.delay(1)  # !
""",
    "atomic under another name": """
from django.db.transaction import atomic as all_or_nothing

from shop.tasks import ship


def pay():
    with all_or_nothing():
        ship.delay(1)  # !
""",
    "begin of SQLAlchemy, and of its engine": """
import requests
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

engine = create_engine("sqlite://")


def pay(db: Session):
    with db.begin():
        requests.post("https://example.org")  # !
    with engine.begin() as connection:
        requests.post("https://example.org")  # !
""",
    "in_transaction of Tortoise": """
import httpx
from tortoise.transactions import in_transaction


async def pay():
    async with in_transaction():
        async with httpx.AsyncClient() as client:
            await client.post("https://example.org")  # !
""",
    "from the first write to the commit": """
import requests
from sqlalchemy.orm import Session


def pay(db: Session, order):
    requests.get("https://example.org")
    db.add(order)
    db.flush()
    requests.post("https://example.org")  # !
    db.commit()
    requests.post("https://example.org")
""",
    "a callee that writes, and one that commits": """
import requests
from sqlalchemy.orm import Session

from shop.store import store


def done(db: Session):
    db.commit()


def pay(db: Session, order):
    store(db, order, commit=False)
    requests.post("https://example.org")  # !
    done(db)
""",
    "a branch between the write and the commit": """
import requests
from sqlalchemy.orm import Session


def pay(db: Session, order):
    db.flush()
    if order.is_late:
        db.rollback()
        return
    requests.post("https://example.org")  # !
    db.commit()
""",
    "signatures of tasks, and what is composed of them": """
from celery import chain, group
from django.db import transaction

from shop.tasks import ship


@transaction.atomic
def pay():
    ship.s(1).apply_async()  # !
    group(ship.s(1), ship.s(2)).delay()  # !
    (ship.s(1) | ship.s(2)).delay()  # !
    chain(ship.s(1), ship.s(2)).apply_async()  # !
""",
    "a remote procedure": """
import grpc
from django.db import transaction

from payments_pb2_grpc import PaymentsStub


@transaction.atomic
def pay():
    stub = PaymentsStub(grpc.insecure_channel("payments"))
    stub.Charge(1)  # !
""",
    "a unit of work of the project": """
import requests
from sqlalchemy.orm import Session


class Unit:
    def __init__(self, session: Session) -> None:
        self.session = session

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.session.commit()


def pay(db: Session):
    with Unit(db) as unit:
        requests.post("https://example.org")  # !
""",
    "a context manager of the project that commits": """
from contextlib import contextmanager

import requests
from sqlalchemy.orm import Session


@contextmanager
def saved(db: Session):
    yield db
    db.commit()


def pay(db: Session):
    with saved(db):
        requests.post("https://example.org")  # !
""",
    "a context manager of the project around atomic": """
from contextlib import contextmanager

from django.db import transaction

from shop.tasks import ship


@contextmanager
def locked():
    with transaction.atomic():
        yield


def pay():
    with locked():
        ship.delay(1)  # !
""",
}
CLEAN = {
    "what waits for the commit": """
from functools import partial

from django.db import transaction

from shop.tasks import ship


def later():
    transaction.on_commit(lambda: ship.delay(1))


def pay():
    with transaction.atomic():
        transaction.on_commit(lambda: ship.delay(1))
        transaction.on_commit(partial(ship.delay, 1))
        later()
""",
    "before the first write, and after the rollback": """
import requests
from sqlalchemy.orm import Session


def pay(db: Session, order):
    requests.get("https://example.org")
    db.flush()
    db.rollback()
    requests.post("https://example.org")
    db.commit()
""",
    "a write that the library commits by itself": """
import requests

from shop.models import Book


def pay(book: Book):
    book.save()
    requests.post("https://example.org")
    book.save()
""",
    "another branch than that of the write": """
import requests
from sqlalchemy.orm import Session


def pay(db: Session, order):
    if order.is_new:
        db.flush()
    else:
        requests.post("https://example.org")
    db.commit()
""",
    "a write in a branch that is left": """
import requests
from sqlalchemy.orm import Session


def pay(db: Session, order):
    if order.is_new:
        db.flush()
        db.commit()
        return
    requests.post("https://example.org")
    db.commit()
""",
    "a callee that writes and commits": """
import requests
from sqlalchemy.orm import Session

from shop.store import store


def pay(db: Session, order):
    store(db, order)
    requests.post("https://example.org")
    db.commit()
""",
    "queries, writes and files": """
from django.db import transaction

from shop.models import Book


@transaction.atomic
def pay(book: Book):
    book.save()
    open("a")
    return Book.objects.get(title="a")
""",
    "a session that is only opened": """
import requests
from sqlalchemy.orm import sessionmaker

Maker = sessionmaker()


def pay():
    with Maker() as session:
        requests.post("https://example.org")
        return session
""",
    "after the block, and in a function that is defined in it": """
from django.db import transaction

from shop.tasks import ship


def pay():
    with transaction.atomic():
        def later():
            ship.delay(1)
    ship.delay(1)
    return later
""",
    "something else that is called atomic": """
from contextlib import contextmanager

from shop.tasks import ship


@contextmanager
def atomic():
    yield


def pay():
    with atomic():
        ship.delay(1)
""",
    "signatures that are composed and not sent": """
from celery import chain, group
from django.db import transaction

from shop.tasks import ship


@transaction.atomic
def pay():
    return chain(group(ship.s(1), ship.si(2)), ship.s(3))
""",
    "clients that are only made": """
import boto3
import httpx
from django.db import transaction


@transaction.atomic
def pay():
    storage = boto3.client("s3")
    link = storage.generate_presigned_url("get_object")
    return link, httpx.Client()
""",
    "a signature of a task": """
from django.db import transaction

from shop.tasks import ship


@transaction.atomic
def pay():
    return ship.s(1)
""",
}


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND.keys())
def test_what_leaves_in_a_transaction_is_found(project: Project, text: str) -> None:
    found, marked = check_effects(project, text, RULE)

    assert found == marked
    assert marked


@pytest.mark.parametrize("text", CLEAN.values(), ids=CLEAN.keys())
def test_what_leaves_outside_of_a_transaction_is_not_found(project: Project, text: str) -> None:
    found, _ = check_effects(project, text, RULE)

    assert found == []
