"""Diagrams of the code: `views/` select nodes and arrows, and one module per format renders them."""

from collections.abc import Callable
from importlib import import_module
from pathlib import PurePath
from typing import Final, Protocol, cast

from archguard.diagrams.view import Arrow, Change, Channel, Group, Line, Node, NodeKind, View
from archguard.diagrams.views import NEEDING_A_SUBJECT, VIEWS, Request, draw_view
from archguard.errors import ArchguardError

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
    "text": (".txt",),
}
"""The formats, each a module of that name with a `render`, and their file extensions."""

WHOLE: Final = ("html",)
"""The formats that reduce the arrows themselves, and so need the whole view."""

MATRIX_FORMATS: Final = ("text", "svg", "png", "html", "json")
"""The formats of the matrix, each a module in `matrix/`; only the matrix can be text."""

Renderer = Callable[[View], str | bytes]
"""A function from a view to text without a trailing newline, or to the bytes of an image."""


class _Format(Protocol):
    def render(self, view: View) -> str | bytes: ...


def renderer(name: str, view: str = "") -> Renderer:
    """The renderer of the format `name` for the view named `view`; other formats are not imported.

    Raises:
        ArchguardError: the format does not support the view.
    """
    if view == "matrix" and name not in MATRIX_FORMATS:
        raise ArchguardError(f"a matrix cannot be written as {name}", f"it can as {', '.join(MATRIX_FORMATS)}")
    if view != "matrix" and name == "text":
        raise ArchguardError("only a matrix can be written as text", "use --view matrix, or --format mermaid")
    home = f"{__name__}.matrix" if view == "matrix" else __name__
    return cast("_Format", import_module(f"{home}.{name}")).render


def format_of(file: PurePath) -> str | None:
    """The format for the extension of `file`; None if no format has it."""
    return next((name for name, ends in FORMATS.items() if file.suffix.lower() in ends), None)


__all__ = [
    "FORMATS",
    "MATRIX_FORMATS",
    "NEEDING_A_SUBJECT",
    "VIEWS",
    "WHOLE",
    "Arrow",
    "Change",
    "Channel",
    "Group",
    "Line",
    "Node",
    "NodeKind",
    "Request",
    "View",
    "draw_view",
    "format_of",
    "renderer",
]
