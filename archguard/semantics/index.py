"""The index of files for inference: each is read, parsed and bound once, when a query first needs it."""

import ast
import re
from collections.abc import Collection, Mapping
from functools import cached_property

from archguard.codebase.scopes.binder import read_scope
from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import Binding, Position, Scope, walk
from archguard.codebase.syntax.error_tolerant import TolerantSource
from archguard.codebase.syntax.source import Source, SourceError
from archguard.incremental.dependencies import DependencyRecorder
from archguard.model.names import plain_name

_SETTINGS = re.compile(r"(?:^|\.)\w*settings(?:\.\w+)?$")
_CALL = re.compile(rb"(?<![\w\x80-\xff])([\w\x80-\xff]++)[\s\\]*+\(")
"""A name before a parenthesis; possessive, so that the regex does not backtrack into a long name."""


class FileIndex:
    """Scopes and lookups by module; the modules in `outside` count as external packages."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        outside: Collection[str] = (),
        recorder: DependencyRecorder | None = None,
        scopes: dict[str, Scope] | None = None,
        called_names: dict[str, frozenset[bytes]] | None = None,
    ) -> None:
        self.sources = sources
        self.recorder = recorder or DependencyRecorder(is_recording=False)
        self.own = frozenset(sources).difference(outside)
        self._sources: dict[str, TolerantSource] = {}
        self._scopes = {} if scopes is None else scopes
        self._called_names = {} if called_names is None else called_names
        self._by_node: dict[str, dict[int, Scope]] = {}
        self._globals: dict[str, dict[str, list[Binding]]] = {}
        self._attributes: dict[str, dict[tuple[str, str], list[Binding]]] = {}

    @cached_property
    def settings_modules(self) -> tuple[str, ...]:
        """The modules called `settings`, and those in a package of that name, sorted: where Django's settings are."""
        return tuple(module for module in sorted(self.own) if _SETTINGS.search(plain_name(module)))

    def scope(self, module: str) -> Scope:
        """The scope of `module`, built from as much of its file as can be parsed."""
        if module not in self._scopes:
            self._scopes[module] = read_scope(self.source(module), self.recorder)
        return self._scopes[module]

    def source(self, module: str) -> TolerantSource:
        """The source of `module`, read once and parsed as far as possible."""
        if module not in self._sources:
            self._sources[module] = TolerantSource.of(self.sources[module])
        return self._sources[module]

    def call_count(self, module: str) -> int:
        """The number of calls in `module`."""
        return sum(scope.calls for scope in self.scope(module).walk())

    def may_call(self, module: str, name: str) -> bool:
        """Whether `module` may contain a call of something called `name`; searches its bytes without parsing it.

        The result is the same after the module was parsed: no finding may depend on the order of the files.
        """
        if module not in self._called_names:
            self._called_names[module] = self._find_called_names(module)
        return name.encode() in self._called_names[module]

    def _find_called_names(self, module: str) -> frozenset[bytes]:
        """The names before parentheses: one pass over a file is faster than one search per name."""
        try:
            return frozenset(_CALL.findall(self.source(module).content))
        except SourceError:
            return frozenset()

    def scope_of(self, node: ast.AST, at: Position) -> Scope | None:
        """The scope of the class, function or comprehension `node`, which is defined at `at`."""
        module = at.scope.module
        if module.name not in self._by_node:
            self._by_node[module.name] = {id(scope.syntax): scope for scope in walk(module)}
        return self._by_node[module.name].get(id(node))

    def stores(self, scope: Scope, owner: str, name: str) -> list[Binding]:
        """The assignments to the attribute `name` of `owner` anywhere in the module of `scope`."""
        module = scope.module
        module.read(Reading.ATTRIBUTE, (owner, name))
        if module.name not in self._attributes:
            found: dict[tuple[str, str], list[Binding]] = {}
            for inner in walk(module):
                for key, bindings in inner.contents.attributes.items():
                    found.setdefault(key, []).extend(bindings)
            self._attributes[module.name] = found
        return self._attributes[module.name].get((owner, name), [])

    def bound_from_inside(self, module: Scope) -> Mapping[str, list[Binding]]:
        """The bindings that functions of `module` make of names that they declare `global` or `nonlocal`.

        Whoever asks for a name has read it in `module`, of whose reading these are a part.
        """
        if module.name not in self._globals:
            found: dict[str, list[Binding]] = {}
            for scope in walk(module):
                for name in scope.contents.nonlocals:
                    found.setdefault(name, []).extend(scope.contents.bindings.get(name, []))
            self._globals[module.name] = found
        return self._globals[module.name]
