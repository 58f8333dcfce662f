"""`protected`: modules that only certain others may import, or only through their interface."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, ClassVar, TypeAlias

from archguard.codebase import (
    Codebase,
    Expression,
    ExpressionError,
    Import,
    Link,
    Names,
    Pattern,
    Patterns,
    SomeTargets,
)
from archguard.codebase.public_api import Interface
from archguard.codebase.strictness import Weaker
from archguard.dataclass import dataclass
from archguard.kinds.breakability import always_inside
from archguard.kinds.contract import Contract, ContractError, VacuousError, bindings, bound, listed
from archguard.kinds.import_paths import targets_of, units_of
from archguard.model import Violation
from archguard.model.names import parent_name, parts_of, plain_name, qualify, service_of, split_last

_Guarded: TypeAlias = tuple[frozenset[str], frozenset[str]]
"""A protected unit, and the modules around it that may import it without `only_imported_by`."""


@dataclass(frozen=True, kw_only=True)
class Protected(Contract):
    """`modules` are imported by `only_imported_by` and by themselves; anyone else imports their `interface`."""

    kind: ClassVar[str] = "protected"

    modules: Annotated[SomeTargets, Weaker.SMALLER_OR_REGROUPED] = ()
    """The modules that are protected, or packages from outside. A component is one whole; of any other pattern every
    match is protected by itself."""
    private_in: Annotated[Patterns, Weaker.SMALLER] = ()
    """Packages whose private modules, those with a name such as `_rows`, are protected: the package around each of them
    may import it, with all that is in there."""
    only_imported_by: Annotated[Patterns, Weaker.LARGER] = ()
    """Who may import all of them."""
    interface: Annotated[Names, Weaker.LARGER] = ()
    """What anyone may import: modules or names, also relative to each protected module: `.api`, `.events.OrderPlaced`,
    `.` for its `__init__`, `__all__` for the names that its `__init__` lists; or what full names must look like, as a
    regular expression between slashes: `/shop\\.orders\\.read_.*/`. With look-around, references to groups or flags, it
    has two repetitions such as `.*` at most, so that matching it cannot take long."""
    as_packages: Annotated[bool, Weaker.ANY] = True
    """Whether `modules` and `only_imported_by` stand for the modules below them too."""

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        users = f"Only {listed(self.only_imported_by)}" if self.only_imported_by else "No other module"
        others = f"; anyone else imports {listed(self.interface)}" if self.interface else ""
        private = f"Private modules in {listed(self.private_in)} are imported from the packages around them only."
        return " ".join(
            [f"{users} may import {listed(self.modules)}{others}."] * bool(self.modules)
            + [private] * bool(self.private_in)
        )

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield a violation for each import of a protected module by one that may not import it."""
        bound_contracts = (bound(self, values) for values in bindings(codebase, self.modules))
        found = (violation for contract in bound_contracts for violation in contract._of_modules(codebase))
        yield from dict.fromkeys(found)  # what does not depend on a capture is found once for each of its values
        yield from self._violations(codebase, self._private(codebase))

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield an error if there is nothing to protect, or no module to protect it from."""
        faults = [fault for place in enumerate(self.interface) if (fault := _fault(*place))]
        yield from faults
        yield from self._private_themselves(codebase)
        units = tuple(targets_of(codebase.telling_apart(self.modules), self.modules).values())
        private = self._private(codebase).values()
        if not self.modules and not self.private_in:
            yield ContractError("names no modules", hint="give `modules` or `private_in`")
        elif not units and not private and self.private_in:
            yield VacuousError("there are no private modules", "private_in")
        else:
            yield from self._unbreakable(codebase, units, [whole for _, whole in private])
        if self.interface and not faults and not any(pattern.captures for pattern in self.modules):
            names = targets_of(codebase, self.modules)
            if names and all(Interface.of(codebase, name, self.interface).is_everything(name) for name in names):
                yield VacuousError("all of it is in its interface", "interface")

    def _unbreakable(
        self, codebase: Codebase, units: Collection[frozenset[str]], around: Collection[frozenset[str]]
    ) -> Iterator[ContractError]:
        """Yield an error if every possible module may import what is protected, today and in the future."""
        allowed = codebase.members(self.only_imported_by)
        users = (*self.modules, *self.private_in, *self.only_imported_by)
        # Without a protected module today, what counts is whether one that is added could be imported by anybody else.
        is_for_all = all(codebase.modules <= unit | allowed for unit in (*units, *around) or (frozenset[str](),))
        if is_for_all and always_inside(codebase, (), users):
            yield VacuousError("every module may import them", "only_imported_by" if allowed else "modules")

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """All modules: each of them might import a protected one."""
        return codebase.modules

    def _private(self, codebase: Codebase) -> Mapping[str, _Guarded]:
        """The private modules, each with its submodules, and the modules of its parent package."""
        private = (module for module in sorted(codebase.members(self.private_in)) if _is_private(module))
        return {
            module: (codebase.members((Pattern(module),)), codebase.members((Pattern(parent_name(module)),)))
            for module in private
        }

    def _private_themselves(self, codebase: Codebase) -> Iterator[ContractError]:
        """Packages in `private_in` that are private themselves, or inside of a private one."""
        for index, pattern in enumerate(self.private_in):
            for package in codebase.anchors(pattern):
                if any(map(_is_private_name, parts_of(plain_name(package)))):
                    hint = "name a package around it that is not private"
                    yield ContractError(f"'{package}' is private itself", hint=hint, keys=("private_in", index))

    def _of_modules(self, codebase: Codebase) -> Iterator[Violation]:
        codebase = codebase.telling_apart(self.modules)
        units = targets_of(codebase, self.modules, as_packages=self.as_packages)
        yield from self._violations(codebase, {name: (unit, frozenset()) for name, unit in units.items()})

    def _violations(self, codebase: Codebase, guarded: Mapping[str, _Guarded]) -> Iterator[Violation]:
        allowed = frozenset().union(*units_of(codebase, self.only_imported_by, as_packages=self.as_packages).values())
        found: dict[tuple[Link, Import | None], str] = {}
        for name, (unit, around) in guarded.items():
            interface = Interface.of(codebase, name, self.interface)
            for link in _links_into(codebase, unit, allowed | around):
                missing = interface.missing(codebase, link) if self.interface else (None,)
                for named in missing:
                    # One statement may import from several protected packages that lie in each other: it is reported
                    # for the first.
                    found.setdefault((link, named), name)
        for (link, named), name in found.items():
            yield self._violation(codebase, link, named, name)

    def _violation(self, codebase: Codebase, link: Link, named: Import | None, name: str) -> Violation:
        """The violation by one name of an import statement; by the statement as a whole if there is no interface."""
        imported = qualify(service_of(link.imported), named.named) if named else link.imported
        what = f"{imported}, which is not in the interface of {name}" if self.interface else imported
        found = self.import_violation(
            codebase, link, f"{link.importer} must not import {what}", self._fixes(link, name)
        )
        return replace(found, location=named.name_location, symbol=named.name) if named else found

    def _fixes(self, link: Link, name: str) -> tuple[str, ...]:
        use_interface = f"use what {name} offers: {', '.join(self.interface)}" if self.interface else ""
        users = ", ".join(map(str, self.only_imported_by))
        ask_user = f"ask one of those that may import {link.imported}: {users}" if users else ""
        return tuple(fix for fix in (use_interface, ask_user) if fix) or (f"do without {link.imported}",)


def _is_private(module: str) -> bool:
    """Whether its name begins with an underscore. A top-level module has no package to be private to."""
    package, name = split_last(plain_name(module))
    return bool(package) and _is_private_name(name)


def _is_private_name(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def _fault(position: int, entry: str) -> ContractError | None:
    """The error in a regular expression of `interface`."""
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
