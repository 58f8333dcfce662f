"""Select the modules that can use a client, by imports and bytes alone: parsing dominates the cost of a check.

How it works: a breadth-first search over importers, from the imports of client packages, gives the modules near a
client. Modules whose bytes pass the caller's tests are added, and modules that those import and that can receive a
client as an argument: they have a parameter and one of the catalogue's method names.

Limits: the search stops after `HOPS` imports. Byte tests match names at any place, so they select too many modules.
Cost: one breadth-first search and one pass of regular expressions over the files, sharded over the worker pool.
"""

import re
from collections import deque
from collections.abc import Callable, Collection, Mapping
from enum import StrEnum
from functools import partial
from typing import TypeAlias

from archguard.codebase import Codebase, Pattern, Source, SourceError
from archguard.codebase.file_tasks import scan_files
from archguard.codebase.imports.graph import ImportGraph
from archguard.dataclass import dataclass
from archguard.effects.catalogue.catalogue import Catalogue
from archguard.incremental.fingerprint import digest_of
from archguard.model.names import plain_name, self_and_parents, top_package
from archguard.semantics import app_state_writers, reads_app_state

HOPS = 6
"""How many imports the search follows upwards, that of the client itself included.

A module further up is selected only if its bytes match. Findings of `database` at 0, 1 and 2 imports: Redash 918, 973
and 976, Healthchecks 3,917, 4,315 and 4,360, Plane 6,573, 6,894 and 7,007, Dispatch 3,429, 5,697 and 5,701, Django 589,
590 and 590. With 6 they are the same as with 2 (so they are with 3 and 50, on all but Django), and CPU time differs by
less than its noise. 6 is for clients that are re-exported at each level of nested packages.
"""

_DEF_WITH_PARAMETER = re.compile(rb"\bdef\s+\w+\s*\(\s*(?:(?:self|cls)\s*,\s*)?(?!self\b|cls\b|\))")
"""A function or method with a parameter besides `self` and `cls`."""

Test: TypeAlias = Callable[[bytes], bool]
"""A predicate on the bytes of a file."""


@dataclass(frozen=True)
class Relevance:
    """The modules that a search for client calls must parse."""

    modules: frozenset[str]
    """The modules that can use a client."""
    near: frozenset[str]
    """The modules that reach a client by their imports; no other module can export one."""


def find_relevant(codebase: Codebase, catalogue: Catalogue, name: str, may_use: Test, offers: Test) -> Relevance:
    """The modules that can use a client of `catalogue`; `name` stands for both tests in results that are kept.

    These are the modules near an import of a client, those that read app state which such a module stores, those whose
    bytes pass `may_use`, and the importers of one that also passes `offers`. Modules with read errors are included, so
    that a later phase reports the error.
    """
    importers = codebase.every_import.importers
    near = _modules_near_clients(codebase, importers, catalogue)
    app_state = frozenset(
        name.encode() for name, modules in app_state_writers(codebase).items() if near.intersection(modules)
    )
    found = {name for name in codebase.sources if name in near or codebase.has_read_errors(name)}
    query = f"{name} {digest_of(sorted(app_state))}"
    for module, use in scan_files(codebase, query, partial(_may_use, app_state, may_use, offers)).items():
        found.update((module, *importers.get(module, ())) if use is _Use.OFFERS else (module,))
    found.update(_modules_receiving_clients(codebase, near, catalogue) - found)
    return Relevance(frozenset(found.intersection(codebase.sources)), near)


def _modules_receiving_clients(codebase: Codebase, near: Collection[str], catalogue: Catalogue) -> frozenset[str]:
    """The modules that import no client but can receive one as an argument, and use a method named like a client's.

    A module with a client can pass it to whatever it imports, so this follows imports transitively.
    """
    given = codebase.every_import, near, frozenset(codebase.sources)
    reachable = codebase.results.carry("imported near clients", given, partial(_imported, *given))
    verbs = "|".join(sorted(catalogue.verbs - {"*"}))
    query = f"calls on parameters {digest_of([verbs])}"
    return frozenset(scan_files(codebase, query, partial(_calls_on_parameter, verbs), reachable.difference(near)))


def _imported(imports: ImportGraph, start: Collection[str], modules: frozenset[str]) -> frozenset[str]:
    """Those of `modules` that the modules `start` import, directly or not, and these themselves."""
    reachable, waiting = set(start), [*start]
    while waiting:
        imported = modules.intersection(imports.imported_by(waiting.pop())) - reachable
        reachable |= imported
        waiting += imported
    return frozenset(reachable)


def _calls_on_parameter(verbs: str, source: Source) -> bool:
    """Whether a file defines a parameter and accesses an attribute named like one of `verbs`, which `|` separates."""
    method_access = re.compile(rb"\.\s*(?:%b)\b" % verbs.encode())  # `re` caches it
    return _matches(source, lambda content: bool(_DEF_WITH_PARAMETER.search(content) and method_access.search(content)))


def _modules_near_clients(
    codebase: Codebase, importers: Mapping[str, Collection[str]], catalogue: Catalogue
) -> frozenset[str]:
    """The modules that import a client directly or over at most `HOPS` further imports."""
    external = [name for name in importers if name in catalogue.packages or catalogue.imported(name)]
    distances = dict.fromkeys(sorted((*external, *_own_client_modules(codebase, catalogue))), 0)
    queue = deque(distances)
    while queue:
        module = queue.popleft()
        for importer in importers.get(module, ()) if distances[module] < HOPS else ():
            if importer not in distances:
                distances[importer] = distances[module] + 1
                queue.append(importer)
    return frozenset(distances)


def _own_client_modules(codebase: Codebase, catalogue: Catalogue) -> frozenset[str]:
    """The modules of the project that the catalogue lists as a client."""
    # Most clients are outside of the project; only names that begin with a package of it can be matched by `members`,
    # which takes time.
    packages = {top_package(plain_name(module)) for module in codebase.modules}
    own = codebase.members(Pattern(name) for name in catalogue.modules if top_package(name) in packages)
    definition_modules = frozenset(
        outer
        for name in catalogue.definition_modules
        for outer in self_and_parents(name)
        if top_package(outer) in packages
    )
    return own | {module for module in codebase.sources if plain_name(module) in definition_modules}


class _Use(StrEnum):
    """What the bytes of a file say of its use of clients."""

    USES = "uses"
    OFFERS = "offers"
    """It uses one, and those that import it may use it through its functions."""


def _may_use(app_state: frozenset[bytes], may_use: Test, offers: Test, source: Source) -> _Use | None:
    """Whether a file may use a client or read `app_state`."""
    if not _matches(source, lambda content: may_use(content) or reads_app_state(content, app_state)):
        return None
    return _Use.OFFERS if _matches(source, offers) else _Use.USES


def _matches(source: Source, test: Test) -> bool:
    try:
        return test(source.content)
    except SourceError:
        return True
