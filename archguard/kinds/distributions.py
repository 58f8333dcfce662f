"""The import packages of distributions: `PyYAML` is imported as `yaml`.

Installed distributions are read from their metadata; a table has well-known ones that are not installed.
"""

import re
import sys
from collections.abc import Collection, Mapping
from functools import cache
from typing import TypeAlias

Packages: TypeAlias = Mapping[str, frozenset[str]]
"""By the normalized name of a distribution: the packages that it is imported as."""


def packages_of(name: str) -> frozenset[str]:
    """The packages of the distribution `name`, if it is installed or well known; for `stdlib`, the standard library."""
    if name == "stdlib":
        return frozenset(sys.stdlib_module_names)
    return _packages().get(_normalized(name)) or _well_known().get(_normalized(name), frozenset())


def is_installed(package: str) -> bool:
    """Whether the top-level package is part of Python or of an installed distribution."""
    return package in sys.stdlib_module_names or any(package in found for found in _packages().values())


def respelled(name: str, imported: Collection[str]) -> str:
    """A known package that differs from `name` only in case and hyphens: `httpx` for `Httpx`; "" if there is none."""
    wanted = _normalized(name)
    known = {*imported, *sys.stdlib_module_names, *(package for found in _packages().values() for package in found)}
    return "" if name in known else min((one for one in known if _normalized(one) == wanted), default="")


@cache
def _well_known() -> Packages:
    from archguard.codebase.package_data import load_package_tables  # noqa: PLC0415  # most checks need no facts

    return load_package_tables(frozenset[str], "archguard.kinds", "distributions.toml")


@cache
def _packages() -> Packages:
    from importlib.metadata import packages_distributions  # noqa: PLC0415  # 15 ms, for names of distributions only

    packages: dict[str, set[str]] = {}
    for package, distributions in packages_distributions().items():
        for distribution in distributions:
            packages.setdefault(_normalized(distribution), set()).add(package)
    return {name: frozenset(found) for name, found in packages.items()}


def _normalized(name: str) -> str:
    """The normalized form: https://packaging.python.org/en/latest/specifications/name-normalization/ ."""
    return re.sub(r"[-_.]+", "-", name).lower()
