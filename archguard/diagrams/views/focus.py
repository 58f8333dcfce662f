"""A module, component or service with its neighbours."""

from archguard.diagrams.view import View
from archguard.diagrams.views.neighbours import distances
from archguard.diagrams.views.request import Request
from archguard.diagrams.views.subject import around


def view(request: Request) -> View:
    """The importers and imports of the subject, up to `depth` steps away (default: 1)."""
    imports, steps = request.codebase.imports, request.depth or 1
    ahead = distances(request.modules, imports.imported_by, steps)
    back = distances(request.modules, lambda name: imports.importers.get(name, ()), steps)
    return around(request, f"Around {request.subject}", frozenset({*ahead, *back}), ahead=steps, back=steps)
