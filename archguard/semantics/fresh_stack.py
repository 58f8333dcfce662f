"""Deep recursion: continues a computation on the stack of another thread.

Python limits the recursion depth of each thread. A limit on the depth of inference instead would make results depend on
where a query starts. Cost: one thread start per `QUERIES_PER_THREAD` nested queries. The calling thread waits, so that
only one of them runs at a time, and no locks are needed.
"""

from collections.abc import Callable
from threading import Thread
from typing import TypeVar

_T = TypeVar("_T")

QUERIES_PER_THREAD = 30
"""How many nested queries run in one thread: each takes five to ten of the thousand frames that Python allows, which
leaves room for the callers, such as a test runner."""


def on_fresh_stack(work: Callable[[], _T]) -> _T:
    """Run `work` in a new thread, wait for it, and return or raise what it does."""
    results: list[_T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001  # re-raised in the caller
            errors.append(error)

    # A daemon thread, so that Ctrl-C in the waiting thread ends the process.
    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]
