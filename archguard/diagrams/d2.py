"""D2, a diagram language with its own layout engines: https://d2lang.com."""

import json
from collections.abc import Iterator, Mapping

from archguard.diagrams import style
from archguard.diagrams.clusters import group_names, is_framed, nested, node_names
from archguard.diagrams.labels import details, label, plain
from archguard.diagrams.legend import legend
from archguard.diagrams.view import Arrow, Channel, Group, Node, View


def render(view: View) -> str:
    """The diagram with colours."""
    return "\n".join((*_head(view), *_parts(view), *_arrows(view)))


def _head(view: View) -> Iterator[str]:
    caption = "\n".join(map(plain, filter(None, (view.title, view.description, *map(str, legend(view)), *view.notes))))
    yield f"direction: {'right' if view.is_sideways else 'down'}"
    yield f"title: {_text(caption)} {{near: top-center; shape: text; style.font-size: 20}}"


def _parts(view: View) -> Iterator[str]:
    groups, nodes = group_names(view), node_names(view)
    frame = _style(fill=style.FRAME, stroke=style.FRAME_EDGE)

    def opening(group: Group) -> tuple[str, str]:
        return f"{groups[group.name]}: {_text('' if group.layer is not None else group.label)} {{", frame

    def node(it: Node) -> str:
        return f"{nodes[it.name]}: {_text(_label(it))} {{{_node_style(view, it)}}}"

    return nested(view, opening, "}", node)


def _node_style(view: View, node: Node) -> str:
    fill, edge, ink = style.node_colours(view, node)
    return _style(**{"fill": fill, "stroke": edge, "font-color": ink})


def _style(**values: str) -> str:
    listed = "; ".join(f"{name}: {_text(value)}" for name, value in values.items())
    return f"style: {{{listed}; border-radius: 8}}"


def _label(node: Node) -> str:
    return "\n".join((plain(node.label), *details(node)))


def _arrows(view: View) -> Iterator[str]:
    paths = _paths(view)
    for arrow in view.arrows:
        yield f"{paths[arrow.source]} -> {paths[arrow.target]}: {_text(label(arrow))} {{{_look(arrow)}}}"


def _look(arrow: Arrow) -> str:
    dash = {"solid": "", "dashed": "; stroke-dash: 5", "dotted": "; stroke-dash: 2"}[style.stroke(arrow)]
    width = max(1, round(style.width(arrow)))
    head = "" if arrow.channel is Channel.IMPORT else "; target-arrowhead: {shape: diamond}"
    return f"style: {{stroke: {_text(style.colour(arrow))}; stroke-width: {width}{dash}}}{head}"


def _paths(view: View) -> Mapping[str, str]:
    """The paths of nodes through their groups, by which arrows must refer to them."""
    nodes, groups = node_names(view), group_names(view)
    parents = {group.name: group.parent for group in view.groups}

    def path(group: str) -> str:
        return f"{path(parents[group])}{groups[group]}." if group and is_framed(view, group) else ""

    return {node.name: path(node.group) + nodes[node.name] for node in view.nodes}


def _text(content: str) -> str:
    """A quoted string; `$` is escaped, since it begins a variable."""
    return json.dumps(content, ensure_ascii=False).replace("$", "\\$")
