"""An interactive page to explore a view: one file that needs no network."""

from collections.abc import Iterator
from html import escape
from importlib.resources import files
from typing import Final

from archguard.diagrams import style
from archguard.diagrams.csp import embedded, fingerprint
from archguard.diagrams.html.content import content
from archguard.diagrams.labels import plain
from archguard.diagrams.view import Channel, NodeKind, View

SHARED: Final = ("elements.js", "layout.js", "graph.js")
"""The scripts that know what there is to see, and in which order."""
_SCRIPTS: Final = (*SHARED, "drawing.js", "panel.js", "caption.js", "finder.js", "page.js")


def render(view: View) -> str:
    """The page with inline style, scripts and data."""
    look, script = _style(), "".join(map(asset, _SCRIPTS))
    return asset("page.html").format(
        policy=f"default-src 'none'; style-src {fingerprint(look)}; script-src {fingerprint(script)}",
        title=escape(plain(view.title)),
        style=look,
        data=embedded(content(view)),
        script=script,
    )


def asset(name: str) -> str:
    """The content of one of the files of the page."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _style() -> str:
    return f":root{{{colours()}}}\n{''.join(_paints())}\n{asset('page.css')}"


def colours() -> str:
    """CSS variables for the colours, each with its light and dark value."""
    named = {
        "paper": style.PAPER,
        "ink": style.INK,
        "faint": style.FAINT,
        "frame": style.FRAME,
        "frame-edge": style.FRAME_EDGE,
        "red": style.RED,
        "known": style.KNOWN,
        "package": style.KINDS[NodeKind.PACKAGE].fill,
        "accent": style.ACCENT,
        "arrow": style.ARROW,
        "cycle": style.CYCLE,
    }
    named |= {channel: colour for channel, colour in style.CHANNELS.items() if channel is not Channel.IMPORT}
    return "".join(f"--{name}:{both(colour)};" for name, colour in named.items())


def _paints() -> Iterator[str]:
    paints = {f"layer-{level}": paint for level, paint in enumerate(style.LAYERS)}
    paints |= {str(kind): paint for kind, paint in style.KINDS.items()} | {"focus": style.FOCUS}
    for name, (fill, edge) in paints.items():
        rule = f"{{fill:{both(fill)};stroke:{both(edge)}}}"
        yield f".{name} .box,.{name} .behind,.band.{name}{rule}"


def both(colour: str) -> str:
    """The light and the dark value of `colour` in CSS."""
    return f"light-dark({colour},{style.DARK.get(colour, colour)})"
