"""What is known of operations and of execution is written as it is read."""

import builtins
import importlib
from dataclasses import fields

import pytest

from archguard.effects.catalogue.catalogue import library, load_catalogue
from archguard.effects.catalogue.client import CHANNELS
from archguard.effects.catalogue.execution import load_execution
from archguard.effects.catalogue.operations import Lists, Operation, load_operations

CLASSES = load_operations().facts.classes


@pytest.mark.parametrize("name", CLASSES)
def test_an_entry_of_a_class_lists_each_method_once_and_names_entries(name: str) -> None:
    entry = CLASSES[name]
    methods = [method for item in fields(Lists) for method in getattr(entry, item.name)]

    assert len(methods) == len(set(methods))
    assert {entry.same_as, entry.relation} <= {"", *CLASSES}


@pytest.mark.parametrize("name", [name for name in CLASSES if "*" not in name])
def test_an_entry_is_of_a_class_that_the_catalogue_knows(name: str) -> None:
    clients = load_catalogue(CHANNELS)

    assert clients.imported(name) or clients.receiver(library(), name) or clients.model(library(), name)


@pytest.mark.parametrize(
    ("cls", "method", "expected"),
    [
        ("django.db.models.Manager", "filter", Operation.LAZY),
        ("django.db.models.Manager", "exists", Operation.READ),
        ("django.db.models.Model.tags", "add", Operation.WRITE),
        ("django.db.models.Model", "save", Operation.WRITE),
        ("sqlalchemy.orm.Session", "add", Operation.NOTHING),
        ("sqlalchemy.orm.Session", "flush", Operation.WRITE),
        ("sqlalchemy.ext.asyncio.AsyncSession", "commit", Operation.COMMIT),
        ("sqlalchemy.engine.Result", "all", Operation.NOTHING),
        ("psycopg2.extensions.cursor", "execute", Operation.STATEMENT),
        ("psycopg.Cursor", "fetchall", Operation.NOTHING),
        ("pymongo.collection.Collection", "insert_one", Operation.WRITE),
        ("pymongo.collection.Collection", "find_one", Operation.READ),
        ("pymongo.collection.Collection", "find", Operation.LAZY),
    ],
)
def test_the_class_of_a_receiver_decides_what_its_methods_do(cls: str, method: str, expected: Operation) -> None:
    assert load_operations().of_method(library(), cls, method) is expected


@pytest.mark.parametrize(
    "name", sorted(name for facts in load_execution().facts.blocking.values() for name in facts.functions)
)
def test_a_function_that_blocks_is_in_the_standard_library(name: str) -> None:
    module, _, function = name.rpartition(".")

    assert hasattr(builtins if module == "builtins" else importlib.import_module(module), function)


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("asyncpg.Pool.fetch", True),
        ("httpx.AsyncClient.get", True),
        ("httpx.Client.get", False),
        ("django.db.models.QuerySet.aexists", True),
        ("django.db.models.QuerySet.aggregate", False),
        ("django.db.models.QuerySet.all", False),
        ("sqlalchemy.ext.asyncio.AsyncSession.execute", True),
        ("sqlalchemy.orm.Session.execute", False),
        ("redis.asyncio.Redis.get", True),
        ("redis.Redis.get", False),
    ],
)
def test_asynchronous_clients_are_told_from_synchronous_ones(symbol: str, expected: bool) -> None:  # noqa: FBT001  # a table
    assert load_execution().is_asynchronous(symbol) is expected
