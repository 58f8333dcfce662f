"""Only import cycles."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from archguard.codebase import Codebase, Link
from archguard.codebase.metrics.coupling import Coupling
from archguard.diagrams.labels import counted
from archguard.diagrams.node_selection import gathered, package_of
from archguard.diagrams.simplify import gather
from archguard.diagrams.view import View
from archguard.diagrams.views.request import Request


def view(request: Request) -> View:
    """The modules (with `depth`, packages) that are part of a cycle, and the imports that form the cycles.

    Too many modules are grouped into packages; a note counts the cycles inside of these.
    """
    codebase = request.codebase
    coupling = Coupling(codebase.imports, _units(codebase, request.depth))
    title = f"{request.project}: cycles"
    if not coupling.sccs:
        return View(title=title, notes=("there are no cycles",), nodes=())
    own = _with_cyclic_imports(codebase, coupling)
    modules = frozenset(module for tangle in coupling.sccs for name in tangle for module in coupling.units[name])
    outline = gather(own, modules, title, request.depth, request.nodes)
    drawn = replace(request, codebase=own).drawn(outline)
    return replace(drawn, keeps_arrows=True, notes=(*drawn.notes, *_hidden(coupling, outline.units)))


def _units(codebase: Codebase, depth: int | None) -> Mapping[str, Collection[str]]:
    """The units between which cycles are sought: the modules, or the packages down to `depth`."""
    if depth is None:
        return {module: (module,) for module in codebase.modules}
    return gathered(codebase.modules, lambda module: package_of(module, depth))


def _with_cyclic_imports(codebase: Codebase, coupling: Coupling) -> Codebase:
    """A copy of `codebase` with only the imports that form cycles, and those inside of their units."""
    tangles = {name: number for number, tangle in enumerate(coupling.sccs) for name in tangle}
    owners = {module: name for name in tangles for module in coupling.units[name]}

    def is_cyclic(link: Link) -> bool:
        one, other = owners.get(link.importer), owners.get(link.imported)
        return one is not None and other is not None and tangles[one] == tangles[other]

    return replace(
        codebase, imports=codebase.imports.without([it for it in codebase.imports.links() if not is_cyclic(it)])
    )


def _hidden(coupling: Coupling, drawn: Mapping[str, frozenset[str]]) -> Iterator[str]:
    """A note that counts the cycles inside of a single node."""
    owners = {module: name for name, unit in drawn.items() for module in unit}
    within = [
        tangle
        for tangle in coupling.sccs
        if len({owners[module] for name in tangle for module in coupling.units[name] if module in owners}) == 1
    ]
    if within:
        count = counted(len(within), "cycle")
        yield f"{count} {'is' if len(within) == 1 else 'are'} within a package, and not to be seen at this depth"
