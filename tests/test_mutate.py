"""`scripts/mutate.py` changes one thing at a time, and tells whether tests notice."""

import ast
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import mutate  # a script, found by the line above


def changes(tmp_path: Path, text: str) -> list[str]:
    """The mutants of a file with this text, each as its changed line."""
    (tmp_path / "code").mkdir(exist_ok=True)
    (tmp_path / "code/m.py").write_text(text, encoding="utf-8")
    found = mutate.mutants(tmp_path, "code")
    return [mutant.text.splitlines()[mutant.line - 1].strip() for mutant in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = a == b", ["x = (a != b)"]),
        ("x = a < b", ["x = (a <= b)"]),
        ("x = a < b < c", []),
        ("x = a in b and c", ["x = (a in b or c)", "x = (a not in b) and c"]),
        ("x = not a", ["x = (a)"]),
        ("x = a + 1", ["x = (a - 1)", "x = a + (2)"]),
        ("x = a + b", []),
        ("x = a | b", ["x = (a & b)"]),
        ("x = True", ["x = (False)"]),
        ("x = a if b else c", ["x = (a if not b else c)"]),
        ("x = any(a)", ["x = (all(a))"]),
        ("def f():\n    return a", ["return None"]),
        ("def f():\n    return None", []),
        ("f()", ["pass"]),
        ("for x in y:\n    continue", ["break"]),
        ("x: Literal[1] = 2", ["x: Literal[1] = (3)"]),
        ("def f(x: Literal[1] = 2) -> Literal[1]: ...", ["def f(x: Literal[1] = (3)) -> Literal[1]: ..."]),
        ('"""Text 1."""', []),
        ("TYPE_CHECKING = False\nif TYPE_CHECKING:\n    f()", []),
        ("raise ValueError(1)", []),
        ("x = zip(a, b, strict=True)", []),
        ("x = field(init=False, repr=False)", ["x = field(init=(True), repr=False)"]),
        ("x = 'ä' if a else 'ö'", ["x = ('ä' if not a else 'ö')"]),
    ],
)
def test_what_is_changed(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert changes(tmp_path, text) == expected


def test_every_mutant_of_the_targets_is_python_and_differs_from_the_code() -> None:
    for folder in mutate.TARGETS:
        for mutant in mutate.mutants(mutate.ROOT, folder)[::50]:
            ast.parse(mutant.text)
            assert mutant.diff(mutate.ROOT)


def test_the_folders_and_their_tests_are_there() -> None:
    places = [place for folder, tests in mutate.TARGETS.items() for place in (folder, *tests)]

    assert [place for place in places if not (mutate.ROOT / place).exists()] == []
