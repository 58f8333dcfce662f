"""The module that a fix names is the nearest one: most packages in common, then the same stem, then by name."""

import random
from itertools import takewhile

import pytest

from archguard.checking.fixes import _Neighbours

PARTS = ("shop", "api", "orders", "order", "s", "db")


def made_up(seed: int) -> tuple[list[str], list[str]]:
    """Names of modules, and importers of which some are among them."""
    choose = random.Random(seed)  # noqa: S311  # the same names for each seed
    names = [".".join(choose.choices(PARTS, k=choose.randint(1, 4))) for _ in range(30)]
    return sorted({*names[:20]}), names[10:]


def nearest(importer: str, modules: list[str]) -> str:
    """The definition, by a look at all of them."""

    def unlike(module: str) -> tuple[int, bool, str]:
        pairs = zip(importer.split("."), module.split("."), strict=False)
        common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        return -common, stem(module) != stem(importer), module

    return min(modules, key=unlike, default="")


def stem(module: str) -> str:
    return module.rsplit(".", maxsplit=1)[-1].removesuffix("s")


@pytest.mark.parametrize("seed", range(20))
def test_the_nearest_module_is_found_without_the_two_that_an_import_connects(seed: int) -> None:
    modules, importers = made_up(seed)
    neighbours = _Neighbours(modules)

    for importer in importers:
        for without in ({importer}, {importer, modules[0]}, {*modules[3:5]}):
            left = [module for module in modules if module not in without]
            assert neighbours.nearest(importer, without) == nearest(importer, left)
