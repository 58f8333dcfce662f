"""The views of a diagram, each a module of that name with a function `view`."""

from importlib import import_module
from typing import Final, Protocol, cast

from archguard.diagrams.view import View
from archguard.diagrams.views.request import Request

VIEWS: Final = {
    "components": "the components, layers as bands from top to bottom",
    "packages": "the packages, down to a depth",
    "services": "the services, and how they reach each other: imports, HTTP, queues, tables",
    "contract": "what one contract speaks of",
    "focus": "one module, component or service, and what is around it",
    "reaches": "everything that leads to one of them",
    "cycles": "only what imports itself in a circle",
    "matrix": "everything against everything, in a table",
}
"""The views, with the description that `--help` shows."""

NEEDING_A_SUBJECT: Final = ("contract", "focus", "reaches")
"""The views that require a subject."""


class _Module(Protocol):
    def view(self, request: Request) -> View: ...


def draw_view(name: str, request: Request) -> View:
    """Build the view `name`; the modules of other views are not imported."""
    return cast("_Module", import_module(f"{__name__}.{name}")).view(request)


__all__ = ["NEEDING_A_SUBJECT", "VIEWS", "Request", "draw_view"]
