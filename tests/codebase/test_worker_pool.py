"""What processes answer that keep what they know is what one process would say."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from project import Project

from archguard.codebase import Codebase, read_codebase
from archguard.codebase.memo import per_codebase
from archguard.codebase.worker_pool import broadcast, map_shards, worker_pool

HERE = os.getpid()
FILES = 420
"""Enough for two processes."""
several = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="processes are forked on Linux only, where there are several processors",
)


def process(codebase: Codebase, modules: Sequence[str]) -> dict[str, int]:
    """The process that answers for each module."""
    del codebase
    return dict.fromkeys(modules, os.getpid())


def asked_before(codebase: Codebase, modules: Sequence[str]) -> int:
    """How often this was asked before where it is answered."""
    del modules
    count = asked(codebase)
    count.append(1)
    return len(count) - 1


@per_codebase
def asked(codebase: Codebase) -> list[int]:
    del codebase
    return []


@broadcast
def finder(codebase: Codebase, text: str) -> tuple[str, int]:
    """The process that has computed it."""
    del codebase
    return text, os.getpid()


def found_by(codebase: Codebase, modules: Sequence[str]) -> tuple[str, int]:
    del modules
    return finder(codebase, "here")


def dying_elsewhere(codebase: Codebase, modules: Sequence[str]) -> list[str]:
    del codebase
    if os.getpid() != HERE:
        os._exit(3)
    return list(modules)


def failing_on(module: str, codebase: Codebase, modules: Sequence[str]) -> None:
    del codebase
    if module in modules:
        raise ValueError(f"there is {module}")


def unspeakable(codebase: Codebase, modules: Sequence[str]) -> Iterator[str]:
    """What cannot be pickled."""
    del codebase
    return iter(modules)


@pytest.fixture
def codebase(project: Project) -> Codebase:
    """Many modules."""
    project.write_all({f"shop/m{number:03}.py": "" for number in range(FILES)})
    return read_codebase(project.root)


@contextmanager
def one_processor() -> Iterator[None]:
    """Meanwhile there is only one."""
    all_of_them = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(all_of_them)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, all_of_them)


def processes(codebase: Codebase) -> dict[str, int]:
    """Who answers for what."""
    return {module: who for part in map_shards(codebase, process, codebase.sources) for module, who in part.items()}


@several
def test_neighbours_are_answered_for_by_one_process(codebase: Codebase) -> None:
    with worker_pool(codebase):
        found = processes(codebase)

    neighbours = [found[f"shop.m{number:03}"] for number in range(90)]
    assert found.keys() == codebase.sources.keys()
    assert len(set(found.values())) > len(set(neighbours)) == 1


@several
def test_each_process_keeps_its_modules_and_what_it_knows(codebase: Codebase) -> None:
    with worker_pool(codebase):
        first, second = processes(codebase), processes(codebase)
        counts = [map_shards(codebase, asked_before, codebase.sources) for _ in range(3)]

    assert first == second
    assert [set(count) for count in counts] == [{0}, {1}, {2}]


@several
def test_what_was_found_is_known_to_all(codebase: Codebase) -> None:
    with worker_pool(codebase):
        processes(codebase)  # starts the workers
        finder(codebase, "here")
        found = map_shards(codebase, found_by, codebase.sources)

    assert len(found) > 1
    assert set(found) == {("here", HERE)}


@several
def test_a_process_that_dies_is_stood_in_for(codebase: Codebase) -> None:
    with worker_pool(codebase):
        died = map_shards(codebase, dying_elsewhere, codebase.sources)
        after = processes(codebase)

    assert sorted(codebase.sources) == sorted(module for part in died for module in part)
    assert HERE in after.values()
    assert after.keys() == codebase.sources.keys()


@several
def test_an_answer_that_cannot_be_told_is_found_here(codebase: Codebase) -> None:
    with worker_pool(codebase):
        found = [module for part in map_shards(codebase, unspeakable, codebase.sources) for module in part]

    assert sorted(found) == sorted(codebase.sources)


@pytest.mark.parametrize("module", ["shop.m000", f"shop.m{FILES - 1}"])
def test_an_error_is_raised_here_whoever_has_it(codebase: Codebase, module: str) -> None:
    with worker_pool(codebase), pytest.raises(ValueError, match=f"there is {module}"):
        map_shards(codebase, partial(failing_on, module), codebase.sources)


def test_a_question_that_cannot_be_told_is_answered_here(codebase: Codebase) -> None:
    with worker_pool(codebase):
        found = map_shards(codebase, lambda _, modules: (os.getpid(), len(modules)), codebase.sources)

    assert found == [(HERE, len(codebase.sources))]


def test_nobody_is_hired_for_few_files(project: Project) -> None:
    project.write_all({f"shop/m{number}.py": "" for number in range(100)})
    codebase = read_codebase(project.root)

    with worker_pool(codebase):
        assert set(processes(codebase).values()) == {HERE}


@several
def test_nobody_is_left_afterwards(codebase: Codebase) -> None:
    with worker_pool(codebase):
        others = set(processes(codebase).values()) - {HERE}

    assert others
    assert not [process for process in others if Path(f"/proc/{process}").exists()]
    assert set(processes(codebase).values()) == {HERE}


TEXTS = (
    "import sqlite3\n\ndef connect():\n    return sqlite3.connect('a.db')\n",
    "from shop.m000 import connect\n\ndef count():\n    return connect().execute('SELECT 1 FROM orders')\n",
    "import requests\n\nclass Client:\n    session = requests.Session()\n",
    "from shop.m002 import Client\n\ndef fetch():\n    return Client.session.get('https://example.org')\n",
    "import sqlite3\nthis is no Python\n",
    "def total(session):\n    session.commit()\n",
    "from shop import m002\n\nfetch = m002.Client.session.get\n",
)


@several
def test_a_report_is_the_same_with_one_process(project: Project) -> None:
    project.write_all({f"shop/m{number:03}.py": TEXTS[number % len(TEXTS)] for number in range(FILES)})
    project.configure("""
        contracts:
          - {id: data, kind: database, modules: shop}
          - {id: out, kind: gateway, modules: shop, type_checking_imports: exclude}
          - {id: in, kind: gateway, modules: shop, ignore: [shop.m002 -> requests]}
    """)
    arguments = ("check", "--no-cache", "--format", "json")

    with_several = project.run(*arguments).stdout
    with one_processor():
        with_one = project.run(*arguments).stdout

    assert without_time(with_several) == without_time(with_one)
    assert with_one.count('"contract": "data"') > FILES / 2
    assert with_one.count('"contract": "out"') > FILES / 3


def without_time(report: str) -> str:
    return "\n".join(line for line in report.splitlines() if '"seconds"' not in line)
