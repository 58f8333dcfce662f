"""SVG for the web and for slides, readable on light and dark backgrounds."""

from archguard.diagrams import style
from archguard.diagrams.graphviz import picture
from archguard.diagrams.view import View


def render(view: View) -> str:
    """The picture; its colours follow the preferred colour scheme."""
    head, opening, body = picture(view, "svg").decode().partition("<svg ")
    attributes, end, content = body.partition(">")
    shown = content.replace(f'font-family="{style.LAYOUT_FONT}"', f'font-family="{style.FONTS}"')
    return f"{head}{opening}{attributes}{end}\n<style>{style.dark()}</style>{shown}".rstrip("\n")
