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
}
"""Each with what it shows."""

NEEDING_A_SUBJECT: Final = ("contract", "focus", "reaches")
"""The views of something in particular."""


class _Module(Protocol):
    def view(self, request: Request) -> View: ...


def draw_view(name: str, request: Request) -> View:
    """The view called `name`; nothing of the others is imported."""
    return cast("_Module", import_module(f"{__name__}.{name}")).view(request)


def default_view(request: Request) -> str:
    """The view that says most: of services where there are some, else of components, else of packages."""
    if request.codebase.services:
        return "services"
    return "components" if request.codebase.components or request.layered else "packages"


__all__ = ["NEEDING_A_SUBJECT", "VIEWS", "Request", "default_view", "draw_view"]
