"""Which packages a distribution brings: `PyYAML` is imported as `yaml`."""

import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions


def packages_of(name: str) -> frozenset[str]:
    """The top-level packages of the distribution `name`, if it is installed; those of Python itself for `stdlib`."""
    if name == "stdlib":
        return frozenset(sys.stdlib_module_names)
    return _packages().get(_normalized(name), frozenset())


def is_installed(package: str) -> bool:
    """Whether Python itself, or an installed distribution, brings the top-level package."""
    return package in sys.stdlib_module_names or any(package in found for found in _packages().values())


@cache
def _packages() -> Mapping[str, frozenset[str]]:
    packages: dict[str, set[str]] = {}
    for package, distributions in packages_distributions().items():
        for distribution in distributions:
            packages.setdefault(_normalized(distribution), set()).add(package)
    return {name: frozenset(found) for name, found in packages.items()}


def _normalized(name: str) -> str:
    """https://packaging.python.org/en/latest/specifications/name-normalization/ ."""
    return re.sub(r"[-_.]+", "-", name).lower()
