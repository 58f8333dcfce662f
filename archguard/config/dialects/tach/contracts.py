"""Translate the permissions of tach's modules to contracts."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import permutations, product
from typing import Any, TypeAlias

from archguard.config.dialects.tach.globs import ModuleGlob
from archguard.config.dialects.tach.ignores import Ignored
from archguard.config.dialects.tach.options import ROOT, Module
from archguard.config.dialects.tach.permissions import exposed, interfaces_from
from archguard.config.dialects.tach.plan import REST, Plan
from archguard.dataclass import dataclass

Data: TypeAlias = dict[str, Any]
_Denies: TypeAlias = Callable[[Module, Module], bool]


@dataclass(frozen=True)
class Contracts:
    """Iterates over the contracts for `plan`; `comments` become their ignores."""

    plan: Plan
    comments: tuple[Ignored, ...]

    def __iter__(self) -> Iterator[Data]:
        """Every contract."""
        yield from self._layers() if self._has_plain_layers else self._permissions()
        yield from self._deprecated()
        for module in self._modules:
            yield from self._interfaces(module) if module.path != ROOT else ()
        yield from self._externals()

    @property
    def _modules(self) -> list[Module]:
        return list(self.plan.modules.values())

    @property
    def _has_plain_layers(self) -> bool:
        """Whether a `layers` contract, and one per layer for its modules, suffice: easier to read than one matrix.

        Modules without a layer may have no restrictions then: a matrix for them would also have to list the modules
        with layers, and allow each to import those above it, which the `layers` contract decides.
        """
        layered = [module for module in self._modules if module.layer]
        used = {module.layer for module in layered}
        return (
            self.plan.layering.is_plain_for(used)
            and not any(module.unchecked for module in layered)
            and len(used) > 1
            and self.plan.permissions.is_one_package
            and not any(self._denied_without_layers(one, other) for one, other in permutations(self._modules, 2))
        )

    def _denied(self, one: Module, other: Module) -> bool:
        return not self.plan.permissions.allows(one, other)

    def _layers(self) -> Iterator[Data]:
        layering = self.plan.layering
        layers = [[module for module in self._modules if module.layer == name] for name in layering.names]
        yield {
            "id": "layers",
            "kind": "layers",
            "layers": [{"modules": self._names(layer)} for layer in layers if layer],
            "indirect": False,
            **({"closed": True} if layering.is_closed else {}),
            **self._ignore(lambda one, other: layering.allows(one, other) is False),
        }
        for name, layer in zip(layering.names, layers, strict=True):
            yield from self._matrix(f"within-{name}", layer, self._denied)

    def _permissions(self) -> Iterator[Data]:
        """The import matrix; if nothing is denied, one that allows everything, so that there is a contract to check."""
        denying = list(self._matrix("modules", self._modules, self._denied))
        free = {
            self.plan.call(one): self._names(other for other in self._modules if other is not one)
            for one in self._modules
        }
        yield from denying or ([_may_import("modules", free)] if free else [])

    def _denied_without_layers(self, one: Module, other: Module) -> bool:
        return not (one.layer and other.layer) and self._denied(one, other)

    def _matrix(self, name: str, modules: Sequence[Module], denied: _Denies) -> Iterator[Data]:
        """A matrix of which of `modules` may import which; modules without any restriction are left out."""
        pairs = {(one.path, other.path) for one, other in permutations(modules, 2) if denied(one, other)}
        involved = [module for module in modules if any(module.path in pair for pair in pairs)]
        if not pairs:
            return
        allowed = {
            self.plan.call(one): self._names(
                other for other in involved if other is not one and (one.path, other.path) not in pairs
            )
            for one in involved
        }
        ignore = self._ignore(lambda one, other: (one.path, other.path) in pairs)
        yield _may_import(name, allowed) | ignore

    def _deprecated(self) -> Iterator[Data]:
        for module in self._modules:
            globs = [ModuleGlob(path) for path in module.deprecated]
            old = [other for other in self._modules if any(glob.matches(other.path) for glob in globs)]
            if old and not module.unchecked:
                yield {
                    "id": f"deprecated-in-{self.plan.call(module)}",
                    "kind": "forbidden",
                    "severity": "warning",
                    "reason": "This dependency is deprecated.",
                    "modules": self.plan.call(module),
                    "must_not_import": self._names(old),
                    "indirect": False,
                    **self._ignore(lambda one, other: (one, other) in product([module], old)),  # noqa: B023  # called at once
                }

    def _interfaces(self, module: Module) -> Iterator[Data]:
        """A contract for each group of modules to which `module` exposes the same names."""
        interfaces = interfaces_from(self.plan.interfaces, module.path)
        groups: dict[tuple[str, ...], list[Module]] = {}
        for other in self._modules:
            shown = exposed(interfaces, other.path)
            if other is not module and shown is not None and self._is_restricted(other, module):
                groups.setdefault(shown, []).append(other)
        for number, (shown, users) in enumerate(groups.items(), start=1):
            free = [other for other in self._modules if other is not module and other not in users]
            rest = [REST] if self.plan.has_rest and not self.plan.root_counts else []
            yield {
                "id": f"interface-of-{self.plan.call(module)}" + (f"-{number}" if len(groups) > 1 else ""),
                "kind": "protected",
                "modules": self.plan.call(module),
                "interface": _expression(module.path, shown),
                **({"only_imported_by": [*self._names(free), *rest]} if free or rest else {}),
                **self._ignore(lambda _, other: other is module, by_name=True),
            }

    def _is_restricted(self, user: Module, definition: Module) -> bool:
        packages = self.plan.permissions.packages
        return not user.unchecked and packages[user.path] == packages[definition.path]

    def _externals(self) -> Iterator[Data]:
        """The `external` contracts, one for each group of modules with the same permissions."""
        exempt = self.plan.layout.options.get("external", {}).get("exclude", [])
        groups: dict[tuple[str, tuple[str, ...]], list[Module]] = {}
        for module in self._modules:
            if module.depends_on_external is not None:
                groups.setdefault(("allow", ("stdlib", *module.depends_on_external, *exempt)), []).append(module)
            if module.cannot_depend_on_external:
                groups.setdefault(("deny", module.cannot_depend_on_external), []).append(module)
        for number, ((key, names), modules) in enumerate(groups.items(), start=1):
            yield {"id": f"external-{number}", "kind": "external", "modules": self._names(modules), key: list(names)}

    def _names(self, modules: Iterable[Module]) -> list[str]:
        return [self.plan.call(module) for module in modules]

    def _ignore(self, denied: _Denies, *, by_name: bool = False) -> Data:
        """The ignores for commented imports that a contract denies.

        An ignore covers all imports of a module in a file, so all of them must have a comment; unless the contract
        decides by imported name (`by_name`), where the uncommented ones may be allowed.
        """
        entries = {
            (comment.importer, comment.imported): comment.reason
            for comment in self.comments
            if (by_name or comment.is_only) and self._applies_to(comment, denied)
        }
        ignore = [_ignore_entry(f"{one} -> {other}", reason) for (one, other), reason in sorted(entries.items())]
        return {"ignore": ignore} if ignore else {}

    def _applies_to(self, comment: Ignored, denied: _Denies) -> bool:
        one, other = self.plan.nearest(comment.importer), self.plan.nearest(comment.imported)
        return one is not None and other is not None and one is not other and denied(one, other)


def _may_import(name: str, allowed: Data) -> Data:
    return {"id": name, "kind": "layers", "may_import": allowed, "indirect": False}


def _ignore_entry(imports: str, reason: str) -> Data:
    return {"import": imports, **({"reason": reason} if reason else {}), "unmatched": "ignore"}


def _expression(path: str, names: Iterable[str]) -> str:
    """A regular expression for the importable names: the module itself, and what it exposes."""
    inside = "|".join(names)
    return f"/{re.escape(path)}(\\.({inside}))?/" if inside else f"/{re.escape(path)}/"
