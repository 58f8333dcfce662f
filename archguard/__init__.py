"""Architecture contracts for Python: the whole public API; every other name may change without notice.

A name is imported when it is used, so that `import archguard` costs nothing.
"""

from importlib import import_module

TYPE_CHECKING = False  # true for type checkers; importing `typing` takes longer than replaying a recorded result
if TYPE_CHECKING:
    from archguard.checking import check
    from archguard.checking.session import DraftResult, Session
    from archguard.codebase import (
        Codebase,
        ImportGraph,
        ImportTrait,
        Link,
        Names,
        OneOrMany,
        Pattern,
        PatternError,
        Patterns,
        Reachability,
        ReachabilityRule,
        Shorthand,
        SomeNames,
        SomePatterns,
        SomeTargets,
        Source,
        SourceError,
        Target,
        Targets,
    )
    from archguard.codebase.strictness import Weaker, WeakerEntries
    from archguard.config import Config, find_configuration, read, read_config
    from archguard.errors import ArchguardError, ConfigError
    from archguard.kinds import Contract, ContractError
    from archguard.model import (
        Checked,
        Confidence,
        Location,
        Outcome,
        OutcomeStatus,
        Problem,
        Report,
        Severity,
        Step,
        Summary,
        Violation,
        ViolationStatus,
    )
    from archguard.reporters import reporter

_HOMES = {
    "checking": ("check",),
    "checking.session": ("DraftResult", "Session"),
    "codebase": (
        "Codebase",
        "ImportGraph",
        "ImportTrait",
        "Link",
        "Names",
        "OneOrMany",
        "Pattern",
        "PatternError",
        "Patterns",
        "Reachability",
        "ReachabilityRule",
        "Shorthand",
        "SomeNames",
        "SomePatterns",
        "SomeTargets",
        "Source",
        "SourceError",
        "Target",
        "Targets",
    ),
    "codebase.strictness": ("Weaker", "WeakerEntries"),
    "config": ("Config", "find_configuration", "read", "read_config"),
    "errors": ("ArchguardError", "ConfigError"),
    "kinds": ("Contract", "ContractError"),
    "model": (
        "Checked",
        "Confidence",
        "Location",
        "Outcome",
        "OutcomeStatus",
        "Problem",
        "Report",
        "Severity",
        "Step",
        "Summary",
        "Violation",
        "ViolationStatus",
    ),
    "reporters": ("reporter",),
}

__all__ = [
    "ArchguardError",
    "Checked",
    "Codebase",
    "Confidence",
    "Config",
    "ConfigError",
    "Contract",
    "ContractError",
    "DraftResult",
    "ImportGraph",
    "ImportTrait",
    "Link",
    "Location",
    "Names",
    "OneOrMany",
    "Outcome",
    "OutcomeStatus",
    "Pattern",
    "PatternError",
    "Patterns",
    "Problem",
    "Reachability",
    "ReachabilityRule",
    "Report",
    "Session",
    "Severity",
    "Shorthand",
    "SomeNames",
    "SomePatterns",
    "SomeTargets",
    "Source",
    "SourceError",
    "Step",
    "Summary",
    "Target",
    "Targets",
    "Violation",
    "ViolationStatus",
    "Weaker",
    "WeakerEntries",
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
