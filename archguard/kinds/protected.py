"""`protected`: modules that only some may import, or only through their interface."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from archguard.codebase import Codebase, Expression, ExpressionError, Link, Names, Patterns, Targets
from archguard.kinds.contract import Contract, ContractError, PointlessError, bindings, bound, listed
from archguard.kinds.interface import Interface
from archguard.kinds.routes import targets_of, units_of
from archguard.model import Violation


@dataclass(frozen=True, kw_only=True)
class Protected(Contract):
    """`modules` are imported by `only_imported_by` and by themselves; anyone else imports their `interface`."""

    kind: ClassVar[str] = "protected"

    modules: Targets
    """The modules that are protected, or packages from outside. A component is one whole; of any other pattern every
    match is protected by itself."""
    only_imported_by: Patterns = ()
    """Who may import all of them."""
    interface: Names = ()
    """What anyone may import: modules or names, also relative to each protected module: `.api`, `.events.OrderPlaced`,
    `.` for its `__init__`, `__all__` for the names that its `__init__` lists; or what full names must look like, as a
    regular expression between slashes: `/shop\\.orders\\.read_.*/`. With look-around, references to groups or flags, it
    has two repetitions such as `.*` at most, so that matching it cannot take long."""
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
        for values in bindings(codebase, self.modules):
            yield from bound(self, values)._violations(codebase)

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield a fault if there is nothing to protect, or nobody to protect it from."""
        yield from (fault for place in enumerate(self.interface) if (fault := _fault(*place)))
        units, allowed = targets_of(codebase, self.modules).values(), codebase.members(self.only_imported_by)
        if not units:
            yield PointlessError("nobody imports anything of that name", "modules")
        elif all(codebase.modules <= unit | allowed for unit in units):
            yield PointlessError("every module may import them", "only_imported_by")

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """All modules: each of them might import a protected one."""
        return codebase.modules

    def _violations(self, codebase: Codebase) -> Iterator[Violation]:
        allowed = frozenset().union(*units_of(codebase, self.only_imported_by, as_packages=self.as_packages).values())
        found: dict[Link, str] = {}
        for name, unit in targets_of(codebase, self.modules, as_packages=self.as_packages).items():
            interface = Interface.of(codebase, name, self.interface)
            for link in _links_into(codebase, unit, allowed):
                if not interface.offers(codebase, link):
                    found.setdefault(link, name)
        for link, name in found.items():
            yield self.import_violation(codebase, link, self._sentence(link, name), self._fixes(link, name))

    def _sentence(self, link: Link, name: str) -> str:
        what = f"{link.imported}, which is not in the interface of {name}" if self.interface else link.imported
        return f"{link.importer} must not import {what}"

    def _fixes(self, link: Link, name: str) -> tuple[str, ...]:
        offered = f"use what {name} offers: {', '.join(self.interface)}" if self.interface else ""
        users = ", ".join(map(str, self.only_imported_by))
        asked = f"ask one of those that may import {link.imported}: {users}" if users else ""
        return tuple(fix for fix in (offered, asked) if fix) or (f"do without {link.imported}",)


def _fault(position: int, entry: str) -> ContractError | None:
    """What is wrong with a regular expression."""
    try:
        Expression.parse(entry.strip("/") if entry.startswith("/") else "")
    except ExpressionError as error:
        return ContractError(str(error), keys=("interface", position))
    return None


def _links_into(codebase: Codebase, unit: frozenset[str], allowed: frozenset[str]) -> Iterator[Link]:
    for imported in sorted(unit):
        for importer in codebase.imports.importers.get(imported, ()):
            if importer not in allowed and importer not in unit:
                for line in codebase.imports.imported_by(importer)[imported]:
                    yield Link(importer, imported, line)
