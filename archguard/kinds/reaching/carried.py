"""The names under which modules carry a client, and which files can use one of them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Self, TypeAlias

from archguard.codebase import Source, ancestry
from archguard.kinds.reaching.reading import holds

_APART = bytes(code if re.match(rb"\w", bytes((code,))) else ord(" ") for code in range(256))
"""What stands between words, made spaces."""
_STAR = re.compile(rb"import\s*\*")
_ALL = b"*"

Words: TypeAlias = frozenset[bytes]


def words_in(content: bytes) -> Words:
    """The words in a file with this content, and `*` if it imports all that there is in a module."""
    return frozenset((*content.translate(_APART).split(), *([_ALL] if _STAR.search(content) else ())))


def words_of(names: Iterable[str]) -> Words:
    """The words of which `names` are made: one each, unless there are letters in them that ASCII lacks."""
    return frozenset(word for name in names for word in words_in(name.encode()))


@dataclass(frozen=True)
class Carried:
    """The names under which some modules carry a client."""

    exported: Mapping[str, Words] = field(default_factory=dict)
    """By module: what can be imported from it."""
    attributes: Words = frozenset()
    """What is taken of objects and classes."""

    @classmethod
    def together(cls, parts: Iterable["Carried"]) -> Self:
        """What all of `parts` carry."""
        exported: dict[str, Words] = {}
        attributes: Words = frozenset()
        for part in parts:
            for module, names in part.exported.items():
                exported[module] = exported.get(module, frozenset()) | names
            attributes |= part.attributes
        return cls(exported, attributes)

    def beside(self, known: "Carried") -> "Carried":
        """What is not in `known` already."""
        new = {module: names - known.exported.get(module, frozenset()) for module, names in self.exported.items()}
        return Carried({module: names for module, names in new.items() if names}, self.attributes - known.attributes)

    def is_used(self, source: Source, words: Words) -> bool:
        """Whether the file `source`, which has these words, can use one of the names."""
        importable = self._importable(source.module, words)
        if importable and (_ALL in words or not words.isdisjoint(importable)):
            return True
        taken = words & self.attributes
        return bool(taken) and holds(source, _taking(taken))

    def _importable(self, module: str, words: Words) -> Words:
        """What can be imported there: from a module whose last part is one of `words`, or that it lies in."""
        named = (self._by_last_part[word] for word in words & self._by_last_part.keys())
        around = (self.exported.get(package, frozenset()) for package in ancestry(module))
        return frozenset[bytes]().union(*named, *around)

    @cached_property
    def _by_last_part(self) -> Mapping[bytes, Words]:
        found: dict[bytes, Words] = {}
        for module, names in self.exported.items():
            for part in words_of([module.rpartition("::")[2].rpartition(".")[2]]):
                found[part] = found.get(part, frozenset()) | names
        return found


@cache
def _taking(names: Words) -> re.Pattern[bytes]:
    """An attribute that is taken by its name, or by `getattr`; methods like `__enter__` are called without a word."""
    return re.compile(rb"(?:\.\s*|[\"']|(?=__))(?:" + b"|".join(sorted(names)) + rb")\b")
