"""Which files can use a client at all, told without parsing them: parsing takes longer than all the rest."""

from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import TypeAlias

from archguard.codebase import Codebase, Pattern, Source, SourceError
from archguard.codebase.crew import answers
from archguard.kinds.clients.catalogue import Catalogue

HOPS = 6
"""How many imports a client is followed over, from the module that imports it to one that is handed it."""

Test: TypeAlias = Callable[[bytes], bool]
"""Tells something of a file by its bytes."""


def relevant_modules(
    codebase: Codebase, modules: Collection[str], known: Catalogue, *, may_use: Test, offers: Test
) -> frozenset[str]:
    """Those of `modules` in which a client can be used.

    That is so near a module that imports a client, beside one whose file `offers` something to use, and where the file
    itself `may_use` one all the same. A file that could not be read counts, so that somebody tells of it.
    """
    near = _near(codebase, known)
    troubled = {problem.location.path for problem in codebase.problems if problem.location}
    found = {name for name in modules if name in near or codebase.shown(name) in troubled}
    for name, offering, using in chain(*answers(codebase, partial(_passing, offers, may_use), codebase.sources)):
        found |= {name} if using else set()
        found.update(codebase.imports.importers.get(name, ()) if offering else ())
    return frozenset(found.intersection(codebase.sources, modules))


def _near(codebase: Codebase, known: Catalogue) -> Mapping[str, int]:
    """The modules that reach a client over at most `HOPS` imports, and over how many."""
    outside = [name for name in codebase.imports.importers if _is_of_client(name, known)]
    distances = dict.fromkeys(sorted((*outside, *_own(codebase, known))), 0)
    queue = deque(distances)
    while queue:
        module = queue.popleft()
        for importer in codebase.imports.importers.get(module, ()) if distances[module] < HOPS else ():
            if importer not in distances:
                distances[importer] = distances[module] + 1
                queue.append(importer)
    return distances


def _own(codebase: Codebase, known: Catalogue) -> frozenset[str]:
    """The modules of the project that are a client."""
    packages = {module.rpartition("::")[2].partition(".")[0] for module in codebase.modules}
    return codebase.members(Pattern(name) for name in known.modules if name.partition(".")[0] in packages)


def _is_of_client(name: str, known: Catalogue) -> bool:
    """Whether `name`, which may be no more than the package that a client is in, leads to one."""
    return bool(known.imported(name)) or any(module.startswith(f"{name}.") for module in known.modules)


def _passing(
    offers: Test, may_use: Test, codebase: Codebase, modules: Sequence[str]
) -> tuple[tuple[str, bool, bool], ...]:
    """Those of `modules` that pass one of two tests, and which."""
    return tuple((name, *passed) for name in modules if any(passed := _passed(codebase.sources[name], offers, may_use)))


def _passed(source: Source, offers: Test, may_use: Test) -> tuple[bool, bool]:
    """Which of the tests the file passes; both, if it cannot be read."""
    try:
        content = source.content
    except SourceError:
        return True, True
    return offers(content), may_use(content)
