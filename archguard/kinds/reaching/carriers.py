"""Which files can use a client at all, told without parsing the others.

A file can use one if it names the client's package, or something that another such file has made of it: a function
that returns a session, an attribute that holds one, a class that derives from one. Words of a file count in whatever
place, so that more files are taken than need be, and none is missed.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from itertools import chain
from typing import TypeVar

from archguard.codebase import Codebase, Source, SourceError, remembering
from archguard.codebase.crew import Question, answers
from archguard.codebase.facts import Binding
from archguard.codebase.names import Instance, Member, Names, Outside, OwnClass, OwnFunction, Value, Values
from archguard.kinds.clients import Catalogue, Extensions, catalogue, names_of
from archguard.kinds.clients.guesses import OF_BROKERS
from archguard.kinds.reaching.aws import channels_with_aws
from archguard.kinds.reaching.carried import Carried, Words, words_in, words_of
from archguard.kinds.reaching.inbound import EntryPoints
from archguard.kinds.reaching.reading import holds

_STUBS = re.compile(b"_pb2_grpc")
_TO_BROKERS = frozenset(name.encode() for name in OF_BROKERS)
_STUB = re.compile(r"_pb2_grpc\.\w+Stub$")
_IMPORTING = rb"""(?mx)(?:^|[\r;:]) [ \t\f]* (?:lazy[ \t]+)? (?:
      from[\s\\]+%b\b | import\b (?:[^\n;\#]|\\\n)*? \b%b\b ) | import_module | __import__"""
_DEEP = 4

_T = TypeVar("_T")


def carriers(codebase: Codebase, channels: Sequence[str], extensions: Extensions) -> frozenset[str]:
    """The modules of the files that can use a client of `channels`."""
    found = waiting = _united(codebase, partial(_beginning, channels, extensions), codebase.sources)
    known = Carried()
    while waiting:
        parts = answers(codebase, partial(_carried, channels, extensions, found), waiting)
        carried = Carried.together(parts).beside(known)
        takeable = carried.takeable(codebase.every_import)
        waiting = _united(codebase, partial(_using, carried, takeable), codebase.sources)
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
    words_of_each = _words(codebase, modules)
    return frozenset(module for module, words in words_of_each if carriers.may_import(codebase.sources[module], words))


def _carried(
    channels: Sequence[str], extensions: Extensions, found: frozenset[str], codebase: Codebase, modules: Sequence[str]
) -> Carried:
    """The names by which others can get at a client that `modules` have, if it comes from outside or from `found`."""
    carriers = _carriers(codebase, channels, extensions)
    exported = {
        module: words_of(carriers.exported(module, found)) for module in modules if _is_imported(codebase, module)
    }
    attributes = {module: words_of(carriers.attributes(module)) for module in modules}
    return Carried(exported, attributes, words_of(name for module in modules for name in carriers.kept(module)))


def _is_imported(codebase: Codebase, module: str) -> bool:
    """Whether others have names from `module`; a package may pass on what is told to come from elsewhere."""
    return module in codebase.every_import.importers or codebase.sources[module].is_package


def _using(
    carried: Carried, takeable: Mapping[str, Words], codebase: Codebase, modules: Sequence[str]
) -> frozenset[str]:
    """Those of `modules` whose files can use something that is `carried`, or one of the attributes `takeable` there."""
    nothing: Words = frozenset()
    return frozenset(
        module
        for module, words in _words(codebase, modules)
        if carried.is_used(codebase.sources[module], words, takeable.get(module, nothing))
    )


def _words(codebase: Codebase, modules: Iterable[str]) -> Iterator[tuple[str, Words]]:
    """The words of each file; all contracts share them."""
    known: dict[str, Words] = codebase.memory.setdefault("words", {})
    for module in modules:
        if module not in known:
            known[module] = _read_words(codebase.sources[module])
        yield module, known[module]


def _read_words(source: Source) -> Words:
    try:
        return words_in(source.content)
    except SourceError:
        return frozenset()  # it has been reported where imports were read


def _carriers(codebase: Codebase, channels: Sequence[str], extensions: Extensions) -> "_Carriers":
    key = f"carriers {channels} {sorted(extensions.items())}"
    if key not in codebase.memory:
        known = catalogue(channels_with_aws(channels), extensions)
        codebase.memory[key] = _Carriers(names_of(codebase, extensions), known, tasks="queue" in channels)
    found: _Carriers = codebase.memory[key]
    return found


@cache
def _importing(packages: Words) -> re.Pattern[bytes]:
    """An import of one of `packages`, or one by a call, which may be of anything."""
    named = b"(?:%b)" % b"|".join(sorted(packages))
    return re.compile(_IMPORTING % (named, named))


@dataclass(frozen=True, eq=False)
class _Carriers:
    """Finds what can use what `catalogue` lists."""

    names: Names
    catalogue: Catalogue
    tasks: bool = False
    """Whether tasks of the project count, which are sent by their own names, and what only brokers are told."""

    def may_import(self, source: Source, words: Words) -> bool:
        """Whether the file `source`, which has these words, can import a client."""
        others = ((package, self._packages[package]) for package in words & self._roots)
        packages = frozenset(package for package, other in others if not other or other & words)
        return self._is_told(source, words) or (bool(packages) and holds(source, _importing(packages)))

    def _is_told(self, source: Source, words: Words) -> bool:
        """Whether words alone tell of a client, whatever it is imported from."""
        return holds(source, _STUBS) or (self.tasks and not words.isdisjoint(_TO_BROKERS))

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
        return self.names.find(binding.imported[0], module) if binding.imported[0] else ""

    def attributes(self, module: str) -> Iterator[str]:
        """The attributes under which objects of `module` have clients."""
        for scope in self.names.scope(module).everything():
            own = scope.bindings if isinstance(scope.node, ast.ClassDef) else {}
            assigned = ((name, bindings) for (_, name), bindings in scope.attributes.items())
            every = (*own.items(), *assigned)
            yield from (name for name, bindings in every if self._any(self._bound(bindings)))

    def kept(self, module: str) -> Iterator[str]:
        """The names under which `module` gives clients to the application, to keep them for everyone."""
        for scope in self.names.scope(module).everything():
            yield from (name for name, bindings in scope.kept.items() if self._any(self._bound(bindings)))

    @cached_property
    def _packages(self) -> Mapping[bytes, Words]:
        """The words of which a file must have one beside the name of a package; none if the package is a client."""
        found: dict[bytes, set[bytes]] = {}
        for client in self.catalogue.clients:
            for name in (*client.modules, *client.functions, *client.receivers, *client.gives, *client.bases):
                parts = name.encode().removesuffix(b"()").split(b".")
                found.setdefault(parts[0], set()).add(parts[-1])
        whole = {name.encode() for name in self.catalogue.modules if "." not in name}
        return {package: frozenset(() if package in whole else words) for package, words in found.items()}

    @cached_property
    def _roots(self) -> Words:
        return frozenset(self._packages)

    def _bound(self, bindings: list[Binding]) -> Values:
        return tuple(value for binding in bindings for value in self.names.bound(binding))

    def _any(self, values: Values, depth: int = _DEEP) -> bool:
        return depth > 0 and any(self._is_client(value, depth) for value in values)

    def _is_client(self, value: Value, depth: int) -> bool:
        """Whether `value` is a client, gives one, or holds some."""
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
            bool(_STUB.search(name))
            or name in known.modules
            or known.is_call(name)
            or known.receiver(self.names.library, name)
            or known.undescribed(name)
        )
