"""A pool of forked workers that analyze modules in shards, and keep their memos from one task to the next.

Each worker is a fork of this process, and so has the whole codebase without pickling it. A module always goes to the
same worker, which has memoized what it read of the module before; only uneven tasks move modules to another worker.
Tasks and results are pickled through pipes. This process works on the first shard itself.

Limits: Linux only, and one worker per 200 files at most (below that, the fork costs more than it saves). Workers do not
see what this process memoizes after the fork, unless the function is decorated with `broadcast`. A task of a worker
that died is done here.
"""

import os
import pickle
import signal
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field
from functools import partial
from typing import BinaryIO, Concatenate, ParamSpec, TypeAlias, TypeVar

from archguard.codebase.codebase import Codebase
from archguard.codebase.memo import memoize, per_codebase
from archguard.codebase.parallel_map import fork, worker_count
from archguard.dataclass import dataclass
from archguard.model.names import ModuleName

_R = TypeVar("_R")
_P = ParamSpec("_P")
Task: TypeAlias = Callable[[Codebase, Sequence[str]], _R]
"""A function of the codebase and some sorted modules. Its result for a module must not depend on the others."""

_FILES_PER_WORKER = 200
"""Files per worker at least: for fewer, a fork and its pipes cost more than they save."""
_FEWEST_FILES = 25
"""Files of a task that starts workers: after an edit there are fewer, and they read the same other files."""
_FILES_IN_A_ROW = 100
"""Files in a row that go to the same worker: neighbours import the same modules, and share their memos."""


@contextmanager
def worker_pool(codebase: Codebase) -> Iterator[None]:
    """Run the tasks on `codebase` in one worker per processor meanwhile, if it has enough files."""
    pool = _pool_of(codebase)
    pool.is_open = True
    try:
        yield
    finally:
        pool.is_open = False
        pool.stop()


def map_shards(codebase: Codebase, task: Task[_R], modules: Iterable[ModuleName]) -> list[_R]:
    """The results of `task` for the shards of `modules`; one shard without a pool.

    The task must be a module-level function, or a `partial` of one; its arguments and its result must be picklable.
    """
    names = sorted(modules)
    pool = _pool_of(codebase)
    return pool.map_shards(codebase, task, names) if pool.is_open else [task(codebase, names)]


def broadcast(function: Callable[Concatenate[Codebase, _P], _R]) -> Callable[Concatenate[Codebase, _P], _R]:
    """`function`, memoized `per_codebase` in every worker of the pool, so that none computes the same again.

    It must be at the top level of its module, and its arguments and results must be picklable.
    """
    return per_codebase(function, _put_everywhere)


def _put_everywhere(codebase: Codebase, key: Hashable, result: object) -> None:
    map_shards(codebase, partial(_put, key, result), ())


def _put(key: Hashable, result: object, codebase: Codebase, modules: Sequence[ModuleName]) -> None:
    del modules
    memoize(codebase, key, result)


@dataclass
class _WorkerPool:
    """The workers: this process has the first shard, each worker has one of the others."""

    codebase: Codebase | None = None
    """The codebase that the workers were forked with."""
    workers: "list[_Worker]" = field(default_factory=list)
    shard_of: dict[str, int] = field(default_factory=dict)
    """The shard of each module; stable, since its worker has memoized the file."""
    is_open: bool = False
    """Whether tasks may run in workers."""
    is_busy: bool = False
    """Whether a task is running: one that is started by it runs in this process, as the workers answer in order."""

    def map_shards(self, codebase: Codebase, task: Task[_R], modules: Sequence[ModuleName]) -> list[_R]:
        """The result of the task for each shard."""
        # A task that asks for another one: the workers are all at work on the first.
        if self.is_busy:
            return [task(codebase, modules)]
        # A variant (fewer imports) is another object, which the workers do not have: they are forked anew for it.
        if codebase is not self.codebase:
            if len(modules) < _FEWEST_FILES:
                return [task(codebase, modules)]
            self._start(codebase)
        try:
            pickled = pickle.dumps(task, pickle.HIGHEST_PROTOCOL)
        except (pickle.PicklingError, AttributeError, TypeError):  # the task of a plugin's contract
            return [task(codebase, modules)]
        own, *shards = self._shards(modules)
        busy = [*zip(self.workers, shards, strict=True)]
        for worker, shard in busy:
            worker.send(pickled, shard)
        self.is_busy = True
        try:
            others = (worker.result(partial(task, codebase, shard)) for worker, shard in busy)
            return [task(codebase, own), *others]
        finally:
            self.is_busy = False

    def stop(self) -> None:
        """Stop the workers."""
        for worker in self.workers:
            worker.stop()
        self.workers, self.shard_of, self.codebase = [], {}, None

    def _start(self, codebase: Codebase) -> None:
        self.stop()
        self.codebase = codebase
        names = sorted(codebase.sources)
        count = max(1, min(worker_count(native=False), len(names) // _FILES_PER_WORKER))
        self.shard_of = {name: place // _FILES_IN_A_ROW % count for place, name in enumerate(names)}
        self.workers = [_Worker.of(codebase) for _ in range(1, count)]

    def _shards(self, modules: Sequence[ModuleName]) -> list[list[str]]:
        shards: list[list[str]] = [[] for _ in range(len(self.workers) + 1)]
        for module in modules:
            shards[self.shard_of.get(module, 0)].append(module)
        self._balance(shards)
        return [sorted(shard) for shard in shards]

    def _balance(self, shards: list[list[str]]) -> None:
        """Move modules from the largest to the smallest shard for good, until their sizes differ by one at most."""
        while len(smallest := min(shards, key=len)) < len(largest := max(shards, key=len)) - 1:
            smallest.append(largest.pop())
            self.shard_of[smallest[-1]] = shards.index(smallest)


@per_codebase
def _pool_of(codebase: Codebase) -> _WorkerPool:
    del codebase
    return _WorkerPool()


@dataclass
class _Worker:
    """A forked process that runs tasks until it is killed, or its pipe is closed."""

    process: int
    requests: BinaryIO
    replies: BinaryIO

    @classmethod
    def of(cls, codebase: Codebase) -> "_Worker":
        """Start the process."""
        (requests_in, requests_out), (replies_in, replies_out) = os.pipe(), os.pipe()

        def work() -> None:
            os.close(requests_out)  # else the worker keeps its own pipe open, and outlives this process
            os.close(replies_in)
            _pool_of(codebase).is_open = False  # a worker has no workers of its own
            with os.fdopen(requests_in, "rb") as requests, os.fdopen(replies_out, "wb") as replies:
                _serve(codebase, requests, replies)

        process = fork(work)
        os.close(requests_in)
        os.close(replies_out)
        return cls(process, os.fdopen(requests_out, "wb"), os.fdopen(replies_in, "rb"))

    def send(self, task: bytes, modules: Sequence[ModuleName]) -> None:
        """Send a task, without waiting for the result."""
        with suppress(OSError):  # the worker has died; `result` notices
            pickle.dump((task, modules), self.requests, pickle.HIGHEST_PROTOCOL)
            self.requests.flush()

    def result(self, fallback: Callable[[], _R]) -> _R:
        """The result of the oldest open task; that of `fallback` if the worker has died."""
        try:
            result: _R = pickle.load(self.replies)  # noqa: S301  # from a fork of this very process
        except (EOFError, OSError, pickle.UnpicklingError):
            return fallback()
        return result

    def stop(self) -> None:
        """Kill the process."""
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        with suppress(OSError):
            self.requests.close()
        self.replies.close()


def _serve(codebase: Codebase, requests: BinaryIO, replies: BinaryIO) -> None:
    while True:
        task, modules = pickle.load(requests)  # noqa: S301  # from the process that this one is a fork of
        pickle.dump(pickle.loads(task)(codebase, modules), replies, pickle.HIGHEST_PROTOCOL)  # noqa: S301
        replies.flush()
