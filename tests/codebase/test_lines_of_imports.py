"""An import statement is cut out of a file and read without parsing the file: as a parser does, or not at all."""

from pathlib import Path

import pytest

from archguard.codebase.imports.extract import Import, ImportTrait
from archguard.codebase.imports.line_parser import Statement, names_in, statement_at, text_at
from archguard.codebase.syntax.source import Source

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


def source_of(folder: Path, text: str) -> Source:
    (folder / "shop" / "api").mkdir(parents=True)
    file = folder / "shop" / "api" / "a.py"
    file.write_text(text)
    return Source("shop.api.a", str(file), "shop/api/a.py")


def statement(source: Source, line: int) -> Statement | None:
    return statement_at(source, source.read().splitlines(), line)


@pytest.mark.parametrize(
    "text",
    [
        "import a",
        "import a.b",
        "import a.b as c, d\nimport e",
        "from a.b import c as d, e",
        "from a import *",
        "from a import(b)",
        "from . import b",
        "from .. import b as c",
        "from ..db.rows import Row",
        "from a import (\n    b,  # (c)\n    d as e,\n\n  f\n)\nimport g",
        "from a import (b,\n  c)",
        "if TYPE_CHECKING:\n    x = 1\n    import a, b",
        "if typing.TYPE_CHECKING :  # for later\n\n    # note\n\timport a",
    ],
)
def test_a_statement_is_read_as_by_a_parser(tmp_path: Path, text: str) -> None:
    source = source_of(tmp_path, text)
    parsed = [*Import.extract(source)]
    first = parsed[0].location.line

    found = statement(source, first)

    assert found
    assert [*found.imports] == [one for one in parsed if one.location.line == first]
    assert found.traits == parsed[0].traits


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("if x:\n    import a", 2),
        ("def f():\n\timport a", 2),
        ("if not TYPE_CHECKING:\n    import a", 2),
        ("if TYPE_CHECKING:\n    if x:\n        import a", 3),
        ("if TYPE_CHECKING: x = 'a'\n    import a", 2),
        ("x = '''\nif TYPE_CHECKING:\n'''; y = 1\n    import a", 4),
        ("x = y \\\nif TYPE_CHECKING:\n    import a", 3),
        ("    import a", 1),
    ],
)
def test_an_indented_statement_has_unknown_traits_unless_the_line_above_the_block_tells(
    tmp_path: Path, text: str, line: int
) -> None:
    found = statement(source_of(tmp_path, text), line)

    assert found
    assert found.traits is None
    assert [one.traits for one in found.imports] == [frozenset[ImportTrait]()]


@pytest.mark.parametrize(
    "text",
    [
        "import a; import b",
        "x = 1; import a",
        "import a  # '",
        'import a  # "',
        "import größe",
        "import a \\",
        "from a import (b",
        "from a import ()",
        "",
    ],
)
def test_what_may_mean_something_else_needs_a_parser(text: str) -> None:
    assert names_in(text) is None
