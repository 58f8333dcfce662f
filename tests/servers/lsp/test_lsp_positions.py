"""Places in reports and in the protocol."""

import pytest
from lsprotocol import types
from pygls.workspace import PositionCodec

from archguard.model import Location
from archguard.servers.lsp.diagnostics import moved_location
from archguard.servers.lsp.positions import Positions

TEXT = "a = 1\r\n\U0001f600\f é = b\n"


def _positions(encoding: types.PositionEncodingKind = types.PositionEncodingKind.Utf16) -> Positions:
    return Positions.of(TEXT, PositionCodec(encoding).client_num_units)


@pytest.mark.parametrize(
    ("encoding", "character"),
    [
        (types.PositionEncodingKind.Utf8, 6),
        (types.PositionEncodingKind.Utf16, 4),
        (types.PositionEncodingKind.Utf32, 3),
    ],
)
def test_characters_count_in_the_units_of_the_client_and_back(
    encoding: types.PositionEncodingKind, character: int
) -> None:
    positions = _positions(encoding)

    assert positions.position(2, 4) == types.Position(1, character)
    assert positions.place(types.Position(1, character)) == (2, 4)


def test_half_of_a_character_is_its_beginning() -> None:
    assert _positions().place(types.Position(1, 1)) == (2, 1)


def test_a_place_beyond_the_text_is_the_nearest_one() -> None:
    assert _positions().position(9, 9) == types.Position(2, 0)
    assert _positions().position(1, 99) == types.Position(0, 5)
    assert _positions().place(types.Position(7, 3)) == (3, 1)


def test_a_location_without_an_end_reaches_to_the_end_of_its_line() -> None:
    assert _positions().range(Location("", 1, 3)) == types.Range(types.Position(0, 2), types.Position(0, 5))


@pytest.mark.parametrize(
    ("line", "after"),
    [
        (1, 1),  # above the edit
        (2, 2),  # a line that is gone keeps its number
        (3, 5),  # within the edit, but left
        (5, 7),  # below
    ],
)
def test_a_place_moves_with_its_line(line: int, after: int) -> None:
    before, now = ["a", "b", "c", "d", "e"], ["a", "x", "y", "z", "c", "w", "e"]

    assert moved_location(Location("", line, 2, line, 4), before, now) == Location("", after, 2, after, 4)
