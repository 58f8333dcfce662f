"""A block between two marks is added to a text, renewed, and removed without a trace."""

import pytest

from archguard.onboarding.agents.edit_error import EditError
from archguard.onboarding.agents.marked_block import MarkedBlock

BLOCK = MarkedBlock("<!-- begin -->", "<!-- end -->")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "<!-- begin -->\nnew\n<!-- end -->\n"),
        ("", "<!-- begin -->\nnew\n<!-- end -->"),
        ("\n", "\n\n<!-- begin -->\nnew\n<!-- end -->\n"),
        ("# Shop\n", "# Shop\n\n<!-- begin -->\nnew\n<!-- end -->\n"),
        ("# Shop", "# Shop\n\n<!-- begin -->\nnew\n<!-- end -->"),
        ("# Shop\n\n\n", "# Shop\n\n\n\n<!-- begin -->\nnew\n<!-- end -->\n"),
        ("# Shop\r\n", "# Shop\r\n\r\n<!-- begin -->\r\nnew\r\n<!-- end -->\r\n"),
    ],
)
def test_a_block_is_added_at_the_end_and_removed_without_a_trace(before: str | None, after: str) -> None:
    assert BLOCK.added_to(before, "new\n") == after
    assert BLOCK.added_to(after, "new\n") == after
    assert BLOCK.removed_from(after) == before


def test_a_block_that_is_there_is_renewed_where_it_stands() -> None:
    text = "# Shop\n\n<!-- begin -->\nold\n<!-- end -->\n\nMore.\n"

    assert BLOCK.added_to(text, "new\n") == "# Shop\n\n<!-- begin -->\nnew\n<!-- end -->\n\nMore.\n"
    assert BLOCK.removed_from(text) == "# Shop\n\nMore.\n"


def test_marks_within_a_line_are_text() -> None:
    text = "Write `<!-- begin -->` first.\n"

    assert not BLOCK.is_in(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a\n<!-- begin -->\nb\n", "`<!-- begin -->` has no counterpart"),
        ("a\n<!-- end -->\nb\n", "`<!-- end -->` has no counterpart"),
        (
            "a\n<!-- end -->\n<!-- begin -->\n",
            "`<!-- begin -->` and `<!-- end -->` must be there once each, in this order",
        ),
        (
            "\n<!-- begin -->\n<!-- end -->\n<!-- end -->\n",
            "`<!-- begin -->` and `<!-- end -->` must be there once each, in this order",
        ),
        (
            "\n<!-- begin -->\n<!-- begin -->\n<!-- end -->\n",
            "`<!-- begin -->` and `<!-- end -->` must be there once each, in this order",
        ),
    ],
)
def test_marks_that_are_not_a_pair_are_an_error(text: str, message: str) -> None:
    for edit in (BLOCK.removed_from, BLOCK.is_in):
        with pytest.raises(EditError) as raised:
            edit(text)

        assert raised.value.message == message
        assert raised.value.offset
