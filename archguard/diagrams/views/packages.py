"""The packages, down to a depth."""

from archguard.diagrams.node_selection import package_depth
from archguard.diagrams.simplify import gather
from archguard.diagrams.view import View
from archguard.diagrams.views.request import Request


def view(request: Request) -> View:
    """The packages of the project down to `depth`; by default to the first level with several packages."""
    depth = request.depth or package_depth(request.codebase)
    modules, title = request.codebase.modules, f"{request.project}: packages"
    return request.drawn(gather(request.codebase, modules, title, depth, request.nodes))
