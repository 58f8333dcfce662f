"""Work on many files, shared out among forked processes where there are processors for it."""

import os
import pickle
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")


def parallel_map(work: Callable[[Sequence[_T]], _R], items: Sequence[_T], least: int, *, native: bool) -> Iterator[_R]:
    """What `work` makes of `items`: of a share for each processor, or of all of them at once.

    Args:
        work: Does the same wherever it runs, and only answers, with something that can be pickled.
        items: What is shared out: each share has some from all over, since neighbours are alike.
        least: How many items are worth a process.
        native: Whether `work` needs threads of a library, which a fork lacks if they have been started before it.
    """
    count = max(1, min(worker_count(native=native), len(items) // least))
    if count == 1:
        yield work(items)
        return
    for fork in [_Fork.of(work, items[start::count]) for start in range(count)]:
        yield fork.answer()


def worker_count(*, native: bool) -> int:
    """How many processes may work here: one where a fork could wait for a lock of a thread that it does not have."""
    if sys.platform != "linux" or any(_may_lock(thread) for thread in threading.enumerate()):
        return 1
    if native and _has_native_threads():
        return 1
    return len(os.sched_getaffinity(0))


def _has_native_threads() -> bool:
    """Whether there are threads that Python did not start; or nobody knows."""
    try:
        return len([*Path("/proc/self/task").iterdir()]) > threading.active_count()
    except OSError:
        return True


def fork(work: Callable[[], None]) -> int:
    """The number of a process that does `work`, and ends: with status 0 if that came to an end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that there are threads, which `processors` has looked at
        process = os.fork()
    if process:
        return process
    status = 1
    with suppress(BaseException):
        work()
        status = 0
    os._exit(status)


def _may_lock(thread: threading.Thread) -> bool:
    """A daemon is what shows the progress."""
    return thread is not threading.current_thread() and not thread.daemon


@dataclass(frozen=True)
class _Fork(Generic[_T, _R]):
    """A process that works on `share`, and says what it makes of it to the file number `told`."""

    work: Callable[[Sequence[_T]], _R]
    share: Sequence[_T]
    process: int
    told: int

    @classmethod
    def of(cls, work: Callable[[Sequence[_T]], _R], share: Sequence[_T]) -> "_Fork[_T, _R]":
        """Begin it."""
        told, to = os.pipe()
        process = fork(lambda: _tell(work, share, to))
        os.close(to)
        return cls(work, share, process, told)

    def answer(self) -> _R:
        """What it makes of its share; if it came to nothing, what this process makes of it."""
        with os.fdopen(self.told, "rb") as file:
            told = file.read()
        _, status = os.waitpid(self.process, 0)
        if status:
            return self.work(self.share)
        answer: _R = pickle.loads(told)  # noqa: S301  # from a fork of this very process
        return answer


def _tell(work: Callable[[Sequence[_T]], _R], share: Sequence[_T], to: int) -> None:
    os.environ["RAYON_NUM_THREADS"] = "1"  # libraries in Rust would start one for each processor, in each process
    with os.fdopen(to, "wb") as file:
        pickle.dump(work(share), file, pickle.HIGHEST_PROTOCOL)
