"""From a name to where it is bound, through scopes, imports, `__init__` files and stars."""

import ast
import builtins
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import TypeAlias

from archguard.codebase.scopes.scopes import Binding, BindingKind, Position, Scope
from archguard.semantics.fresh_stack import QUERIES_A_THREAD, on_fresh_stack
from archguard.semantics.index import FileIndex
from archguard.semantics.types import ExternalSymbol, ModuleType

Origins: TypeAlias = tuple[Binding | ExternalSymbol | ModuleType, ...]


class Resolver:
    """Finds the bindings behind names. A module is read when the first name leads there."""

    def __init__(self, files: FileIndex) -> None:
        self.files = files
        self._following: set[tuple[str, str]] = set()
        self._beyond: dict[tuple[Scope, str], Origins] = {}
        self._in_modules: dict[tuple[str, str], Origins] = {}

    def resolve(self, name: str, at: Position) -> Origins:
        """Where `name` comes from at `at`: the binding that is no import, or what is outside."""
        found = self._in_scope(at.scope, name, at)
        return self._from_around(at.scope, name) if found is None else found

    def _in_scope(self, scope: Scope, name: str, position: Position) -> Origins | None:
        """Where `scope` has `name` from, or None if it has no such name at `position`."""
        if bindings := self._bindings(scope, name):
            reaching = _reaching_definitions(bindings, position, scope)
            return self._followed(reaching) if reaching else None
        return (self._starred(scope, name) or None) if scope.star_imports else None

    def _from_around(self, scope: Scope, name: str) -> Origins:
        """Where `name` comes from in `scope`, which has no such name itself: the same at every place in it."""
        key = (scope, name)
        if key in self._beyond:
            return self._beyond[key]
        scopes = (self._in_scope(outer, name, position) for outer, position in _enclosing_scopes(scope))
        found = next((origins for origins in scopes if origins is not None), None)
        if found is None:
            found = (ExternalSymbol(f"builtins.{name}"),) if hasattr(builtins, name) else ()
        self._beyond[key] = found
        return found

    def resolve_in_module(self, module: str, name: str) -> Origins:
        """Where `name` of the module `module` comes from; a module below it if it has no such name."""
        key = (module, name)
        if key in self._in_modules:
            return self._in_modules[key]
        if key in self._following:
            return ()
        self._following.add(key)
        is_deep = len(self._following) % QUERIES_A_THREAD == 0
        try:
            found = on_fresh_stack(partial(self._in_module, module, name)) if is_deep else self._in_module(module, name)
        finally:
            self._following.discard(key)
        if not self._following:  # else modules that import each other may have cut it short
            self._in_modules[key] = found
        return found

    def _in_module(self, module: str, name: str) -> Origins:
        if module in self.files.own:
            scope = self.files.scope(module)
            if bindings := self._bindings(scope, name):
                return self._followed(_reaching_definitions(bindings, scope.end, scope))
            if scope.star_imports and (found := self._starred(scope, name)):
                return found
        below = f"{module}.{name}"
        if below in self._packages:
            return (ModuleType(below),)
        return () if module in self.files.own else (ExternalSymbol(below.rpartition("::")[2]),)

    def find_module(self, module: str, importer: str, name: str = "") -> str:
        """The module of the project that `importer` means by `module`, where it takes `name` from it, or "".

        Python prefers a library to a folder without `__init__.py`, from which only the modules in it can be taken.
        """
        known = self._known(module, importer)
        return known if known in self.files.own or f"{known}.{name}" in self._packages else ""

    def django_models(self, app: str, importer: str) -> tuple[str, ...]:
        """The modules with the models of `app`, as Django labels it, or of the app of `importer`."""
        service, _, module = importer.rpartition("::")
        return self._models.get((service, app or _label(module)), ())

    def _known(self, name: str, importer: str) -> str:
        """The module of the project that may be called `name` in `importer`, or ""."""
        service = importer.rpartition("::")[0]
        for known in (f"{service}::{name}", name) if service else (name,):
            if known in self._packages:
                return known
        owners = self._owners.get(name.partition(".")[0], ())
        known = f"{owners[0]}::{name}" if len(owners) == 1 else ""
        return known if known in self._packages else ""

    def _bindings(self, scope: Scope, name: str) -> list[Binding]:
        if name in scope.nonlocals:
            return []
        bindings = scope.bindings.get(name, [])
        if scope.parent is None and (elsewhere := self.files.bound_from_inside(scope).get(name)):
            return [*bindings, *elsewhere]
        return bindings

    def _followed(self, bindings: list[Binding]) -> Origins:
        found: dict[Binding | ExternalSymbol | ModuleType, None] = {}
        for binding in bindings:
            if binding.kind is BindingKind.IMPORTED:
                found |= dict.fromkeys(self._imported(binding))
            else:
                found[binding] = None
        return tuple(found)

    def _imported(self, binding: Binding) -> Origins:
        module, name = binding.imported
        known = self._known(module, binding.at.scope.module.name)
        if not known:
            return (ExternalSymbol(f"{module}.{name}" if name else module),)
        return self.resolve_in_module(known, name) if name else (ModuleType(known),)

    def _starred(self, scope: Scope, name: str) -> Origins:
        importer = scope.module.name
        for module in reversed(scope.star_imports):
            known = self.find_module(module, importer)
            if known and not name.startswith("_") and (found := self.resolve_in_module(known, name)):
                return found
        outside = [module for module in scope.star_imports if module and not self.find_module(module, importer)]
        return (ExternalSymbol(f"{outside[0]}.{name}"),) if len(outside) == 1 and not hasattr(builtins, name) else ()

    @cached_property
    def _packages(self) -> frozenset[str]:
        """Every module, and every package that has no file."""
        known = set[str]()
        for module in self.files.own:
            while module and module not in known:
                known.add(module)
                module = module.rpartition(".")[0]  # noqa: PLW2901  # upwards
        return frozenset(known)

    @cached_property
    def _models(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """The modules called `models`, by the service and the package that they are in."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for name in sorted(self.files.own):
            if name.endswith(".models"):
                service, _, module = name.rpartition("::")
                key = (service, _label(module))
                found[key] = (*found.get(key, ()), name)
        return found

    @cached_property
    def _owners(self) -> Mapping[str, tuple[str, ...]]:
        """The services that have a top-level package of a name."""
        owners: dict[str, set[str]] = {}
        for module in self.files.own:
            service, _, name = module.rpartition("::")
            if service:
                owners.setdefault(name.partition(".")[0], set()).add(service)
        return {package: tuple(sorted(services)) for package, services in owners.items()}


def _label(module: str) -> str:
    """What Django calls the app with the models `module`: `orders` for `shop.orders.models`, and below it."""
    return f"{module}.".partition(".models.")[0].rpartition(".")[2]


def _enclosing_scopes(inner: Scope) -> Iterator[tuple[Scope, Position]]:
    """The scopes around `inner` that names are looked up in, each with the place where it is left."""
    while inner.at:
        scope = inner.at.scope
        runs_at_once = not isinstance(inner.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if not isinstance(scope.node, ast.ClassDef):
            yield scope, inner.at if runs_at_once else scope.end
        inner = scope


def _reaching_definitions(bindings: list[Binding], position: Position, scope: Scope) -> list[Binding]:
    """Those of `bindings` that a name may have at `position`: back to the last one that no branch can avoid."""
    if len(bindings) == 1 and not isinstance(scope.node, ast.ClassDef):
        return bindings
    reaching: list[Binding] = []
    for binding in reversed(bindings):
        if binding.at.scope is not scope:  # bound by `global` in a function, which runs who knows when
            reaching.append(binding)
        elif position.may_reach(binding.at):
            reaching.append(binding)
            if position.is_dominated_by(binding.at):
                break
    if not reaching and not isinstance(scope.node, ast.ClassDef):
        return bindings  # before its first binding: in a loop, or by mistake
    return reaching[::-1]
