"""Calls that stand one step away from what is called: handed on, in helpers, by own decorators, of other libraries."""

import pytest
from marks import check_marked
from project import Project

from archguard.model import Confidence

GATEWAY = """
version: 1
project: {packages: [shop]}
contracts:
  - {id: outside, kind: gateway, modules: [shop.views], detect: [calls]}
"""
DATABASE = """
version: 1
project: {packages: [shop]}
contracts:
  - {id: db, kind: database, modules: [shop.views], detect: [calls, sql], check_parameters: true}
"""
OWN = """
version: 1
project: {{packages: [shop]}}
contracts:
  - id: own
    kind: {kind}
    modules: [shop.views]
    detect: [calls]
    clients:
      {channel}:
        functions: [warehouse.sub.ask, shop.legacy.run]
        methods: {{warehouse.Pool: [fetch], shop.legacy.Shelf: [put]}}
        returns: {{warehouse.open(): warehouse.Pool}}
"""
OUTSIDE = {
    "functions that something will call": """
import asyncio
from functools import partial, wraps
from inspect import signature
import requests
from asgiref.sync import sync_to_async
from requests import Timeout, get
from shop.tools import pick, send


async def view(tasks, pool, urls, fetch=requests.get):
    tasks.add_task(requests.post, url="/", timeout=3)  # !
    list(map(get, urls))  # !
    pool.submit(send, "/")  # !
    await sync_to_async(requests.get)("/")  # !
    run(args=(requests.put, "/"))  # !
    later = requests.patch if urls else None
    tasks.add_task(later)  # !
    tasks.add_task(fetch)  # !
    tasks.add_task(own())  # !
    tasks.add_task(own, pick, requests.Session, requests.Timeout, Timeout, requests.codes.ok)
    print(requests.get, callable(get), signature(get), isinstance(urls, requests.Session))
    return partial(requests.get, "/")  # !


@wraps(requests.get)
def own():
    return requests.get
# file: shop/tools.py
import requests

send = requests.post


def pick(): ...
""",
    "the client of the own application": """
from functools import partial
import httpx


async def view(app, method):
    inside = httpx.AsyncClient(transport=httpx.ASGITransport(app=app))
    await getattr(inside, method)("/")
    await getattr(inside, "get")("/")
    send = getattr(inside, "post")
    await send("/")
    put = partial(inside.put, "/")
    await put()
    outside = httpx.AsyncClient()  # !
    await getattr(outside, method)("/")  # !
    post = getattr(outside, "post")
    await post("/")  # !
""",
    "tasks by decorators one step removed": """
from shop import jobs


def view():
    jobs.around.delay()  # !
    jobs.configured.delay()  # !
    jobs.derived.delay()  # !
    jobs.bound.delay()  # !
    jobs.plain.delay()
# file: shop/jobs.py
from shop.worker import Counting, around_task, bound_task, configured_task, plain_task

@around_task
def around(): ...

@configured_task(3)
def configured(): ...

@Counting("mail")
def derived(): ...

@bound_task()
def bound(): ...

@plain_task
def plain(): ...
# file: shop/worker.py
from functools import partial, wraps
from celery import Celery
from rq.decorators import job

app = Celery()
bound_task = partial(job, "mail")


class Counting(job): ...


def around_task(function):
    @wraps(function)
    def inner(): ...

    task = app.task(inner)
    return task


def configured_task(retries):
    def decorate(function):
        return app.task(bind=True)(function)

    return decorate


def plain_task(function):
    return Later(function)


class Later:
    def delay(self): ...
""",
}
STORED = {
    "a session by any of its names, and what only begins like one": """
from flask import session as visitor


def view(request, session, session_2, dbSession, session_buffer, sessionInfo, cursor_position):
    session.add(1)  # !
    session_2.add(1)  # !
    dbSession.add(1)  # !
    session_buffer.add(1)
    sessionInfo.add(1)
    cursor_position.execute(1)
    request.session.flush()
    found = request.session
    found.flush()
    request.session.execute("x")  # !
    visitor.get("x")
""",
    "a library that nobody has listed": """
import unlisted
from unlisted import Pool
from unlisted_web import Session


async def view(pool: Pool, session: Session, query, gear: unlisted.Gear):
    unlisted.run("SELECT id FROM parcels")  # !
    await pool.fetchval("SELECT id FROM parcels")  # !
    async with pool.transaction() as conn:
        await conn.execute(query)  # !
    session.execute(query)
    gear.execute(query)
    gear.run("SELECT a gear and go")
    gear.note("SELECT id FROM parcels")
""",
    "a helper that is handed a session": """
from shop.deeper import deeper


def page(handle, size):
    handle.commit()  # !
    return size.commit()
# file: shop/api.py
from sqlalchemy.orm import Session
from shop.views import page


def show(handle: Session):
    page(handle, 3)
""",
    "a parameter whose provider gives a session": """
from typing import Annotated, Any
from fastapi import Depends
from shop.provider import get_session, get_size


def first(handle=Depends(get_session)): ...  # !
def second(handle: Any = Depends(dependency=get_session)): ...  # !
def third(handle: Annotated[Any, Depends(get_session)]): ...  # !
def fourth(size=Depends(get_size), handle: int = 3, *args: int): ...
# file: shop/provider.py
from sqlalchemy.orm import sessionmaker


def get_session():
    with sessionmaker()() as session:
        yield session


def get_size(): return 3
""",
}


@pytest.mark.parametrize("name", OUTSIDE)
def test_what_is_marked_reaches_outside(name: str, project: Project) -> None:
    found, marked = check_marked(project, OUTSIDE[name], GATEWAY, "shop/views.py", {"shop/__init__.py": ""})

    assert found == marked


@pytest.mark.parametrize("name", STORED)
def test_what_is_marked_reaches_a_database(name: str, project: Project) -> None:
    found, marked = check_marked(project, STORED[name], DATABASE, "shop/views.py", {"shop/__init__.py": ""})

    assert found == marked


def test_the_session_of_a_visitor_is_not_even_a_possible_access(project: Project) -> None:
    text = "from flask import session as visitor\n\n\ndef view(request, session):\n    "
    project.write_all({"shop/__init__.py": "", "shop/views.py": f"{text}request.session.get(1)\n    session.get(1)\n"})
    project.configure(DATABASE)

    found = [(violation.location.line, violation.confidence) for violation in project.check().violations]

    assert found == [(6, Confidence.POSSIBLE)]


@pytest.mark.parametrize(("kind", "channel"), [("database", "database"), ("gateway", "http")])
def test_own_clients_of_functions_and_classes_alone_are_found(kind: str, channel: str, project: Project) -> None:
    text = """
import warehouse
from shop import legacy
from shop.legacy import Shelf
from warehouse import sub


class Mine(Shelf): ...


def view(shelf: Shelf):
    sub.ask()  # !
    sub.stop()
    warehouse.open().fetch()  # !
    warehouse.open().close()
    legacy.run()  # !
    legacy.stop()
    shelf.put()  # !
    shelf.look()
    Mine().put()  # !
# file: shop/legacy.py
class Shelf:
    def put(self): ...
    def look(self): ...


def run(): ...
def stop(): ...
"""
    configuration = OWN.format(kind=kind, channel=channel)

    found, marked = check_marked(project, text, configuration, "shop/views.py", {"shop/__init__.py": ""})

    assert found == marked


def test_a_query_that_a_long_function_narrows_line_by_line_is_found(project: Project) -> None:
    lines = "    orders = orders.filter(1)\n" * 600
    project.write_all({"shop/__init__.py": "", "shop/views.py": f"def f(db):\n    orders = db.query(1)\n{lines}"})
    project.configure(DATABASE)

    assert len(project.check().violations) == 601


@pytest.mark.parametrize("order", [1, -1], ids=["from above", "from below"])
def test_methods_of_models_that_call_each_other_are_found_in_either_order(order: int, project: Project) -> None:
    methods = [
        "    def save_one(self):\n        self.save_two()\n        self.objects.update(a=1)\n",
        "    def save_two(self):\n        self.save_one()\n",
    ]
    calls = ["    row.save_one()\n", "    row.save_two()\n"]
    model = "from django.db.models import Model\nclass Row(Model):\n" + "".join(methods)
    view = "from shop.models import Row\ndef f(row: Row):\n" + "".join(calls[::order])
    project.write_all({"shop/__init__.py": "", "shop/models.py": model, "shop/views.py": view})
    project.configure(DATABASE)

    assert sorted(violation.location.line for violation in project.check().violations) == [3, 4]


PATHS = """
version: 1
project: {packages: [shop]}
contracts:
  - {id: paths, kind: structure, rules: [{modules: shop.views, must_not: {call: "%s"}}]}
"""


@pytest.mark.parametrize("call", ["pathlib.Path.write_text", "*.write_text"])
def test_what_pathlib_gives_is_a_path(call: str, project: Project) -> None:
    text = """
from pathlib import Path


class Mine(Path): ...


def view(p: Path, q: int):
    (p / "a").write_text("")  # !
    ("a" / p).write_text("")  # !
    (Path.cwd() / "a" / "b").write_text("")  # !
    p.parents[1].with_suffix(".x").resolve().write_text("")  # !
    [x.write_text("") for x in sorted(p.glob("*"))]  # !
    max(p.iterdir()).write_text("")  # !
    (Mine() / "a").write_text("")  # !
    (p / "write_text").read_text()
"""

    found, marked = check_marked(project, text, PATHS % call, "shop/views.py", {"shop/__init__.py": ""})

    assert found == marked


def test_a_star_matches_the_call_of_whatever_an_operation_gives(project: Project) -> None:
    text = "def view(a, b):\n    (a + b).write_text()  # !\n    (a or b).write_text()  # !\n    (a + b).read()\n"

    found, marked = check_marked(project, text, PATHS % "*.write_text", "shop/views.py", {"shop/__init__.py": ""})

    assert found == marked
