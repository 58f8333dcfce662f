"""Everything against everything, as a table."""

from archguard.diagrams.matrix import Matrix, partitioned
from archguard.diagrams.views import components, packages, services
from archguard.diagrams.views.request import Request


def view(request: Request) -> Matrix:
    """The services if there are any, else the components, else the packages; with `depth` the packages."""
    drawn = {"services": services.among, "components": components.view, "packages": packages.view}
    return partitioned(drawn["packages" if request.depth else request.main_view](request))
