"""The language of Graphviz, which lays a diagram out."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from archguard.diagrams import style
from archguard.diagrams.nesting import is_framed, nested
from archguard.diagrams.view import Arrow, Channel, Group, Node, View
from archguard.diagrams.wording import inside, label, legend, plain, size

_HEADS: Final = {
    Channel.IMPORT: "normal",
    Channel.HTTP: "vee",
    Channel.RPC: "onormal",
    Channel.QUEUE: "curve",
    Channel.TABLE: "dot",
}

_BAND: Final = "3.6"
"""How wide a layer of one node is, in inches."""


class _Markup(str):
    """What Graphviz lays out like HTML."""

    __slots__ = ()


def render(view: View) -> str:
    """The graph, with everything that it needs to look as it should."""
    lines = (*_graph(view), *_parts(view), *_bands(view), *_arrows(view))
    return "\n".join(("digraph {", *lines, "}"))


def _graph(view: View) -> Iterator[str]:
    yield "  " + _attributes(
        "graph",
        rankdir="LR" if view.is_sideways else "TB",
        newrank="true",
        bgcolor=style.PAPER,
        pad="0.35",
        nodesep="0.25" if view.is_sideways else "0.2",  # arrows, too, are that far apart
        ranksep="1.1" if view.is_sideways else "0.75",
        labelloc="t",
        labeljust="l",
        fontname=style.FONT,
        fontcolor=style.INK,
        label=_caption(view),
    )
    yield "  " + _attributes(
        "node",
        shape="box",
        style="rounded,filled",
        penwidth="1.3",
        margin="0.22,0.12",
        height="0.5",
        fontname=style.FONT,
        fontsize="13",
        fontcolor=style.INK,
    )
    yield "  " + _attributes("edge", arrowsize="0.75", fontname=style.FONT, fontsize="10")


def _caption(view: View) -> _Markup:
    """The title, and below it what the looks mean and what is not shown."""
    small = [view.description, " \N{MIDDLE DOT} ".join(legend(view)), *view.notes]
    rows = [f'<font point-size="18"><b>{_html(view.title)}</b></font>']
    rows += [f'<font point-size="10.5" color="{style.FAINT}">{_html(text)}</font>' for text in small if text]
    return _table([*rows, "<font> </font>"], "left")


def _table(rows: Iterable[str], align: str) -> _Markup:
    """`rows` below each other, with room for the tails of letters between them."""
    cells = "".join(f'<tr><td align="{align}">{row}</td></tr>' for row in rows)
    return _Markup(f'<table border="0" cellborder="0" cellspacing="0" cellpadding="2">{cells}</table>')


def _parts(view: View) -> Iterator[str]:
    def opening(group: Group) -> tuple[str, str]:
        return f"subgraph {_quoted(f'cluster {group.name}')} {{", _frame(group)

    def node(it: Node) -> str:
        return f"{_quoted(it.name)} {_attributes('', **_look(view, it))}"

    return nested(view, opening, "}", node, indent="  ")


def _frame(group: Group) -> str:
    is_layer = group.layer is not None
    return _attributes(
        "graph",
        label="" if is_layer else group.label,
        style="rounded,filled",
        color=style.FRAME if is_layer else style.FRAME_EDGE,
        fillcolor=style.FRAME,
        fontcolor=style.FAINT,
        fontsize="11",
        margin="14",
    )


def _look(view: View, node: Node) -> dict[str, str]:
    fill, edge, ink = style.node_colours(view, node)
    look = {"label": _label(node), "fillcolor": fill, "color": edge, "fontcolor": ink}
    if not is_framed(view, node.group):
        look["width"] = _BAND
    return look | ({"tooltip": plain(node.description)} if node.description else {})


def _label(node: Node) -> _Markup:
    faint, red = (style.PAPER, style.PAPER) if node.is_focus else (style.FAINT, style.RED)
    small = ((size(node), faint), (inside(node), red))
    rows = [f"<b>{_html(node.label)}</b>"]
    rows += [f'<font point-size="10" color="{colour}">{text}</font>' for text, colour in small if text]
    return _table(rows, "center")


def _bands(view: View) -> Iterator[str]:
    """Nodes of a layer beside each other, and the layers below each other."""
    rows = [names for layer in view.layers if (names := [_quoted(node.name) for node in view.members(layer.name)])]
    for names in rows:
        yield f"  {{ rank=same; {'; '.join(names)} }}"
    if len(rows) > 1:
        yield f"  {' -> '.join(names[0] for names in rows)} [style=invis, weight=100]"


def _arrows(view: View) -> Iterator[str]:
    levels = {node.name: layer.layer or 0 for layer in view.layers for node in view.members(layer.name)}
    for arrow in view.arrows:
        rises = levels.get(arrow.target, len(levels)) <= levels.get(arrow.source, -1)
        closes = arrow.closes_cycle and not view.is_around
        yield f"  {_turned(arrow) if rises or closes else _straight(arrow)}"


def _straight(arrow: Arrow) -> str:
    return f"{_quoted(arrow.source)} -> {_quoted(arrow.target)} {_attributes('', **_arrow_look(arrow))}"


def _turned(arrow: Arrow) -> str:
    """The arrow as one that leads downwards for the layout, with its head at the upper end."""
    look = _arrow_look(arrow)
    look |= {"dir": "back", "arrowtail": look.pop("arrowhead")}
    return f"{_quoted(arrow.target)} -> {_quoted(arrow.source)} {_attributes('', **look)}"


def _arrow_look(arrow: Arrow) -> dict[str, str]:
    return {
        "label": _Markup(f"&nbsp;{_html(label(arrow))}&nbsp;"),
        "color": style.colour(arrow),
        "fontcolor": style.RED if arrow.violations else style.FAINT,
        "penwidth": str(style.width(arrow)),
        "style": style.stroke(arrow),
        "arrowhead": _HEADS[arrow.channel],
    }


def _attributes(of: str, **values: str) -> str:
    listed = ", ".join(f"{name}={_value(value)}" for name, value in values.items())
    return f"{of} [{listed}]".lstrip()


def _value(value: str) -> str:
    return f"<{value}>" if isinstance(value, _Markup) else _quoted(value)


def _quoted(text: str) -> str:
    return '"' + plain(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _html(text: str) -> str:
    """`text` as markup; Graphviz 2.43 reads no text that starts with a bare `]`."""
    return escape(plain(text), quote=False).replace("]", "&#93;")
