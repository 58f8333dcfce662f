"""The text of an import statement is cut out of a file without parsing it."""

import pytest

from archguard.codebase.imports.line_parser import text_at

BROKEN = b"from a import (\n    b,  # (not) here\n    c,\n)\nimport d\n"


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        (b"import a\nimport b\n", 2, "import b"),
        (b"from a import (b, c)\nimport d\n", 1, "from a import (b, c)"),
        (BROKEN, 1, "from a import (\n    b,  # (not) here\n    c,\n)"),
        (BROKEN, 5, "import d"),
        (b"from a import (\n    b,\n", 1, "from a import ("),
        (b"x = \\\nimport a\n", 2, ""),
        (b"import a\n", 2, ""),
        ("import ä\n".encode(), 1, ""),
    ],
)
def test_a_statement_ends_with_its_closing_parenthesis_outside_of_comments(
    text: bytes, line: int, expected: str
) -> None:
    assert text_at(text.splitlines(), line) == expected
