"""What blocks the event loop: synchronous clients, files, sleeping and processes in asynchronous functions."""

import pytest
from effect_shops import check_effects
from project import Project

RULE = "{modules: shop.service, functions: {be: async}, must_not: [blocking]}"

FOUND = {
    "a query that is passed to a function which iterates over it": """
from shop.models import Book


def titles(books):
    return [book.title for book in books]


async def rows(books):
    return [book for book in books]  # !


async def route(names):
    await rows(Book.objects.all())
    return titles(names) or titles(Book.objects.all())  # !
""",
    "a producer of messages that is flushed": """
from confluent_kafka import Producer


async def tell(producer: Producer):
    producer.produce("orders", b"paid")
    producer.flush()  # !
""",
    "a synchronous session": """
from sqlalchemy.orm import Session

from shop.store import load, store


async def route(db: Session):
    order = load(db, 1)  # !
    store(db, order, commit=False)  # !
    db.rollback()  # !
    return order
""",
    "sleeping, a process, a file and a request": """
import subprocess
import time
from pathlib import Path
from shutil import rmtree as drop

import requests


async def route(path: Path):
    time.sleep(1)  # !
    subprocess.run(["ls"])  # !
    with open(path) as file:  # !
        print(file)
    path.with_suffix(".txt").write_text("")  # !
    drop(path)  # !
    requests.get("https://example.org")  # !
""",
    "a file two synchronous calls down": """
from shop.files import render


async def route():
    return render("a.html")  # !
""",
    "the argument of an awaited call": """
from shop.files import render


async def post(text): ...


async def route():
    await post(render("a.html"))  # !
""",
    "a query of Django": """
from shop.models import Book


async def route():
    books = [book for book in Book.objects.all()]  # !
    return await Book.objects.acount(), Book.objects.count()  # !
""",
    "a method, a nested asynchronous function and an async comprehension": """
import time


class View:
    async def get(self):
        time.sleep(1)  # !

    async def post(self, rows):
        async def inner():
            time.sleep(1)  # !

        await inner()
        return [time.sleep(1) async for row in rows]  # !
""",
    "a nested function that is called at once": """
import time


async def route():
    def wait():
        time.sleep(1)

    wait()  # !
""",
    "a synchronous client among asynchronous ones": """
import httpx


async def route():
    async with httpx.AsyncClient() as client:
        await client.get("https://example.org")
        httpx.get("https://example.org")  # !
""",
    "a memoized function that runs once for each argument": """
from functools import lru_cache


@lru_cache
def template(name):
    return open(name)


async def route(name):
    return template(name)  # !
""",
    "a callable that a helper runs at once": """
import time


def measured(action):
    return action()


async def route():
    measured(lambda: time.sleep(1))  # !
""",
}
CLEAN = {
    "awaited calls of asynchronous clients": """
import asyncio

import aiofiles
import asyncpg
import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from shop.entities import Member
from shop.rows import Order


async def route(db: AsyncSession, pool: asyncpg.Pool):
    await asyncio.sleep(1)
    await db.get(Order, 1)
    db.add(Order())
    await pool.fetch("SELECT 1")
    await Member.filter(name="a").first()
    async with aiofiles.open("a") as file:
        await file.read()
    async with httpx.AsyncClient() as client:
        await asyncio.gather(client.get("a"), client.get("b"))
        requests = [client.get("c")]
        await asyncio.gather(*requests)
""",
    "what runs in a thread": """
import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from asgiref.sync import sync_to_async
from fastapi.concurrency import run_in_threadpool

from shop.files import render


async def route():
    await asyncio.to_thread(render, "a")
    await run_in_threadpool(partial(render, "a"))
    await run_in_threadpool(lambda: time.sleep(1))
    await sync_to_async(render)("a")
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, render, "a")
    with ThreadPoolExecutor() as pool:
        pool.submit(render, "a")

    def work():
        time.sleep(1)

    await asyncio.to_thread(work)
""",
    "a function that is made to run in a thread": """
import time

from asgiref.sync import sync_to_async


@sync_to_async
def wait():
    time.sleep(1)


async def route():
    await wait()
""",
    "a helper of the project that runs its argument in a thread": """
import asyncio
import time


async def in_thread(action, *args):
    return await asyncio.to_thread(action, *args)


async def route():
    await in_thread(time.sleep, 1)
    await in_thread(lambda: time.sleep(1))
""",
    "what runs later": """
from fastapi import BackgroundTasks

from shop.files import render


async def route(background: BackgroundTasks):
    background.add_task(render, "a")
""",
    "a plain function": """
import time


def route():
    time.sleep(1)
""",
    "an awaited coroutine, which is reported by itself": """
from shop.slow import wait


async def route():
    await wait()
# file: shop/slow.py
import time


async def wait():
    time.sleep(1)
""",
    "opening a session, paths and other functions of time": """
import os.path
import time
from pathlib import Path

from sqlalchemy.orm import sessionmaker

Maker = sessionmaker()


async def route():
    session = Maker()
    os.path.exists("a")
    return time.time(), Path("a").name, session
""",
    "an asynchronous client of a cache, and what it collects": """
from glide import Batch, GlideClient


async def remember(client: GlideClient, batch: Batch):
    batch.set("key", "value")
    await client.exec(batch, True)
""",
    "a query that is only built": """
from shop.models import Book


async def route():
    async for book in Book.objects.filter(title="a"):
        print(book)
""",
    "a function without arguments that runs once, and a folder that is made": """
from functools import lru_cache
from pathlib import Path


@lru_cache
def settings():
    return open("settings.toml")


async def route():
    Path("a").mkdir(exist_ok=True)
    return settings()
""",
    "a method of unknown type that is called like one that blocks": """
async def route(clock, shelf):
    clock.sleep(1)
    shelf.read_text()
""",
}


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND.keys())
def test_what_blocks_is_found_in_the_innermost_asynchronous_function(project: Project, text: str) -> None:
    found, marked = check_effects(project, text, RULE)

    assert found == marked
    assert marked


@pytest.mark.parametrize("text", CLEAN.values(), ids=CLEAN.keys())
def test_what_blocks_nothing_is_not_found(project: Project, text: str) -> None:
    found, _ = check_effects(project, text, RULE)

    assert found == []
