"""Recursion as deep as the code leads: Python allows a thread a limited depth, and another thread has its own."""

from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

_T = TypeVar("_T")

QUERIES_A_THREAD = 30
"""How many questions that lead to each other are asked in one thread: each takes five to ten frames of the thousand
that Python allows, and so do the callers, a test runner for one."""


def on_fresh_stack(work: Callable[[], _T]) -> _T:
    """What `work` returns or raises in a thread of its own, for which the caller waits."""
    outcome: Future[_T] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001  # raised in the caller
            outcome.set_exception(error)

    Thread(target=run, daemon=True).start()
    return outcome.result()
