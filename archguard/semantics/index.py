"""The files that names are followed through, each read when the first name leads there, and once."""

import ast
import re
from collections.abc import Collection, Mapping

from archguard.codebase.memoization import memoized
from archguard.codebase.scopes.binder import read_scope
from archguard.codebase.scopes.scopes import Binding, Position, Scope
from archguard.codebase.syntax.error_tolerant import TolerantSource
from archguard.codebase.syntax.source import Source, SourceError

_CALL = re.compile(rb"(?<![\w\x80-\xff])([\w\x80-\xff]++)[\s\\]*+\(")
"""A name in front of a bracket; possessive, so that a long name is not tried again from its middle."""


class FileIndex:
    """What stands in each of `sources`, by module; those of `outside` count as packages that are not the project's."""

    def __init__(self, sources: Mapping[str, Source], outside: Collection[str] = ()) -> None:
        self.sources = sources
        self.own = frozenset(sources).difference(outside)
        self._sources: dict[str, TolerantSource] = {}
        self._scopes: dict[str, Scope] = {}
        self._by_node: dict[str, dict[int, Scope]] = {}
        self._globals: dict[str, dict[str, list[Binding]]] = {}
        self._attributes: dict[str, dict[tuple[str, str], list[Binding]]] = {}

    def scope(self, module: str) -> Scope:
        """What can be read of `module`."""
        if module not in self._scopes:
            self._scopes[module] = read_scope(self.source(module))
        return self._scopes[module]

    def source(self, module: str) -> TolerantSource:
        """The file of `module`, read once: as much of it as can be parsed."""
        if module not in self._sources:
            self._sources[module] = TolerantSource.of(self.sources[module])
        return self._sources[module]

    def may_call(self, module: str, name: str) -> bool:
        """Whether something called `name` may be called in `module`, which is not parsed to tell.

        The answer is the same once the module has been parsed: no finding may depend on which files came first.
        """
        return name.encode() in self._called_names(module)

    @memoized
    def _called_names(self, module: str) -> frozenset[bytes]:
        """The names in front of brackets: one pass over a file is quicker than a search for each name."""
        try:
            return frozenset(_CALL.findall(self.source(module).content))
        except SourceError:
            return frozenset()

    def scope_of(self, node: ast.AST, at: Position) -> Scope | None:
        """The scope of the class or function `node` that is defined at `at`."""
        module = at.scope.module
        if module.name not in self._by_node:
            self._by_node[module.name] = {id(scope.node): scope for scope in module.walk()}
        return self._by_node[module.name].get(id(node))

    def attributes(self, scope: Scope) -> Mapping[tuple[str, str], list[Binding]]:
        """What is assigned to attributes of names anywhere in the module around `scope`."""
        module = scope.module
        if module.name not in self._attributes:
            found: dict[tuple[str, str], list[Binding]] = {}
            for inner in module.walk():
                for key, bindings in inner.attributes.items():
                    found.setdefault(key, []).extend(bindings)
            self._attributes[module.name] = found
        return self._attributes[module.name]

    def bound_from_inside(self, module: Scope) -> Mapping[str, list[Binding]]:
        """What functions of `module` bind by `global`."""
        if module.name not in self._globals:
            found: dict[str, list[Binding]] = {}
            for scope in module.walk():
                for name in scope.nonlocals:
                    found.setdefault(name, []).extend(scope.bindings.get(name, []))
            self._globals[module.name] = found
        return self._globals[module.name]
