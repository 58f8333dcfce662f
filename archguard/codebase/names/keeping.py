"""Finding what an application keeps for everyone, in whichever module it is put there."""

import re
from collections.abc import Mapping
from functools import cache, cached_property
from itertools import chain

from archguard.codebase.facts import Binding, Scope
from archguard.codebase.names.files import Files
from archguard.codebase.source import SourceError

_PUTS = tuple(  # one for each beginning, which is quicker than one for both
    re.compile(keeper + rb"(?:\.(\w+)|\[[\"'](\w+)[\"']\])\s*(?::[^=\n]+)?=[^=]")
    for keeper in (rb"app(?:lication)?", rb"state")
)

_TAKES = (rb"app(?:lication)?(?:\[[\"']|\.state\.)", rb"request\.(?:app|state)\.(?:state\.)?")


class Keeping:
    """Knows which modules put something under a name, told by their bytes; only those are read."""

    def __init__(self, files: Files) -> None:
        self.files = files

    def bindings(self, name: str, scope: Scope) -> list[Binding]:
        """What is put under `name` in the service of `scope`."""
        service = scope.module.name.rpartition("::")[0]
        modules = (module for module in self._putting.get(name, ()) if module.rpartition("::")[0] == service)
        scopes = (inner for module in modules for inner in self.files.scope(module).everything())
        return [binding for inner in scopes for binding in inner.kept.get(name, ())]

    @cached_property
    def _putting(self) -> Mapping[str, list[str]]:
        """The modules that put something under each name."""
        found: dict[str, list[str]] = {}
        for module in sorted(self.files.own):
            try:
                content = self.files.sources[module].content
            except SourceError:
                continue  # it has been reported where imports were read
            for name in sorted(names_put(content)):
                found.setdefault(name.decode(), []).append(module)
        return found


def names_put(content: bytes) -> frozenset[bytes]:
    """The names under which a file with this content puts something for everyone."""
    puts = chain.from_iterable(put.findall(content) for put in _PUTS)
    return frozenset(attribute or key for attribute, key in puts)


def takes(content: bytes, names: frozenset[bytes]) -> bool:
    """Whether a file with this content takes something that an application keeps under one of `names`."""
    return bool(names) and any(taking.search(content) for taking in _taking(names))


@cache
def _taking(names: frozenset[bytes]) -> tuple[re.Pattern[bytes], ...]:
    named = rb"(?:%b)\b" % b"|".join(sorted(names))
    return tuple(re.compile(way + named) for way in _TAKES)
