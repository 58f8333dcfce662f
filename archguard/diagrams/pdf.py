"""A picture for print."""

from archguard.diagrams.graphviz import picture
from archguard.diagrams.view import View


def render(view: View) -> bytes:
    """The picture as one page, as large as it is."""
    return picture(view, "pdf")
