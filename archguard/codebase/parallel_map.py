"""Map a function over many files in forked processes, one per processor.

Forks inherit what this process has read, so nothing is pickled on the way in; only results are, through a pipe. Items
are dealt out round-robin, since neighbours are alike and would make uneven shards. A fork that fails is not fatal: this
process computes its shard itself. Only Linux forks, and only without running threads: a fork copies locks that other
threads hold, and nobody releases them in the copy.
"""

import os
import pickle
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

from archguard.dataclass import dataclass

_T = TypeVar("_T")
_R = TypeVar("_R")


def parallel_map(work: Callable[[Sequence[_T]], _R], items: Sequence[_T], least: int, *, native: bool) -> Iterator[_R]:
    """The results of `work`: one per shard of `items`, or one for all of them if they are too few to fork.

    Args:
        work: A function without side effects, whose result can be pickled.
        items: The items to distribute over the shards.
        least: The least number of items per process.
        native: Whether `work` uses the thread pool of a native library: a fork lacks threads started before it.
    """
    count = max(1, min(worker_count(native=native), len(items) // least))
    if count == 1:
        yield work(items)
        return
    # A list, not a generator: all forks start before the first result is waited for.
    for fork in [_Fork.of(work, items[start::count]) for start in range(count)]:
        yield fork.result()


def worker_count(*, native: bool) -> int:
    """How many processes may run; 1 if a fork could wait forever for a lock that another thread holds."""
    if sys.platform != "linux" or any(_may_lock(thread) for thread in threading.enumerate()):
        return 1
    if native and _has_native_threads():
        return 1
    return len(os.sched_getaffinity(0))


def _has_native_threads() -> bool:
    """Whether a native library has started threads; True if that cannot be found out."""
    try:
        # Threads of native libraries are tasks of the process, but not known to Python.
        return len([*Path("/proc/self/task").iterdir()]) > threading.active_count()
    except OSError:
        return True


def fork(work: Callable[[], None]) -> int:
    """Fork a process that runs `work` and exits, with status 0 if it succeeded. Returns its process id."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # about running threads, which `worker_count` has checked
        process = os.fork()
    if process:
        return process
    status = 1
    with suppress(BaseException):
        work()
        status = 0
    # Not `sys.exit`: handlers of `atexit`, and buffers of files that the parent has open, are the parent's.
    os._exit(status)


def _may_lock(thread: threading.Thread) -> bool:
    """Whether `thread` may hold a lock that a fork needs.

    Daemon threads hold none: one shows the progress, those of the resident process wait for clients and convert
    messages, which no fork does.
    """
    return thread is not threading.current_thread() and not thread.daemon


@dataclass(frozen=True)
class _Fork(Generic[_T, _R]):
    """A process that computes the result of one shard, and writes it to a pipe."""

    work: Callable[[Sequence[_T]], _R]
    shard: Sequence[_T]
    process: int
    read_end: int

    @classmethod
    def of(cls, work: Callable[[Sequence[_T]], _R], shard: Sequence[_T]) -> "_Fork[_T, _R]":
        """Start the process."""
        read_end, write_end = os.pipe()
        process = fork(lambda: _run_shard(work, shard, write_end))
        os.close(write_end)
        return cls(work, shard, process, read_end)

    def result(self) -> _R:
        """The result of the shard; if the process failed, this process computes it."""
        with os.fdopen(self.read_end, "rb") as file:
            # Read to the end before `waitpid`: a pipe holds 64 KB, and the fork waits until somebody reads the rest.
            pickled = file.read()
        _, status = os.waitpid(self.process, 0)
        if status:
            return self.work(self.shard)
        result: _R = pickle.loads(pickled)  # noqa: S301  # from a fork of this very process
        return result


def _run_shard(work: Callable[[Sequence[_T]], _R], shard: Sequence[_T], write_end: int) -> None:
    os.environ["RAYON_NUM_THREADS"] = "1"  # else Rust libraries start a thread per processor in every process
    with os.fdopen(write_end, "wb") as file:
        pickle.dump(work(shard), file, pickle.HIGHEST_PROTOCOL)
