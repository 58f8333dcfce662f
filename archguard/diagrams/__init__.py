"""Pictures of the code: the table of contents. First a view says what there is to see, then a format writes it."""

from collections.abc import Callable
from importlib import import_module
from pathlib import PurePath
from typing import Final, Protocol, cast

from archguard.diagrams.view import Arrow, Channel, Group, Line, Node, NodeKind, View
from archguard.diagrams.views import NEEDING_A_SUBJECT, VIEWS, Request, default_view, draw_view

FORMATS: Final = {
    "mermaid": (".mmd", ".mermaid"),
    "svg": (".svg",),
    "png": (".png",),
    "pdf": (".pdf",),
    "dot": (".dot", ".gv"),
    "d2": (".d2",),
    "plantuml": (".puml", ".plantuml"),
    "c4": (),
    "json": (".json",),
    "html": (".html", ".htm"),
}
"""What a diagram can be written as, each a module of that name here with a `render`; with the ends of its files."""

WHOLE: Final = ("html",)
"""The formats that choose themselves which arrows they show."""

Renderer = Callable[[View], str | bytes]
"""From a view to a text, which has no line end after its last line, or to a picture."""


class _Format(Protocol):
    def render(self, view: View) -> str | bytes: ...


def renderer(name: str) -> Renderer:
    """The one for the format `name`; nothing of the other formats is imported."""
    return cast("_Format", import_module(f"{__name__}.{name}")).render


def format_of(file: PurePath) -> str | None:
    """The format of a file of that name, if its end says it."""
    return next((name for name, ends in FORMATS.items() if file.suffix.lower() in ends), None)


__all__ = [
    "FORMATS",
    "NEEDING_A_SUBJECT",
    "VIEWS",
    "WHOLE",
    "Arrow",
    "Channel",
    "Group",
    "Line",
    "Node",
    "NodeKind",
    "Request",
    "View",
    "default_view",
    "draw_view",
    "format_of",
    "renderer",
]
