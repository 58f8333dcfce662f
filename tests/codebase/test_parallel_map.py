"""Work that is shared out among processes comes to the same as without them."""

import json
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

import pytest
from project import Project

from archguard.codebase.parallel_map import parallel_map

HERE = os.getpid()
FILES = 1100
"""More than one process reads."""


TEXTS = (
    "import os  # archguard: ignore[low] for now\n",
    "from shop import Order\nimport os.path\n",
    "class Order: ...\n",
    "import importlib\nimportlib.import_module('shop.m2')\nimportlib.import_module(name)\n",
    "from ... import lost\nimport os\n",
    "import os\nthis is no Python\n",
    "if True:\n    from . import m2\n",
)


def with_process(share: Sequence[int]) -> list[tuple[int, int]]:
    return [(item, os.getpid()) for item in share]


def told(least: int = 1) -> list[tuple[int, int]]:
    """Twenty numbers, each with the process that worked on it."""
    return list(chain(*parallel_map(with_process, range(20), least, native=False)))


def only_here(share: Sequence[int]) -> list[int]:
    """Ends any other process than this one."""
    if os.getpid() != HERE:
        os._exit(3)
    return list(share)


def failing(share: Sequence[int]) -> list[int]:
    raise ValueError(f"there are {len(share)}")


@pytest.fixture
def thread() -> Iterator[threading.Thread]:
    """A thread that may hold a lock, for as long as the test takes."""
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    yield thread
    end.set()
    thread.join()


def report(project: Project) -> dict[str, Any]:
    """What a check tells, but for the time that it took."""
    told: dict[str, Any] = json.loads(project.run("check", "--no-cache", "--format", "json").stdout)
    del told["summary"]["seconds"]
    return told


@contextmanager
def one_processor() -> Iterator[None]:
    """Meanwhile there is only one."""
    all_of_them = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(all_of_them)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, all_of_them)


def test_each_item_is_worked_on_once() -> None:
    items = [item for item, _ in told()]

    assert sorted(items) == list(range(20))


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="processes are forked on Linux only")
def test_each_processor_has_its_process() -> None:
    processes = {process for _, process in told()}

    count = min(20, len(os.sched_getaffinity(0)))
    assert len(processes) == count
    assert (HERE in processes) == (count == 1)


def test_few_items_are_worked_on_here() -> None:
    assert {process for _, process in told(least=11)} == {HERE}


@pytest.mark.usefixtures("thread")
def test_nothing_is_forked_while_a_thread_may_hold_a_lock() -> None:
    assert {process for _, process in told()} == {HERE}


def test_a_share_whose_process_comes_to_nothing_is_worked_on_here() -> None:
    found = chain(*parallel_map(only_here, range(20), 1, native=False))

    assert sorted(found) == list(range(20))


def test_an_error_is_raised_here() -> None:
    with pytest.raises(ValueError, match="there are"):
        list(parallel_map(failing, range(20), 1, native=False))


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="processes are forked on Linux only")
def test_a_report_is_the_same_whatever_the_number_of_processes(project: Project) -> None:
    project.write_all({f"shop/m{number}.py": TEXTS[number % len(TEXTS)] for number in range(FILES)})
    project.write("shop/__init__.py", "from shop.m2 import Order\n")
    project.configure("""
        contracts:
          - {id: low, kind: forbidden, modules: shop.m1*, must_not_import: [shop.m2, os]}
    """)

    several = report(project)
    with one_processor():
        one = report(project)

    assert several == one
    assert one["summary"]["suppressed"] == 30
    assert {problem["code"] for problem in one["problems"]} > {"dynamic-import", "relative-import", "syntax"}
