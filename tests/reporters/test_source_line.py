import pytest

from archguard.model import Location
from archguard.reporters.source_line import marked_line, text_width, wrapped


def marked(line: str, column: int, end: int, room: int = 80, *, end_line: int = 1) -> tuple[str, str]:
    return marked_line(line, Location("a.py", 1, column, end_line, end), room)


def test_the_carets_stand_below_the_range() -> None:
    assert marked("from shop import db", 18, 20) == ("from shop import db", "                 ^^")


def test_a_tab_is_as_wide_as_four_spaces() -> None:
    assert marked("\tdb.read()", 2, 11) == ("    db.read()", "    ^^^^^^^^^")


def test_a_wide_character_takes_two_carets_and_a_combining_one_none() -> None:
    assert marked("漢 = 字()", 5, 6) == ("漢 = 字()", "     ^^")
    assert marked("e\u0301 = x", 6, 7) == ("e\u0301 = x", "    ^")
    assert text_width("e\u0301漢") == 3


def test_a_range_that_ends_on_a_later_line_is_marked_to_the_end_of_this_one() -> None:
    assert marked("read(", 1, 2, end_line=3) == ("read(", "^^^^^")


def test_a_range_without_an_end_is_one_caret() -> None:
    assert marked("read(x)", 6, 0, end_line=0) == ("read(x)", "     ^")


@pytest.mark.parametrize("column", [8, 50])
def test_a_column_behind_the_line_is_marked_at_its_end(column: int) -> None:
    assert marked("read(x)", column, column + 1) == ("read(x)", "       ^")


def test_a_line_that_fits_is_not_cut_and_one_that_is_a_column_longer_is() -> None:
    assert marked("a" * 40, 1, 2, room=40)[0] == "a" * 40
    assert marked("a" * 41, 1, 2, room=40)[0] == "a" * 39 + "…"


def test_a_long_line_is_cut_on_both_sides_of_the_carets() -> None:
    line, carets = marked("a" * 100 + "here" + "b" * 100, 101, 105, room=40)

    assert text_width(line) == 40
    assert (line[0], line[-1]) == ("…", "…")
    assert line[carets.index("^") : carets.rindex("^") + 1] == "here"


def test_wide_characters_are_cut_by_their_width() -> None:
    line, carets = marked("漢" * 100 + "x" + "字" * 100, 101, 102, room=40)

    assert text_width(line) <= 40
    assert text_width(line[: line.index("x")]) == carets.index("^")


def test_a_range_that_is_longer_than_the_room_is_cut_itself() -> None:
    line, carets = marked("a" * 200, 1, 201, room=40)

    assert text_width(line) <= 40
    assert len(carets) <= 40


@pytest.mark.parametrize("room", range(1, 12))
def test_no_room_is_too_small(room: int) -> None:
    line, carets = marked("abc" * 30, 40, 44, room=room)

    assert text_width(line) <= max(room, 3)
    assert "^" in carets


def test_control_characters_become_spaces() -> None:
    assert marked("a\x1b[31m = b", 1, 2)[0] == "a [31m = b"


def test_words_are_wrapped_between_them_by_their_width() -> None:
    assert [*wrapped("one two 漢字漢字 three", 8)] == ["one two", "漢字漢字", "three"]
    assert [*wrapped("averylongword x", 5)] == ["averylongword", "x"]
    assert [*wrapped("", 5)] == [""]
