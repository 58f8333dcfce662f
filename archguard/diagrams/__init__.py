"""Pictures of the code: the table of contents. First a view says what there is to see, then a format writes it."""

from collections.abc import Callable
from importlib import import_module
from pathlib import PurePath
from typing import Final, Protocol, cast

from archguard.diagrams.view import Arrow, Channel, Group, Line, Node, NodeKind, View
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
"""What a diagram can be written as, each a module of that name here with a `render`; with the ends of its files."""

WHOLE: Final = ("html",)
"""The formats that choose themselves which arrows they show."""

MATRIX_FORMATS: Final = ("text", "svg", "html", "json")
"""What the matrix can be written as, and nothing else as text; each a module in `matrix`."""

Renderer = Callable[[View], str | bytes]
"""From a view to a text, which has no line end after its last line, or to a picture."""


class _Format(Protocol):
    def render(self, view: View) -> str | bytes: ...


def renderer(name: str, view: str = "") -> Renderer:
    """The one of the format `name` for the view that is called `view`; nothing of the others is imported.

    Raises:
        ArchguardError: the view cannot be written like that.
    """
    if view == "matrix" and name not in MATRIX_FORMATS:
        raise ArchguardError(f"a matrix cannot be written as {name}", f"it can as {', '.join(MATRIX_FORMATS)}")
    if view != "matrix" and name == "text":
        raise ArchguardError("only a matrix can be written as text", "use --view matrix, or --format mermaid")
    home = f"{__name__}.matrix" if view == "matrix" else __name__
    return cast("_Format", import_module(f"{home}.{name}")).render


def format_of(file: PurePath) -> str | None:
    """The format of a file of that name, if its end says it."""
    return next((name for name, ends in FORMATS.items() if file.suffix.lower() in ends), None)


__all__ = [
    "FORMATS",
    "MATRIX_FORMATS",
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
    "draw_view",
    "format_of",
    "renderer",
]
