"""Which files can use a client at all, told without parsing the others.

A file can use one if it imports the client's package, or has something that another such file has made of it: a
function that returns a session, an attribute that holds one, a class that derives from one. Words of a file count in
whatever place, so that more files are taken than need be, and none is missed.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain
from typing import TypeVar

from archguard.codebase import Codebase, Source, memoized
from archguard.codebase.imports.dynamic import DYNAMIC
from archguard.codebase.scopes.scopes import Binding, Position, Scope
from archguard.codebase.worker_pool import Task, map_shards
from archguard.effects.aws import channels_with_aws
from archguard.effects.catalogue.catalogue import Catalogue, Extensions, load_catalogue, semantic_model
from archguard.effects.client_exposure import Exposure, Visibility, Words, names_any
from archguard.effects.entry_points import EntryPoints
from archguard.effects.heuristics import OF_BROKERS
from archguard.effects.tracing import STUB, content_of, has_any
from archguard.semantics import (
    ClassType,
    ExternalMember,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    SemanticModel,
    Type,
    Types,
    app_state_writers,
)

_STUBS = "_pb2_grpc"
_DEEP = 4

_T = TypeVar("_T")


def modules_with_clients(codebase: Codebase, channels: Sequence[str], extensions: Extensions) -> frozenset[str]:
    """The modules of the files that can use a client of `channels`."""
    app_state_writers(codebase)  # by all processes together, before each is asked alone
    found = waiting = _united(codebase, partial(_beginning, channels, extensions), codebase.sources)
    known = Exposure()
    packages = frozenset(module for module, source in codebase.sources.items() if source.is_package)
    while waiting:
        parts = map_shards(codebase, partial(_carried, channels, extensions, found), waiting)
        carried = Exposure.together(parts).beside(known)
        usable = carried.visibility(codebase.every_import, packages, found)
        waiting = carried.handed | _united(codebase, partial(_using, usable), codebase.sources)
        known = Exposure.together((known, carried))
        found |= waiting
    return found


def _united(codebase: Codebase, question: Task[frozenset[_T]], modules: Iterable[str]) -> frozenset[_T]:
    return frozenset().union(*map_shards(codebase, question, modules))


def _beginning(
    channels: Sequence[str], extensions: Extensions, codebase: Codebase, modules: Sequence[str]
) -> frozenset[str]:
    """Those of `modules` whose files may import a client."""
    carriers = _carriers(codebase, channels, extensions)
    imports = codebase.every_import
    return frozenset(
        module
        for module in modules
        if carriers.may_import(codebase.sources[module], imports.imported_by(module))
        or codebase.has_read_errors(module)
    )


def _carried(
    channels: Sequence[str], extensions: Extensions, found: frozenset[str], codebase: Codebase, modules: Sequence[str]
) -> Exposure:
    """The names by which others can get at a client that `modules` have, if it comes from outside or from `found`."""
    carriers = _carriers(codebase, channels, extensions)
    exported = {
        module: _words(carriers.exported(module, found)) for module in modules if _is_imported(codebase, module)
    }
    attributes = {module: carriers.attributes(module) for module in modules}
    kept = Words().union(*map(carriers.kept, modules))
    return Exposure(exported, attributes, kept, frozenset[str]().union(*map(carriers.handed, modules)))


def _words(names: Iterable[str]) -> Words:
    return frozenset(name.encode() for name in names if name.isidentifier())


def _is_imported(codebase: Codebase, module: str) -> bool:
    """Whether others have names from `module`; a package may pass on what is told to come from elsewhere."""
    return module in codebase.every_import.importers or codebase.sources[module].is_package


def _using(usable: Visibility, codebase: Codebase, modules: Sequence[str]) -> frozenset[str]:
    """Those of `modules` whose files have something `usable`."""
    return frozenset(module for module in modules if usable.is_used(codebase.sources[module]))


def _carriers(codebase: Codebase, channels: Sequence[str], extensions: Extensions) -> "_ExposureSearch":
    key = f"carriers {channels} {sorted(extensions.items())}"
    if key not in codebase.memo:
        known = load_catalogue(channels_with_aws(channels), extensions)
        codebase.memo[key] = _ExposureSearch(semantic_model(codebase, extensions), known, tasks="queue" in channels)
    found: _ExposureSearch = codebase.memo[key]
    return found


def _attributes(scope: Scope) -> Iterator[tuple[str, list[Binding]]]:
    """What `scope` binds to attributes of objects: in the body of a class, or as in `self.client = ...`."""
    if isinstance(scope.node, ast.ClassDef):
        yield from scope.bindings.items()
    yield from ((name, bindings) for (_, name), bindings in scope.attributes.items())


@dataclass(frozen=True, eq=False)
class _ExposureSearch:
    """Finds what can use what `catalogue` lists."""

    model: SemanticModel
    catalogue: Catalogue
    tasks: bool = False
    """Whether tasks of the project count, which are sent by their own names, and what only brokers are told."""

    def may_import(self, source: Source, imported: Iterable[str]) -> bool:
        """Whether the file `source`, which has `imported` something, can have a client from there."""
        packages = {name.rpartition("::")[2].partition(".")[0] for name in imported} & self._packages.keys()
        if DYNAMIC & self.model.source(source.module).markers:
            packages |= {package for package in self._packages if has_any(source, (package,))}
        return any(self._may_use(source, package) for package in packages) or self._is_told(source)

    def _may_use(self, source: Source, package: str) -> bool:
        others = self._packages[package]
        return not others or names_any(content_of(source), others)

    def _is_told(self, source: Source) -> bool:
        """Whether words alone tell of a client, whatever it is imported from."""
        return has_any(source, self._telling)

    @cached_property
    def _telling(self) -> tuple[str, ...]:
        return (_STUBS, *sorted(OF_BROKERS)) if self.tasks else (_STUBS,)

    def exported(self, module: str, found: frozenset[str]) -> Iterator[str]:
        """The names in `module` that are clients, if they come from outside or from `found`."""
        scope = self.model.scope(module)
        starred = {self.model.find_module(star, module) for star in scope.star_imports} & found
        bindings = chain(scope.bindings.items(), *(self.model.scope(one).bindings.items() for one in starred))
        for name, bound in bindings:
            may_be = any(not (source := self._source(binding, module)) or source in found for binding in bound)
            if may_be and self._any(self.model.infer_export(module, name)):
                yield name

    def _source(self, binding: Binding, module: str) -> str:
        """The module of the project from which something is imported, or ""."""
        imported, name = binding.imported
        return self.model.find_module(imported, module, name) if imported else ""

    @memoized
    def attributes(self, module: str) -> Words:
        """The attributes under which objects of `module` have clients."""
        return _words(
            name
            for scope in self.model.scope(module).walk()
            for name, bindings in _attributes(scope)
            if self._any(self._bound(bindings))
        )

    @memoized
    def kept(self, module: str) -> Words:
        """The names under which `module` gives clients to the application, to keep them for everyone."""
        return _words(
            name
            for scope in self.model.scope(module).walk()
            for name, bindings in scope.app_state.items()
            if self._any(self._bound(bindings))
        )

    @memoized
    def handed(self, module: str) -> frozenset[str]:
        """The other modules to whose functions and classes `module` hands a client."""
        return frozenset(
            other
            for scope in self.model.scope(module).walk()
            for expression in scope.access_paths
            for step in expression.accesses
            if step.call and (step.call.args or step.call.keywords)
            for other in self._handed(step.call, expression.at)
        )

    def _handed(self, call: ast.Call, at: Position) -> set[str]:
        """The other modules to whose functions and classes `call` hands a client."""
        others = self._hearing(call.func, at) - {at.scope.module.name}
        return others if others and self._hands_client(call, at) else set()

    def _hearing(self, callee: ast.expr, at: Position) -> set[str]:
        """The modules where the project defines what is called, and where it can be known who calls it."""
        values = self.model.infer(callee, at)
        modules = {value.scope.module.name for value in values if isinstance(value, FunctionType | ClassType)}
        return set(filter(self.model.has_tracked_callers, modules))

    def _hands_client(self, call: ast.Call, at: Position) -> bool:
        arguments = chain(call.args, (keyword.value for keyword in call.keywords))
        return any(self._any(self.model.infer(argument, at)) for argument in arguments)

    @cached_property
    def _packages(self) -> Mapping[str, Words]:
        """The words of which a file must have one beside an import of a package; none if the package is a client."""
        found: dict[str, set[str]] = {}
        for client in self.catalogue.clients:
            for name in (*client.modules, *client.functions, *client.methods, *client.returns, *client.bases):
                parts = name.removesuffix("()").split(".")
                found.setdefault(parts[0], set()).add(parts[-1])
        whole = {name for name in self.catalogue.modules if "." not in name}
        return {package: _words(() if package in whole else words) for package, words in found.items()}

    def _bound(self, bindings: list[Binding]) -> Types:
        return tuple(value for binding in bindings for value in self.model.infer_binding(binding))

    def _any(self, values: Types, depth: int = _DEEP) -> bool:
        return depth > 0 and any(self._is_client(value, depth) for value in values)

    def _is_client(self, value: Type, depth: int) -> bool:
        """Whether `value` is a client, gives one, or holds some; what makes tasks is one, too, where they count."""
        if self.tasks and EntryPoints(self.model).declares_by(value):
            return True
        match value:
            case ExternalSymbol(name=name) | ExternalMember(base=name):
                return self._is_known(name)
            case InstanceType(of=ExternalSymbol(name=name), items=items):
                return self._is_known(name) or any(self._any(item, depth - 1) for item in items)
            case (ClassType() as cls) | InstanceType(of=ClassType() as cls):
                bases = (base.name for base in self.model.mro(cls) if isinstance(base, ExternalSymbol))
                return any(map(self._is_known, (cls.name, *bases)))
            case FunctionType():
                is_task = self.tasks and EntryPoints(self.model).is_declared(value)
                return is_task or self._any(self.model.return_types(value, None, None), depth - 1)
        return False

    @memoized
    def _is_known(self, name: str) -> bool:
        known = self.catalogue
        return (
            bool(STUB.search(name))
            or name in known.modules
            or known.is_call(name)
            or known.receiver(self.model.library, name)
            or known.undescribed(name)
        )
