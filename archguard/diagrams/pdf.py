"""PDF, for printing."""

from archguard.diagrams.graphviz import picture
from archguard.diagrams.view import View


def render(view: View) -> bytes:
    """The picture on one page of its own size."""
    return picture(view, "pdf").written("pdf")
