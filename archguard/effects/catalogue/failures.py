"""What reports a failure: calls that log, and calls that raise and never return.

The facts are in `failures.toml`. `load_failures` parses it once per process.
"""

from functools import cache

from archguard.codebase.package_data import load_package_data
from archguard.dataclass import dataclass
from archguard.effects.catalogue.conventions import Words


@dataclass(frozen=True, kw_only=True)
class Logging:
    """Calls that write to a log, or report to a service that collects errors."""

    packages: Words
    """Logging libraries: their top-level packages."""
    methods: Words
    """Methods of loggers that log, also the functions of logging libraries that are called like them."""
    functions: Words
    """Other functions that report a failure, by their qualified names."""
    unresolved: Words
    """Functions that log by their names, if it is not known where they are defined."""
    receivers: Words
    """Patterns for the last word of the name of a logger, in lower case."""


@dataclass(frozen=True, kw_only=True)
class Raising:
    """Calls that raise."""

    functions: Words
    """Functions and methods that never return, by their qualified names."""


@dataclass(frozen=True, kw_only=True)
class Failures:
    """The file `failures.toml`."""

    logging: Logging
    raising: Raising


@cache
def load_failures() -> Failures:
    """The facts of the catalogue; read once."""
    return load_package_data(Failures, "archguard.effects.catalogue", "failures.toml")
