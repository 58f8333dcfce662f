"""Application state: values that any module stores on the application, such as `app["pool"] = create_pool()`.

How it works: a regex finds the stores in the bytes of every file, in the worker pool. Only the modules that store under
a name that is read are parsed. Cost: one pass over all files, once a run.
"""

import re
from collections.abc import Callable, Collection, Mapping
from functools import cache
from itertools import chain
from typing import TypeAlias

from archguard.codebase.codebase import Codebase
from archguard.codebase.file_tasks import scan_files
from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import Binding, Scope, walk
from archguard.codebase.syntax.source import Source, SourceError
from archguard.codebase.worker_pool import broadcast
from archguard.model.names import service_of
from archguard.semantics.index import FileIndex

_WRITES = tuple(  # one per prefix, which is faster than an alternation
    re.compile(holder + rb"(?:\.(\w+)|\[[\"'](\w+)[\"']\])\s*(?::[^=\n]+)?=[^=]")
    for holder in (rb"app(?:lication)?", rb"state")
)

_READS = (rb"app(?:lication)?(?:\[[\"']|\.state\.)", rb"request\.(?:app|state)\.(?:state\.)?")


StateWriters: TypeAlias = Mapping[str, Collection[str]]
"""The modules that store application state, by the name of the entry or attribute."""


class AppState:
    """Finds the stores of a name; parses only the modules that contain one."""

    def __init__(self, files: FileIndex, writers: Callable[[], StateWriters]) -> None:
        self.files = files
        self.writers = writers

    def bindings(self, name: str, scope: Scope) -> list[Binding]:
        """The stores under `name` in the service of `scope`."""
        # Each service has an application of its own.
        service = service_of(scope.module.name)
        writers = tuple(self.writers().get(name, ()))
        self.files.recorder.read(("app state writers", name, writers))
        modules = [module for module in writers if service_of(module) == service]
        for module in modules:
            self.files.scope(module).read(Reading.APP_STATE, name)
        scopes = (inner for module in modules for inner in walk(self.files.scope(module)))
        return [binding for inner in scopes for binding in inner.contents.app_state.get(name, ())]


@broadcast
def app_state_writers(codebase: Codebase) -> StateWriters:
    """The modules that store application state, found in the bytes of every file on the first call."""
    found: dict[str, list[str]] = {}
    for module, names in scan_files(codebase, "stores of application state", names_stored).items():
        for name in names:
            found.setdefault(name, []).append(module)
    return {name: sorted(modules) for name, modules in found.items()}


def names_stored(source: Source) -> list[str]:
    """The names under which a file stores application state."""
    try:
        stores = chain.from_iterable(pattern.findall(source.content) for pattern in _WRITES)
        return sorted({(attribute or key).decode() for attribute, key in stores})
    except SourceError:
        return []  # reported when imports are extracted


def reads_app_state(content: bytes, names: frozenset[bytes]) -> bool:
    """Whether a file with this content may read application state under one of `names`."""
    return bool(names) and any(pattern.search(content) for pattern in _read_patterns(names))


@cache
def _read_patterns(names: frozenset[bytes]) -> tuple[re.Pattern[bytes], ...]:
    alternatives = rb"(?:%b)\b" % b"|".join(sorted(names))
    return tuple(re.compile(prefix + alternatives) for prefix in _READS)
