"""The DOT language of Graphviz."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape as html_escape
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import graphviz
from graphviz.quoting import quote

from archguard.diagrams import style
from archguard.diagrams.clusters import has_lanes, is_framed
from archguard.diagrams.labels import inside, known_inside, label, plain, size
from archguard.diagrams.legend import Sample, legend
from archguard.diagrams.view import Arrow, Change, Channel, Group, Node, View

_HEADS: Final = {
    Channel.IMPORT: "normal",
    Channel.HTTP: "vee",
    Channel.RPC: "onormal",
    Channel.QUEUE: "curve",
    Channel.TABLE: "dot",
}

_UNSEEN: Final = {"peripheries": "0", "bgcolor": "transparent", "label": "", "margin": "14"}
"""A cluster that only holds its nodes together."""

_BAND: Final = "2.8"
"""The width of a layer of one node, in inches."""

_LOOK_OF_NODES: Final = {
    "shape": "box",
    "style": "rounded,filled",
    "penwidth": "1.3",
    "margin": "0.2,0.07",
    "height": "0.42",
    "fontname": style.LAYOUT_FONT,
    "fontsize": "13",
    "fontcolor": style.INK,
}
_SPACE: Final = "\N{NO-BREAK SPACE}"
"""Unlike other spaces, it is measured and drawn at the start and at the end of a text, too."""
_LOW: Final = {"margin": "0.2,0.03", "height": "0.34"}

_LINES: Final = {"solid": "\N{EM DASH}", "dashed": "- - -", "dotted": "\N{MIDDLE DOT} \N{MIDDLE DOT} \N{MIDDLE DOT}"}
"""Samples of lines for the legend."""

_LOOK_OF_EDGES: Final = {"arrowsize": "0.75", "fontname": style.LAYOUT_FONT, "fontsize": "10"}


class _Graph(graphviz.Digraph):
    """A graph with nodes of any name: the base class takes what follows a `:` in an edge for a port."""

    _quote_edge = staticmethod(quote)


BACKGROUND: Final = "_background"
"""The graph attribute that holds the lanes behind layers."""


def render(view: View, shape: Mapping[str, str] = MappingProxyType({}), *, is_low: bool = False) -> str:
    """The graph with all of its style attributes.

    Args:
        view: What is drawn.
        shape: Attributes of the graph that fit it to a slide. With lanes in the background, layers have no frames.
        is_low: Whether nodes are as low as can be: with all of their texts beside each other.
    """
    look = {**_look_of_graph(view), **shape}
    nodes = _LOOK_OF_NODES | (_LOW if is_low else {})
    graph = _Graph(name=_text(view.title), graph_attr=look, node_attr=nodes, edge_attr=_LOOK_OF_EDGES)
    _add_parts(graph, view, has_frames=BACKGROUND not in shape, is_low=is_low)
    _add_bands(graph, view)
    _add_arrows(graph, view)
    return str(graph).rstrip("\n")


def table(title: str, rows: Iterable[str], caption: Iterable[str]) -> str:
    """A graph that is nothing but a table.

    Args:
        title: What stands above the table.
        rows: The `<tr>` elements.
        caption: What stands between them, in small letters.
    """
    label = _titled(title, [_small(html_text(text), 11, style.FAINT) for text in caption])
    frame = {"bgcolor": style.PAPER, "pad": "0.35", "labelloc": "t", "labeljust": "l", "fontname": style.LAYOUT_FONT}
    graph = _Graph(name=_text(title), graph_attr={**frame, "fontcolor": style.INK, "label": label})
    look = {"shape": "plain", "fontname": style.LAYOUT_FONT, "fontsize": "12", "fontcolor": style.INK}
    body = "".join(rows)
    graph.node("table", f'<<table border="0" cellborder="0" cellspacing="1" cellpadding="0">{body}</table>>', **look)
    return str(graph).rstrip("\n")


def _look_of_graph(view: View) -> Mapping[str, str]:
    return {
        "rankdir": "LR" if view.is_sideways else "TB",
        "newrank": "true",
        "bgcolor": style.PAPER,
        "pad": "0.35",
        "nodesep": "0.25" if view.is_sideways else "0.2",  # arrows, too, are that far apart
        "ranksep": "1.1" if view.is_sideways else "0.4",
        "labelloc": "t",
        "labeljust": "l",
        "fontname": style.LAYOUT_FONT,
        "fontcolor": style.INK,
        "label": _caption(view),
    }


def _caption(view: View) -> str:
    """The title, and below it the legend and the notes."""
    samples = _small(4 * _SPACE, 11, style.FAINT).join(map(_sample, legend(view)))
    notes = [_small(html_text(text), 11, style.FAINT) for text in (view.description, *view.notes) if text]
    return _titled(view.title, [*filter(None, (samples,)), *notes])


def _titled(title: str, rows: Iterable[str]) -> str:
    head = f'<font point-size="18"><b>{html_text(title)}</b></font>'
    return _table([head, *rows, '<font point-size="5"> </font>'], "left")


def _sample(sample: Sample) -> str:
    """A piece of the line, and what it means; in characters that every font has."""
    line = f"<b>{_LINES[sample.stroke]}</b>"
    return _small(line, 11, sample.colour) + _small(2 * _SPACE + html_text(sample.meaning), 11, style.FAINT)


def _small(text: str, size: int, colour: str) -> str:
    return f'<font point-size="{size}" color="{colour}">{text}</font>'


def _row(cells: Sequence[str], space: int) -> str:
    """`cells` beside each other; "" if there are none. Spaces in a text would do, if fonts agreed on their width."""
    between = f'<td fixedsize="true" width="{space}" height="1"></td>'
    row = between.join(f"<td>{cell}</td>" for cell in cells)
    look = 'border="0" cellborder="0" cellspacing="0" cellpadding="0"'
    return f"<table {look}><tr>{row}</tr></table>" if row else ""


def _table(rows: Iterable[str], align: str) -> str:
    """`rows` below each other, with enough space for descenders."""
    cells = "".join(f'<tr><td align="{align}">{row}</td></tr>' for row in rows)
    return f'<<table border="0" cellborder="0" cellspacing="0" cellpadding="2">{cells}</table>>'


def _add_parts(graph: _Graph, view: View, parent: str = "", *, has_frames: bool, is_low: bool) -> None:
    """Add the content of the group `parent`: nested groups, recursively, then nodes."""
    for group in view.groups:
        if group.parent == parent and is_framed(view, group.name):
            look = _frame(group) if has_frames or group.layer is None else _UNSEEN
            with graph.subgraph(name=_text(f"cluster {group.name}"), graph_attr=look) as frame:
                _add_parts(frame, view, group.name, has_frames=has_frames, is_low=is_low)
        elif group.parent == parent:
            _add_nodes(graph, view, group.name, is_low=is_low)
    if not parent and has_lanes(view):
        with graph.subgraph(name="cluster beside the lanes", graph_attr=_UNSEEN) as beside:
            _add_nodes(beside, view, parent, is_low=is_low)
    else:
        _add_nodes(graph, view, parent, is_low=is_low)


def _add_nodes(graph: _Graph, view: View, group: str, *, is_low: bool) -> None:
    for node in view.members(group):
        graph.node(_text(node.name), **_look(view, node, is_low=is_low))


def _frame(group: Group) -> Mapping[str, str]:
    is_layer = group.layer is not None
    return {
        "label": "" if is_layer else _text(group.label),
        "style": "rounded,filled",
        "color": style.FRAME if is_layer else style.FRAME_EDGE,
        "fillcolor": style.FRAME,
        "fontcolor": style.FAINT,
        "fontsize": "11",
        "margin": "14",
    }


def _look(view: View, node: Node, *, is_low: bool) -> dict[str, str]:
    fill, edge, ink = style.node_colours(view, node)
    look = {"label": _label(node, is_low=is_low), "fillcolor": fill, "color": edge, "fontcolor": ink}
    if node.change is Change.GONE:
        look["style"] = "rounded,filled,dashed"
    if not is_framed(view, node.group):
        look["width"] = _BAND
    return look | ({"tooltip": _text(node.description)} if node.description else {})


def _label(node: Node, *, is_low: bool) -> str:
    small = ((size(node), style.FAINT), (inside(node), style.RED), (known_inside(node), style.KNOWN))
    told = [_small(text, 10, style.PAPER if node.is_focus else colour) for text, colour in small if text]
    name = f"<b>{html_text(node.label)}</b>"
    rows = [_row([name, *told], space=9)] if is_low else [name, _row(told, space=9)]
    return _table(filter(None, rows), "center")


def _add_bands(graph: _Graph, view: View) -> None:
    """Place the nodes of a layer side by side, and the layers below each other."""
    rows = [names for layer in view.layers if (names := [_text(node.name) for node in view.members(layer.name)])]
    for names in rows:
        with graph.subgraph() as row:
            row.attr(rank="same")
            for name in names:
                row.node(name)
    for above, below in pairwise(rows):
        graph.edge(above[0], below[0], style="invis", weight="100")


def _add_arrows(graph: _Graph, view: View) -> None:
    levels = {node.name: layer.layer or 0 for layer in view.layers for node in view.members(layer.name)}
    for arrow in view.arrows:
        rises = levels.get(arrow.target, len(levels)) <= levels.get(arrow.source, -1)
        closes = arrow.closes_cycle and not view.is_around
        tail, head, look = _turned(arrow) if rises or closes else (arrow.source, arrow.target, _arrow_look(arrow))
        if has_lanes(view) and (tail in levels) != (head in levels):
            look["minlen"] = "0"  # what is beside the lanes may be as high as a layer: fewer rows
        graph.edge(_text(tail), _text(head), **look)


def _turned(arrow: Arrow) -> tuple[str, str, dict[str, str]]:
    """The reversed arrow, so that the layout ranks it downwards, with its head drawn at the upper end."""
    look = _arrow_look(arrow)
    look |= {"dir": "back", "arrowtail": look.pop("arrowhead")}
    return arrow.target, arrow.source, look


def _arrow_look(arrow: Arrow) -> dict[str, str]:
    return {
        "label": f" {label(arrow)} ",
        "color": style.colour(arrow),
        "fontcolor": style.colour(arrow) if arrow.violations or arrow.change is Change.NEW else style.FAINT,
        "penwidth": str(style.width(arrow)),
        "style": style.stroke(arrow),
        "arrowhead": _HEADS[arrow.channel],
    }


def name_of(node: Node) -> str:
    """The name of `node` in the graph."""
    return plain(node.name)


def _text(text: str) -> str:
    """`text` escaped as a plain name or value, without markup."""
    return graphviz.escape(plain(text))


def html_text(text: str) -> str:
    """`text` escaped as HTML-like markup; Graphviz 2.43 rejects text that starts with a bare `]`."""
    return html_escape(plain(text), quote=False).replace("]", "&#93;")
