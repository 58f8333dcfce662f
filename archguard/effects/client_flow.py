"""Find the modules that can use a client, without parsing the others.

How it works: a fixpoint. The seed is every module that imports a client package. Each round parses the new modules and
infers their exposure: the exported names, attributes and app state under which they have a client (a function that
returns a session, an attribute that holds one, a subclass), and the modules to whose functions they pass one. Modules
that can see such a name and contain it are the next round.

Limits: a name matches at any place in a file, so the result is too large rather than too small; types are unwrapped to
`_MAX_DEPTH` levels.
Cost: each selected module is parsed once; attributes and app state are inferred once per module, exported names in each
round that selects it. Each round scans the bytes of all files, sharded over the worker pool.
"""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from itertools import chain

from archguard.codebase import Codebase, Source, memoized
from archguard.codebase.file_results import Inputs
from archguard.codebase.file_tasks import imported_among, map_files, map_program, scan_files
from archguard.codebase.imports.dynamic import DYNAMIC
from archguard.codebase.memo import per_codebase
from archguard.codebase.scopes.scopes import Binding, Position, Scope
from archguard.codebase.worker_pool import broadcast
from archguard.dataclass import dataclass
from archguard.effects.aws import channels_with_aws
from archguard.effects.catalogue.catalogue import AddedClients, Catalogue, load_catalogue, semantic_model
from archguard.effects.catalogue.conventions import load_conventions
from archguard.effects.client_exposure import Exposure, Words, names_any
from archguard.effects.entry_points import EntryPoints
from archguard.effects.tracing import STUB, content_of, has_any
from archguard.incremental.fingerprint import digest_of
from archguard.model.names import parts_of, plain_name, top_package
from archguard.semantics import (
    ClassType,
    ExternalMember,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    SemanticModel,
    Type,
    Types,
    scan_program,
)
from archguard.semantics.recorded import carried

_STUB_MODULE_SUFFIX = "_pb2_grpc"
_MAX_DEPTH = 4
"""How many levels of return types and container items are searched for a client; types can be recursive.

Findings of `gateway` at 1, 2, 4 and 6 are the same: Redash 286, Healthchecks 334. 4 is for a function that returns a
function that returns a container of clients.
"""


@broadcast
def modules_with_clients(codebase: Codebase, channels: tuple[str, ...], clients: AddedClients) -> frozenset[str]:
    """The modules that can use a client of `channels`, of the catalogue or in `clients`."""
    scan_program(codebase)  # before the workers need it
    imports = codebase.every_import
    key = digest_of([*channels, *sorted(clients.extensions.items())])
    seeds = map_files(
        codebase,
        f"imports a client {key}",
        partial(_start_import_test, channels, clients),
        codebase.sources,
        Inputs(
            lambda module: (*sorted(imports.imported_by(module)), codebase.has_read_errors(module)),
            (imports.lines, codebase.problems),
        ),
    )
    found = waiting = frozenset(module for module, is_seed in seeds.items() if is_seed)
    known = Exposure()
    packages = frozenset(module for module, source in codebase.sources.items() if source.is_package)
    round_number = 0
    while waiting:
        round_number += 1
        start = partial(_start_exposure, channels, clients, found)
        context = digest_of(codebase.results.context(found))
        inputs = imported_among(codebase, found)
        parts = map_files(codebase, f"exposes a client {key} {round_number}", start, waiting, inputs)
        # Only what is new is searched for, or each round would find the files of all rounds before.
        exposure = Exposure.union(parts.values()).difference(known)
        see = partial(exposure.visibility, imports, packages, found)
        seen = f"visible clients {imports.digest} {exposure.digest()} {context}"
        usable = map_program(codebase, seen, see, digest_of(sorted(packages)))
        digests, query = usable.digests(codebase.sources), f"uses a client {key} {round_number}"
        using = scan_files(codebase, query, usable.is_used, inputs=digests.__getitem__)
        # Also those that were looked at in earlier rounds: what they expose may be more, now that others are known to
        # have clients. It ends when no round exposes anything new.
        waiting = exposure.call_targets | using.keys()
        known = Exposure.union((known, exposure))
        found |= waiting
    return found


def _start_import_test(
    channels: tuple[str, ...], clients: AddedClients, codebase: Codebase
) -> Callable[[Source], bool]:
    """Whether a file may import a client; those with read errors may, to be reported later."""
    search = _exposure_search(codebase, channels, clients)
    imports = codebase.every_import
    return lambda source: (
        search.may_import(source, imports.imported_by(source.module)) or codebase.has_read_errors(source.module)
    )


def _start_exposure(
    channels: tuple[str, ...], clients: AddedClients, found: frozenset[str], codebase: Codebase
) -> Callable[[Source], Exposure]:
    """The exposure of a module: how others can access a client that it has from outside or from `found`."""
    search = _exposure_search(codebase, channels, clients)

    def exposure(source: Source) -> Exposure:
        module = source.module
        exported = {module: _words(search.exported(module, found))} if _is_imported(codebase, module) else {}
        attributes = {module: search.attributes(module)}
        return Exposure(exported, attributes, search.app_state(module), search.call_targets(module))

    return exposure


def _words(names: Iterable[str]) -> Words:
    return frozenset(name.encode() for name in names if name.isidentifier())


def _is_imported(codebase: Codebase, module: str) -> bool:
    """Whether other modules can have names from `module`.

    Packages always count: an import of a re-exported name is recorded as an import of the module that defines it.
    """
    return module in codebase.every_import.importers or codebase.sources[module].is_package


@per_codebase
def _exposure_search(codebase: Codebase, channels: tuple[str, ...], clients: AddedClients) -> "_ExposureSearch":
    catalogue = load_catalogue(channels_with_aws(channels), clients.extensions)
    variant = f"{channels} {sorted(clients.extensions.items())}"
    return _ExposureSearch(semantic_model(codebase, clients.extensions), catalogue, variant, tasks="queue" in channels)


def _attributes(scope: Scope) -> Iterator[tuple[str, list[Binding]]]:
    """The attribute bindings in `scope`: those of a class body, and assignments such as `self.client = ...`."""
    if isinstance(scope.node, ast.ClassDef):
        yield from scope.bindings.items()
    yield from ((name, bindings) for (_, name), bindings in scope.attributes.items())


@dataclass(frozen=True, eq=False)
class _ExposureSearch:
    """Infers which names and attributes of modules are clients of `catalogue`."""

    model: SemanticModel
    catalogue: Catalogue
    variant: str
    """Which channels and clients these are."""
    tasks: bool = False
    """Whether tasks of the project (sent by a method of their own) and methods that only brokers have count as well."""

    def may_import(self, source: Source, imported: Iterable[str]) -> bool:
        """Whether `source`, which imports `imported`, can have a client from one of these."""
        packages = {top_package(plain_name(name)) for name in imported} & self._packages.keys()
        # `import_module(name)` imports whatever `name` is: then the name of the package anywhere in the file counts.
        if DYNAMIC & self.model.files.source(source.module).markers:
            packages |= {package for package in self._packages if has_any(source, (package,))}
        return any(self._may_use(source, package) for package in packages) or self._has_marker_text(source)

    def _may_use(self, source: Source, package: str) -> bool:
        others = self._packages[package]
        return not others or names_any(content_of(source), others)

    def _has_marker_text(self, source: Source) -> bool:
        """Whether the file contains a text that identifies a client, whatever it imports."""
        return has_any(source, self._marker_texts)

    @cached_property
    def _marker_texts(self) -> tuple[str, ...]:
        return (
            (_STUB_MODULE_SUFFIX, *sorted(load_conventions().messages.broker_methods))
            if self.tasks
            else (_STUB_MODULE_SUFFIX,)
        )

    def exported(self, module: str, found: frozenset[str]) -> Iterator[str]:
        """The names in `module` that are clients from outside or from `found`."""
        scope = self.model.scope(module)
        starred = {self.model.resolver.find_module(star, module) for star in scope.star_imports} & found
        bindings = chain(scope.bindings.items(), *(self.model.scope(one).bindings.items() for one in starred))
        for name, bound in bindings:
            # What is imported from a module that has no client is none; this saves most of the inference.
            is_candidate = any(not (source := self._source(binding, module)) or source in found for binding in bound)
            if is_candidate and self._is_client_name(module, name):
                yield name

    def _is_client_name(self, module: str, name: str) -> bool:
        """Whether `name` in the namespace of `module` is a client."""
        origins = self.model.resolver.resolve_in_module(module, name)
        return any(self._has_client(self.model.infer_origin(origin)) for origin in origins)

    def _source(self, binding: Binding, module: str) -> str:
        """The module of the project that `binding` imports from, or ""."""
        imported, name = binding.imported
        return self.model.resolver.find_module(imported, module, name) if imported else ""

    @carried
    def attributes(self, module: str) -> Words:
        """The attributes of classes and objects of `module` that are clients."""
        return _words(
            name
            for scope in self.model.scope(module).walk()
            for name, bindings in _attributes(scope)
            if self._has_client(self._bound_types(bindings))
        )

    @carried
    def app_state(self, module: str) -> Words:
        """The names under which `module` stores clients in app state."""
        return _words(
            name
            for scope in self.model.scope(module).walk()
            for name, bindings in scope.app_state.items()
            if self._has_client(self._bound_types(bindings))
        )

    @carried
    def call_targets(self, module: str) -> frozenset[str]:
        """The other modules to whose functions and classes `module` passes a client."""
        return frozenset(
            other
            for scope in self.model.scope(module).walk()
            for path in scope.access_paths
            for access in path.accesses
            if access.call and (access.call.args or access.call.keywords)
            for other in self._call_targets(access.call, path.at)
        )

    def _call_targets(self, call: ast.Call, at: Position) -> set[str]:
        """The other modules to whose functions and classes `call` passes a client."""
        others = self._tracked_modules(call.func, at) - {at.scope.module.name}
        return others if others and self._passes_client(call, at) else set()

    def _tracked_modules(self, callee: ast.expr, at: Position) -> set[str]:
        """The modules of the project that define `callee` and whose call sites are tracked."""
        values = self.model.infer(callee, at)
        modules = {value.scope.module.name for value in values if isinstance(value, FunctionType | ClassType)}
        return set(filter(self.model.argument_flow.has_tracked_callers, modules))

    def _passes_client(self, call: ast.Call, at: Position) -> bool:
        arguments = chain(call.args, (keyword.value for keyword in call.keywords))
        return any(self._has_client(self.model.infer(argument, at)) for argument in arguments)

    @cached_property
    def _packages(self) -> Mapping[str, Words]:
        """By package: the names of which a file that imports it must contain one; empty if any import is enough."""
        found: dict[str, set[str]] = {}
        for client in self.catalogue.clients:
            for name in (*client.modules, *client.functions, *client.methods, *client.returns, *client.bases):
                parts = parts_of(name.removesuffix("()"))
                # `boto3.client`: a file that imports boto3 and never says `client` makes none.
                found.setdefault(parts[0], set()).add(parts[-1])
        whole_packages = {name for name in self.catalogue.modules if "." not in name}
        return {package: _words(() if package in whole_packages else words) for package, words in found.items()}

    def _bound_types(self, bindings: list[Binding]) -> Types:
        return tuple(value for binding in bindings for value in self.model.infer_origin(binding))

    def _has_client(self, values: Types, depth: int = _MAX_DEPTH) -> bool:
        return depth > 0 and any(self._is_client(value, depth) for value in values)

    def _is_client(self, value: Type, depth: int) -> bool:
        """Whether `value` is a client, returns one or contains one; with `tasks`, also whether it declares tasks."""
        if self.tasks and EntryPoints(self.model).declares_by(value):
            return True
        match value:
            case ExternalSymbol(name=name) | ExternalMember(base=name):
                return self._is_known(name)
            case InstanceType(of=ExternalSymbol(name=name), items=items):
                return self._is_known(name) or any(self._has_client(item, depth - 1) for item in items)
            case (ClassType() as cls) | InstanceType(of=ClassType() as cls):
                bases = (base.name for base in self.model.mro(cls) if isinstance(base, ExternalSymbol))
                return any(map(self._is_known, (cls.name, *bases)))
            case FunctionType():
                is_task = self.tasks and EntryPoints(self.model).is_declared(value)
                return is_task or self._has_client(self.model.return_types(value, None, None), depth - 1)
        return False

    @memoized
    def _is_known(self, name: str) -> bool:
        catalogue = self.catalogue
        return (
            bool(STUB.search(name))
            or name in catalogue.modules
            or catalogue.is_call(name)
            or catalogue.receiver(self.model.library, name)
            or catalogue.undescribed(name)
        )
