"""Which files can use a client at all, told without parsing them: parsing takes longer than all the rest."""

from collections import deque
from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias

from archguard.codebase import Codebase, Pattern, SourceError
from archguard.kinds.clients.catalogue import Catalogue

HOPS = 6
"""How many imports a client is followed over, from the module that imports it to one that is handed it."""

Test: TypeAlias = Callable[[bytes], bool]
"""Tells something of a file by its bytes."""


def relevant_modules(
    codebase: Codebase, modules: Collection[str], known: Catalogue, *, may_use: Test, offers: Test
) -> tuple[str, ...]:
    """Those of `modules` in which a client can be used, sorted.

    That is so near a module that imports a client, beside one whose file `offers` something to use, and where the file
    itself `may_use` one all the same. A file that could not be read counts, so that somebody tells of it.
    """
    near = _near(codebase, known)
    troubled = {problem.location.path for problem in codebase.problems if problem.location}
    offering = {name for name in codebase.sources if _passes(codebase, name, offers)}
    beside = {importer for name in offering for importer in codebase.imports.importers.get(name, ())}
    return tuple(
        name
        for name in sorted(codebase.sources.keys() & modules)
        if name in near or name in beside or codebase.shown(name) in troubled or _passes(codebase, name, may_use)
    )


def _near(codebase: Codebase, known: Catalogue) -> Mapping[str, int]:
    """The modules that reach a client over at most `HOPS` imports, and over how many."""
    outside = [name for name in codebase.imports.importers if _is_of_client(name, known)]
    distances = dict.fromkeys(sorted((*outside, *codebase.members(Pattern(name) for name in known.modules))), 0)
    queue = deque(distances)
    while queue:
        module = queue.popleft()
        for importer in codebase.imports.importers.get(module, ()) if distances[module] < HOPS else ():
            if importer not in distances:
                distances[importer] = distances[module] + 1
                queue.append(importer)
    return distances


def _is_of_client(name: str, known: Catalogue) -> bool:
    """Whether `name`, which may be no more than the package that a client is in, leads to one."""
    return bool(known.imported(name)) or any(module.startswith(f"{name}.") for module in known.modules)


def _passes(codebase: Codebase, module: str, test: Test) -> bool:
    try:
        return test(codebase.sources[module].content)
    except SourceError:
        return True
