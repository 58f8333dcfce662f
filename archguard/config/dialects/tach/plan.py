"""Assign code to the modules of tach, and map them to modules, components and excludes of archguard."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any, Final

from archguard.codebase import Pattern
from archguard.config.dialects.tach.globs import ModuleGlob, is_glob
from archguard.config.dialects.tach.layout import Layout
from archguard.config.dialects.tach.options import ROOT, Interface, Module, found, interfaces_of, modules_of
from archguard.config.dialects.tach.permissions import Layering, Permissions
from archguard.dataclass import dataclass
from archguard.model.names import is_below, last_part, self_and_parents, top_package

REST: Final = "rest-of-the-code"
"""The component of the code that belongs to no module."""


@dataclass
class Plan:
    """The declared modules of `layout`, with the code that each owns."""

    layout: Layout
    duplicates: list[str] = field(default_factory=list)
    """The modules that are declared more than once."""
    missing: list[str] = field(default_factory=list)
    """The declared modules without code."""

    @cached_property
    def declared(self) -> tuple[Module, ...]:
        """The modules as declared, with wildcards."""
        domains = self.layout.domains.items()
        inner = (module for domain, document in domains for module in modules_of(document.data, domain))
        return (*modules_of(self.layout.options), *inner)

    @cached_property
    def modules(self) -> Mapping[str, Module]:
        """The modules with code by path, sorted."""
        return {path: module for path, module in sorted(self._resolved.items()) if self._owners.get(path)}

    @cached_property
    def interfaces(self) -> tuple[Interface, ...]:
        """The interfaces; those of domains come last."""
        domains = self.layout.domains.items()
        inner = (interface for domain, document in domains for interface in interfaces_of(document.data, domain))
        return (*interfaces_of(self.layout.options), *inner)

    @cached_property
    def permissions(self) -> Permissions:
        """The import permissions between the modules."""
        packages = {path: self.layout.package(min(self._owners[path])) for path in self.modules}
        return Permissions(self.layering, packages)

    @cached_property
    def layering(self) -> Layering:
        """The layers."""
        options = self.layout.options
        layers = [item if isinstance(item, dict) else {"name": item} for item in options.get("layers", ())]
        closed = frozenset(layer["name"] for layer in layers if layer.get("closed"))
        explicit = bool(options.get("layers_explicit_depends_on"))
        return Layering(tuple(layer["name"] for layer in layers), closed, explicit=explicit)

    @property
    def root_counts(self) -> bool:
        """Whether code that belongs to no module is checked."""
        return bool(self.layout.options.get("root_module", "ignore") != "ignore")

    @cached_property
    def packages(self) -> frozenset[str]:
        """The top-level packages with code of modules."""
        return frozenset(top_package(name) for path in self.modules for name in self._owners[path])

    def nearest(self, name: str) -> Module | None:
        """The module that the Python module `name` belongs to."""
        return next((self.modules[path] for path in (*self_and_parents(name), ROOT) if path in self.modules), None)

    @property
    def has_rest(self) -> bool:
        """Whether code of these packages belongs to no module."""
        owned = frozenset().union(*(self._owners[path] for path in self.modules))
        return any(top_package(name) in self.packages for name in self.layout.checked - owned)

    def call(self, module: Module) -> str:
        """The name of `module` in contracts: its path, or that of a component if other modules are inside of it."""
        if module.path == ROOT:
            return REST
        if not self._below(module.path):
            return module.path
        last = last_part(module.path)
        same = [path for path in self.modules if last_part(path) == last and self._below(path)]
        return f"rest-of-{last if len(same) == 1 else module.path}"

    def components(self, named: Collection[str]) -> dict[str, dict[str, Any]]:
        """The definitions of the components `named`."""
        made: dict[str, dict[str, Any]] = {
            self.call(module): {"modules": path, "except": _topmost(self._below(path))}
            for path, module in self.modules.items()
            if self.call(module) not in (path, REST)
        }
        tops = sorted(self.packages)
        inner = [path for path in self.modules if path != ROOT]
        made[REST] = {"modules": tops} | ({"except": _topmost(inner)} if inner else {})
        return {name: component for name, component in made.items() if name in named}

    def exclude(self) -> list[str]:
        """Patterns for excluded code: `**.tests` for an equivalent glob, otherwise module names."""
        out = {name: top for name, top in self.layout.excluded.items() if self._is_inside(name)}
        patterns = [f"**.{last}" for glob in self.layout.options.get("exclude", ()) if (last := _last_name(glob))]
        fitting = [pattern for pattern in dict.fromkeys(patterns) if self._fits(pattern, out)]
        left = {top for name, top in out.items() if not any(Pattern(pattern).unit(name) for pattern in fitting)}
        return fitting + sorted(left)

    def _fits(self, pattern: str, out: Collection[str]) -> bool:
        found = Pattern(pattern)
        matched = {name for name in self.layout.sources if self._is_inside(name) and found.unit(name)}
        return bool(matched) and matched <= set(out)

    def _is_inside(self, name: str) -> bool:
        return self.root_counts or top_package(name) in self.packages

    def _below(self, path: str) -> list[str]:
        return [other for other in self.modules if is_below(other, path)]

    @cached_property
    def _resolved(self) -> Mapping[str, Module]:
        modules: dict[str, Module] = {}
        for module in (one for declared in self.declared for one in self._found(declared)):
            before = modules.get(module.path)
            if before and (not before.glob or before.glob == module.glob):
                self.duplicates.append(module.path)
            modules[module.path] = module
        return ({ROOT: Module(path=ROOT, depends_on=())} if self.root_counts else {}) | modules

    def _found(self, module: Module) -> Iterator[Module]:
        glob = ModuleGlob(module.path)
        if is_glob(module.path):
            yield from (found(module, name) for name in sorted(self.layout.checked) if glob.matches(name))
        elif module.path == ROOT or self.layout.is_there(module.path):
            yield from [module] if module.path != ROOT or self.root_counts else []
        else:
            self.missing.append(module.path)

    @cached_property
    def _owners(self) -> Mapping[str, frozenset[str]]:
        """The Python modules of each module: those for which it is the nearest one."""
        owned: dict[str, set[str]] = {}
        for name in self.layout.checked:
            nearest = next((path for path in (*self_and_parents(name), ROOT) if path in self._resolved), None)
            if nearest:
                owned.setdefault(nearest, set()).add(name)
        return {path: frozenset(names) for path, names in owned.items()}


def _topmost(paths: list[str]) -> list[str]:
    return sorted(path for path in paths if not set(self_and_parents(path)[1:]) & set(paths))


def _last_name(glob: str) -> str:
    """`tests` of `**/tests`, `tests/` and `tests`; "" of anything else."""
    last = glob.removeprefix("**/").rstrip("/")
    return last if last.isidentifier() else ""
