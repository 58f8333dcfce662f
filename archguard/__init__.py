"""Architecture contracts for Python: the whole public API.

A name is imported when it is used, so that `import archguard` costs nothing.
"""

from importlib import import_module

TYPE_CHECKING = False  # true for type checkers; importing `typing` takes longer than replaying a recorded result
if TYPE_CHECKING:
    from archguard.checking import check
    from archguard.codebase import Codebase, Pattern
    from archguard.config import Config, find_configuration, read, read_config
    from archguard.errors import ArchguardError, ConfigError
    from archguard.kinds import Contract
    from archguard.model import Location, Problem, Report, Severity, Step, Violation
    from archguard.reporters import reporter

_HOMES = {
    "checking": ("check",),
    "codebase": ("Codebase", "Pattern"),
    "config": ("Config", "find_configuration", "read", "read_config"),
    "errors": ("ArchguardError", "ConfigError"),
    "kinds": ("Contract",),
    "model": ("Location", "Problem", "Report", "Severity", "Step", "Violation"),
    "reporters": ("reporter",),
}

__all__ = [
    "ArchguardError",
    "Codebase",
    "Config",
    "ConfigError",
    "Contract",
    "Location",
    "Pattern",
    "Problem",
    "Report",
    "Severity",
    "Step",
    "Violation",
    "check",
    "find_configuration",
    "read",
    "read_config",
    "reporter",
]


def __getattr__(name: str) -> object:
    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module 'archguard' has no attribute '{name}'")
    return getattr(import_module(f"archguard.{home}"), name)
