"""Queries, writes, commits and requests in loops: what counts, at which line, and what looks like it but does not."""

import pytest
from effect_shops import check_effects
from project import Project

RULE = "{modules: shop.service, in: loop, must_not: [query, commit, http, email]}"

FOUND = {
    "a query that is built from attributes, and tested in the next statement": """
from shop.models import Book


def own(names, request):
    for name in names:
        books = Book.objects.filter(title=name, owner=request.user.pk)  # !
        if books:
            print(name)
    books = Book.objects.filter(owner=request.user.pk)
    return name in books


def declared(names):
    for name in names:
        books: object
        books = Book.objects.filter(title=name.strip())  # !
        if books:
            print(name)
""",
    "a query that is passed to a function which iterates over it": """
from shop.models import Book


def titles(books):
    return [book.title for book in books]


def numbered(books, start=0):
    return list(enumerate(titles(books)))


def first(books):
    if not books:
        return None
    return books[0]


def build(name):
    return Book.objects.filter(title=name)


def each(names):
    every = Book.objects.all()
    for name in names:
        titles(build(name))  # !
        numbered(start=1, books=Book.objects.filter(title=name))  # !
        found = build(name)
        first(found)  # !
        titles([name])
        titles(every)
        print(build(name))
    return titles(every)
""",
    "a query that is built in one branch, or before one, and tested after it or in another": """
from shop.models import Book


def after(names, flag):
    for name in names:
        if flag:
            found = Book.objects.filter(title=name)  # !
        else:
            found = []
        if found:
            print(name)


def other(names, flag):
    for name in names:
        found = Book.objects.filter(title=name)  # !
        if flag:
            found = []
        elif found:
            print(name)


def nested(names, flag):
    for name in names:
        found = Book.objects.filter(title=name)  # !
        if flag:
            found = []
        else:
            for one in names:
                assert found


def failed(names):
    for name in names:
        try:
            found = Book.objects.filter(title=name)  # !
        except ValueError:
            found = []
        while found:
            print(name)


def matched(names, flag):
    for name in names:
        found = Book.objects.filter(title=name)  # !
        match flag:
            case 1:
                found = []
            case 2:
                assert found
""",
    "a method of the project's own model of users": """
# file: shop/settings.py
AUTH_USER_MODEL = "people.Person"
# file: shop/people/__init__.py
# file: shop/people/models.py
from django.contrib.auth.models import AbstractUser


class Person(AbstractUser):
    def rename(self, name):
        self.name = name
        self.save()
# file: shop/service.py
from django.http import HttpRequest


def rename(request: HttpRequest, names):
    for name in names:
        request.user.rename(name)  # !
""",
    "what the extension of a framework asks by itself, and what a client of events waits for": """
from flask_sqlalchemy import SQLAlchemy
from posthog import Posthog

db = SQLAlchemy()


def build(names, client: Posthog):
    for name in names:
        db.session.execute(db.select(name))  # !
        db.get_or_404(name, 1)  # !
        client.get_feature_flag("new", name)  # !
""",
    "a memoized function that is passed something else each time": """
from functools import lru_cache
from shop.store import load


class Settings:
    @lru_cache
    def read(self):
        return load(None, "x")


@lru_cache
def rate(name):
    return load(None, name)


def value(name):
    return rate(name)


def shortened(name):
    key = name[:3]
    return rate(key)


def bill(keys, every: list[Settings]):
    for key in keys:
        rate(key)  # !
        value(key)  # !
        shortened(key)  # !
    return [settings.read() for settings in every]  # !
""",
    "a query in the body of a loop": """
def bill(db, keys):
    from shop.store import Orders
    orders = Orders(db)
    for key in keys:
        orders.find(key)  # !
""",
    "a query two calls down": """
from sqlalchemy.orm import Session

from shop.store import Orders


def bill(db: Session, keys):
    for key in keys:
        Orders(db).get(key)  # !
""",
    "a comprehension": """
from shop.store import load


def bill(db, keys):
    return [load(db, key) for key in keys]  # !
""",
    "the condition of a comprehension": """
from shop.store import load


def bill(db, keys):
    return [key for key in keys if load(db, key)]  # !
""",
    "the condition of while, and a walrus in it": """
from shop.store import load


def bill(db, key):
    while order := load(db, key):  # !
        key = order.following
""",
    "an argument, a default of a lambda's call and an f-string": """
from shop.store import describe, load


def bill(db, keys):
    for key in keys:
        describe(load(db, key))  # !
        print(f"{load(db, key)}")  # !
""",
    "an except block": """
from shop.store import load


def bill(db, keys):
    for key in keys:
        try:
            print(key)
        except ValueError:
            load(db, key)  # !
""",
    "the iterable of an inner loop": """
from shop.models import Book


def names():
    for name in ["a", "b"]:
        for book in Book.objects.filter(title=name):  # !
            print(book)
""",
    "a query that is built in a loop and iterated in it": """
from shop.models import Book


def names():
    for name in ["a", "b"]:
        books = Book.objects.filter(title=name)  # !
        for book in books:
            print(book)
""",
    "a query that is built in a loop and asked for its length": """
from shop.models import Book


def names():
    for name in ["a", "b"]:
        books = Book.objects.filter(title=name)
        print(len(books))  # !
        print(len(books))
""",
    "a query that is tested for truth": """
from shop.models import Book


def names():
    for name in ["a", "b"]:
        if Book.objects.filter(title=name):  # !
            print(name)
""",
    "the iterable of a generator that is consumed in a loop": """
from shop.models import Book


def titles(name):
    for book in Book.objects.filter(title=name):
        yield book.title


def names():
    for name in ["a", "b"]:
        print(list(titles(name)))  # !
""",
    "a relation of a row": """
from shop.models import Book


def labels(books: list[Book]):
    for book in books:
        book.labels.add(1)  # !
        print(list(book.labels.all()))  # !
""",
    "a method that a mixin overrides and passes on": """
from django.db import models


class Logged:
    def delete(self, *args):
        return super().delete(*args)


class Invoice(Logged, models.Model):
    number = models.TextField()


def clear():
    for invoice in Invoice.objects.all():
        invoice.delete()  # !
""",
    "an awaited coroutine of the project": """
from shop.entities import Member


async def find(name):
    return await Member.filter(name=name).first()


async def bill(names):
    for name in names:
        await find(name)  # !
""",
    "coroutines that are gathered": """
import asyncio

from shop.entities import Member


async def bill(names):
    return await asyncio.gather(*(Member.get(name=name) for name in names))  # !
""",
    "a relation that is awaited, without a call": """
from shop.entities import Member


async def bill(members: list[Member]):
    for member in members:
        print(await member.roles)  # !
""",
    "asyncio.run": """
import asyncio

from shop.entities import Member


async def find(name):
    return await Member.get(name=name)


def bill(names):
    for name in names:
        asyncio.run(find(name))  # !
""",
    "a callable that is given to a thread": """
import asyncio

import requests

from shop.store import load


async def bill(db, keys):
    for key in keys:
        await asyncio.to_thread(load, db, key)  # !
        await asyncio.to_thread(requests.get, key)  # !
""",
    "map, and a partial": """
from functools import partial

from shop.store import load


def bill(db, keys):
    return list(map(partial(load, db), keys))  # !
""",
    "a lambda that a helper calls": """
from shop.store import load


def retry(action):
    return action()


def bill(db, keys):
    for key in keys:
        retry(lambda: load(db, key))  # !
""",
    "a nested function": """
from shop.store import load


def bill(db, keys):
    def one(key):
        return load(db, key)

    for key in keys:
        one(key)  # !
""",
    "an instance of the module, and an inherited method": """
from sqlalchemy.orm import Session

from shop.store import Orders


class Special(Orders):
    pass


session = Session()
special = Special(session)


def bill(keys):
    for key in keys:
        special.get(key)  # !
""",
    "a hook that a subclass overrides": """
from shop.models import Book


class Step:
    def run(self, name):
        self.act(name)

    def act(self, name):
        raise NotImplementedError


class Count(Step):
    def act(self, name):
        return Book.objects.filter(title=name).count()


def bill(names):
    step = Count()
    for name in names:
        step.run(name)  # !
""",
    "a commit that is the default of a keyword": """
from shop.store import store


def bill(db, orders):
    for order in orders:
        store(db, order)  # !
""",
    "requests and mail": """
import requests

from shop.mail import send


def tell(addresses):
    for address in addresses:
        requests.post("https://example.org", json=address)  # !
        send(address)  # !
""",
    "a statement and a legacy query of SQLAlchemy": """
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.rows import Order


def bill(db: Session, keys):
    for key in keys:
        db.execute(select(Order)).scalars().all()  # !
        db.query(Order).filter(Order.key == key).first()  # !
""",
    "recursion": """
from shop.models import Label


def tree(label):
    return [tree(child) for child in Label.objects.filter(parent=label)]  # !
""",
    "a class whose constructor queries": """
from shop.models import Book


class Page:
    def __init__(self, name):
        self.book = Book.objects.get(title=name)


def pages(names):
    return {name: Page(name) for name in names}  # !
""",
    "a foreign key of the rows of a query": """
from django.db import models


class Author(models.Model):
    name = models.TextField()


class Poem(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)


def names():
    for poem in Poem.objects.filter(author=1):
        print(poem.author.name)  # !
        print(poem.author.name)
    return [poem.author.name.upper() for poem in Poem.objects.all()]  # !
""",
    "a foreign key of the rows of a query with a name": """
from django.db import models


class Author(models.Model):
    name = models.TextField()


class Poem(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)


def names():
    poems = Poem.objects.all()
    for poem in poems:
        print(poem.author.name)  # !
""",
    "a relationship of SQLAlchemy that is loaded when it is read": """
from sqlalchemy.orm import DeclarativeBase, relationship


class Line(DeclarativeBase):
    pass


class Basket(DeclarativeBase):
    lines = relationship("Line")


def count(baskets: list[Basket]):
    for basket in baskets:
        for line in basket.lines:  # !
            print(line)
""",
    "a method that is called by an alias": """
from shop.store import load as fetch


def bill(db, keys):
    again = fetch
    for key in keys:
        again(db, key)  # !
""",
}
CLEAN = {
    "a query that is replaced in the branch that tests it": """
from shop.models import Book


def same(names, flag):
    for name in names:
        found = Book.objects.filter(title=name)
        if flag:
            found = []
            assert found


def other(names, flag):
    for name in names:
        found = []
        if flag:
            found = Book.objects.filter(title=name)
        else:
            assert found


def always(names, flag):
    for name in names:
        found = Book.objects.filter(title=name)
        if flag:
            print(name)
        found = []
        if found:
            print(name)
""",
    "statements and parts of statements, however they are built": """
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import CTE, Alias, Subquery

db = SQLAlchemy()


def build(names, rows: Subquery, common: CTE, other: Alias):
    for name in names:
        db.select(name)
        db.and_(db.not_(name), db.or_(name))
        db.update(name).values(db.text("x"))
        rows.join(other)
        common.union(rows.select())
""",
    "events that a client queues, and commands that it collects": """
from glide import Batch
from posthog import Posthog


def track(names, client: Posthog, batch: Batch):
    for name in names:
        client.capture(name)
        batch.set(name, 1)
""",
    "the iterable of a loop and of a comprehension": """
from shop.models import Book


def names():
    for book in Book.objects.all():
        print(book)
    return [book.title for book in Book.objects.all()]
""",
    "the else of a loop, and what follows it": """
from shop.store import load


def bill(db, keys):
    for key in keys:
        print(key)
    else:
        load(db, 1)
    load(db, 2)
""",
    "a query that is only built": """
from shop.models import Book


def names():
    found = Book.objects.all()
    for name in ["a", "b"]:
        found = found.filter(title=name)
    return found
""",
    "a query that is built before the loop, however often it is read": """
from shop.models import Book


def names(name):
    found = Book.objects.filter(title=name)
    for other in ["a", "b"]:
        for book in found:
            print(book, other)
        print(len(found))
""",
    "a generator that is only made": """
from shop.models import Book


def titles(name):
    for book in Book.objects.filter(title=name):
        yield book.title


def names():
    return [titles(name) for name in ["a", "b"]]
""",
    "methods with such names of mappings, lists, paths and strings": """
from pathlib import Path


def read(names, page):
    found = {}
    for name in names:
        found.get(name)
        found.update({name: 1})
        Path(name).exists()
        name.count(".")
        names.append(name)
        page.save(name)
""",
    "adding to a session, and setting attributes": """
from sqlalchemy.orm import Session

from shop.rows import Order


def make(db: Session, names):
    for name in names:
        order = Order()
        setattr(order, "name", name)
        db.add(order)
    db.commit()
""",
    "rows of a result": """
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.rows import Order


def read(db: Session):
    result = db.execute(select(Order))
    while row := result.fetchone():
        print(row)
""",
    "what the callee does only if it is told to": """
from shop.models import Book


def copy(book: Book, save: bool = True) -> Book:
    if save:
        book.save()
    return book


def copies(books):
    return [copy(book, save=False) for book in books]
""",
    "what the callee does only after it has returned otherwise": """
from shop.models import Book


def copy(book: Book, save: bool = False) -> Book:
    if not save:
        return book
    book.save()
    return book


def copies(books):
    return [copy(book) for book in books]
""",
    "a default that a keyword passes on": """
from shop.models import Book


def write(book: Book, *, save: bool) -> None:
    if save:
        book.save()


def copy(book: Book, save: bool = False) -> None:
    write(book, save=save)


def copies(books):
    for book in books:
        copy(book)
""",
    "a callee of unknown type": """
def read(client, keys):
    for key in keys:
        client.get(key)
        client.objects.filter(key=key).first()
""",
    "a reference that nobody calls": """
from shop.store import load


def read(keys):
    return {key: load for key in keys}
""",
    "a lambda that is kept": """
from shop.store import load


def read(db, keys):
    return [lambda: load(db, key) for key in keys]
""",
    "a task, a message of it and a file": """
from shop.tasks import ship


def send(orders):
    for order in orders:
        ship.delay(order)
        ship.s(order)
        open(order)
""",
    "a bulk write after the loop": """
from shop.models import Book


def make(names):
    books = []
    for name in names:
        books.append(Book(title=name))
    Book.objects.bulk_create(books)
""",
    "a chain that is deeper than the contract follows": """
from shop.store import load


def one(db):
    load(db, 1)


def two(db):
    one(db)


def three(db):
    two(db)


def bill(db, keys):
    for key in keys:
        three(db)
""",
    "a foreign key that is loaded with its rows, its key, and one of a row of unknown origin": """
from django.db import models


class Author(models.Model):
    name = models.TextField()


class Poem(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)


def names(others: list[Poem]):
    for poem in Poem.objects.select_related("author"):
        print(poem.author.name)
    for poem in Poem.objects.all():
        print(poem.author.pk, poem.author_id, poem.author)
    for poem in others:
        print(poem.author.name)
    poems = Poem.objects.all()
    poems = poems.prefetch_related("author")
    for poem in poems:
        print(poem.author.name)
""",
    "a relationship of SQLAlchemy that is loaded with its row": """
from sqlalchemy.orm import DeclarativeBase, relationship


class Line(DeclarativeBase):
    pass


class Basket(DeclarativeBase):
    lines = relationship("Line", lazy="selectin")


def count(baskets: list[Basket]):
    for basket in baskets:
        for line in basket.lines:
            print(line)
        basket.lines.append(1)
""",
    "a memoized function that is passed the same each time, through others as well": """
from functools import lru_cache
from shop.store import load

KEY = "rate"


@lru_cache
def setting(db, name): ...


@lru_cache
def rate(name, fallback=None):
    return load(None, name)


def value(name, fallback=None):
    return rate(name, fallback)


def bill(keys):
    for key in keys:
        rate("eur")
        rate(KEY, fallback=1)
        value("usd")
""",
    "a function that is called like one that queries": """
from shop import store


def load(db, key):
    return key


def bill(db, keys):
    return [load(db, key) for key in keys]
""",
}


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND.keys())
def test_an_effect_in_a_loop_is_found_at_the_outermost_call(project: Project, text: str) -> None:
    found, marked = check_effects(project, text, RULE)

    assert found == marked
    assert marked


@pytest.mark.parametrize("text", CLEAN.values(), ids=CLEAN.keys())
def test_what_only_looks_like_an_effect_in_a_loop_is_not_found(project: Project, text: str) -> None:
    found, _ = check_effects(project, text, RULE)

    assert found == []
