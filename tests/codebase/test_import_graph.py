"""The import graph: what imports what, and what its digests tell apart."""

from collections.abc import Mapping

import pytest

from archguard.codebase.imports.graph import ImportGraph, Link

MODULES = frozenset({"shop", "shop.api", "shop.db"})
LINES: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    "shop.db": {"sqlalchemy": (1, 7)},
    "shop.api": {"shop.db": (2,), "requests": (1,)},
}
SHOP = ImportGraph(MODULES, LINES)


def test_imports_are_sorted_by_module_and_line() -> None:
    assert [*SHOP.links()] == [
        Link("shop.api", "requests", 1),
        Link("shop.api", "shop.db", 2),
        Link("shop.db", "sqlalchemy", 1),
        Link("shop.db", "sqlalchemy", 7),
    ]


def test_what_is_imported_and_no_module_of_the_project_is_external() -> None:
    assert SHOP.externals == {"requests", "sqlalchemy"}
    assert SHOP.importers["shop.db"] == ("shop.api",)


def test_statements_are_counted() -> None:
    assert SHOP.count(["shop.db", "shop"]) == 2
    assert SHOP.count(["shop.db", "shop.api"]) == 4


@pytest.mark.parametrize("link", [Link("shop.db", "sqlalchemy", 7), Link("shop.api", "shop.db", 2)])
def test_an_import_that_is_taken_away_and_added_gives_the_same_graph(link: Link) -> None:
    without = SHOP.without([link])

    assert [*without.links()] == [one for one in SHOP.links() if one != link]
    assert without.with_links([link]) == SHOP


def test_the_last_import_of_a_module_takes_it_from_the_graph() -> None:
    assert SHOP.without([Link("shop.api", "requests", 1)]).externals == {"sqlalchemy"}


@pytest.mark.parametrize(
    ("other", "same", "same_with_lines"),
    [
        pytest.param(
            ImportGraph(MODULES, dict(sorted(LINES.items()))),
            True,
            True,
            id="another order",
        ),
        pytest.param(SHOP.without([Link("shop.db", "sqlalchemy", 7)]), True, False, id="fewer lines"),
        pytest.param(SHOP.without([Link("shop.api", "shop.db", 2)]), False, False, id="an import less"),
        pytest.param(ImportGraph(MODULES | {"shop.new"}, LINES), True, False, id="a module more"),
    ],
)
def test_a_digest_is_of_the_imports_or_of_all(other: ImportGraph, *, same: bool, same_with_lines: bool) -> None:
    assert (other.digest == SHOP.digest) is same
    assert (other.digest_with_lines == SHOP.digest_with_lines) is same_with_lines
