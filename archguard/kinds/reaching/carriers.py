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

from archguard.codebase import Codebase, Source, remembering
from archguard.codebase.crew import Question, answers
from archguard.codebase.facts import Binding, Position, Scope
from archguard.codebase.facts.dynamic import DYNAMIC
from archguard.codebase.names import (
    Instance,
    Member,
    Names,
    Outside,
    OwnClass,
    OwnFunction,
    Value,
    Values,
    what_is_kept,
)
from archguard.kinds.clients import Catalogue, Extensions, catalogue, names_of
from archguard.kinds.clients.guesses import OF_BROKERS
from archguard.kinds.reaching.aws import channels_with_aws
from archguard.kinds.reaching.carried import Carried, Usable, Words, names_any
from archguard.kinds.reaching.inbound import EntryPoints
from archguard.kinds.reaching.reading import STUB, content_of, has_any

_STUBS = "_pb2_grpc"
_DEEP = 4

_T = TypeVar("_T")


def carriers(codebase: Codebase, channels: Sequence[str], extensions: Extensions) -> frozenset[str]:
    """The modules of the files that can use a client of `channels`."""
    what_is_kept(codebase)  # by all processes together, before each is asked alone
    found = waiting = _united(codebase, partial(_beginning, channels, extensions), codebase.sources)
    known = Carried()
    packages = frozenset(module for module, source in codebase.sources.items() if source.is_package)
    while waiting:
        parts = answers(codebase, partial(_carried, channels, extensions, found), waiting)
        carried = Carried.together(parts).beside(known)
        usable = carried.usable(codebase.every_import, packages, found)
        waiting = carried.handed | _united(codebase, partial(_using, usable), codebase.sources)
        known = Carried.together((known, carried))
        found |= waiting
    return found


def _united(codebase: Codebase, question: Question[frozenset[_T]], modules: Iterable[str]) -> frozenset[_T]:
    return frozenset().union(*answers(codebase, question, modules))


def _beginning(
    channels: Sequence[str], extensions: Extensions, codebase: Codebase, modules: Sequence[str]
) -> frozenset[str]:
    """Those of `modules` whose files may import a client."""
    carriers = _carriers(codebase, channels, extensions)
    imports = codebase.every_import
    return frozenset(
        module
        for module in modules
        if carriers.may_import(codebase.sources[module], imports.imported_by(module)) or codebase.is_troubled(module)
    )


def _carried(
    channels: Sequence[str], extensions: Extensions, found: frozenset[str], codebase: Codebase, modules: Sequence[str]
) -> Carried:
    """The names by which others can get at a client that `modules` have, if it comes from outside or from `found`."""
    carriers = _carriers(codebase, channels, extensions)
    exported = {
        module: _words(carriers.exported(module, found)) for module in modules if _is_imported(codebase, module)
    }
    attributes = {module: carriers.attributes(module) for module in modules}
    kept = Words().union(*map(carriers.kept, modules))
    return Carried(exported, attributes, kept, frozenset[str]().union(*map(carriers.handed, modules)))


def _words(names: Iterable[str]) -> Words:
    return frozenset(name.encode() for name in names if name.isidentifier())


def _is_imported(codebase: Codebase, module: str) -> bool:
    """Whether others have names from `module`; a package may pass on what is told to come from elsewhere."""
    return module in codebase.every_import.importers or codebase.sources[module].is_package


def _using(usable: Usable, codebase: Codebase, modules: Sequence[str]) -> frozenset[str]:
    """Those of `modules` whose files have something `usable`."""
    return frozenset(module for module in modules if usable.is_used(codebase.sources[module]))


def _carriers(codebase: Codebase, channels: Sequence[str], extensions: Extensions) -> "_Carriers":
    key = f"carriers {channels} {sorted(extensions.items())}"
    if key not in codebase.memory:
        known = catalogue(channels_with_aws(channels), extensions)
        codebase.memory[key] = _Carriers(names_of(codebase, extensions), known, tasks="queue" in channels)
    found: _Carriers = codebase.memory[key]
    return found


def _attributes(scope: Scope) -> Iterator[tuple[str, list[Binding]]]:
    """What `scope` binds to attributes of objects: in the body of a class, or as in `self.client = ...`."""
    if isinstance(scope.node, ast.ClassDef):
        yield from scope.bindings.items()
    yield from ((name, bindings) for (_, name), bindings in scope.attributes.items())


@dataclass(frozen=True, eq=False)
class _Carriers:
    """Finds what can use what `catalogue` lists."""

    names: Names
    catalogue: Catalogue
    tasks: bool = False
    """Whether tasks of the project count, which are sent by their own names, and what only brokers are told."""

    def may_import(self, source: Source, imported: Iterable[str]) -> bool:
        """Whether the file `source`, which has `imported` something, can have a client from there."""
        packages = {name.rpartition("::")[2].partition(".")[0] for name in imported} & self._packages.keys()
        if DYNAMIC & self.names.source(source.module).signs:
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
        scope = self.names.scope(module)
        starred = {self.names.find(star, module) for star in scope.stars} & found
        bindings = chain(scope.bindings.items(), *(self.names.scope(one).bindings.items() for one in starred))
        for name, bound in bindings:
            may_be = any(not (source := self._source(binding, module)) or source in found for binding in bound)
            if may_be and self._any(self.names.exported(module, name)):
                yield name

    def _source(self, binding: Binding, module: str) -> str:
        """The module of the project from which something is imported, or ""."""
        imported, name = binding.imported
        return self.names.find(imported, module, name) if imported else ""

    @remembering
    def attributes(self, module: str) -> Words:
        """The attributes under which objects of `module` have clients."""
        return _words(
            name
            for scope in self.names.scope(module).everything()
            for name, bindings in _attributes(scope)
            if self._any(self._bound(bindings))
        )

    @remembering
    def kept(self, module: str) -> Words:
        """The names under which `module` gives clients to the application, to keep them for everyone."""
        return _words(
            name
            for scope in self.names.scope(module).everything()
            for name, bindings in scope.kept.items()
            if self._any(self._bound(bindings))
        )

    @remembering
    def handed(self, module: str) -> frozenset[str]:
        """The other modules to whose functions and classes `module` hands a client."""
        return frozenset(
            other
            for scope in self.names.scope(module).everything()
            for expression in scope.chains
            for step in expression.steps
            if step.call and (step.call.args or step.call.keywords)
            for other in self._handed(step.call, expression.at)
        )

    def _handed(self, call: ast.Call, at: Position) -> set[str]:
        """The other modules to whose functions and classes `call` hands a client."""
        others = self._hearing(call.func, at) - {at.scope.module.name}
        return others if others and self._hands_client(call, at) else set()

    def _hearing(self, callee: ast.expr, at: Position) -> set[str]:
        """The modules where the project defines what is called, and where it can be known who calls it."""
        values = self.names.value(callee, at)
        modules = {value.scope.module.name for value in values if isinstance(value, OwnFunction | OwnClass)}
        return set(filter(self.names.hears_of, modules))

    def _hands_client(self, call: ast.Call, at: Position) -> bool:
        arguments = chain(call.args, (keyword.value for keyword in call.keywords))
        return any(self._any(self.names.value(argument, at)) for argument in arguments)

    @cached_property
    def _packages(self) -> Mapping[str, Words]:
        """The words of which a file must have one beside an import of a package; none if the package is a client."""
        found: dict[str, set[str]] = {}
        for client in self.catalogue.clients:
            for name in (*client.modules, *client.functions, *client.receivers, *client.gives, *client.bases):
                parts = name.removesuffix("()").split(".")
                found.setdefault(parts[0], set()).add(parts[-1])
        whole = {name for name in self.catalogue.modules if "." not in name}
        return {package: _words(() if package in whole else words) for package, words in found.items()}

    def _bound(self, bindings: list[Binding]) -> Values:
        return tuple(value for binding in bindings for value in self.names.bound(binding))

    def _any(self, values: Values, depth: int = _DEEP) -> bool:
        return depth > 0 and any(self._is_client(value, depth) for value in values)

    def _is_client(self, value: Value, depth: int) -> bool:
        """Whether `value` is a client, gives one, or holds some; what makes tasks is one, too, where they count."""
        if self.tasks and EntryPoints(self.names).declares_by(value):
            return True
        match value:
            case Outside(name=name) | Member(base=name):
                return self._is_known(name)
            case Instance(of=Outside(name=name), items=items):
                return self._is_known(name) or any(self._any(item, depth - 1) for item in items)
            case (OwnClass() as cls) | Instance(of=OwnClass() as cls):
                bases = (base.name for base in self.names.lineage(cls) if isinstance(base, Outside))
                return any(map(self._is_known, (cls.name, *bases)))
            case OwnFunction():
                is_task = self.tasks and EntryPoints(self.names).is_declared(value)
                return is_task or self._any(self.names.called(value, None, None), depth - 1)
        return False

    @remembering
    def _is_known(self, name: str) -> bool:
        known = self.catalogue
        return (
            bool(STUB.search(name))
            or name in known.modules
            or known.is_call(name)
            or known.receiver(self.names.library, name)
            or known.undescribed(name)
        )
