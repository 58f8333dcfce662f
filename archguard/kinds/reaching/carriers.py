"""Which files can use a client at all, told without parsing the others.

A file can use one if it names the client's package, or something that another such file has made of it: a function
that returns a session, an attribute that holds one, a class that derives from one. Every word of a file counts, in
whatever place, so that more files are taken than need be, and none is missed.
"""

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from archguard.codebase import Codebase, SourceError, remembering
from archguard.codebase.facts import Binding, Scope
from archguard.codebase.names import Instance, Member, Names, Outside, OwnClass, OwnFunction, Value, Values
from archguard.codebase.sharing import shared
from archguard.kinds.clients import Catalogue, Extensions, catalogue, names_of
from archguard.kinds.clients.guesses import OF_BROKERS
from archguard.kinds.reaching.aws import channels_with_aws
from archguard.kinds.reaching.inbound import EntryPoints

_WORD = re.compile(rb"[A-Za-z_]\w*")
_STUBS = b"_pb2_grpc"
_STUB = re.compile(r"_pb2_grpc\.\w+Stub$")
_DEEP = 4
_WORTH = 100
"""How many files are worth a process."""

Words: TypeAlias = frozenset[bytes]


def carriers(codebase: Codebase, channels: Collection[str], extensions: Extensions) -> "Carriers":
    """What finds the files that can use a client of `channels`."""
    known = catalogue(channels_with_aws(channels), extensions)
    return Carriers(codebase, names_of(codebase, extensions), known, tasks="queue" in channels)


@dataclass(frozen=True, eq=False)
class Carriers:
    """Finds the files that can use what `catalogue` lists."""

    codebase: Codebase
    names: Names
    catalogue: Catalogue
    tasks: bool = False
    """Whether tasks of the project count, which are sent by their own names, and what only brokers are told."""

    def modules(self) -> frozenset[str]:
        """The modules of the files."""
        stubs = frozenset(word for words in self._words.values() for word in words if word.endswith(_STUBS))
        telling = stubs.union(name.encode() for name in OF_BROKERS) if self.tasks else stubs
        found = frozenset(
            module for module, words in self._words.items() if self._may_import(words) or not words.isdisjoint(telling)
        )
        waiting = found
        while waiting:
            carried = frozenset[bytes]().union(*shared(self._carried_by, sorted(waiting), _WORTH, native=False))
            more = (module for module, words in self._words.items() if not words.isdisjoint(carried))
            waiting = frozenset(more) - found
            found |= waiting
        return found

    def _may_import(self, words: Words) -> bool:
        """Whether a file with these words can import a client."""
        others = (self._packages[package] for package in words & self._packages.keys())
        return any(not other or other & words for other in others)

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
    def _words(self) -> Mapping[str, Words]:
        """The words of each file; all contracts share them."""
        memory = self.codebase.memory
        if "words" not in memory:
            memory["words"] = dict(self._read_words())
        words: Mapping[str, Words] = memory["words"]
        return words

    def _read_words(self) -> Iterator[tuple[str, Words]]:
        for module, source in sorted(self.codebase.sources.items()):
            try:
                content = source.content
            except SourceError:
                continue  # it has been reported where imports were read
            yield module, frozenset(_WORD.findall(content))

    def _carried_by(self, modules: Sequence[str]) -> Words:
        return frozenset(word for module in modules for word in self._carried(module))

    def _carried(self, module: str) -> Iterator[bytes]:
        """The words by which others can get at a client that `module` has."""
        for scope in self.names.scope(module).everything():
            for name in self._carrying(scope):
                yield from _WORD.findall(name.encode())

    def _carrying(self, scope: Scope) -> Iterator[str]:
        if scope.parent is None:
            yield from (name for name in scope.bindings if self._any(self.names.exported(scope.name, name)))
        elif isinstance(scope.node, ast.ClassDef):
            yield from (name for name, bindings in scope.bindings.items() if self._any(self._bound(bindings)))
        for (_, name), bindings in scope.attributes.items():
            if self._any(self._bound(bindings)):
                yield name
        yield from (name for name, bindings in scope.kept.items() if self._any(self._bound(bindings)))

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
