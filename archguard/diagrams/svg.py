"""A picture for the web and for slides, readable on light and on dark pages."""

from typing import Final

from archguard.diagrams import style
from archguard.diagrams.graphviz import picture
from archguard.diagrams.view import View

_PROPERTIES: Final = ("fill", "stroke")


def render(view: View) -> str:
    """The picture; where people like it dark, its colours change."""
    head, opening, body = picture(view, "svg").decode().partition("<svg ")
    attributes, end, content = body.partition(">")
    return f"{head}{opening}{attributes}{end}\n<style>{_dark()}</style>{content}".rstrip("\n")


def _dark() -> str:
    rules = (f'[{name}="{light}"]{{{name}:{dark}}}' for light, dark in style.DARK.items() for name in _PROPERTIES)
    return f"@media (prefers-color-scheme: dark){{svg{{background:{style.DARK[style.PAPER]}}}{''.join(rules)}}}"
