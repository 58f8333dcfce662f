"""Everything that leads to a module, component or service."""

from archguard.diagrams.view import View
from archguard.diagrams.views.neighbours import distances
from archguard.diagrams.views.request import Request
from archguard.diagrams.views.subject import around


def view(request: Request) -> View:
    """What imports the subject, directly or through others, up to `depth` steps away; by default however far."""
    importers = request.codebase.imports.importers
    found = distances(request.modules, lambda name: importers.get(name, ()), request.depth)
    return around(request, f"What reaches {request.subject}", frozenset(found), ahead=0, back=request.depth)
