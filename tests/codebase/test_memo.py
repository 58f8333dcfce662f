"""A function that is memoized per codebase is computed once for it, its variants, and equal arguments."""

from archguard.codebase import Codebase, ImportGraph, Link
from archguard.codebase.memo import per_codebase


def codebase() -> Codebase:
    return Codebase(sources={}, imports=ImportGraph(frozenset({"a", "b"}), {}))


@per_codebase
def computed(codebase: Codebase, *words: str, times: int = 1) -> list[str]:
    return [*sorted(codebase.modules), *words * times]


@per_codebase
def other(codebase: Codebase, *words: str) -> list[str]:
    return [*sorted(codebase.modules), *words]


def test_a_result_is_computed_once_for_equal_arguments() -> None:
    code = codebase()

    assert computed(code, "x") == ["a", "b", "x"]
    assert computed(code, "x") is computed(code, "x")
    assert computed(code, "y") == ["a", "b", "y"]
    assert computed(code, "x", times=2) == ["a", "b", "x", "x"]


def test_functions_do_not_share_results() -> None:
    code = codebase()

    assert other(code, "x") is not computed(code, "x")


def test_codebases_do_not_share_results() -> None:
    assert computed(codebase(), "x") is not computed(codebase(), "x")


def test_variants_that_lack_imports_share_them() -> None:
    code = codebase()

    assert computed(code.without_links([Link("a", "b", 1)]), "x") is computed(code, "x")
