"""PNG, for programs without SVG."""

from archguard.diagrams.graphviz import picture
from archguard.diagrams.view import View


def render(view: View) -> bytes:
    """The picture at twice the resolution of a screen."""
    return picture(view, "png").written("png", "-Gdpi=192")
