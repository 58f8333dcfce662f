"""An order with many levels is cut to few, where the fewest imports are lost."""

from archguard.onboarding.layer_compression import compress, ordered_share
from archguard.onboarding.layer_order import Level, upwards

CHAIN = tuple(Level((name,)) for name in "abcd")
COUNTS = {("a", "b"): 9, ("b", "c"): 1, ("c", "d"): 9, ("a", "d"): 2}


def test_an_order_that_is_short_enough_stays() -> None:
    assert compress(CHAIN, COUNTS, 4) == CHAIN


def test_neighbours_with_the_fewest_imports_between_them_are_put_together() -> None:
    assert compress(CHAIN, COUNTS, 3) == (Level(("a",)), Level(("b", "c"), tangled=True), Level(("d",)))


def test_levels_that_do_not_import_each_other_stay_independent() -> None:
    levels = compress((Level(("a",)), Level(("b",)), Level(("c",))), {("a", "b"): 1, ("a", "c"): 1}, 2)

    assert levels == (Level(("a",)), Level(("b", "c")))


def test_one_level_holds_everything() -> None:
    assert compress(CHAIN, COUNTS, 1) == (Level(("a", "b", "c", "d"), tangled=True),)


def test_imports_inside_of_a_level_are_not_ordered() -> None:
    levels = compress(CHAIN, COUNTS, 3)

    assert ordered_share(levels, COUNTS) == 20 / 21
    assert upwards(levels, COUNTS) == 0


def test_without_imports_nothing_is_ordered() -> None:
    assert ordered_share(CHAIN, {}) == 0
