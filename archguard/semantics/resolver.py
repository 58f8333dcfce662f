"""Name resolution: from a name to its bindings, through scopes, imports, `__init__` files and star imports.

How it works: Python's scope rules find the bindings in a file, and their order and branches select those that may reach
the use. An imported name is resolved in the module that it comes from, until a binding that is no import or an external
symbol is found. A name that modules only re-export from each other, in a cycle, resolves to nothing.

Cost: names of modules and of enclosing scopes are memoized; a module is parsed when the first name resolves to it.
"""

import builtins
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import Binding, BindingKind, FunctionNode, Position, Scope
from archguard.model.names import plain_name, service_of, split_service, top_package
from archguard.semantics.fresh_stack import QUERIES_PER_THREAD, on_fresh_stack
from archguard.semantics.index import FileIndex
from archguard.semantics.module_names import ModuleNames, app_label
from archguard.semantics.types import ExternalSymbol, ModuleType

if TYPE_CHECKING:
    from archguard.incremental.dependencies import Frame

Origins: TypeAlias = tuple[Binding | ExternalSymbol | ModuleType, ...]


class Resolver:
    """Resolves names to bindings, modules and external symbols."""

    def __init__(self, files: FileIndex) -> None:
        self.files = files
        self._resolving: dict[tuple[str, str], Frame] = {}
        self.names = ModuleNames(files.own)
        self._recorder = files.recorder
        self._enclosing_memo: dict[tuple[Scope, str], tuple[Origins, Frame]] = {}
        self._module_memo: dict[tuple[str, str], tuple[Origins, Frame]] = {}

    def resolve(self, name: str, at: Position) -> Origins:
        """Resolve `name` at `at`, through imports, to bindings, modules or external symbols; empty if unbound."""
        found = self._resolve_in_scope(at.scope, name, at)
        return self._resolve_in_enclosing(at.scope, name) if found is None else found

    def _resolve_in_scope(self, scope: Scope, name: str, position: Position) -> Origins | None:
        """Resolve `name` in `scope` alone; None if `scope` does not bind it before `position`."""
        if bindings := self._bindings(scope, name):
            if scope.is_class:
                scope.read(Reading.TEXT)  # a use may stand before the only binding, and then means an outer one
            reaching = _reaching_definitions(bindings, position, scope)
            return self._follow_imports(reaching) if reaching else None
        return (self._resolve_star(scope, name) or None) if scope.star_imports else None

    def _resolve_in_enclosing(self, scope: Scope, name: str) -> Origins:
        """Resolve `name` in the scopes around `scope`, which does not bind it: the same at every position in it."""
        key = (scope, name)
        if key in self._enclosing_memo:
            found, frame = self._enclosing_memo[key]
            self._recorder.use(frame)
            return found
        with self._recorder.computation() as frame:
            scopes = (self._resolve_in_scope(outer, name, position) for outer, position in _enclosing_scopes(scope))
            origins = next((origins for origins in scopes if origins is not None), None)
            if origins is None:
                origins = (ExternalSymbol(f"builtins.{name}"),) if hasattr(builtins, name) else ()
        self._enclosing_memo[key] = origins, frame
        return origins

    def resolve_in_module(self, module: str, name: str) -> Origins:
        """Resolve `name` in the namespace of `module`; a submodule of that name if the module does not bind it."""
        key = (module, name)
        if key in self._module_memo:
            known, frame = self._module_memo[key]
            self._recorder.use(frame)
            return known
        # `a` imports the name from `b`, and `b` from `a`: nobody defines it.
        if key in self._resolving:
            self._recorder.use_open(self._resolving[key])
            return ()
        is_deep = (len(self._resolving) + 1) % QUERIES_PER_THREAD == 0
        resolve = partial(self._resolve_in_namespace, module, name)
        with self._recorder.computation() as frame:
            self._resolving[key] = frame
            try:
                found = on_fresh_stack(resolve) if is_deep else resolve()
            finally:
                del self._resolving[key]
        if not self._resolving:  # else an import cycle may have cut the result short
            self._module_memo[key] = found, frame
        return found

    def _resolve_in_namespace(self, module: str, name: str) -> Origins:
        if self._is_own(module):
            scope = self.files.scope(module)
            if bindings := self._bindings(scope, name):
                return self._follow_imports(_reaching_definitions(bindings, scope.end, scope))
            if scope.star_imports and (found := self._resolve_star(scope, name)):
                return found
        submodule = f"{module}.{name}"
        if self._is_package(submodule):
            return (ModuleType(submodule),)
        return () if self._is_own(module) else (ExternalSymbol(plain_name(submodule)),)

    def find_module(self, module: str, importer: str, name: str = "") -> str:
        """The project's module that `from module import name` refers to in `importer`, or "".

        Python prefers an installed package to a folder without `__init__.py`, which counts only for its submodules.
        """
        candidate = self._project_module(module, importer)
        return candidate if self._is_own(candidate) or self._is_package(f"{candidate}.{name}") else ""

    def django_models(self, app: str, importer: str) -> tuple[str, ...]:
        """The `models` modules of the Django app with the label `app`; without a label, of the app of `importer`."""
        service, module = split_service(importer)
        key = (service, app or app_label(module))
        found = self.names.models_by_app.get(key, ())
        self._recorder.read(("models of app", key, found))
        return found

    def _project_module(self, name: str, importer: str) -> str:
        """The project's module that the absolute name `name` refers to in `importer`, or "".

        The service of the importer wins; a package of another service counts if only one service has it.
        """
        service = service_of(importer)
        # As `sys.path` of a deployed service has its own root first, and then what all services share.
        for candidate in (f"{service}::{name}", name) if service else (name,):
            if self._is_package(candidate):
                return candidate
        package = top_package(name)
        services = self.names.services_by_package.get(package, ())
        self._recorder.read(("services of package", package, services))
        candidate = f"{services[0]}::{name}" if len(services) == 1 else ""
        return candidate if candidate and self._is_package(candidate) else ""

    def _is_own(self, module: str) -> bool:
        found = module in self.files.own
        self._recorder.read(("is module", module, found))
        return found

    def _is_package(self, name: str) -> bool:
        found = name in self.names.packages
        self._recorder.read(("is package", name, found))
        return found

    def _bindings(self, scope: Scope, name: str) -> list[Binding]:
        bindings = scope.named(name)
        if name in scope.contents.nonlocals:  # a part of what `named` has read
            return []
        if scope.at is None and (from_functions := self.files.bound_from_inside(scope).get(name)):
            return [*bindings, *from_functions]
        return bindings

    def _follow_imports(self, bindings: list[Binding]) -> Origins:
        if len(bindings) == 1:
            binding = bindings[0]
            return self._resolve_import(binding) if binding.kind is BindingKind.IMPORTED else (binding,)
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
        if target == binding.at.scope.module.name and self._is_package(f"{target}.{name}"):
            return (ModuleType(f"{target}.{name}"),)  # `from . import orders` binds the name that it imports
        return self.resolve_in_module(target, name) if name else (ModuleType(target),)

    def _resolve_star(self, scope: Scope, name: str) -> Origins:
        importer = scope.module.name
        # The last star import wins, as in Python; one whose module lacks the name leaves it as it was.
        for module in reversed(scope.star_imports):
            known = self.find_module(module, importer)
            if known and not name.startswith("_") and (found := self.resolve_in_module(known, name)):
                return found
        # Of two packages outside, either may define the name: then it is not known. A builtin stays one, as most star
        # imports do not shadow it.
        external = [module for module in scope.star_imports if module and not self.find_module(module, importer)]
        return (ExternalSymbol(f"{external[0]}.{name}"),) if len(external) == 1 and not hasattr(builtins, name) else ()


def _enclosing_scopes(inner: Scope) -> Iterator[tuple[Scope, Position]]:
    """The scopes around `inner` in which Python looks names up, each with the position from which it is seen.

    A function runs later, so it sees the end of the enclosing scope; class bodies and comprehensions run in place.
    """
    while inner.at:
        scope = inner.at.scope
        runs_at_once = not isinstance(inner.syntax, FunctionNode)
        if not scope.is_class:
            yield scope, inner.at if runs_at_once else scope.end
        inner = scope


def _reaching_definitions(bindings: list[Binding], position: Position, scope: Scope) -> list[Binding]:
    """The `bindings` that may reach `position`: back to the last one that dominates it."""
    if len(bindings) == 1 and not scope.is_class:
        return bindings
    reaching: list[Binding] = []
    for binding in reversed(bindings):
        if binding.at.scope is not scope:  # bound by `global` in a function, which may run at any time
            reaching.append(binding)
        elif position.may_reach(binding.at):
            reaching.append(binding)
            if position.is_dominated_by(binding.at):
                break
    if not reaching and not scope.is_class:
        return bindings  # used before its first binding: in a loop, or by mistake
    return reaching[::-1]
