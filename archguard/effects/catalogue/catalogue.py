"""The libraries that archguard knows, and what they say of a name."""

import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from importlib.resources import files
from typing import TypeAlias

from archguard.codebase import Codebase, memoized, self_and_parents
from archguard.effects.catalogue.client import CHANNELS, Client
from archguard.semantics import ExternalModels, FileIndex, SemanticModel, app_state_writers

Extensions: TypeAlias = Mapping[str, Client]
"""What a contract adds, by channel."""


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Some clients, and answers to what a name from outside has to do with them."""

    clients: tuple[Client, ...]

    @cached_property
    def modules(self) -> frozenset[str]:
        """What is imported of them."""
        return frozenset(module for client in self.clients for module in client.modules)

    @cached_property
    def packages(self) -> frozenset[str]:
        """The modules, the packages that they are in, and those that have functions and classes of clients."""
        described = (name for client in self.clients for name in (*client.functions, *client.methods))
        top_level = frozenset(name.partition(".")[0] for name in described)
        return top_level.union(outer for module in self.modules | self.homes for outer in self_and_parents(module))

    @cached_property
    def homes(self) -> frozenset[str]:
        """Where the functions and classes are defined of clients that name no modules."""
        names = (name for client in self._bare for name in (*client.functions, *client.methods, *client.orm_bases))
        return frozenset(home for name in names if (home := name.rpartition(".")[0]))

    @cached_property
    def _bare(self) -> tuple[Client, ...]:
        """The clients that name no modules, so that they may be functions and classes of the project."""
        return tuple(client for client in self.clients if not client.modules)

    @memoized
    def imported(self, name: str) -> str:
        """The module of a client that the imported `name` is, or is in; "" if there is none."""
        known = next((outer for outer in self_and_parents(name) if outer in self.modules or outer in self._inert), "")
        return known if known in self.modules else ""

    def is_call(self, name: str) -> bool:
        """Whether calling the function or class `name` is an access."""
        return name in self._functions

    def is_own_call(self, name: str) -> bool:
        """Whether calling `name`, a function or class of the project, is an access."""
        return any(name in client.functions for client in self._bare)

    def is_own_method(self, cls: str, name: str) -> bool:
        """Whether calling the method `name` of an object of the class `cls` of the project is an access."""
        return any(not {name, "*"}.isdisjoint(client.methods.get(cls, ())) for client in self._bare)

    @memoized
    def method(self, library: ExternalModels, cls: str, name: str) -> bool:
        """Whether calling the method `name` of an object of the class `cls` is an access."""
        lineage = tuple(self._lineage(library, cls))
        if self.is_inert(library, cls, name):
            return False
        known = (self._receivers.get(ancestor, frozenset()) for ancestor in lineage)
        return any(name in methods or "*" in methods for methods in known) or self._is_all_access(cls)

    def is_inert(self, library: ExternalModels, cls: str, name: str) -> bool:
        """Whether the method `name` of an object of the class `cls` is known to reach nothing."""
        return any(f"{ancestor}.{name}" in self._inert for ancestor in self._lineage(library, cls))

    @memoized
    def lists(self, library: ExternalModels, cls: str, name: str) -> bool:
        """Whether the method `name` of an object of the class `cls` is an access by its name, not as one of all."""
        return any(name in self._receivers.get(ancestor, ()) for ancestor in self._lineage(library, cls))

    def _is_all_access(self, path: str) -> bool:
        """Whether `path` leads from an object all of whose methods are: `openai.OpenAI.chat.completions`."""
        return "(" not in path and any("*" in self._receivers.get(outer, ()) for outer in self_and_parents(path))

    @memoized
    def receiver(self, library: ExternalModels, cls: str) -> bool:
        """Whether objects of the class `cls` have methods whose call is an access."""
        return any(ancestor in self._receivers for ancestor in self._lineage(library, cls))

    @memoized
    def model(self, library: ExternalModels, cls: str) -> bool:
        """Whether `cls` is a base class of what is stored."""
        return any(ancestor in self._models for ancestor in library.ancestry(cls))

    @property
    def has_models(self) -> bool:
        """Whether any classes are known that are base classes of what is stored."""
        return bool(self._models)

    @memoized
    def builds(self, name: str) -> bool:
        """Whether calling `name` builds a query."""
        module = self.imported(name)
        words = name.removeprefix(module).split(".")
        return bool(module) and any(word in self._builders[module] for word in words)

    @cached_property
    def verbs(self) -> frozenset[str]:
        """Every method whose call can be an access."""
        return frozenset(method for methods in self._receivers.values() for method in methods)

    @cached_property
    def words(self) -> frozenset[str]:
        """The last names of all that can be called or taken, `*` if there are objects all of whose methods can be."""
        names = (
            name for client in self.clients for name in (*client.functions, *client.query_builders, *client.returns)
        )
        return frozenset(name.removesuffix("()").rpartition(".")[2] for name in names) - {"*"} | self.verbs

    @cached_property
    def function_words(self) -> frozenset[str]:
        """The last names of the functions whose call is an access, without those of classes."""
        return frozenset(word for name in self._functions if not (word := name.rpartition(".")[2])[:1].isupper())

    def undescribed(self, name: str) -> bool:
        """Whether `name` is of a client of which nothing but its modules and functions is known."""
        return self.imported(name) in self._undescribed

    @cached_property
    def _inert(self) -> frozenset[str]:
        return frozenset(name for client in self.clients for name in client.exclude)

    @cached_property
    def _functions(self) -> frozenset[str]:
        return frozenset(name for client in self.clients for name in client.functions)

    @cached_property
    def _receivers(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for client in self.clients:
            for cls, methods in client.methods.items():
                found[cls] = found.get(cls, frozenset()) | frozenset(methods)
        return found

    @cached_property
    def _models(self) -> frozenset[str]:
        return frozenset(name for client in self.clients for name in client.orm_bases)

    @cached_property
    def _builders(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for client in self.clients:
            for module in client.modules:
                found[module] = found.get(module, frozenset()) | frozenset(client.query_builders)
        return found

    @cached_property
    def _undescribed(self) -> frozenset[str]:
        return frozenset(module for client in self.clients if not client.methods for module in client.modules)

    def _lineage(self, library: ExternalModels, cls: str) -> Iterator[str]:
        """`cls` and what it extends; a `RealDictCursor` is taken for the `cursor` of its package."""
        known = library.ancestry(cls)
        yield from known
        package, is_inside, _ = cls.partition(".")
        if is_inside and cls[-1:] != ")" and self._receivers.keys().isdisjoint(known) and self.imported(cls):
            last = cls.rpartition(".")[2].lower()
            yield from (name for name, short in self._short.get(package, ()) if last.endswith(short))

    @cached_property
    def _short(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """The receivers of each package, with their last names in small letters."""
        found: dict[str, list[tuple[str, str]]] = {}
        for name in sorted(self._receivers):
            found.setdefault(name.partition(".")[0], []).append((name, name.rpartition(".")[2].lower()))
        return {package: tuple(names) for package, names in found.items()}


def clients_of(channel: str, extensions: Extensions | None = None) -> tuple[Client, ...]:
    """The clients of `channel`, those that a contract adds first."""
    added = (extensions or {}).get(channel)
    return (added, *_built_in(channel)) if added else _built_in(channel)


def load_catalogue(channels: Iterable[str], extensions: Extensions | None = None) -> Catalogue:
    """The clients of `channels`."""
    if not extensions:
        return _built_in_catalogue(tuple(channels))
    return Catalogue(tuple(client for channel in channels for client in clients_of(channel, extensions)))


@cache
def is_unknown_library(name: str) -> bool:
    """Whether `name` comes from a package that neither Python brings nor the catalogue of any channel knows."""
    package = name.partition(".")[0]
    return package not in sys.stdlib_module_names and package not in _listed_packages()


@cache
def _listed_packages() -> frozenset[str]:
    every = library()
    names = (*_built_in_catalogue(CHANNELS).modules, *every.names, *every.returns, *every.bases)
    return frozenset(name.partition(".")[0] for name in names)


def library(extensions: Extensions | None = None) -> ExternalModels:
    """What comes out of the clients of every channel."""
    every = [client for channel in CHANNELS for client in clients_of(channel, extensions)]
    every.append(_PYTHON)
    return ExternalModels(
        returns={key: value for client in reversed(every) for key, value in client.returns.items()},
        bases={key: value for client in reversed(every) for key, value in client.bases.items()},
        names=frozenset(name for client in every for name in _names(client)),
    )


def semantic_model(codebase: Codebase, extensions: Extensions | None = None) -> SemanticModel:
    """The names of `codebase`, followed with what is known of every client; a declared one is not looked into."""
    key = f"names {sorted((extensions or {}).items())}"
    if key not in codebase.memo:
        declared = frozenset(module for client in (extensions or {}).values() for module in client.modules)
        outside = [name for name in codebase.sources if not declared.isdisjoint(self_and_parents(name))]
        files = FileIndex(codebase.sources, outside)
        importers, kept = codebase.every_import.importers, partial(app_state_writers, codebase)
        codebase.memo[key] = SemanticModel(files, library(extensions), importers, kept)
    names: SemanticModel = codebase.memo[key]
    return names


@cache
def _built_in_catalogue(channels: tuple[str, ...]) -> Catalogue:
    return Catalogue(tuple(client for channel in channels for client in _built_in(channel)))


@cache
def _built_in(channel: str) -> tuple[Client, ...]:
    text = files("archguard.effects.catalogue").joinpath(f"{channel}.toml").read_text(encoding="utf-8")
    return tuple(_client(facts) for facts in tomllib.loads(text).values())


def _client(facts: Mapping[str, Mapping[str, str] | list[str]]) -> Client:
    lists = {key: tuple(value) for key, value in facts.items() if isinstance(value, list)}
    mappings = {key: value for key, value in facts.items() if isinstance(value, Mapping)}
    receivers = {cls: tuple(methods) for cls, methods in mappings.pop("methods", {}).items()}
    return Client(methods=receivers, **lists, **mappings)  # type: ignore[arg-type]  # the tests look at every fact


def _names(client: Client) -> Iterator[str]:
    yield from client.functions
    yield from client.orm_bases
    for cls, methods in client.methods.items():
        yield cls
        yield from (f"{cls}.{method}" for method in methods)


_SAME_PATH = (
    *("__truediv__()", "__rtruediv__()", "joinpath()", "parent", "with_name()", "with_stem()", "with_suffix()"),
    *("with_segments()", "relative_to()", "absolute()", "resolve()", "expanduser()", "readlink()", "rename()"),
    *("replace()", "copy()", "copy_into()", "move()", "move_into()", "__enter__()"),
)
"""What of a path is a path."""
_PYTHON = Client(
    returns={
        "contextlib.closing()": "argument",
        "contextlib.aclosing()": "argument",
        "contextlib.nullcontext()": "argument",
        "contextlib.ExitStack.enter_context()": "argument",
        "contextlib.AsyncExitStack.enter_async_context()": "argument",
        "contextvars.ContextVar.get()": "item",
        "copy.copy()": "argument",
        "asyncio.wait_for()": "argument",
        "asyncio.shield()": "argument",
        "asyncio.run()": "argument",
        "asyncio.to_thread()": "result",
        "anyio.to_thread.run_sync()": "result",
        "asgiref.sync.sync_to_async()": "argument",
        **{
            f"dependency_injector.providers.{sort}()": "dependency_injector.providers.Provider[result]"
            for sort in ("Callable", "Coroutine", "Factory", "Resource", "Singleton", "ThreadSafeSingleton")
        },
        "dependency_injector.providers.Provider.__call__()": "item",
        "builtins.dict.get()": "item",
        "builtins.dict.pop()": "item",
        "builtins.dict.setdefault()": "item",
        "builtins.dict.values()": "builtins.list[item]",
        "builtins.list.pop()": "item",
        "builtins.list.copy()": "self",
        **{f"pathlib.PurePath.{name}": "self" for name in _SAME_PATH},
        **{f"pathlib.PurePath.{name}": "builtins.list[self]" for name in ("parents", "iterdir()", "glob()", "rglob()")},
        "pathlib.Path.cwd()": "pathlib.Path",
        "pathlib.Path.home()": "pathlib.Path",
        "pathlib.PurePath.read_text()": "builtins.str",
        "pathlib.PurePath.read_bytes()": "builtins.bytes",
    },
    bases={
        "pathlib.Path": "pathlib.PurePath",
        "pathlib.PosixPath": "pathlib.Path",
        "pathlib.WindowsPath": "pathlib.Path",
        "pathlib.PurePosixPath": "pathlib.PurePath",
        "pathlib.PureWindowsPath": "pathlib.PurePath",
    },
)
"""What functions of Python, and what is used with every client, pass on."""
