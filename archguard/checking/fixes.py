"""Name the one place in a fix: the component to go through, or the component that code is to be moved to.

A kind knows its own contract only, so its fixes say "a module that it may import". Here all contracts are known:

- An import of what lies behind another component (a closed layer, a forbidden import): the component that the importer
  may import, that may import the target, and that no rule about indirect imports sees through.
- An import upwards, or sideways: the component that both ends may import, the importer's own first.
- An access that is allowed in several places: the one of them that the importer may import, and in it the module with
  the importer's name (`shop.repositories.orders` for `shop.controllers.orders`); if it may import none of them, the
  component to call it through.
- A package that is not allowed here: a component in which no contract denies it, one that may import the importer.

Components and layers are judged by the contracts about imports, whatever the code imports today: so a fix does not
change when imports elsewhere do, and a report may be replayed. The answer is the first that fits, in the order of the
configuration. Cost: contracts x components for each pair of modules; at most `_MOST` pairs are looked at.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Final

from archguard.codebase import Codebase, Pattern, ReachabilityRule
from archguard.config import Config
from archguard.kinds import Contract
from archguard.kinds.import_paths import direct_fixes, move_away
from archguard.kinds.layers import Layers
from archguard.model import Violation
from archguard.model.names import ModuleName, QualifiedName, last_part, self_and_parents

_MOST: Final = 2_000
"""Pairs of modules with fixes of their own; 0.1 s on a large project. Nobody reads the two thousandth fix."""
_LEFT_OUT: Final = 2
"""Modules that cannot be the place: the two ends of an import."""


def with_places(violations: Iterable[Violation], config: Config, codebase: Codebase) -> Iterator[Violation]:
    """The violations, with fixes that name a place where the contracts leave one."""
    advice = _Advice(config, codebase)
    for violation in violations:
        fixes = advice.fixes(violation)
        yield replace(violation, fix=fixes) if fixes != violation.fix else violation


class _Advice:
    """The places that the contracts of one project leave."""

    def __init__(self, config: Config, codebase: Codebase) -> None:
        self._contracts = {contract.id: contract for contract in config.contracts if contract.is_built_in}
        self._codebase = codebase
        self._found: dict[tuple[str, str, str, tuple[str, ...]], tuple[str, ...]] = {}
        self._neighbours: dict[frozenset[ModuleName], _Neighbours] = {}

    def fixes(self, violation: Violation) -> tuple[str, ...]:
        """The fixes of `violation`; its own if no place can be named."""
        contract = self._contracts.get(violation.contract)
        key = (violation.contract, violation.importer, violation.imported, violation.fix)
        if contract is None or (key not in self._found and len(self._found) >= _MOST):
            return violation.fix
        if key not in self._found:
            self._found[key] = self._searched(contract, violation)
        return self._found[key]

    def _searched(self, contract: Contract, violation: Violation) -> tuple[str, ...]:
        importer, imported = violation.importer, violation.imported
        if violation.fix == direct_fixes(importer, imported):
            return (*self._ways(importer, imported), violation.fix[1])
        if violation.fix and violation.fix == contract.usual_fixes:
            allowed = contract.allowed_places
            return (self._move(importer, allowed),) if allowed else self._down(contract, importer)
        if violation.fix == (move_away(imported),):
            return (self._out(importer, imported),)
        return violation.fix

    def _ways(self, importer: ModuleName, imported: QualifiedName) -> tuple[str, ...]:
        """How `importer` gets what it needs of `imported`, from the better way to the worse one."""
        if imported in self._codebase.modules and (between := self._between(importer, imported)):
            return (f"go through {between}: call a function there that uses {imported}",)
        home = self._shared(importer, imported)
        where = f"{home}, which both may import" if home else "a module that it may import"
        if home == importer:
            where = f"{importer} itself, which {imported} may import"
        return (f"move what {importer} needs from {imported} to {where}",)

    def _between(self, importer: ModuleName, imported: QualifiedName) -> str:
        """The component below `importer` through which it may reach `imported`."""
        for name, modules in self._places.items():
            middle = self._like(importer, modules)
            is_end = importer in modules or imported in modules
            if not is_end and self._is_below(middle, importer) and self._leads(importer, middle, imported):
                return name
        return ""

    def _shared(self, importer: ModuleName, imported: QualifiedName) -> str:
        """The component that both may import: that of `importer`, or one below it."""
        own = [name for name, modules in self._places.items() if importer in modules]
        below = [
            name for name, modules in self._places.items() if self._is_below(self._like(importer, modules), importer)
        ]
        for name in (*own, *below):
            module = self._like(importer, self._places[name], {importer, imported}) or name
            if self._may_import(importer, module) and self._may_import(imported, module):
                return name
        return ""

    def _move(self, importer: ModuleName, allowed: Iterable[Pattern]) -> str:
        """Where an access is to be moved that is allowed in `allowed`, and how it is called then."""
        found = {str(pattern): self._codebase.members((pattern,)) for pattern in allowed}
        places = [(name, self._like(importer, modules), modules) for name, modules in found.items() if modules]
        # A package takes a new module; a module that stands alone, such as `shop.db`, has a purpose already.
        places.sort(key=lambda place: len(place[2]) == 1)
        for name, module, _ in places:
            where = module if _stem(module) == _stem(importer) else name
            if self._may_import(importer, module):
                return f"move it to {where}, and call that from here"
            if between := self._between(importer, module):
                return f"move it to {where}, and call that through {between}"
        return f"move it to {', '.join(found)}, and call that from here"

    def _down(self, contract: Contract, importer: ModuleName) -> tuple[str, ...]:
        """Where an access is to be moved if a contract names only who must not have it: below `importer`."""
        held = [it.scope(self._codebase) for it in self._contracts.values() if type(it) is type(contract)]
        for name, modules in self._places.items():
            is_free = not any(modules & scope for scope in held)
            if is_free and self._is_below(self._like(importer, modules), importer):
                return (f"move it to {name}, and call that from here",)
        return contract.usual_fixes

    def _out(self, importer: ModuleName, package: ModuleName) -> str:
        """Where code is to be moved that needs a package from outside: above `importer`, or where nothing denies it."""
        denying = [it for it in self._contracts.values() if it.denies_package(self._codebase, package)]
        denied = [it.scope(self._codebase) for it in denying]
        free = {
            name: self._like(importer, modules)
            for name, modules in self._places.items()
            if importer not in modules and not any(modules & scope for scope in denied)
        }
        usable = [name for name, module in free.items() if self._may_import(module, importer)]
        above = [name for name in usable if self._is_below(importer, free[name])]
        return f"move what needs {package} to {(above or usable)[0]}" if usable else move_away(package)

    def _is_below(self, module: ModuleName, importer: ModuleName) -> bool:
        """Whether the contracts let `importer` import `module`, and not the other way round."""
        return self._may_import(importer, module) and not self._may_import(module, importer)

    def _may_import(self, importer: ModuleName, imported: QualifiedName) -> bool:
        return not any(
            rule.forbidden.get(importer, 0) & rule.reachability.labels.get(imported, 0) for rule in self._rules
        )

    def _leads(self, importer: ModuleName, middle: str, imported: QualifiedName) -> bool:
        """Whether `importer` may reach `imported` by importing `middle`, which imports it."""
        return self._may_import(middle, imported) and not any(
            rule.forbidden.get(importer, 0)
            & rule.reachability.labels.get(imported, 0)
            & ~rule.reachability.barriers.get(middle, 0)
            for rule in self._rules
            if rule.indirect
        )

    def _like(
        self, importer: ModuleName, modules: frozenset[ModuleName], without: Collection[ModuleName] = ()
    ) -> ModuleName:
        """The one of `modules` that is nearest to `importer`, then the one that is called like it; "" if none is."""
        if modules not in self._neighbours:
            self._neighbours[modules] = _Neighbours(modules)
        return self._neighbours[modules].nearest(importer, without)

    @cached_property
    def _rules(self) -> list[ReachabilityRule]:
        rules = (contract.reachability_rules(self._codebase) for contract in self._contracts.values())
        return [rule for found in rules for rule in found or ()]

    @cached_property
    def _places(self) -> Mapping[str, frozenset[str]]:
        """The components and layers that have modules, by name."""
        layers = (contract for contract in self._contracts.values() if isinstance(contract, Layers))
        found = {name: unit for contract in layers for name, unit in contract.units(self._codebase).items()}
        components = {name: self._codebase.members((Pattern(name),)) for name in self._codebase.components}
        return {name: modules for name, modules in (components | found).items() if modules}


class _Neighbours:
    """Modules by the packages that they are in: a large component is looked through once, not for each importer."""

    def __init__(self, modules: Iterable[ModuleName]) -> None:
        self._inside: dict[tuple[ModuleName, str], list[ModuleName]] = {}
        """The first modules of a package, of all ("*") and of those with a stem; "" is what is around all packages."""
        for module in sorted(modules):
            for package in (*self_and_parents(module), ""):
                for stem in ("*", _stem(module)):
                    first = self._inside.setdefault((package, stem), [])
                    if len(first) <= _LEFT_OUT:
                        first.append(module)

    def nearest(self, importer: ModuleName, without: Collection[ModuleName]) -> ModuleName:
        """The module with the most packages in common with `importer`, and with its stem if one has; "" for none."""
        for package in (*self_and_parents(importer), ""):
            for stem in (_stem(importer), "*"):
                for module in self._inside.get((package, stem), ()):
                    if module not in without:
                        return module
        return ""


def _stem(module: ModuleName) -> str:
    """The last part of its name in the singular: `order` for `shop.repositories.orders`."""
    return last_part(module).removesuffix("s")
