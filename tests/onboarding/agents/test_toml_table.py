"""A table is added at the end of a TOML file, unless the user has written it, and taken out again."""

import tomllib

import pytest

from archguard.onboarding.agents.edit_error import EditError
from archguard.onboarding.agents.toml_table import TomlTable

TABLE = TomlTable('[servers.archguard]\ncommand = "archguard"\n')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# mine\n",
        "a = 1 # one",
        "[servers]\nlimit = 3\n",
        "[servers.other]\n",
        "[[servers.list]]\n[tail]\na = 1\n",
        "[archguard]\n",
    ],
)
def test_a_table_is_added_behind_whatever_there_is_and_removed_without_a_trace(text: str) -> None:
    added = TABLE.added_to(text)

    assert tomllib.loads(added)["servers"]["archguard"] == {"command": "archguard"}
    assert added.startswith(text)
    assert TABLE.added_to(added) == added
    assert (TABLE.are_in(text), TABLE.are_in(added)) == (False, True)
    assert TABLE.removed_from(added) == text


@pytest.mark.parametrize(
    "text",
    [
        '[servers.archguard]\ncommand = "uv"\n',
        'servers = { archguard = { command = "uv" } }\n',
        "servers.archguard = 1\n",
    ],
)
def test_a_table_that_the_user_has_written_is_left_as_it_is(text: str) -> None:
    assert TABLE.added_to(text) == text
    assert not TABLE.are_in(text)
    assert TABLE.removed_from(text) == text


@pytest.mark.parametrize(
    "text", ["servers = {}\n", "servers = 1\n", "[[servers]]\n", "[[servers]]\n[servers.archguard]\n"]
)
def test_a_table_that_has_no_place_is_an_error(text: str) -> None:
    with pytest.raises(EditError, match=r"`\[servers.archguard\]` cannot be added: `servers` is no table"):
        TABLE.added_to(text)


@pytest.mark.parametrize(
    ("text", "offset"),
    [("a = 1\nb = = 2\n", 10), ("a = ", 4), ("a = 1\na = 2\n", 11), ("a = " + "[" * 9_999, 0)],
)
def test_what_is_no_toml_is_an_error_with_its_place(text: str, offset: int) -> None:
    for edit in (TABLE.added_to, TABLE.removed_from):
        with pytest.raises(EditError) as raised:
            edit(text)

        assert raised.value.offset == offset
