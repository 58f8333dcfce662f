"""The traits of an import in a file that cannot be parsed: the lines above it show the blocks that it is in."""

from textwrap import dedent

import pytest

from archguard.codebase.imports.extract import ImportTrait
from archguard.codebase.imports.indentation import traits_at

TYPE_CHECKING = frozenset({ImportTrait.TYPE_CHECKING})
LOCAL = frozenset({ImportTrait.LOCAL})
NONE: frozenset[ImportTrait] = frozenset()


@pytest.mark.parametrize(
    ("above", "expected"),
    [
        pytest.param("", NONE, id="at the top of the file"),
        pytest.param("if TYPE_CHECKING:", TYPE_CHECKING, id="for type checkers only"),
        pytest.param("if typing.TYPE_CHECKING :", TYPE_CHECKING, id="the name of typing"),
        pytest.param("if x:\n    pass\nelif TYPE_CHECKING:", TYPE_CHECKING, id="elif"),
        pytest.param("if not TYPE_CHECKING:", NONE, id="the opposite"),
        pytest.param("if not TYPE_CHECKING:\n    pass\nelse:", TYPE_CHECKING, id="else of the opposite"),
        pytest.param("if TYPE_CHECKING:\n    pass\nelse:", NONE, id="else"),
        pytest.param("if TYPE_CHECKING:\n    pass\nx = 1\nif x:", NONE, id="below the block"),
        pytest.param("if not TYPE_CHECKING:\n    pass\nif x:\n    pass\nelse:", NONE, id="else of the nearest if"),
        pytest.param("if not TYPE_CHECKING:\n    x\n# note\n\nelse:", TYPE_CHECKING, id="lines without code between"),
        pytest.param("def f():", LOCAL, id="in a function"),
        pytest.param("async def f():", LOCAL, id="in an asynchronous function"),
        pytest.param("def f():\n    pass\nif x:", NONE, id="below a function"),
        pytest.param("class A:\n    def f(self):\n        pass\n    x = 1\nif x:", NONE, id="below a method"),
        pytest.param("defer = 1\nif x:", NONE, id="a name that begins with def"),
        pytest.param("def f():\n  if TYPE_CHECKING:\n   with x:", TYPE_CHECKING | LOCAL, id="in outer blocks"),
        pytest.param("def f():\n\tif x:", LOCAL, id="tabs"),
    ],
)
def test_the_lines_above_show_the_traits_of_an_import(above: str, expected: frozenset[ImportTrait]) -> None:
    lines = [*dedent(above).splitlines(), f"{'          ' if above else ''}import shop"]

    assert traits_at(lines, len(lines)) == expected


def test_an_import_in_the_line_of_its_condition_has_the_traits_of_the_line() -> None:
    assert traits_at(["if TYPE_CHECKING: import shop", "import shop"], 1) == TYPE_CHECKING
    assert traits_at(["if TYPE_CHECKING: import shop", "import shop"], 2) == NONE


def test_a_condition_in_a_line_of_its_own_is_none_of_the_next_line() -> None:
    assert traits_at(["if not TYPE_CHECKING: x = 1", "import shop"], 2) == NONE


def test_the_lines_below_do_not_count() -> None:
    assert traits_at(["if x:", "    import shop", "def f():"], 2) == NONE
