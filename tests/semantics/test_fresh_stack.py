"""Deep recursion goes on in another thread, with its result or its error."""

import pytest

from archguard.semantics.fresh_stack import on_fresh_stack


def nested(depth: int) -> int:
    """`depth`, counted by as many threads, each started by the one before."""
    return 1 + on_fresh_stack(lambda: nested(depth - 1)) if depth else 0


def test_what_was_computed_there_is_returned() -> None:
    assert nested(400) == 400


def test_what_was_raised_there_is_raised_here() -> None:
    with pytest.raises(KeyError, match="absent"):
        on_fresh_stack(lambda: {}["absent"])
