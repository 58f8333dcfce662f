"""Questions about many modules, answered by processes that keep what they find out for the next question."""

import os
import pickle
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import BinaryIO, TypeAlias, TypeVar

from archguard.codebase.codebase import Codebase
from archguard.codebase.parallel_map import fork, worker_count

_R = TypeVar("_R")
Task: TypeAlias = Callable[[Codebase, Sequence[str]], _R]
"""What is asked of some modules, sorted: it says the same of them whatever else is asked beside."""

_KEY = "crew"
_LEAST = 200
"""How many files are worth a process."""
_NEIGHBOURS = 100
"""How many files that follow each other belong to one process, since they lead to the same ones."""


@contextmanager
def worker_pool(codebase: Codebase) -> Iterator[None]:
    """Have what is asked of `codebase` answered by a process for each processor meanwhile, if it has many files."""
    hired = codebase.memo[_KEY] = _WorkerPool()
    try:
        yield
    finally:
        del codebase.memo[_KEY]
        hired.stop()


def map_shards(codebase: Codebase, question: Task[_R], modules: Iterable[str]) -> list[_R]:
    """What `question` says of `modules`, in parts: each part is of some of them, sorted.

    The question is a function of a Python module, or a `partial` of one with what can be pickled; so can its answer.
    """
    asked = sorted(modules)
    hired: _WorkerPool | None = codebase.memo.get(_KEY)
    return hired.map_shards(codebase, question, asked) if hired else [question(codebase, asked)]


def broadcast(codebase: Codebase, key: str, found: object) -> None:
    """Let every process that answers for `codebase` know what was `found`, so that none finds it out alone."""
    map_shards(codebase, partial(_remember, key, found), ())


def _remember(key: str, found: object, codebase: Codebase, modules: Sequence[str]) -> None:
    del modules
    codebase.memo[key] = found


@dataclass
class _WorkerPool:
    """This process, and one for each further share of the modules."""

    codebase: Codebase | None = None
    """What the processes know: the code as it was when they were forked."""
    workers: "list[_Worker]" = field(default_factory=list)
    shard_of: dict[str, int] = field(default_factory=dict)
    """Whose share each module belongs to: mostly the same one's, since it has read it."""

    def map_shards(self, codebase: Codebase, question: Task[_R], modules: Sequence[str]) -> list[_R]:
        """What `question` says of the modules, share by share."""
        if codebase is not self.codebase:
            self._start(codebase)
        try:
            told = pickle.dumps(question, pickle.HIGHEST_PROTOCOL)
        except (pickle.PicklingError, AttributeError, TypeError):  # of a kind of contract that others have written
            return [question(codebase, modules)]
        own, *shares = self._shares(modules)
        asked = [*zip(self.workers, shares, strict=True)]
        for member, share in asked:
            member.ask(told, share)
        others = (member.answer(partial(question, codebase, share)) for member, share in asked)
        return [question(codebase, own), *others]

    def stop(self) -> None:
        """End the processes."""
        for member in self.workers:
            member.end()
        self.workers, self.shard_of, self.codebase = [], {}, None

    def _start(self, codebase: Codebase) -> None:
        self.stop()
        self.codebase = codebase
        names = sorted(codebase.sources)
        count = max(1, min(worker_count(native=False), len(names) // _LEAST))
        self.shard_of = {name: place // _NEIGHBOURS % count for place, name in enumerate(names)}
        self.workers = [_Worker.of(codebase) for _ in range(1, count)]

    def _shares(self, modules: Sequence[str]) -> list[list[str]]:
        shares: list[list[str]] = [[] for _ in range(len(self.workers) + 1)]
        for module in modules:
            shares[self.shard_of.get(module, 0)].append(module)
        self._balance(shares)
        return [sorted(share) for share in shares]

    def _balance(self, shares: list[list[str]]) -> None:
        """Let modules move to another process for good, if the one they belong to would keep the others waiting."""
        while len(least := min(shares, key=len)) < len(most := max(shares, key=len)) - 1:
            least.append(most.pop())
            self.shard_of[least[-1]] = shares.index(least)


@dataclass
class _Worker:
    """A process that answers questions until nobody can ask any more."""

    process: int
    requests: BinaryIO
    replies: BinaryIO

    @classmethod
    def of(cls, codebase: Codebase) -> "_Worker":
        """Begin it."""
        (asked, questions), (replies, said) = os.pipe(), os.pipe()

        def work() -> None:
            os.close(questions)  # else it would wait for itself where this process is gone
            os.close(replies)
            del codebase.memo[_KEY]  # what it is asked it answers alone
            with os.fdopen(asked, "rb") as hearing, os.fdopen(said, "wb") as saying:
                _reply(codebase, hearing, saying)

        process = fork(work)
        os.close(asked)
        os.close(said)
        return cls(process, os.fdopen(questions, "wb"), os.fdopen(replies, "rb"))

    def ask(self, question: bytes, modules: Sequence[str]) -> None:
        """Ask, and do not wait for the answer."""
        with suppress(OSError):  # it has died, and will not answer
            pickle.dump((question, modules), self.requests, pickle.HIGHEST_PROTOCOL)
            self.requests.flush()

    def answer(self, instead: Callable[[], _R]) -> _R:
        """What it says; if it came to nothing, what is said `instead`."""
        try:
            answer: _R = pickle.load(self.replies)  # noqa: S301  # from a fork of this very process
        except (EOFError, OSError, pickle.UnpicklingError):
            return instead()
        return answer

    def end(self) -> None:
        """End it, whatever it does."""
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        with suppress(OSError):
            self.requests.close()
        self.replies.close()


def _reply(codebase: Codebase, hearing: BinaryIO, saying: BinaryIO) -> None:
    while True:
        question, modules = pickle.load(hearing)  # noqa: S301  # from the process that this one is a fork of
        pickle.dump(pickle.loads(question)(codebase, modules), saying, pickle.HIGHEST_PROTOCOL)  # noqa: S301
        saying.flush()
