"""Name resolution: from a name to its bindings, through scopes, imports, `__init__` files and star imports.

How it works: Python's scope rules find the bindings in a file, and their order and branches select those that may reach
the use. An imported name is resolved in the module that it comes from, until a binding that is no import or an external
symbol is found. A name that modules only re-export from each other, in a cycle, resolves to nothing.

Cost: names of modules and of enclosing scopes are memoized; a module is parsed when the first name resolves to it.
"""

import ast
import builtins
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import TypeAlias

from archguard.codebase.scopes.scopes import Binding, BindingKind, Position, Scope
from archguard.semantics.fresh_stack import QUERIES_PER_THREAD, on_fresh_stack
from archguard.semantics.index import FileIndex
from archguard.semantics.types import ExternalSymbol, ModuleType

Origins: TypeAlias = tuple[Binding | ExternalSymbol | ModuleType, ...]


class Resolver:
    """Resolves names to bindings, modules and external symbols."""

    def __init__(self, files: FileIndex) -> None:
        self.files = files
        self._resolving: set[tuple[str, str]] = set()
        self._enclosing_memo: dict[tuple[Scope, str], Origins] = {}
        self._module_memo: dict[tuple[str, str], Origins] = {}

    def resolve(self, name: str, at: Position) -> Origins:
        """Resolve `name` at `at`, through imports, to bindings, modules or external symbols; empty if unbound."""
        found = self._resolve_in_scope(at.scope, name, at)
        return self._resolve_in_enclosing(at.scope, name) if found is None else found

    def _resolve_in_scope(self, scope: Scope, name: str, position: Position) -> Origins | None:
        """Resolve `name` in `scope` alone; None if `scope` does not bind it before `position`."""
        if bindings := self._bindings(scope, name):
            reaching = _reaching_definitions(bindings, position, scope)
            return self._follow_imports(reaching) if reaching else None
        return (self._resolve_star(scope, name) or None) if scope.star_imports else None

    def _resolve_in_enclosing(self, scope: Scope, name: str) -> Origins:
        """Resolve `name` in the scopes around `scope`, which does not bind it: the same at every position in it."""
        key = (scope, name)
        if key in self._enclosing_memo:
            return self._enclosing_memo[key]
        scopes = (self._resolve_in_scope(outer, name, position) for outer, position in _enclosing_scopes(scope))
        found = next((origins for origins in scopes if origins is not None), None)
        if found is None:
            found = (ExternalSymbol(f"builtins.{name}"),) if hasattr(builtins, name) else ()
        self._enclosing_memo[key] = found
        return found

    def resolve_in_module(self, module: str, name: str) -> Origins:
        """Resolve `name` in the namespace of `module`; a submodule of that name if the module does not bind it."""
        key = (module, name)
        if key in self._module_memo:
            return self._module_memo[key]
        if key in self._resolving:
            return ()
        self._resolving.add(key)
        is_deep = len(self._resolving) % QUERIES_PER_THREAD == 0
        try:
            found = (
                on_fresh_stack(partial(self._resolve_in_namespace, module, name))
                if is_deep
                else self._resolve_in_namespace(module, name)
            )
        finally:
            self._resolving.discard(key)
        if not self._resolving:  # else an import cycle may have cut the result short
            self._module_memo[key] = found
        return found

    def _resolve_in_namespace(self, module: str, name: str) -> Origins:
        if module in self.files.own:
            scope = self.files.scope(module)
            if bindings := self._bindings(scope, name):
                return self._follow_imports(_reaching_definitions(bindings, scope.end, scope))
            if scope.star_imports and (found := self._resolve_star(scope, name)):
                return found
        submodule = f"{module}.{name}"
        if submodule in self._packages:
            return (ModuleType(submodule),)
        return () if module in self.files.own else (ExternalSymbol(submodule.rpartition("::")[2]),)

    def find_module(self, module: str, importer: str, name: str = "") -> str:
        """The project's module that `from module import name` refers to in `importer`, or "".

        Python prefers an installed package to a folder without `__init__.py`, which counts only for its submodules.
        """
        candidate = self._project_module(module, importer)
        return candidate if candidate in self.files.own or f"{candidate}.{name}" in self._packages else ""

    def django_models(self, app: str, importer: str) -> tuple[str, ...]:
        """The `models` modules of the Django app with the label `app`; without a label, of the app of `importer`."""
        service, _, module = importer.rpartition("::")
        return self._models_by_app.get((service, app or _app_label(module)), ())

    def _project_module(self, name: str, importer: str) -> str:
        """The project's module that the absolute name `name` refers to in `importer`, or "".

        The service of the importer wins; a package of another service counts if only one service has it.
        """
        service = importer.rpartition("::")[0]
        for candidate in (f"{service}::{name}", name) if service else (name,):
            if candidate in self._packages:
                return candidate
        services = self._services_by_package.get(name.partition(".")[0], ())
        candidate = f"{services[0]}::{name}" if len(services) == 1 else ""
        return candidate if candidate in self._packages else ""

    def _bindings(self, scope: Scope, name: str) -> list[Binding]:
        if name in scope.nonlocals:
            return []
        bindings = scope.bindings.get(name, [])
        if scope.parent is None and (from_functions := self.files.bound_from_inside(scope).get(name)):
            return [*bindings, *from_functions]
        return bindings

    def _follow_imports(self, bindings: list[Binding]) -> Origins:
        found: dict[Binding | ExternalSymbol | ModuleType, None] = {}
        for binding in bindings:
            if binding.kind is BindingKind.IMPORTED:
                found |= dict.fromkeys(self._resolve_import(binding))
            else:
                found[binding] = None
        return tuple(found)

    def _resolve_import(self, binding: Binding) -> Origins:
        module, name = binding.imported
        target = self._project_module(module, binding.at.scope.module.name)
        if not target:
            return (ExternalSymbol(f"{module}.{name}" if name else module),)
        return self.resolve_in_module(target, name) if name else (ModuleType(target),)

    def _resolve_star(self, scope: Scope, name: str) -> Origins:
        importer = scope.module.name
        for module in reversed(scope.star_imports):
            known = self.find_module(module, importer)
            if known and not name.startswith("_") and (found := self.resolve_in_module(known, name)):
                return found
        external = [module for module in scope.star_imports if module and not self.find_module(module, importer)]
        return (ExternalSymbol(f"{external[0]}.{name}"),) if len(external) == 1 and not hasattr(builtins, name) else ()

    @cached_property
    def _packages(self) -> frozenset[str]:
        """All modules, and the namespace packages above them, which have no file."""
        known = set[str]()
        for module in self.files.own:
            while module and module not in known:
                known.add(module)
                module = module.rpartition(".")[0]  # noqa: PLW2901  # upwards
        return frozenset(known)

    @cached_property
    def _models_by_app(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The modules called `models`, by service and app label."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for name in sorted(self.files.own):
            if name.endswith(".models"):
                service, _, module = name.rpartition("::")
                key = (service, _app_label(module))
                found[key] = (*found.get(key, ()), name)
        return found

    @cached_property
    def _services_by_package(self) -> Mapping[str, tuple[str, ...]]:
        """The services that contain a top-level package, by its name."""
        services: dict[str, set[str]] = {}
        for module in self.files.own:
            service, _, name = module.rpartition("::")
            if service:
                services.setdefault(name.partition(".")[0], set()).add(service)
        return {package: tuple(sorted(names)) for package, names in services.items()}


def _app_label(module: str) -> str:
    """Django's label of the app that `module` belongs to: `orders` for `shop.orders.models` and its submodules."""
    return f"{module}.".partition(".models.")[0].rpartition(".")[2]


def _enclosing_scopes(inner: Scope) -> Iterator[tuple[Scope, Position]]:
    """The scopes around `inner` in which Python looks names up, each with the position from which it is seen.

    A function runs later, so it sees the end of the enclosing scope; class bodies and comprehensions run in place.
    """
    while inner.at:
        scope = inner.at.scope
        runs_at_once = not isinstance(inner.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if not isinstance(scope.node, ast.ClassDef):
            yield scope, inner.at if runs_at_once else scope.end
        inner = scope


def _reaching_definitions(bindings: list[Binding], position: Position, scope: Scope) -> list[Binding]:
    """The `bindings` that may reach `position`: back to the last one that dominates it."""
    if len(bindings) == 1 and not isinstance(scope.node, ast.ClassDef):
        return bindings
    reaching: list[Binding] = []
    for binding in reversed(bindings):
        if binding.at.scope is not scope:  # bound by `global` in a function, which may run at any time
            reaching.append(binding)
        elif position.may_reach(binding.at):
            reaching.append(binding)
            if position.is_dominated_by(binding.at):
                break
    if not reaching and not isinstance(scope.node, ast.ClassDef):
        return bindings  # used before its first binding: in a loop, or by mistake
    return reaching[::-1]
