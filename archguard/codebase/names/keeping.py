"""Finding what an application keeps for everyone, in whichever module it is put there."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import TypeAlias

from archguard.codebase.codebase import Codebase
from archguard.codebase.crew import answers, remember
from archguard.codebase.facts import Binding, Scope
from archguard.codebase.names.files import Files
from archguard.codebase.source import Source, SourceError

_PUTS = tuple(  # one for each beginning, which is quicker than one for both
    re.compile(keeper + rb"(?:\.(\w+)|\[[\"'](\w+)[\"']\])\s*(?::[^=\n]+)?=[^=]")
    for keeper in (rb"app(?:lication)?", rb"state")
)

_TAKES = (rb"app(?:lication)?(?:\[[\"']|\.state\.)", rb"request\.(?:app|state)\.(?:state\.)?")


Kept: TypeAlias = Mapping[str, Collection[str]]
"""The modules that put something where an application keeps it, by the name that it has there."""
_KEY = "what is kept"


class Keeping:
    """Knows which modules put something under a name; only those are read."""

    def __init__(self, files: Files, kept: Callable[[], Kept]) -> None:
        self.files = files
        self.kept = kept

    def bindings(self, name: str, scope: Scope) -> list[Binding]:
        """What is put under `name` in the service of `scope`."""
        service = scope.module.name.rpartition("::")[0]
        modules = (module for module in self.kept().get(name, ()) if module.rpartition("::")[0] == service)
        scopes = (inner for module in modules for inner in self.files.scope(module).everything())
        return [binding for inner in scopes for binding in inner.kept.get(name, ())]


def what_is_kept(codebase: Codebase) -> Kept:
    """What applications keep, told by the bytes of every file, which are read by the first who asks."""
    if _KEY not in codebase.memory:
        found: dict[str, list[str]] = {}
        for module, names in chain.from_iterable(answers(codebase, _puts, codebase.sources)):
            for name in names:
                found.setdefault(name, []).append(module)
        remember(codebase, _KEY, {name: sorted(modules) for name, modules in found.items()})
    kept: Kept = codebase.memory[_KEY]
    return kept


def _puts(codebase: Codebase, modules: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Those of `modules` that put something, and under which names."""
    found = ((module, _names_put(codebase.sources[module])) for module in modules)
    return [(module, names) for module, names in found if names]


def _names_put(source: Source) -> list[str]:
    try:
        puts = chain.from_iterable(put.findall(source.content) for put in _PUTS)
        return sorted({(attribute or key).decode() for attribute, key in puts})
    except SourceError:
        return []  # it has been reported where imports were read


def takes(content: bytes, names: frozenset[bytes]) -> bool:
    """Whether a file with this content takes something that an application keeps under one of `names`."""
    return bool(names) and any(taking.search(content) for taking in _taking(names))


@cache
def _taking(names: frozenset[bytes]) -> tuple[re.Pattern[bytes], ...]:
    named = rb"(?:%b)\b" % b"|".join(sorted(names))
    return tuple(re.compile(way + named) for way in _TAKES)
