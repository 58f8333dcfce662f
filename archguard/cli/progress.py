"""Progress indicators on stderr."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

_T = TypeVar("_T")


@contextmanager
def progress(doing: str) -> Iterator[None]:
    """Show a spinner on a terminal; nothing in a pipe or in CI."""
    if not _is_watched():
        yield
        return
    from rich.console import Console  # noqa: PLC0415  # importing rich takes 50 ms

    with Console(stderr=True).status(f"{doing} ..."):
        yield


def steps(doing: str) -> Callable[[Sequence[_T]], Iterable[_T]]:
    """A wrapper of iterables that shows a progress bar on a terminal; nothing in a pipe or in CI."""

    def pass_on(items: Sequence[_T]) -> Iterable[_T]:
        if not _is_watched():
            return items
        from rich.console import Console  # noqa: PLC0415  # importing rich takes 50 ms
        from rich.progress import track  # noqa: PLC0415  # the same

        return track(items, doing, console=Console(stderr=True), transient=True)

    return pass_on


def _is_watched() -> bool:
    return sys.stderr.isatty() and not os.environ.get("CI")
