"""Ways to reach a cache: every marked line must be found, and no other."""

import pytest
from marks import check_marked
from project import Project

CONTRACT = """
version: 1
project: {packages: [shop]}
contracts:
  - {id: caches, kind: database, channels: [cache], allowed_in: shop.caches}
"""
CACHES = {"shop/caches.py": ""}
EVASIONS = {
    "clients of every spelling": """
import redis  # !
import redis.asyncio as aioredis  # !
from redis.client import StrictRedis  # !


async def view():
    StrictRedis.from_url("redis://cache").hsetnx("a", "b", "c")  # !
    await aioredis.Redis.from_url("redis://cache").zincrby("a", 1, "b")  # !
    client = aioredis.StrictRedis.from_url("redis://cache")  # !
    pool = redis.ConnectionPool.from_url("redis://cache")  # !
    other = aioredis.BlockingConnectionPool.from_url("redis://cache")  # !
    await client.aclose()  # !
    return pool, other
""",
    "what a client returns": """
from shop.caches import connect


def view():
    client = connect()
    channel = client.pubsub()  # !
    channel.subscribe("orders")  # !
    for message in channel.listen():  # !
        print(message["data"], message.get("channel"))
    lock = client.lock("orders")  # !
    if lock.acquire():  # !
        lock.release()  # !
    script = client.register_script("return 1")  # !
    script(keys=["a"])  # !
    return client.json().get("a"), client.connection_pool.disconnect()  # !
# file: shop/caches.py
import redis


def connect() -> redis.Redis: ...
""",
    "caches of frameworks": """
from aiocache import Cache as AsyncCache  # !
from aiocache import caches  # !
from fastapi_cache import FastAPICache  # !
from flask_caching import Cache  # !

cache = Cache()


@cache.memoize()
def load():
    return cache.get("a")  # !


async def view():
    cache.delete_memoized(load)  # !
    await FastAPICache.get_backend().get("a")  # !
    await FastAPICache.clear("orders")  # !
    await caches.get("default").multi_get(["a"])  # !
    return await AsyncCache(AsyncCache.REDIS).set("a", 1)  # !
""",
}
TRAPS = {
    "an error and a pool that are only made": """
from shop.caches import errors


def view():
    raise errors().RedisError(errors().ConnectionPool(host="cache"))
# file: shop/caches.py
import redis


def errors():
    return redis
""",
    "what a client knows of itself": """
from shop.caches import connect


def view():
    client = connect()
    return client.connection_pool.connection_kwargs.get("host"), client.get_connection_kwargs().get("port")
# file: shop/caches.py
import redis


def connect() -> redis.Redis: ...
""",
}


@pytest.mark.parametrize("name", EVASIONS)
def test_a_true_positive_is_found(name: str, project: Project) -> None:
    found, marked = check_marked(project, EVASIONS[name], CONTRACT, "shop/views.py", CACHES)

    assert found == marked


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_left_alone(name: str, project: Project) -> None:
    found, _ = check_marked(project, TRAPS[name], CONTRACT, "shop/views.py", CACHES)

    assert found == []
