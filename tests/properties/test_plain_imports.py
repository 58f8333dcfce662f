"""What is read from the lines of an import statement is what a parser finds in the file."""

import ast
import asyncio
import email
import importlib
import json
import textwrap
import xml
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archguard.codebase import Import, Source
from archguard.codebase.imports.line_parser import Statement, statement_at

SIMPLE = st.sampled_from(
    [
        "import a",
        "import a.b as c, d",
        "import a . b",
        "from a import b, c as d  # why: so",
        "from a import b  # it's",
        "from .a import (  # so\n    b,  # and 'that': (this)\n  c as d, e\n)",
        "from .a import (b,\nc)",
        "from .a import (b); import f",
        "from . import(b)",
        "from ..a.b import b",
        "from a import \\\n    b",
        "import l; x = 1",
        "x = 1; import l",
        "x = 1; \\\nimport l",
        "if x: import m",
        "if TYPE_CHECKING: \\\nfrom n import o",
        "pass",
        "x = [\n]",
        "x = (1,\n2); import p",
        '"""\nimport q\n"""',
        "'''\nfrom r import s; '''; import t",
        "x = 'if TYPE_CHECKING:' # '''",
        "'''\nif TYPE_CHECKING:\n'''",
        "# a comment: it says so\npass",
        "\nimport größe\n",
        "\fimport u",
        "x = lambda: 1",
    ]
)
HEADERS = st.sampled_from(
    [
        "if TYPE_CHECKING:",
        "if typing.TYPE_CHECKING:  # only then",
        "if not TYPE_CHECKING:",
        "if x: \\\n  pass\nif TYPE_CHECKING:",
        "if x:\n  pass\nelse:",
        "with x(\n): # why",
        "def f():",
        "class A:",
        "for x in (\ny): # '''",
    ]
)


def _below(block: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    one = st.builds(lambda header, body: f"{header}\n{textwrap.indent(body, '    ')}", HEADERS, block)
    return st.lists(SIMPLE | one, min_size=1, max_size=4).map("\n".join)


@given(_below(st.recursive(SIMPLE, _below, max_leaves=6)), st.sampled_from(["\n", "\r\n", "\r"]))
def test_lines_say_what_a_parser_says(code: str, end: str) -> None:
    text = code.replace("\n", end)
    assume(_is_python(text))

    with TemporaryDirectory() as folder:
        path = Path(folder, "shop", "a.py")
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8", newline="")

        assert list(_disagreements(Source("shop.a", str(path), "shop/a.py"))) == []


@pytest.mark.parametrize("package", [asyncio, email, importlib, json, xml], ids=lambda package: package.__name__)
def test_the_same_is_read_in_files_that_people_wrote(package: ModuleType) -> None:
    folder = Path(package.__path__[0])
    files = sorted(folder.rglob("*.py"))

    sources = [
        Source(".".join(path.relative_to(folder.parent).with_suffix("").parts), str(path), path.name) for path in files
    ]

    assert [found for source in sources for found in _disagreements(source)] == []


def test_most_imports_are_plain(tmp_path: Path) -> None:
    text = """\
        import os
        from typing import TYPE_CHECKING, Any as Whatever
        from .orders import (
            Order,  # the old one
            Place as P,
        )
        if TYPE_CHECKING:
            from shop import prices
        """
    (tmp_path / "a.py").write_text(textwrap.dedent(text))

    source = Source("shop.a", str(tmp_path / "a.py"), "shop/a.py")

    assert [_read(source, line) is not None for line in (1, 2, 3, 8)] == [True] * 4


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def _disagreements(source: Source) -> Iterator[tuple[tuple[Import, ...], Statement]]:
    """What the lines say where a parser says something else."""
    found = [own for own in Import.extract(source) if "dynamic" not in own.traits]
    for line in sorted({own.location.line for own in found}):
        parsed = tuple(own for own in found if own.location.line == line)
        read = _read(source, line)
        if read and read.imports != (parsed if read.traits is not None else tuple(map(_without_traits, parsed))):
            yield parsed, read


def _without_traits(found: Import) -> Import:
    return replace(found, traits=frozenset())


def _read(source: Source, line: int) -> Statement | None:
    return statement_at(source, source.content.splitlines(), line)
