"""Finding what an application keeps for everyone, in whichever module it is put there."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import TypeAlias

from archguard.codebase.codebase import Codebase
from archguard.codebase.scopes.scopes import Binding, Scope
from archguard.codebase.syntax.source import Source, SourceError
from archguard.codebase.worker_pool import broadcast, map_shards
from archguard.semantics.index import FileIndex

_WRITES = tuple(  # one for each beginning, which is quicker than one for both
    re.compile(keeper + rb"(?:\.(\w+)|\[[\"'](\w+)[\"']\])\s*(?::[^=\n]+)?=[^=]")
    for keeper in (rb"app(?:lication)?", rb"state")
)

_READS = (rb"app(?:lication)?(?:\[[\"']|\.state\.)", rb"request\.(?:app|state)\.(?:state\.)?")


StateWriters: TypeAlias = Mapping[str, Collection[str]]
"""The modules that put something where an application keeps it, by the name that it has there."""
_KEY = "what is kept"


class AppState:
    """Knows which modules put something under a name; only those are read."""

    def __init__(self, files: FileIndex, kept: Callable[[], StateWriters]) -> None:
        self.files = files
        self.writers = kept

    def bindings(self, name: str, scope: Scope) -> list[Binding]:
        """What is put under `name` in the service of `scope`."""
        service = scope.module.name.rpartition("::")[0]
        modules = (module for module in self.writers().get(name, ()) if module.rpartition("::")[0] == service)
        scopes = (inner for module in modules for inner in self.files.scope(module).walk())
        return [binding for inner in scopes for binding in inner.app_state.get(name, ())]


def app_state_writers(codebase: Codebase) -> StateWriters:
    """What applications keep, told by the bytes of every file, which are read by the first who asks."""
    if _KEY not in codebase.memo:
        found: dict[str, list[str]] = {}
        for module, names in chain.from_iterable(map_shards(codebase, _writers_among, codebase.sources)):
            for name in names:
                found.setdefault(name, []).append(module)
        broadcast(codebase, _KEY, {name: sorted(modules) for name, modules in found.items()})
    kept: StateWriters = codebase.memo[_KEY]
    return kept


def _writers_among(codebase: Codebase, modules: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Those of `modules` that put something, and under which names."""
    found = ((module, _names_written(codebase.sources[module])) for module in modules)
    return [(module, names) for module, names in found if names]


def _names_written(source: Source) -> list[str]:
    try:
        puts = chain.from_iterable(put.findall(source.content) for put in _WRITES)
        return sorted({(attribute or key).decode() for attribute, key in puts})
    except SourceError:
        return []  # it has been reported where imports were read


def reads_app_state(content: bytes, names: frozenset[bytes]) -> bool:
    """Whether a file with this content takes something that an application keeps under one of `names`."""
    return bool(names) and any(taking.search(content) for taking in _reading(names))


@cache
def _reading(names: frozenset[bytes]) -> tuple[re.Pattern[bytes], ...]:
    named = rb"(?:%b)\b" % b"|".join(sorted(names))
    return tuple(re.compile(way + named) for way in _READS)
