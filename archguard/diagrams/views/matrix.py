"""A design structure matrix of the whole code."""

from archguard.diagrams.matrix import Matrix, partitioned
from archguard.diagrams.views import components, packages, services
from archguard.diagrams.views.request import Request


def view(request: Request) -> Matrix:
    """The matrix of services if there are any, else of components, else of packages; with `depth`, of packages."""
    drawn = {"services": services.among, "components": components.view, "packages": packages.view}
    return partitioned(drawn["packages" if request.depth else request.main_view](request))
