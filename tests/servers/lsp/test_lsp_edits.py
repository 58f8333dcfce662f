"""Edits of Python files, on both sides of where they are safe."""

from pathlib import Path

import pytest

from archguard.codebase import Import, Source
from archguard.servers.lsp.edits import Edit, ignoring, importing_from, without_comment, without_unused_import


def _source(text: str, name: str = "web.py") -> Source:
    return Source("shop.web", str(Path("/shop") / name), name).with_content(text.encode())


def _import(source: Source, target: str) -> Import:
    return next(found for found in Import.extract(source) if found.target == target)


def _edited(source: Source, edit: Edit | None) -> str | None:
    return edit.applied(source.text) if edit else None


def _ignoring(text: str, line: int, *, is_whole_file: bool = False) -> str | None:
    source = _source(text)
    return _edited(source, ignoring(source, line, "layered", is_whole_file=is_whole_file))


def _without(text: str, target: str, name: str = "web.py") -> str | None:
    source = _source(text, name)
    return _edited(source, without_unused_import(source, _import(source, target)))


def test_the_comment_stands_above_with_the_same_indentation_and_line_end() -> None:
    assert _ignoring("def f():\r\n\timport a\r\n", 2) == (
        "def f():\r\n\t# archguard: ignore[layered] <reason>\r\n\timport a\r\n"
    )


def test_a_line_that_continues_another_gets_the_comment_at_its_end() -> None:
    assert _ignoring("x = 1 + \\\n    f()\n", 2) == "x = 1 + \\\n    f()  # archguard: ignore[layered] <reason>\n"


def test_a_comment_may_stand_between_brackets() -> None:
    assert _ignoring("f(\n    g(),\n)\n", 2) == "f(\n    # archguard: ignore[layered] <reason>\n    g(),\n)\n"


@pytest.mark.parametrize(
    "text",
    [
        'x = """\nselect"""; f("""\n""")\n',  # within a string above and at its end
        "x = '''\\\n''' + \\\n f()  \\\n\n",
    ],
)
def test_no_comment_is_put_into_a_string_or_behind_a_backslash(text: str) -> None:
    assert _ignoring(text, 2) is None


def test_a_violation_of_the_whole_file_needs_code_in_the_first_line() -> None:
    assert _ignoring("import a\n", 1, is_whole_file=True) == "import a  # archguard: ignore[layered] <reason>\n"
    assert _ignoring('"""Words\nand words."""\n', 1, is_whole_file=True) is None


def test_an_unused_import_goes_with_its_line() -> None:
    assert _without("import a\nimport b\n", "a") == "import b\n"
    assert _without("import b\nimport a", "a") == "import b\n"


def test_an_unused_name_goes_with_its_comma() -> None:
    assert _without("from a import b, c\n", "a.b") == "from a import c\n"
    assert _without("from a import b, c\n", "a.c") == "from a import b\n"
    assert _without("from a import (\n    b,\n    c,\n)\n", "a.c") == "from a import (\n    b,\n)\n"


def test_the_only_statement_of_a_block_becomes_pass() -> None:
    assert _without("def f():\n    import a\n", "a") == "def f():\n    pass\n"


def test_of_two_statements_on_a_line_one_stays() -> None:
    assert _without("import a; x = 1\n", "a") == "pass; x = 1\n"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("import a\na.f()\n", "a"),
        ("from a import b\n__all__ = ['b']\n", "a.b"),
        ("from a import b\ndef f(x: 'b'): ...\n", "a.b"),
        ("from a import b as b\n", "a.b"),
        ("from a import *\n", "a"),
    ],
)
def test_an_import_that_may_be_used_stays(text: str, target: str) -> None:
    assert _without(text, target) is None


def test_an_import_of_a_package_stays_since_others_may_use_it() -> None:
    assert _without("import a\n", "a", "__init__.py") is None


def test_a_name_is_imported_from_elsewhere_under_the_same_name() -> None:
    source = _source("from a.b import c as d\n")
    assert _edited(source, importing_from(source, _import(source, "a.b.c"), "a")) == "from a import c as d\n"


@pytest.mark.parametrize(("text", "target"), [("from a import b, c\n", "a.b"), ("import a.b\n", "a.b")])
def test_a_statement_of_several_names_or_of_a_module_is_not_replaced(text: str, target: str) -> None:
    source = _source(text)
    assert importing_from(source, _import(source, target), "x") is None


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("x = 1  # archguard: ignore[a] why\n", "x = 1\n"),
        ("# archguard: ignore[a] why\nx = 1\n", "x = 1\n"),
        ("x = 1  # noqa: E501  # archguard: ignore[a] why\n", "x = 1  # noqa: E501\n"),
        ("x = '# archguard: ignore[a] why'\n", None),
    ],
)
def test_a_comment_is_removed_and_nothing_else(text: str, after: str | None) -> None:
    source = _source(text)
    assert _edited(source, without_comment(source, 1)) == after
