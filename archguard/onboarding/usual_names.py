"""The usual names of folders, files, modules and settings, by which `init` recognizes a project; and its frameworks.

The names themselves are in `usual_names.toml`.
"""

import re
from collections.abc import Iterable, Mapping
from fnmatch import translate
from typing import TypeAlias

from archguard.codebase.package_data import load_package_data
from archguard.dataclass import dataclass

Globs: TypeAlias = frozenset[str]
"""Names in which `*` stands for any text."""


@dataclass(frozen=True, kw_only=True)
class UsualNames:
    """The usual names, and the frameworks that `init` knows."""

    frameworks: Mapping[str, str]
    """The display names of frameworks that `init` reports, by imported package, in the order in which it does."""
    packs: Mapping[str, str]
    """By framework: the pack for its layers."""
    general_packs: tuple[str, ...]
    """The packs for any code, in the order in which they are tried."""
    not_deployed_folders: Globs
    """Folders beside deployed code. Inside of a package, folders with these names are part of it."""
    script_modules: Globs
    """Modules that a tool runs, and that belong to no package."""
    dependency_files: frozenset[str]
    """Files that name the dependencies of a project."""
    deployment_files: frozenset[str]
    """Files beside code that is deployed by itself."""
    excluded_modules: tuple[str, ...]
    """Patterns of modules that a proposed configuration excludes."""
    database_modules: Globs
    """Modules and packages that usually hold all access to a database."""
    gateway_modules: Globs
    """Modules and packages that usually hold all access to other systems."""
    address_setting_suffixes: frozenset[str]
    """Endings of the names of settings that hold the address of a service."""
    guard_names: Globs
    """Functions and classes that refuse anonymous requests, if their bodies refuse anything."""
    optional_guard_names: Globs
    """Those that let anonymous requests pass."""
    roles: Mapping[str, Globs]
    """The modules of each role, from the top of the usual order to its bottom."""
    public_routes: Mapping[str, Globs]
    """Reasons why a route is usually public, each with the words in paths that tell it."""


def any_of(globs: Iterable[str], flags: int = 0) -> re.Pattern[str]:
    """A regular expression that matches names as a whole by one of `globs`."""
    return re.compile("|".join(map(translate, sorted(globs))), flags)


USUAL_NAMES = load_package_data(UsualNames, "archguard.onboarding", "usual_names.toml")
