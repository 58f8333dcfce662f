"""The order that the fewest imports go against."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from archguard.onboarding.layer_order import Level, best_order, upwards

_ARROWS = st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")).filter(lambda pair: pair[0] != pair[1])
_COUNTS = st.dictionaries(_ARROWS, st.integers(1, 9), max_size=20)


def _against(order: tuple[str, ...], counts: dict[tuple[str, str], int]) -> int:
    return sum(count for (importer, imported), count in counts.items() if order.index(importer) > order.index(imported))


@given(_COUNTS)
def test_no_other_order_has_fewer_imports_against_it(counts: dict[tuple[str, str], int]) -> None:
    levels = best_order("abcdef", counts)

    assert upwards(levels, counts) <= min(_against(order, counts) for order in permutations("abcdef"))


@given(_COUNTS)
def test_what_stands_side_by_side_is_apart_or_a_tangle(counts: dict[tuple[str, str], int]) -> None:
    for level in best_order("abcdef", counts):
        inside = [arrow for arrow in counts if set(arrow) <= set(level.names)]
        assert bool(inside) == level.tangled


@given(_COUNTS)
def test_every_part_that_imports_or_is_imported_has_one_place(counts: dict[tuple[str, str], int]) -> None:
    placed = [name for level in best_order("abcdef", counts) for name in level.names]

    assert sorted(placed) == sorted({name for arrow in counts for name in arrow})


def test_parts_that_nothing_tells_apart_share_a_level() -> None:
    counts = {("api", "orders"): 1, ("api", "users"): 1, ("orders", "db"): 2, ("users", "db"): 1}

    levels = best_order(["api", "db", "orders", "users"], counts)

    assert levels == (Level(("api",)), Level(("orders", "users")), Level(("db",)))


def test_what_nobody_imports_stands_on_top() -> None:
    counts = {("main", "api"): 1, ("api", "db"): 1, ("script", "db"): 1}

    assert best_order(["main", "api", "db", "script"], counts)[0] == Level(("main", "script"))


def test_a_single_import_against_many_is_not_what_the_order_is() -> None:
    counts = {("services", "db"): 20, ("db", "services"): 1}

    assert best_order(["db", "services"], counts) == (Level(("services",)), Level(("db",)))


def test_parts_that_import_each_other_as_often_are_a_tangle() -> None:
    counts = {("core", "crud"): 2, ("crud", "core"): 2, ("api", "crud"): 3}

    assert best_order(["api", "core", "crud"], counts) == (Level(("api",)), Level(("core", "crud"), tangled=True))


def test_of_many_parts_in_a_tangle_the_order_is_good() -> None:
    names = [f"part{number:02}" for number in range(20)]
    counts = {(one, other): 5 for index, one in enumerate(names) for other in names[index + 1 :]}
    counts |= {("part19", "part00"): 1, ("part12", "part03"): 1}

    levels = best_order(names, counts)

    assert [level.names for level in levels] == [(name,) for name in names]
    assert upwards(levels, counts) == 2
