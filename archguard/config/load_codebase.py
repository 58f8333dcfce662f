"""Read the code base that a configuration describes."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from archguard.codebase import Codebase, ImportTrait, PackageNotFoundError, Target, read_codebase
from archguard.config.config import Config
from archguard.errors import ConfigError
from archguard.kinds.contract import patterns_of


def read(
    config: Config, extra_externals: Collection[Target] = (), drafts: Mapping[str, bytes | None] = MappingProxyType({})
) -> Codebase:
    """Read the code base of `config`.

    Args:
        config: The source roots, and the contracts that decide how precisely imports are read.
        extra_externals: External modules to keep apart from their packages, besides those that contracts name.
        drafts: Texts to read in place of files, by absolute path; None for a file that is to be taken for removed.

    Raises:
        ExceptionGroup[ArchguardError]: a configured package does not exist.
    """
    try:
        return read_codebase(
            config.root,
            config.project,
            components=config.components,
            services=config.services,
            externals=_external_targets(config).union(extra_externals),
            dynamic=not all(ImportTrait.DYNAMIC in contract.exclude_imports for contract in config.contracts),
            drafts=drafts,
        )
    except ExceptionGroup as group:
        raise ExceptionGroup("packages", [_located(config, error) for error in group.exceptions]) from None


def _located(config: Config, error: Exception) -> ConfigError:
    """Locate a missing package at the entry of the configuration that names it."""
    if not isinstance(error, PackageNotFoundError):
        raise error
    section, *keys = error.keys
    name = str(keys.pop(0)) if section == "services" else ""
    return config.error(error.message, str(section), name, tuple(keys), error.hint)


def _external_targets(config: Config) -> frozenset[Target]:
    """The targets of contracts that may be external modules, such as `google.cloud.storage`."""
    patterns = (pattern for contract in config.contracts for _, pattern in patterns_of(contract))
    return frozenset(pattern for pattern in patterns if isinstance(pattern, Target) and "::" not in pattern.text)
