"""`protected`: modules that only some may import, or only through their interface."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from archguard.codebase import Codebase, Import, Link, Names, Patterns, SomeTargets
from archguard.kinds.contract import Contract, ContractError, PointlessError, bindings, bound, listed
from archguard.kinds.interface import Interface
from archguard.kinds.places import always_inside
from archguard.kinds.routes import targets_of, units_of
from archguard.model import Violation


@dataclass(frozen=True, kw_only=True)
class Protected(Contract):
    """`modules` are imported by `only_imported_by` and by themselves; anyone else imports their `interface`."""

    kind: ClassVar[str] = "protected"

    modules: SomeTargets
    """The modules that are protected, or packages from outside. A component is one whole; of any other pattern every
    match is protected by itself."""
    only_imported_by: Patterns = ()
    """Who may import all of them."""
    interface: Names = ()
    """What anyone may import: modules or names, also relative to each protected module: `.api`, `.events.OrderPlaced`,
    `.` for its `__init__`, `__all__` for the names that its `__init__` lists; or what full names must look like, as a
    regular expression between slashes: `/shop\\.orders\\.read_.*/`."""
    as_packages: bool = True
    """Whether `modules` and `only_imported_by` stand for the modules below them too."""

    @property
    def sentence(self) -> str:
        """What it asks, in plain words."""
        users = f"by {listed(self.only_imported_by)} and " if self.only_imported_by else ""
        others = f"; anyone else imports {listed(self.interface)}" if self.interface else ""
        return f"{listed(self.modules)} are imported {users}by themselves only{others}."

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield a violation for each import of a protected module by somebody who may not."""
        bound_contracts = (bound(self, values) for values in bindings(codebase, self.modules))
        found = (
            violation
            for contract in bound_contracts
            for violation in contract._violations(codebase.telling_apart(contract.modules))
        )
        yield from dict.fromkeys(found)  # what does not depend on a capture is found once for each of its values

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield a fault if there is nothing to protect, or nobody to protect it from."""
        yield from (fault for entry in self.interface if (fault := _fault(entry)))
        allowed = codebase.members(self.only_imported_by)
        units = tuple(targets_of(codebase.telling_apart(self.modules), self.modules).values())
        users = (*self.modules, *self.only_imported_by)
        is_for_all = all(codebase.modules <= unit | allowed for unit in units or (frozenset[str](),))
        if is_for_all and always_inside(codebase, (), users):
            yield PointlessError("every module may import them", "only_imported_by" if allowed else "modules")
        if self.interface and not any(pattern.captures for pattern in self.modules):
            names = targets_of(codebase, self.modules)
            if names and all(Interface.of(codebase, name, self.interface).is_everything(name) for name in names):
                yield PointlessError("all of it is in its interface", "interface")

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """All modules: each of them might import a protected one."""
        return codebase.modules

    def _violations(self, codebase: Codebase) -> Iterator[Violation]:
        allowed = frozenset().union(*units_of(codebase, self.only_imported_by, as_packages=self.as_packages).values())
        found: dict[tuple[Link, Import | None], str] = {}
        for name, unit in targets_of(codebase, self.modules, as_packages=self.as_packages).items():
            interface = Interface.of(codebase, name, self.interface)
            for link in _links_into(codebase, unit, allowed):
                missing = interface.missing(codebase, link) if self.interface else (None,)
                for named in missing:
                    found.setdefault((link, named), name)
        for (link, named), name in found.items():
            yield self._violation(codebase, link, named, name)

    def _violation(self, codebase: Codebase, link: Link, named: Import | None, name: str) -> Violation:
        """The violation by one name of an import statement; by the statement as a whole if there is no interface."""
        service, mark, _ = link.imported.rpartition("::")
        told = f"{service}{mark}{named.named}" if named else link.imported
        what = f"{told}, which is not in the interface of {name}" if self.interface else told
        found = self.import_violation(
            codebase, link, f"{link.importer} must not import {what}", self._fixes(link, name)
        )
        return replace(found, location=named.name_location, symbol=named.name) if named else found

    def _fixes(self, link: Link, name: str) -> tuple[str, ...]:
        offered = f"use what {name} offers: {', '.join(self.interface)}" if self.interface else ""
        users = ", ".join(map(str, self.only_imported_by))
        asked = f"ask one of those that may import {link.imported}: {users}" if users else ""
        return tuple(fix for fix in (offered, asked) if fix) or (f"do without {link.imported}",)


def _fault(entry: str) -> ContractError | None:
    """What is wrong with a regular expression."""
    try:
        re.compile(entry.strip("/") if entry.startswith("/") else "")
    except re.error as error:
        return ContractError(f"'{entry}' is no regular expression: {error}", "interface")
    return None


def _links_into(codebase: Codebase, unit: frozenset[str], allowed: frozenset[str]) -> Iterator[Link]:
    for imported in sorted(unit):
        for importer in codebase.imports.importers.get(imported, ()):
            if importer not in allowed and importer not in unit:
                for line in codebase.imports.imported_by(importer)[imported]:
                    yield Link(importer, imported, line)
