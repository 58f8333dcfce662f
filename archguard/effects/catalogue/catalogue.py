"""Load the facts about client libraries, and classify qualified names by them.

A `Catalogue` answers what a name is: a client module, a call that is an effect, a method of a client. `library` turns
the same facts into type models for the semantic model. Cost: built-in channels are parsed once per process, and the
lookups by name are memoized.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from functools import cache, cached_property, lru_cache, partial
from typing import TypeAlias

from archguard.codebase import Codebase, memoized
from archguard.codebase.memo import per_codebase
from archguard.codebase.package_data import load_package_tables
from archguard.dataclass import dataclass
from archguard.effects.catalogue.client import CHANNELS, Client, Timeout
from archguard.model.names import last_part, parent_name, parts_of, self_and_parents, top_package
from archguard.semantics import ExternalModels, FileIndex, SemanticModel, app_state_writers, configuring_modules

Extensions: TypeAlias = Mapping[str, Client]
"""The clients that a contract adds, by channel."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """A set of clients, and lookups of external names in them."""

    clients: tuple[Client, ...]

    @cached_property
    def modules(self) -> frozenset[str]:
        """The modules that are clients, with all below them."""
        return frozenset(module for client in self.clients for module in client.modules)

    @cached_property
    def packages(self) -> frozenset[str]:
        """The modules, their parent packages, and the top-level packages of client functions and classes."""
        described = (name for client in self.clients for name in (*client.functions, *client.methods))
        top_level = frozenset(top_package(name) for name in described)
        return top_level.union(
            outer for module in self.modules | self.definition_modules for outer in self_and_parents(module)
        )

    @cached_property
    def definition_modules(self) -> frozenset[str]:
        """The modules (or classes) that define the functions, classes and models of clients without `modules`."""
        names = (
            name
            for client in self._clients_without_modules
            for name in (*client.functions, *client.methods, *client.orm_bases)
        )
        return frozenset(home for name in names if (home := parent_name(name)))

    @cached_property
    def _own_functions(self) -> frozenset[str]:
        return frozenset(name for client in self._clients_without_modules for name in client.functions)

    @cached_property
    def _own_methods(self) -> Mapping[str, frozenset[str]]:
        return _methods_by_class(self._clients_without_modules)

    @cached_property
    def _clients_without_modules(self) -> tuple[Client, ...]:
        """The clients without `modules`: their functions and classes may be defined by the project."""
        return tuple(client for client in self.clients if not client.modules)

    @memoized
    def imported(self, name: str) -> str:
        """The client module that `name` is or belongs to; "" if there is none."""
        module = next(
            # The nearest decides: `botocore.exceptions` is excluded from `botocore`.
            (outer for outer in self_and_parents(name) if outer in self.modules or outer in self._excluded),
            "",
        )
        return module if module in self.modules else ""

    def is_call(self, name: str) -> bool:
        """Whether calling the function or class `name` is an effect."""
        return name in self._functions

    def is_own_call(self, name: str) -> bool:
        """Whether calling `name`, a function or class of the project, is an effect."""
        return name in self._own_functions

    def has_own_methods(self, cls: str) -> bool:
        """Whether calling some method of the project class `cls` is an effect."""
        return cls in self._own_methods

    def is_own_method(self, cls: str, name: str) -> bool:
        """Whether calling the method `name` of the project class `cls` is an effect."""
        methods = self._own_methods.get(cls)
        return methods is not None and (name in methods or "*" in methods)

    @memoized
    def method(self, library: ExternalModels, cls: str, name: str) -> bool:
        """Whether calling the method `name` of an instance of `cls` is an effect."""
        ancestry = tuple(self._ancestry(library, cls))
        if self.is_excluded(library, cls, name):
            return False
        method_sets = (self._methods_by_class.get(ancestor, frozenset()) for ancestor in ancestry)
        return any(name in methods or "*" in methods for methods in method_sets) or self._has_wildcard(cls)

    def is_excluded(self, library: ExternalModels, cls: str, name: str) -> bool:
        """Whether the method `name` of an instance of `cls` is listed as having no effect."""
        return any(f"{ancestor}.{name}" in self._excluded for ancestor in self._ancestry(library, cls))

    @memoized
    def lists(self, library: ExternalModels, cls: str, name: str) -> bool:
        """Whether `cls` lists the method `name` itself, and not only by `*`."""
        return any(name in self._methods_by_class.get(ancestor, ()) for ancestor in self._ancestry(library, cls))

    def _has_wildcard(self, path: str) -> bool:
        """Whether `path` starts at a class all of whose methods are effects: `openai.OpenAI.chat.completions`."""
        return "(" not in path and any("*" in self._methods_by_class.get(outer, ()) for outer in self_and_parents(path))

    @memoized
    def receiver(self, library: ExternalModels, cls: str) -> bool:
        """Whether instances of `cls` have methods that are effects."""
        return any(ancestor in self._methods_by_class for ancestor in self._ancestry(library, cls))

    @memoized
    def model(self, library: ExternalModels, cls: str) -> bool:
        """Whether `cls` is a base class of ORM models."""
        return any(ancestor in self._orm_bases for ancestor in library.ancestry(cls))

    @property
    def has_models(self) -> bool:
        """Whether the catalogue has base classes of ORM models."""
        return bool(self._orm_bases)

    @memoized
    def builds(self, name: str) -> bool:
        """Whether calling `name` builds a query."""
        module = self.imported(name)
        words = parts_of(name.removeprefix(module))
        return bool(module) and any(word in self._query_builders[module] for word in words)

    @cached_property
    def verbs(self) -> frozenset[str]:
        """The names of all methods that are effects."""
        return frozenset(method for methods in self._methods_by_class.values() for method in methods)

    @cached_property
    def words(self) -> frozenset[str]:
        """The last names of all functions and methods; includes `*` if a client lists all methods of a class."""
        names = (
            name for client in self.clients for name in (*client.functions, *client.query_builders, *client.returns)
        )
        return frozenset(last_part(name.removesuffix("()")) for name in names) - {"*"} | self.verbs

    @cached_property
    def function_words(self) -> frozenset[str]:
        """The last names of the functions that are effects, without classes."""
        return frozenset(word for name in self._functions if not (word := last_part(name))[:1].isupper())

    @memoized
    def timeout(self, name: str) -> Timeout | None:
        """Where calls of `name` take a timeout; None if the catalogue does not say."""
        return next((self._timeouts[outer] for outer in self_and_parents(name) if outer in self._timeouts), None)

    def undescribed(self, name: str) -> bool:
        """Whether `name` belongs to a client without `methods`: only its modules and functions are known."""
        return self.imported(name) in self._undescribed

    @cached_property
    def _excluded(self) -> frozenset[str]:
        return frozenset(name for client in self.clients for name in client.exclude)

    @cached_property
    def _functions(self) -> frozenset[str]:
        return frozenset(name for client in self.clients for name in client.functions)

    @cached_property
    def _methods_by_class(self) -> Mapping[str, frozenset[str]]:
        return _methods_by_class(self.clients)

    @cached_property
    def _orm_bases(self) -> frozenset[str]:
        return frozenset(name for client in self.clients for name in client.orm_bases)

    @cached_property
    def _query_builders(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for client in self.clients:
            for module in client.modules:
                found[module] = found.get(module, frozenset()) | frozenset(client.query_builders)
        return found

    @cached_property
    def _timeouts(self) -> Mapping[str, Timeout]:
        """The first client that says something about a name counts, so that a contract can replace what is built in."""
        return {name: timeout for client in reversed(self.clients) for name, timeout in client.timeouts.items()}

    @cached_property
    def _undescribed(self) -> frozenset[str]:
        return frozenset(module for client in self.clients if not client.methods for module in client.modules)

    def _ancestry(self, library: ExternalModels, cls: str) -> Iterator[str]:
        """`cls` and its known base classes.

        A class of a client module that is not listed counts as the listed class of its package whose name it ends with:
        `RealDictCursor` as `cursor`. What builds a query is no such class: `Subquery` is no `Query`.
        """
        bases = library.ancestry(cls)
        yield from bases
        package = top_package(cls)
        is_listed = not self._methods_by_class.keys().isdisjoint(bases)
        if package != cls and cls[-1:] != ")" and not is_listed and self.imported(cls) and not self.builds(cls):
            last = last_part(cls).lower()
            yield from (name for name, short in self._short_names.get(package, ()) if last.endswith(short))

    @cached_property
    def _short_names(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """By package: the listed classes, with their last names in lower case."""
        found: dict[str, list[tuple[str, str]]] = {}
        for name in sorted(self._methods_by_class):
            found.setdefault(top_package(name), []).append((name, last_part(name).lower()))
        return {package: tuple(names) for package, names in found.items()}


def _methods_by_class(clients: Iterable[Client]) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for client in clients:
        for cls, methods in client.methods.items():
            found[cls] = found.get(cls, frozenset()) | frozenset(methods)
    return found


def clients_of(channel: str, extensions: Extensions | None = None) -> tuple[Client, ...]:
    """The clients of `channel`; the one that a contract adds comes first."""
    added = (extensions or {}).get(channel)
    return (added, *_built_in(channel)) if added else _built_in(channel)


def load_catalogue(channels: Iterable[str], extensions: Extensions | None = None) -> Catalogue:
    """The catalogue of `channels`, with the clients that a contract adds."""
    if not extensions:
        return _built_in_catalogue(tuple(channels))
    return Catalogue(tuple(client for channel in channels for client in clients_of(channel, extensions)))


@cache
def is_unknown_library(name: str) -> bool:
    """Whether the package of `name` is neither in the standard library nor in the catalogue of any channel."""
    package = top_package(name)
    return package not in sys.stdlib_module_names and package not in _listed_packages()


@cache
def _listed_packages() -> frozenset[str]:
    every = library()
    names = (*_built_in_catalogue(CHANNELS).modules, *every.names, *every.returns, *every.bases)
    return frozenset(top_package(name) for name in names)


def library(extensions: Extensions | None = None) -> ExternalModels:
    """The type models of the clients of all channels, and of the standard library."""
    return _library(AddedClients.of(extensions))


@dataclass(frozen=True)
class AddedClients:
    """Clients that contracts add, as an argument of functions that are memoized: equal if their texts are."""

    text: str
    extensions: Extensions = field(compare=False)

    @classmethod
    def of(cls, extensions: Extensions | None) -> "AddedClients":
        """The clients of a contract."""
        return cls(f"{sorted((extensions or {}).items())}", extensions or {})


# One for each set of added clients: catalogues memoize by library, and live as long as the process.
@lru_cache(maxsize=16)
def _library(added: AddedClients) -> ExternalModels:
    every = [client for channel in CHANNELS for client in clients_of(channel, added.extensions)]
    every += _built_in("python")
    return ExternalModels(
        returns={key: value for client in reversed(every) for key, value in client.returns.items()},
        bases={key: value for client in reversed(every) for key, value in client.bases.items()},
        names=frozenset(name for client in every for name in _described_names(client)),
    )


def semantic_model(codebase: Codebase, extensions: Extensions | None = None) -> SemanticModel:
    """The semantic model of `codebase` with the type models of all clients (memoized per codebase).

    Modules that `extensions` declares as clients are opaque: inference does not look into their source.
    """
    return _semantic_model(codebase, AddedClients.of(extensions))


@per_codebase
def _semantic_model(codebase: Codebase, added: AddedClients) -> SemanticModel:
    declared = frozenset(module for client in added.extensions.values() for module in client.modules)
    opaque = [name for name in codebase.sources if not declared.isdisjoint(self_and_parents(name))]
    results = codebase.results
    files = FileIndex(codebase.sources, opaque, results.recorder, results.scopes, results.called_names)
    memo = partial(results.answers.memo, results.recorder, added.text)
    return SemanticModel(
        files,
        _library(added),
        codebase.every_import.importers,
        partial(app_state_writers, codebase),
        partial(configuring_modules, codebase),
        memo,
    )


@cache
def _built_in_catalogue(channels: tuple[str, ...]) -> Catalogue:
    return Catalogue(tuple(client for channel in channels for client in _built_in(channel)))


@cache
def _built_in(name: str) -> tuple[Client, ...]:
    """The clients in the file of a channel, or the type models in `python.toml`."""
    return tuple(load_package_tables(Client, "archguard.effects.catalogue", f"{name}.toml").values())


def _described_names(client: Client) -> Iterator[str]:
    yield from client.functions
    yield from client.orm_bases
    for cls, methods in client.methods.items():
        yield cls
        yield from (f"{cls}.{method}" for method in methods)
