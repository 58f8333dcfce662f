"""What is read from the cache is made of archguard's own classes, whoever has written it."""

import os
import pickle
from pathlib import Path

import pytest

from archguard.incremental.unpickle import unpickled
from archguard.model import Location


class Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("exit 1",)


class OwnFunction:
    def __reduce__(self) -> tuple[object, tuple[bytes]]:
        return unpickled, (b"",)


def test_values_of_archguard_are_read() -> None:
    value = {"at": (Location("shop.py", 3), frozenset({1}), Path("shop"))}
    assert unpickled(pickle.dumps(value)) == value


@pytest.mark.parametrize(
    "value", [Harmful(), OwnFunction(), pytest.raises], ids=["a call", "an own function", "a name"]
)
def test_nothing_else_is(value: object) -> None:
    with pytest.raises(pickle.UnpicklingError):
        unpickled(pickle.dumps(value))
