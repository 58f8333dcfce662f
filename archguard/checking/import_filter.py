"""The imports that do not count for a contract: those under `ignore`, and those with excluded traits."""

from dataclasses import replace
from datetime import date

from archguard.codebase import Codebase, ImportTrait, Link
from archguard.config import Config
from archguard.errors import ConfigError
from archguard.kinds import Contract, Ignore
from archguard.model import Problem, Severity


def excluded_traits(config: Config, contract: Contract) -> frozenset[ImportTrait]:
    """The traits of imports that do not count for `contract`."""
    choice = contract.type_checking_imports or config.project.type_checking_imports
    excluded = {ImportTrait.TYPE_CHECKING} if choice == "exclude" else set()
    return frozenset(excluded.union(contract.exclude_imports))


def ignored_links(codebase: Codebase, ignore: Ignore, today: date) -> frozenset[Link]:
    """The imports that `ignore` matches; none after it has expired."""
    if ignore.expires and ignore.expires <= today:
        return frozenset()
    pattern = ignore.import_
    return frozenset(
        Link(importer, imported, line)
        for importer in codebase.imports.lines
        if pattern.importer.names(importer)
        for imported, lines in codebase.imports.imported_by(importer).items()
        if pattern.imported.names(imported)
        for line in lines
    )


def ignore_problem(config: Config, contract: Contract, ignore: Ignore, today: date) -> Problem | None:
    """The problem of an ignore that has expired or matches no import."""
    if ignore.expires and ignore.expires <= today:
        severity, code, message = (
            Severity.WARNING,
            "expired-ignore",
            f"the ignore of '{ignore.import_}' expired on {ignore.expires}",
        )
    elif ignore.unmatched == "ignore":
        return None
    else:
        severity, code, message = (
            ignore.unmatched,
            "unmatched-ignore",
            f"no import matches the ignored '{ignore.import_}'",
        )
    error = _error(config, contract, contract.ignore.index(ignore), f"{message} (contract {contract.id})")
    return replace(error.problem(code), severity=severity)


def _error(config: Config, contract: Contract, index: int, message: str) -> ConfigError:
    """An error at the ignore `index` of `contract`, which is in a section of its own or inside of the contract."""
    name = f"{contract.id} {index}"
    if ("ignore", name) in config.origins:
        return config.error(message, "ignore", name, (), "take it out")
    return config.error(message, "contracts", contract.id, ("ignore", index), "take it out")
