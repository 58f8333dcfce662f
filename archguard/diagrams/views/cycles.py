"""Only what imports itself in a circle."""

from dataclasses import replace

from archguard.codebase.coupling import Coupling
from archguard.diagrams.limits import gather
from archguard.diagrams.view import View
from archguard.diagrams.views.request import Request


def view(request: Request) -> View:
    """The packages down to `depth` (by default the modules) that are part of a cycle, and its arrows."""
    codebase = request.codebase
    modules = codebase.modules
    if request.depth is None:
        alone = Coupling(codebase.imports, {module: (module,) for module in modules})
        modules = frozenset(module for tangle in alone.tangles for module in tangle)
    outline = gather(codebase, modules, f"{request.project}: cycles", request.depth, request.nodes)
    drawn = request.drawn(outline)
    arrows = tuple(arrow for arrow in drawn.arrows if arrow.is_cyclic)
    names = {name for arrow in arrows for name in (arrow.source, arrow.target)}
    nodes = tuple(node for node in drawn.nodes if node.name in names)
    notes = drawn.notes if nodes else ("there are no cycles",)
    return request.thinned(replace(drawn, nodes=nodes, arrows=arrows, notes=notes))
