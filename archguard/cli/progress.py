"""What people see on stderr while they wait."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def progress(doing: str) -> Iterator[None]:
    """Show on a terminal that something is under way; nothing in a pipe or in CI."""
    if not sys.stderr.isatty() or os.environ.get("CI"):
        yield
        return
    from rich.console import Console  # noqa: PLC0415  # 50 ms that a pipe need not wait for

    with Console(stderr=True).status(f"{doing} ..."):
        yield
