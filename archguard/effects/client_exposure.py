"""The names under which modules expose a client, and which files can use one of them.

How it works: an `Exposure` holds names by module. `visibility` restricts them by the import graph: exported names to
importers, attributes to modules that can reach an object which has them. A file uses a client if it contains a visible
name, as a word or as an attribute.

Cost: attributes are propagated as bit masks (one bit per name) over the import graph; files are scanned by substring
tests first, as most contain none of the names.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import field
from functools import lru_cache
from typing import Self, TypeAlias

from archguard.codebase import ImportGraph, Reachability, ReachabilityRule, Source
from archguard.dataclass import dataclass
from archguard.effects.tracing import content_of
from archguard.incremental.fingerprint import digest_of
from archguard.model.names import self_and_parents

_STAR = re.compile(rb"import\s*\*")

Words: TypeAlias = frozenset[bytes]
"""Identifiers as bytes, to be searched in file contents."""
_NONE: Words = frozenset()
_MOST_PATTERNS = 4096
"""Patterns that are kept, one for each set of names that a file holds: drafts make more in a resident process."""


@dataclass(frozen=True)
class Exposure:
    """The names under which some modules expose a client."""

    exported: Mapping[str, Words] = field(default_factory=dict)
    """By module: the names that can be imported from it."""
    attributes: Mapping[str, Words] = field(default_factory=dict)
    """By module: the attributes of its objects and classes."""
    app_state: Words = _NONE
    """The names in app state."""
    call_targets: frozenset[str] = frozenset()
    """The modules whose functions receive a client as an argument."""

    @classmethod
    def union(cls, parts: Iterable["Exposure"]) -> Self:
        """The union of `parts`."""
        exposures = [*parts]
        exported = _union(part.exported for part in exposures)
        attributes = _union(part.attributes for part in exposures)
        app_state = _NONE.union(*(part.app_state for part in exposures))
        return cls(exported, attributes, app_state, frozenset[str]().union(*(part.call_targets for part in exposures)))

    def difference(self, known: "Exposure") -> "Exposure":
        """What `known` does not contain."""
        exported = _difference(self.exported, known.exported)
        attributes = _difference(self.attributes, known.attributes)
        return Exposure(exported, attributes, self.app_state - known.app_state, self.call_targets - known.call_targets)

    def digest(self) -> str:
        """A digest of all names."""
        parts = (self.exported, self.attributes)
        by_module = ([(module, sorted(names)) for module, names in sorted(part.items())] for part in parts)
        return digest_of([*by_module, sorted(self.app_state), sorted(self.call_targets)])

    def visibility(
        self, imports: ImportGraph, packages: AbstractSet[str], client_modules: AbstractSet[str]
    ) -> "Visibility":
        """What each module can use of it.

        Args:
            imports: The import graph.
            packages: The modules that are packages, and so may re-export what they import.
            client_modules: The modules found so far that can use a client.
        """
        importable: dict[str, set[bytes]] = {}
        for module, names in self.exported.items():
            for user in _users(module, imports, packages, client_modules):
                importable.setdefault(user, set()).update(names)
        by_user = {module: frozenset(names) for module, names in importable.items()}
        return Visibility(_shared(by_user), _visible_attributes(self.attributes, imports), self.app_state)


@dataclass(frozen=True)
class Visibility:
    """The names by which modules can access a client."""

    importable: Mapping[str, Words]
    """By module: the names that it can import from a module that exposes them."""
    attributes: Mapping[str, Words]
    """By module: the attributes of objects that it can reach."""
    app_state: Words
    """The names in app state, which every module can read."""

    def is_used(self, source: Source) -> bool:
        """Whether the file `source` contains one of the names; a file that cannot be read contains none."""
        content = content_of(source)
        importable, attributes = self._names(source.module)
        if importable and (_STAR.search(content) or names_any(content, importable)):
            return True
        return _matches_any(content, attributes, _attribute_pattern)

    def digests(self, modules: Iterable[str]) -> Mapping[str, str]:
        """For each of `modules`, a digest of what it can use."""
        names = {module: self._names(module) for module in modules}
        known = {words: digest_of(map(sorted, words)) for words in set(names.values())}  # many have the same names
        return {module: known[words] for module, words in names.items()}

    def _names(self, module: str) -> tuple[Words, Words]:
        """What `module` can import, and the attributes that it can access."""
        return self.importable.get(module, _NONE), self.attributes.get(module, _NONE) | self.app_state


def names_any(content: bytes, names: Collection[bytes]) -> bool:
    """Whether any of `names` occurs in `content` as a word, at any place."""
    return _matches_any(content, names, _word_pattern)


@lru_cache(_MOST_PATTERNS)
def _word_pattern(names: Words) -> re.Pattern[bytes]:
    return re.compile(rb"(?<!\w)(?:%b)(?!\w)" % b"|".join(sorted(names)))


@lru_cache(_MOST_PATTERNS)
def _attribute_pattern(names: Words) -> re.Pattern[bytes]:
    """Matches an attribute access, also by `getattr`; dunder methods match alone: syntax calls them implicitly."""
    return re.compile(rb"(?:\.\s*|[\"']|(?=__))(?:%b)(?!\w)" % b"|".join(sorted(names)))


def _matches_any(content: bytes, names: Collection[bytes], pattern: Callable[[Words], re.Pattern[bytes]]) -> bool:
    present = frozenset(name for name in names if name in content)  # faster than a pattern; few pass
    return bool(present and pattern(present).search(content))


def _users(module: str, imports: ImportGraph, packages: AbstractSet[str], client_modules: AbstractSet[str]) -> set[str]:
    """The modules that may have names from `module`: importers of it or of a package around it.

    An import of a re-exported name is recorded as an import of the module that defines it. So for a package, the
    importers of the client modules that it imports count as well.
    """
    sources, waiting = set[str](), [module]
    while waiting:
        source = waiting.pop()
        if source not in sources:
            sources.add(source)
            waiting += client_modules & imports.imported_by(source).keys() if source in packages else ()
    return {
        user for source in sources for outer in self_and_parents(source) for user in imports.importers.get(outer, ())
    }


def _visible_attributes(attributes: Mapping[str, Words], imports: ImportGraph) -> Mapping[str, Words]:
    """By module: the attributes of objects that it can reach.

    A module reaches an object if it imports the object's module, directly or not, or if such a module imports it and so
    can pass the object to it.
    """
    names = sorted(_NONE.union(*attributes.values()))
    bits = {name: 1 << place for place, name in enumerate(names)}
    own_masks = {module: sum(bits[name] for name in own) for module, own in attributes.items()}
    # First downwards along imports, whose objects a module can reach; then to whatever it imports, to which it can pass
    # them.
    reachable = Reachability(imports, own_masks, {}).closure
    call_targets = ReachabilityRule(Reachability(imports, {}, {}), reachable).sources_mask
    sets = {mask: frozenset(name for name in names if mask & bits[name]) for mask in set(call_targets.values())}
    return {module: sets[mask] for module, mask in call_targets.items()}


def _shared(words: Mapping[str, Words]) -> dict[str, Words]:
    """The same, with equal sets as the same object, which makes what is stored smaller."""
    known: dict[Words, Words] = {}
    return {module: known.setdefault(names, names) for module, names in words.items()}


def _union(parts: Iterable[Mapping[str, Words]]) -> dict[str, Words]:
    found: dict[str, Words] = {}
    for part in parts:
        for module, names in part.items():
            found[module] = found.get(module, _NONE) | names
    return found


def _difference(found: Mapping[str, Words], known: Mapping[str, Words]) -> dict[str, Words]:
    new = {module: names - known.get(module, _NONE) for module, names in found.items()}
    return {module: names for module, names in new.items() if names}
