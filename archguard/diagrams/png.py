"""A picture for where there is no SVG."""

from archguard.diagrams.graphviz import picture
from archguard.diagrams.view import View


def render(view: View) -> bytes:
    """The picture, twice as fine as a screen."""
    return picture(view, "png", "-Gdpi=192")
