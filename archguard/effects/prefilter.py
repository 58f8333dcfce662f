"""Which files can use a client at all, told without parsing them: parsing takes longer than all the rest."""

import re
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TypeAlias

from archguard.codebase import Codebase, Pattern, Source, SourceError, self_and_parents
from archguard.codebase.worker_pool import map_shards
from archguard.effects.catalogue.catalogue import Catalogue
from archguard.semantics import app_state_writers, reads_app_state

HOPS = 6
"""How many imports a client is followed over, from the module that imports it to one that is handed it."""

_PARAMETER = re.compile(rb"\bdef\s+\w+\s*\(\s*(?:(?:self|cls)\s*,\s*)?(?!self\b|cls\b|\))")
"""A function or a method with a parameter that whoever calls it gives."""

Test: TypeAlias = Callable[[bytes], bool]
"""Tells something of a file by its bytes."""


@dataclass(frozen=True)
class Relevance:
    """Where a client has to be looked for."""

    modules: frozenset[str]
    """The modules in which one can be used."""
    near: frozenset[str]
    """The modules that lead to one by what they import: others have none that could be imported from them."""


def find_relevant(codebase: Codebase, known: Catalogue, *, may_use: Test, offers: Test) -> Relevance:
    """Where clients that are `known` have to be looked for.

    One can be used near a module that imports it, where something is taken that such a module gives an application to
    keep, where a file `may_use` one all the same, and beside one that can, and `offers` something to use. A file that
    could not be read counts, so that somebody tells of it.
    """
    importers = codebase.every_import.importers
    near = _near(codebase, importers, known)
    kept = frozenset(
        name.encode() for name, modules in app_state_writers(codebase).items() if near.intersection(modules)
    )
    found = {name for name in codebase.sources if name in near or codebase.has_read_errors(name)}
    for name, offering in chain(*map_shards(codebase, partial(_passing, kept, may_use, offers), codebase.sources)):
        found.update((name, *importers.get(name, ())) if offering else (name,))
    found.update(_helpers(codebase, near, known) - found)
    return Relevance(frozenset(found.intersection(codebase.sources)), near)


def _helpers(codebase: Codebase, near: Collection[str], known: Catalogue) -> frozenset[str]:
    """The modules that can be handed a client though they import none: their functions ask something of a parameter.

    Whoever has a client hands it to what he imports, and that hands it on.
    """
    imports = codebase.every_import
    at_hand, waiting = set(near), [*near]
    while waiting:
        imported = imports.imported_by(waiting.pop()).keys() & codebase.sources.keys() - at_hand
        at_hand |= imported
        waiting += imported
    asking = partial(_asking_parameters, known.verbs - {"*"})
    return frozenset(chain(*map_shards(codebase, asking, at_hand.difference(near))))


def _asking_parameters(verbs: frozenset[str], codebase: Codebase, modules: Sequence[str]) -> list[str]:
    """Those of `modules` that have functions with parameters, and ask something with one of `verbs`."""
    taken = re.compile(rb"\.\s*(?:%b)\b" % "|".join(sorted(verbs)).encode())
    return [
        name
        for name in modules
        if _passes(codebase.sources[name], lambda content: bool(_PARAMETER.search(content) and taken.search(content)))
    ]


def _near(codebase: Codebase, importers: Mapping[str, Collection[str]], known: Catalogue) -> frozenset[str]:
    """The modules that reach a client over at most `HOPS` imports."""
    outside = [name for name in importers if name in known.packages or known.imported(name)]
    distances = dict.fromkeys(sorted((*outside, *_own(codebase, known))), 0)
    queue = deque(distances)
    while queue:
        module = queue.popleft()
        for importer in importers.get(module, ()) if distances[module] < HOPS else ():
            if importer not in distances:
                distances[importer] = distances[module] + 1
                queue.append(importer)
    return frozenset(distances)


def _own(codebase: Codebase, known: Catalogue) -> frozenset[str]:
    """The modules of the project that are a client."""
    packages = {module.rpartition("::")[2].partition(".")[0] for module in codebase.modules}
    own = codebase.members(Pattern(name) for name in known.modules if name.partition(".")[0] in packages)
    homes = frozenset(
        outer for name in known.homes for outer in self_and_parents(name) if outer.partition(".")[0] in packages
    )
    return own | {module for module in codebase.sources if module.rpartition("::")[2] in homes}


def _passing(
    kept: frozenset[bytes], may_use: Test, offers: Test, codebase: Codebase, modules: Sequence[str]
) -> tuple[tuple[str, bool], ...]:
    """Those of `modules` that may use a client, or take something `kept`, and whether they offer one."""

    def passes(content: bytes) -> bool:
        return may_use(content) or reads_app_state(content, kept)

    sources = codebase.sources
    return tuple((name, _passes(sources[name], offers)) for name in modules if _passes(sources[name], passes))


def _passes(source: Source, test: Test) -> bool:
    try:
        return test(source.content)
    except SourceError:
        return True
