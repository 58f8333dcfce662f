"""Architecture as tests: assertions for any test framework, and a plugin for pytest.

Importing this package loads nothing else: its names are imported on first use, since pytest always loads the plugin.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archguard.testing.assertions import (
        Architecture,
        Definitions,
        Modules,
        Rule,
        architecture,
        classes,
        functions,
        modules,
        must_keep,
    )

__all__ = [
    "Architecture",
    "Definitions",
    "Modules",
    "Rule",
    "architecture",
    "classes",
    "functions",
    "modules",
    "must_keep",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'archguard.testing' has no attribute '{name}'")
    return getattr(import_module("archguard.testing.assertions"), name)
