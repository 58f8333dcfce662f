"""A process that stays does not grow with the number of drafts."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from project import Project

from archguard.checking.session import Session
from archguard.semantics import ExternalModels
from archguard.servers.heap import Heap, memory

CONTRACT = "contracts: [{id: data, kind: database, allowed_in: shop.db}]\n"


def models() -> int:
    gc.collect()
    return sum(isinstance(each, ExternalModels) for each in gc.get_objects())


def test_drafts_leave_no_models_of_libraries_behind(project: Project) -> None:
    project.configure("project: {packages: [shop]}\n" + CONTRACT)
    project.write_all({"shop/__init__.py": "", "shop/db.py": "", "shop/api.py": ""})
    session = Session(project.config())
    session.check({Path("shop/api.py"): "import sqlite3\nsqlite3.connect('x').execute('select 1')\n"})
    before = models()

    for number in range(3):
        text = f"import sqlite3\nsqlite3.connect('{number}').execute('select 1')\n"
        assert session.check({Path("shop/api.py"): text}).new

    assert models() == before


class Cycle:
    """An object that only the collector can free."""

    def __init__(self) -> None:
        self.own = self


@pytest.fixture
def heap() -> Iterator[Heap]:
    yield Heap()
    gc.unfreeze()
    gc.enable()


def cycles() -> int:
    gc.unfreeze()
    return sum(isinstance(each, Cycle) for each in gc.get_objects())


def test_garbage_of_a_request_is_freed_after_it(heap: Heap) -> None:
    Cycle()
    assert cycles() == 1

    heap.collect_new()

    assert cycles() == 0


def test_garbage_that_was_in_use_for_long_is_freed_when_nobody_asks(heap: Heap) -> None:
    kept = [Cycle()]
    heap.collect_new()
    kept.clear()
    heap.collect_new()

    heap.collect_all()

    assert cycles() == 0


def test_memory_is_told() -> None:
    assert 10 << 20 < memory() < 10 << 30
