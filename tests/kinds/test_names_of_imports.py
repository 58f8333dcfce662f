"""Every name of an import statement counts by itself: those that packages pass on, and single names of modules."""

import pytest
from project import Project

SHOP = {
    "shop/__init__.py": "",
    "shop/stock/__init__.py": "from shop.stock.inner import count, move\nfrom shop.stock.other import *\nLIMIT = 3\n",
    "shop/stock/inner.py": "def count(): ...\ndef move(): ...\n",
    "shop/stock/other.py": "def take(): ...\n",
}


def found(project: Project, code: str, contract: str) -> list[tuple[int, int, str]]:
    project.write_all(SHOP | {"shop/api.py": code})
    project.configure(f"contracts: [{{id: c, {contract}}}]\n")
    report = project.check()
    assert report.complete, report.problems
    return [
        (it.location.line, it.location.column, it.message.partition(" must not import ")[2].partition(",")[0])
        for it in report.violations
        if it.location.path == "shop/api.py"
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("from shop.stock import count\n", []),
        ("from shop.stock import count as c\n", []),
        ("from shop.stock import move\n", [(1, 24, "shop.stock.move")]),
        ("from shop.stock import count, move\n", [(1, 31, "shop.stock.move")]),
        ("from shop.stock import move, count\n", [(1, 24, "shop.stock.move")]),
        ("from .stock import count, move as m\n", [(1, 27, "shop.stock.move")]),
        ("from shop.stock import (\n    count,\n    move,\n)\n", [(3, 5, "shop.stock.move")]),
        ("from shop.stock import (  # both 'at once'\n    count,\n    move,\n)\n", [(3, 5, "shop.stock.move")]),
        ("from shop.stock import move, take\n", [(1, 24, "shop.stock.move"), (1, 30, "shop.stock.take")]),
        ("from shop.stock import count, LIMIT\n", [(1, 31, "shop.stock.LIMIT")]),
        ("from shop.stock import *\n", [(1, 24, "shop.stock.*")]),
        ("from shop.stock.inner import count\n", [(1, 30, "shop.stock.inner.count")]),
        ("import shop.stock\n", [(1, 8, "shop.stock")]),
    ],
)
def test_each_name_that_the_interface_lacks_is_found_at_its_place(
    project: Project, code: str, expected: list[tuple[int, int, str]]
) -> None:
    assert found(project, code, "kind: protected, modules: shop.stock, interface: [.count]") == expected


def test_names_count_too_where_reexports_are_not_followed(project: Project) -> None:
    project.write_all(SHOP | {"shop/api.py": "from shop.stock import count, move\n"})
    project.configure("""
        project: {reexports: keep}
        contracts: [{id: c, kind: protected, modules: shop.stock, interface: [.count]}]
    """)

    assert [it.symbol for it in project.check().violations] == ["move"]


def test_a_known_name_covers_no_other_of_the_same_module(project: Project) -> None:
    found(project, "from shop.stock import move\n", "kind: protected, modules: shop.stock, interface: [.count]")
    project.call("baseline")
    assert project.call("check").returncode == 0

    project.write("shop/api.py", "from shop.stock.inner import move\n")
    assert project.call("check").returncode == 0  # the same name of the same module
    project.write("shop/api.py", "from shop.stock import take\n")

    assert project.call("check").returncode == 1


@pytest.mark.parametrize("line", [1, 3])
def test_a_comment_at_the_statement_or_at_the_name_covers_it(project: Project, line: int) -> None:
    lines = ["from shop.stock import (", "    count,", "    move,", ")"]
    lines[line - 1] += "  # archguard: ignore[c] until June"

    assert not found(project, "\n".join(lines) + "\n", "kind: protected, modules: shop.stock, interface: [.count]")


def test_a_comment_at_another_name_does_not_cover_it(project: Project) -> None:
    code = "from shop.stock import (\n    count,  # archguard: ignore[c] until June\n    move,\n)\n"

    assert found(project, code, "kind: protected, modules: shop.stock, interface: [.count]")


@pytest.mark.parametrize("target", ["shop.stock.inner.move", "shop.stock.move"])
@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("from shop.stock.inner import move\n", [(1, 30)]),
        ("from shop.stock.inner import count, move as m\n", [(1, 37)]),
        ("from shop.stock import move\n", [(1, 24)]),
        ("from shop.stock import (\n    count,\n    move,\n)\n", [(3, 5)]),
        ("from shop.stock.inner import *\n", [(1, 30)]),
        ("from shop.stock import *\n", [(1, 24)]),
        ("from shop.stock.inner import count\n", []),
        ("from shop.stock.other import *\n", []),
        ("import shop.stock.inner\n", []),
    ],
)
def test_a_single_name_can_be_forbidden(
    project: Project, target: str, code: str, places: list[tuple[int, int]]
) -> None:
    contract = f"kind: forbidden, modules: shop.api, must_not_import: {target}, indirect: false"

    assert [place[:2] for place in found(project, code, contract)] == places


def test_a_forbidden_name_is_found_behind_another_module(project: Project) -> None:
    project.write("shop/middle.py", "from shop.stock.inner import move\n")

    contract = "kind: forbidden, modules: shop.api, must_not_import: shop.stock.inner.move"

    assert found(project, "import shop.middle\n", contract) == [(1, 8, "shop.stock.inner.move through shop.middle")]
    assert not found(project, "import shop.middle\n", f"{contract}, indirect: false")


def test_a_single_name_can_be_protected_before_anybody_imports_it(project: Project) -> None:
    contract = "kind: protected, modules: shop.stock.inner.move, only_imported_by: shop.stock"

    assert not found(project, "from shop.stock.inner import count\n", contract)
    assert found(project, "from shop.stock import count, move\n", contract) == [(1, 31, "shop.stock.inner.move")]


@pytest.mark.parametrize("target", ["shop.stock.inner.mvoe", "shop.stock.inner.move.x", "shop.*.inner.mvoe"])
def test_a_name_that_no_module_has_is_an_error(project: Project, target: str) -> None:
    project.write_all(SHOP)
    project.configure(
        f"contracts: [{{id: c, kind: forbidden, modules: shop.stock.other, must_not_import: '{target}'}}]\n"
    )

    assert not project.check().complete
