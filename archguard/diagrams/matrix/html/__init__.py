"""The matrix as a page: one file that needs no network, in which packages unfold and a cell tells what is behind it."""

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from archguard.diagrams import style
from archguard.diagrams.csp import embedded, fingerprint
from archguard.diagrams.html import SHARED, asset, both, colours
from archguard.diagrams.html.content import content
from archguard.diagrams.labels import plain
from archguard.diagrams.matrix.matrix import Matrix


def render(matrix: Matrix) -> str:
    """The page, with its style, its scripts and its data inside."""
    look = f":root{{{colours()}}}\n{''.join(_stripes())}\n{_asset('page.css')}"
    script = "".join(map(asset, SHARED)) + _asset("page.js")
    return _asset("page.html").format(
        policy=f"default-src 'none'; style-src {fingerprint(look)}; script-src {fingerprint(script)}",
        title=escape(plain(matrix.title)),
        style=look,
        data=embedded(content(matrix)),
        script=script,
    )


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _stripes() -> Iterator[str]:
    """The colour of each layer and each kind of node."""
    paints = {f"layer-{level}": paint for level, paint in enumerate(style.LAYERS)}
    paints |= {str(kind): paint for kind, paint in style.KINDS.items()}
    for name, paint in paints.items():
        yield f".stripe.{name}{{fill:{both(paint.edge)}}}"
