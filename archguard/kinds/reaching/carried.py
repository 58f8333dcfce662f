"""The names under which modules carry a client, and which files can use one of them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Self, TypeAlias

from archguard.codebase import ImportGraph, Reach, Source, Sweep, ancestry, remembering
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
    attributes: Mapping[str, Words] = field(default_factory=dict)
    """By module: what is taken of its objects and classes."""
    kept: Words = frozenset()
    """What the application keeps for everyone."""

    @classmethod
    def together(cls, parts: Iterable["Carried"]) -> Self:
        """What all of `parts` carry."""
        every = [*parts]
        exported = _together(part.exported for part in every)
        attributes = _together(part.attributes for part in every)
        return cls(exported, attributes, frozenset[bytes]().union(*(part.kept for part in every)))

    def beside(self, known: "Carried") -> "Carried":
        """What is not in `known` already."""
        exported = _beside(self.exported, known.exported)
        return Carried(exported, _beside(self.attributes, known.attributes), self.kept - known.kept)

    def takeable(self, imports: ImportGraph) -> Mapping[str, Words]:
        """By module: the attributes of objects that it can get at.

        An object is at hand where its module is imported, directly or not, and whoever has it can hand it to what he
        imports himself.
        """
        names = sorted(frozenset[bytes]().union(*self.attributes.values()))
        bits = {name: 1 << place for place, name in enumerate(names)}
        made = {module: sum(bits[name] for name in own) for module, own in self.attributes.items()}
        at_hand = Reach(imports, made, {}).masks
        handed = Sweep(Reach(imports, {}, {}), at_hand).held
        sets = {mask: frozenset(name for name in names if mask & bits[name]) for mask in set(handed.values())}
        return {module: sets[mask] for module, mask in handed.items()}

    def is_used(self, source: Source, words: Words, takeable: Words) -> bool:
        """Whether the file `source`, which has these words, can use one of the names, or one that is `takeable`."""
        importable = self._importable(source.module, words)
        if importable and (_ALL in words or not words.isdisjoint(importable)):
            return True
        taken = words & (takeable | self.kept)
        return bool(taken) and holds(source, _taking(taken))

    def _importable(self, module: str, words: Words) -> Words:
        """What can be imported there: from a module whose last part is one of `words`, or that it lies in."""
        named = (self._by_last_part[word] for word in words & self._last_parts)
        return self._around(module.rpartition(".")[0]).union(*named)

    @remembering
    def _around(self, package: str) -> Words:
        """What can be imported by name from `package` and those around it."""
        return frozenset[bytes]().union(*(self.exported.get(outer, frozenset()) for outer in ancestry(package)))

    @cached_property
    def _last_parts(self) -> Words:
        return frozenset(self._by_last_part)

    @cached_property
    def _by_last_part(self) -> Mapping[bytes, Words]:
        found: dict[bytes, Words] = {}
        for module, names in self.exported.items():
            for part in words_of([module.rpartition("::")[2].rpartition(".")[2]]):
                found[part] = found.get(part, frozenset()) | names
        return found


def _together(parts: Iterable[Mapping[str, Words]]) -> dict[str, Words]:
    found: dict[str, Words] = {}
    for part in parts:
        for module, names in part.items():
            found[module] = found.get(module, frozenset()) | names
    return found


def _beside(found: Mapping[str, Words], known: Mapping[str, Words]) -> dict[str, Words]:
    new = {module: names - known.get(module, frozenset()) for module, names in found.items()}
    return {module: names for module, names in new.items() if names}


@cache
def _taking(names: Words) -> re.Pattern[bytes]:
    """An attribute that is taken by its name, or by `getattr`; methods like `__enter__` are called without a word."""
    return re.compile(rb"(?:\.\s*|[\"']|(?=__))(?:" + b"|".join(sorted(names)) + rb")\b")
