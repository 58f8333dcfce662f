"""Mermaid, which GitHub, GitLab and many editors render in Markdown."""

import json
from collections.abc import Iterator
from html import escape
from typing import Final

from archguard.diagrams import style
from archguard.diagrams.clusters import group_names, is_framed, nested, node_names
from archguard.diagrams.labels import details, label, plain
from archguard.diagrams.legend import NUMBER, legend
from archguard.diagrams.simplify import strongest
from archguard.diagrams.view import Arrow, Change, Group, Node, NodeKind, View

# https://mermaid.js.org/config/schema-docs/config.html: maxEdges and maxTextSize
EDGES: Final = 500
CHARACTERS: Final = 50_000
_HEAD: Final = 2_000
"""An upper bound of the characters of the title and the comments."""

_SHAPES: Final = {NodeKind.EXTERNAL: ("([", "])"), NodeKind.REST: ("{{", "}}"), NodeKind.MODULE: ("[", "]")}


def render(view: View) -> str:
    """The flowchart within Mermaid's limits: if there are too many arrows or characters, only the heaviest arrows.

    A complete view keeps all arrows, and a comment states which settings of Mermaid must be raised to render it.
    """
    if view.is_complete:
        return _flowchart(view)
    most = min(len(view.arrows), EDGES)
    text = _flowchart(strongest(view, most))
    while len(text) > CHARACTERS and most:
        # How long a text is for a number of arrows is known only once it is written; it takes few rounds.
        most = most * 3 // 4
        text = _flowchart(strongest(view, most))
    return text


def _flowchart(view: View) -> str:
    body = "\n".join((*_parts(view), *_arrows(view), *_looks(view)))
    return "\n".join((*_head(view), *_settings(view, len(body)), body))


def _settings(view: View, characters: int) -> Iterator[str]:
    """The required settings as a comment: for security, a text cannot raise these limits itself."""
    if len(view.arrows) > EDGES:
        yield f"  %% Mermaid draws it with maxEdges: {len(view.arrows)}"
    if characters > CHARACTERS:
        yield f"  %% Mermaid draws it with maxTextSize: {characters + _HEAD}"


def _head(view: View) -> Iterator[str]:
    yield "---"
    yield f"title: {json.dumps(plain(_title(view)), ensure_ascii=False)}"
    yield "---"
    yield f"flowchart {'LR' if view.is_sideways else 'TB'}"


def _title(view: View) -> str:
    """The title with the legend: Mermaid has no other place for text that is no node."""
    told = (*(str(it) for it in legend(view) if it.look != NUMBER), *view.notes)
    return f"{view.title} ({'; '.join(told)})" if told else view.title


def _parts(view: View) -> Iterator[str]:
    groups, nodes = group_names(view), node_names(view)

    def opening(group: Group) -> tuple[str]:
        title = " " if group.layer is not None else _text(group.label)
        return (f'subgraph {groups[group.name]}["{title}"]',)

    def node(it: Node) -> str:
        left, right = _SHAPES.get(it.kind, ("(", ")"))
        return f'{nodes[it.name]}{left}"{_label(it)}"{right}'

    return nested(view, opening, "end", node, indent="  ")


def _label(node: Node) -> str:
    small = (f"<small>{text}</small>" for text in details(node))
    return "<br>".join((f"<b>{_text(node.label)}</b>", *small))


def _arrows(view: View) -> Iterator[str]:
    names = node_names(view)
    for arrow in _ordered(view):
        text = f"|{_text(label(arrow))}|" if label(arrow) else ""
        yield f"  {names[arrow.source]} {_line(arrow)}{text} {names[arrow.target]}"


def _ordered(view: View) -> list[Arrow]:
    """The arrows from top to bottom: Mermaid reverses those that lead back to a node it has already placed."""
    levels = {node.name: layer.layer or 0 for layer in view.layers for node in view.members(layer.name)}
    lowest = len(levels)

    def place(arrow: Arrow) -> tuple[int, str, bool, int, str]:
        source, target = arrow.source, arrow.target
        return levels.get(source, lowest), source, arrow.closes_cycle, levels.get(target, lowest), target

    return sorted(view.arrows, key=place)


def _line(arrow: Arrow) -> str:
    return "-->" if style.stroke(arrow) == "solid" else "-.->"


def _looks(view: View) -> Iterator[str]:
    names = node_names(view)
    yield f"  linkStyle default stroke:{style.ARROW}"
    for number, arrow in enumerate(_ordered(view)):
        colour, width = style.colour(arrow), style.width(arrow)
        if colour != style.ARROW or width > 1:
            # Mermaid styles arrows by their number in the text, hence the same order as above.
            yield f"  linkStyle {number} stroke:{colour},stroke-width:{width}px"
    for name, group in zip(group_names(view).values(), view.groups, strict=True):
        if is_framed(view, group.name):
            yield f"  style {name} fill:{style.FRAME},stroke:{style.FRAME_EDGE},color:{style.FAINT}"
    for node in view.nodes:
        fill, edge, ink = style.node_colours(view, node)
        dashes = ",stroke-dasharray:5 5" if node.change is Change.GONE else ""
        yield f"  style {names[node.name]} fill:{fill},stroke:{edge},color:{ink}{dashes}"


def _text(content: str) -> str:
    """`content` escaped for a Mermaid string: special characters become entities, which begin with `#`."""
    marked = "".join(it if it.isalnum() or it in " _.,:/()-" else f"#{ord(it)};" for it in plain(content))
    return escape(marked, quote=False)
