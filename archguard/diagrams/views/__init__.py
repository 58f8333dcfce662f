"""The views: what a diagram can show of the code, each a module of that name here with a `view`."""

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
"""Each with what it shows."""

NEEDING_A_SUBJECT: Final = ("contract", "focus", "reaches")
"""The views of something in particular."""


class _Module(Protocol):
    def view(self, request: Request) -> View: ...


def draw_view(name: str, request: Request) -> View:
    """The view called `name`; nothing of the others is imported."""
    return cast("_Module", import_module(f"{__name__}.{name}")).view(request)


__all__ = ["NEEDING_A_SUBJECT", "VIEWS", "Request", "draw_view"]
