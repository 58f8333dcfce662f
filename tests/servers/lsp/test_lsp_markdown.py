"""Text of the project in a hover."""

import pytest

from archguard.servers.lsp.markdown import code, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[a](command:b)", r"\[a\](command:b)"),
        ("<img src=x>", r"\<img src=x\>"),
        ("*bold* __init__ snake_case", r"\*bold\* \__init_\_ snake_case"),
        ("# title", r"\# title"),
        ("1. first", r"1\. first"),
        ("a # b - c 1. d", "a # b - c 1. d"),
        ("two\nlines\x1b[31m", r"two lines \[31m"),
    ],
)
def test_text_stands_as_it_is(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_backtick_does_not_end_code() -> None:
    assert code("a`b\nc") == "`a\u02bcb c`"
