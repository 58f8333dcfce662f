"""The names under which modules carry a client, and which files can use one of them."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache
from typing import Self, TypeAlias

from archguard.codebase import ImportGraph, Reachability, ReachabilityRule, Source, self_and_parents
from archguard.effects.tracing import content_of

_STAR = re.compile(rb"import\s*\*")

Words: TypeAlias = frozenset[bytes]
"""Names, as they stand in files."""
_NONE: Words = frozenset()


@dataclass(frozen=True)
class Exposure:
    """The names under which some modules carry a client."""

    exported: Mapping[str, Words] = field(default_factory=dict)
    """By module: what can be imported from it."""
    attributes: Mapping[str, Words] = field(default_factory=dict)
    """By module: what is taken of its objects and classes."""
    kept: Words = _NONE
    """What the application keeps for everyone."""
    handed: frozenset[str] = frozenset()
    """The modules whose functions are called with a client."""

    @classmethod
    def together(cls, parts: Iterable["Exposure"]) -> Self:
        """What all of `parts` carry."""
        every = [*parts]
        exported = _together(part.exported for part in every)
        attributes = _together(part.attributes for part in every)
        kept = _NONE.union(*(part.kept for part in every))
        return cls(exported, attributes, kept, frozenset[str]().union(*(part.handed for part in every)))

    def beside(self, known: "Exposure") -> "Exposure":
        """What is not in `known` already."""
        exported = _beside(self.exported, known.exported)
        attributes = _beside(self.attributes, known.attributes)
        return Exposure(exported, attributes, self.kept - known.kept, self.handed - known.handed)

    def visibility(self, imports: ImportGraph, packages: AbstractSet[str], carriers: AbstractSet[str]) -> "Visibility":
        """What each module can use of it; `packages` may pass on what they import from `carriers`."""
        importable: dict[str, set[bytes]] = {}
        for module, names in self.exported.items():
            for user in _users(module, imports, packages, carriers):
                importable.setdefault(user, set()).update(names)
        return Visibility(importable, _takeable(self.attributes, imports), self.kept)


@dataclass(frozen=True)
class Visibility:
    """The names by which modules can get at a client."""

    importable: Mapping[str, Collection[bytes]]
    """By module: what it can import, from another one that carries it."""
    takeable: Mapping[str, Words]
    """By module: the attributes of objects that it can get at."""
    kept: Words
    """What every module can take of the application."""

    def is_used(self, source: Source) -> bool:
        """Whether the file `source` has one of the names; one that cannot be read has none."""
        content = content_of(source)
        importable = self.importable.get(source.module, ())
        if importable and (_STAR.search(content) or names_any(content, importable)):
            return True
        return _has(content, self.takeable.get(source.module, _NONE) | self.kept, _taken)


def names_any(content: bytes, names: Collection[bytes]) -> bool:
    """Whether any of `names` stands in a file with this content, in whatever place."""
    return _has(content, names, _named)


@cache
def _named(names: Words) -> re.Pattern[bytes]:
    return re.compile(rb"(?<!\w)(?:%b)(?!\w)" % b"|".join(sorted(names)))


@cache
def _taken(names: Words) -> re.Pattern[bytes]:
    """Finds an attribute that is taken, maybe by `getattr`; methods like `__enter__` are called without a word."""
    return re.compile(rb"(?:\.\s*|[\"']|(?=__))(?:%b)(?!\w)" % b"|".join(sorted(names)))


def _has(content: bytes, names: Collection[bytes], pattern: Callable[[Words], re.Pattern[bytes]]) -> bool:
    there = frozenset(name for name in names if name in content)  # which is quicker than any pattern, and seldom so
    return bool(there and pattern(there).search(content))


def _users(module: str, imports: ImportGraph, packages: AbstractSet[str], carriers: AbstractSet[str]) -> set[str]:
    """Who may have names from `module`: who imports it, or a package around it.

    An import of what a package passes on is one of the module that it comes from, so importers of those count as well.
    """
    sources, waiting = set[str](), [module]
    while waiting:
        source = waiting.pop()
        if source not in sources:
            sources.add(source)
            waiting += carriers & imports.imported_by(source).keys() if source in packages else ()
    return {
        user for source in sources for outer in self_and_parents(source) for user in imports.importers.get(outer, ())
    }


def _takeable(attributes: Mapping[str, Words], imports: ImportGraph) -> Mapping[str, Words]:
    """By module: which of the attributes are those of an object that it can get at.

    An object is at hand where its module is imported, directly or not; and whoever has it can hand it to what he
    imports himself.
    """
    names = sorted(_NONE.union(*attributes.values()))
    bits = {name: 1 << place for place, name in enumerate(names)}
    made = {module: sum(bits[name] for name in own) for module, own in attributes.items()}
    at_hand = Reachability(imports, made, {}).closure
    handed = ReachabilityRule(Reachability(imports, {}, {}), at_hand).sources_mask
    sets = {mask: frozenset(name for name in names if mask & bits[name]) for mask in set(handed.values())}
    return {module: sets[mask] for module, mask in handed.items()}


def _together(parts: Iterable[Mapping[str, Words]]) -> dict[str, Words]:
    found: dict[str, Words] = {}
    for part in parts:
        for module, names in part.items():
            found[module] = found.get(module, _NONE) | names
    return found


def _beside(found: Mapping[str, Words], known: Mapping[str, Words]) -> dict[str, Words]:
    new = {module: names - known.get(module, _NONE) for module, names in found.items()}
    return {module: names for module, names in new.items() if names}
