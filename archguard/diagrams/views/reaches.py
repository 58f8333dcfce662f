"""Everything that imports a module, component or service, directly or indirectly."""

from archguard.diagrams.view import View
from archguard.diagrams.views.neighbours import distances
from archguard.diagrams.views.request import Request
from archguard.diagrams.views.subject import around


def view(request: Request) -> View:
    """The direct and indirect importers of the subject, up to `depth` steps away (default: all)."""
    importers = request.codebase.imports.importers
    found = distances(request.modules, lambda name: importers.get(name, ()), request.depth)
    return around(request, f"What reaches {request.subject}", frozenset(found), ahead=0, back=request.depth)
