"""From a configuration to the code that it is about."""

from collections.abc import Collection

from archguard.codebase import Codebase, ImportTrait, PackageNotFoundError, Target, read_codebase
from archguard.config.config import Config
from archguard.errors import ConfigError
from archguard.kinds.contract import patterns_of


def read(config: Config, told_apart: Collection[Target] = ()) -> Codebase:
    """The code that `config` is about.

    Args:
        config: Where the code is, and what is asked of it.
        told_apart: What is to be told from its top-level package, besides what contracts name.

    Raises:
        ExceptionGroup[ArchguardError]: a package is not there.
    """
    try:
        return read_codebase(
            config.root,
            config.project,
            components=config.components,
            services=config.services,
            externals=_externals(config).union(told_apart),
            dynamic=not all(ImportTrait.DYNAMIC in contract.exclude_imports for contract in config.contracts),
        )
    except ExceptionGroup as group:
        raise ExceptionGroup("packages", [_placed(config, error) for error in group.exceptions]) from None


def _placed(config: Config, error: Exception) -> ConfigError:
    """A package that is not there, at the place where the configuration speaks of packages."""
    if not isinstance(error, PackageNotFoundError):
        raise error
    section, *keys = error.keys
    name = str(keys.pop(0)) if section == "services" else ""
    return config.error(error.message, str(section), name, tuple(keys), error.hint)


def _externals(config: Config) -> frozenset[Target]:
    """What contracts name that may be outside of the project, such as `google.cloud.storage`."""
    patterns = (pattern for contract in config.contracts for _, pattern in patterns_of(contract))
    return frozenset(pattern for pattern in patterns if isinstance(pattern, Target) and "::" not in pattern.text)
