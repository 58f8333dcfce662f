"""The statement at a line of a file: from the line where that tells all, else from a parser."""

from pathlib import Path

import pytest

from archguard.codebase.imports.extract import ImportTrait
from archguard.codebase.imports.statements import Statements
from archguard.codebase.syntax.source import Source

FILES = {
    "a": "import x.y as z, v\nif c:\n    from x import (\n        y,\n        w as u,\n    )\n",
    "b": "from x import other\n",
    "broken": "import x.y\nx = = 1\nimport w; import v\n",
}


@pytest.fixture
def statements(tmp_path: Path) -> Statements:
    for module, text in FILES.items():
        (tmp_path / f"{module}.py").write_text(text)
    modules = (*FILES, "absent")
    return Statements({module: Source(module, str(tmp_path / f"{module}.py"), f"{module}.py") for module in modules})


@pytest.mark.parametrize(
    ("module", "line", "expected"),
    [
        ("a", 1, ["x.y", "v"]),
        ("a", 3, ["x.y", "x.w"]),
        ("a", 2, []),
        ("b", 1, ["x.other"]),
        ("broken", 1, ["x.y"]),  # no parser is needed
        ("broken", 3, []),
        ("absent", 1, []),
    ],
)
def test_a_statement_imports_what_it_names(statements: Statements, module: str, line: int, expected: list[str]) -> None:
    for _ in range(2):
        assert statements.targets_at(module, line) == expected
        assert [found.target for found in statements.at(module, line)] == expected


def test_statements_of_several_files_are_told_apart(statements: Statements) -> None:
    asked = [("a", 1), ("b", 1), ("a", 1), ("a", 3), ("b", 1)]

    assert [statements.targets_at(*place)[0] for place in asked] == ["x.y", "x.other", "x.y", "x.y", "x.other"]


def test_an_import_is_found_by_its_name_and_by_the_packages_around_it(statements: Statements) -> None:
    found = {name: [one.alias for one in statements.naming("a", 1, name)] for name in ("x", "x.y", "v", "z", "w")}

    assert found == {"x": ["z"], "x.y": ["z"], "v": ["v"], "z": [], "w": []}
    assert [one.alias for one in statements.naming("a", 3, "x")] == ["y", "u"]


def test_a_parser_tells_the_traits_that_the_line_does_not(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f():\n    import x\n")
    statements = Statements({"a": Source("a", str(tmp_path / "a.py"), "a.py")})

    (plain,), (parsed,) = statements.naming("a", 2, "x"), statements.naming("a", 2, "x", parsed=True)

    assert (plain.traits, parsed.traits) == (frozenset(), frozenset({ImportTrait.LOCAL}))
    assert statements.parsed_at("a", 2) == statements.parsed("a") == (parsed,)
