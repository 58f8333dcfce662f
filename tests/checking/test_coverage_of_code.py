"""`coverage: {unassigned: error}`: which modules without a contract count."""

import pytest
from project import Project


@pytest.mark.parametrize(
    ("init", "is_reported"),
    [("", False), ("# nothing\n", False), ('"""The parts."""\n', False), ("X = 1\n", True), ("import parts.a\n", True)],
)
def test_an_init_without_code_needs_no_contract(project: Project, init: str, is_reported: bool) -> None:  # noqa: FBT001
    project.write_all({"parts/__init__.py": init, "parts/a.py": "", "parts/b.py": "import parts.a\n"})
    project.configure("""
        project: {coverage: {unassigned: error}}
        contracts: [{id: c, kind: layers, layers: [parts.b, parts.a]}]
    """)

    problems = [problem.message for problem in project.check().problems]

    assert problems == (["no contract looks at parts"] if is_reported else [])


def test_an_empty_module_that_is_no_init_needs_a_contract(project: Project) -> None:
    project.write_all({"parts/__init__.py": "", "parts/a.py": "", "parts/b.py": "", "parts/c.py": ""})
    project.configure("""
        project: {coverage: {unassigned: error}}
        contracts: [{id: c, kind: layers, layers: [parts.b, parts.a]}]
    """)

    assert [problem.message for problem in project.check().problems] == ["no contract looks at parts.c"]


def test_code_in_an_init_that_was_empty_is_seen_after_a_kept_answer(project: Project) -> None:
    project.write_all({"parts/__init__.py": "", "parts/a.py": "", "parts/b.py": "import parts.a\n"})
    project.configure("""
        project: {coverage: {unassigned: error}}
        contracts: [{id: c, kind: layers, layers: [parts.b, parts.a]}]
    """)
    assert project.ask("check").returncode == 0
    assert project.ask("check").returncode == 0

    project.write("parts/__init__.py", "X = 1\n")

    assert project.ask("check").returncode == 2
