"""PlantUML: a component diagram."""

from collections.abc import Iterator
from typing import Final

from archguard.diagrams import style
from archguard.diagrams.clusters import group_names, nested, node_names
from archguard.diagrams.labels import details, label, plain
from archguard.diagrams.legend import legend
from archguard.diagrams.view import Arrow, Group, Node, NodeKind, View

_WORDS: Final = {NodeKind.EXTERNAL: "cloud", NodeKind.SERVICE: "node"}


def render(view: View) -> str:
    """The diagram with colours."""
    lines = (*_head(view), *_parts(view), *_arrows(view), *_foot(view))
    return "\n".join(("@startuml", *lines, "@enduml"))


def _head(view: View) -> Iterator[str]:
    yield f"title {text(view.title)}"
    yield f"{'left to right' if view.is_sideways else 'top to bottom'} direction"
    yield "skinparam componentStyle rectangle"
    yield "skinparam defaultFontName Helvetica"
    yield "skinparam roundCorner 12"
    yield f"skinparam arrowColor {style.ARROW}"


def _parts(view: View) -> Iterator[str]:
    groups, nodes = group_names(view), node_names(view)

    def opening(group: Group) -> tuple[str]:
        title = " " if group.layer is not None else text(group.label)
        return (f'rectangle "{title}" as {groups[group.name]} {style.FRAME} {{',)

    def node(it: Node) -> str:
        return f'{_WORDS.get(it.kind, "component")} "{_label(it)}" as {nodes[it.name]} {_node_look(view, it)}'

    return nested(view, opening, "}", node)


def _label(node: Node) -> str:
    return "\\n".join((f"<b>{text(node.label)}</b>", *details(node)))


def _node_look(view: View, node: Node) -> str:
    fill, edge, ink = (colour.removeprefix("#") for colour in style.node_colours(view, node))
    return f"#{fill};line:{edge};text:{ink}"


def _arrows(view: View) -> Iterator[str]:
    names = node_names(view)
    for arrow in view.arrows:
        yield f"{names[arrow.source]} -{_look(arrow)}-> {names[arrow.target]} : {text(label(arrow))}"


def _look(arrow: Arrow) -> str:
    return f"[{style.colour(arrow)},{style.stroke(arrow)},thickness={style.width(arrow)}]".replace("solid", "plain")


def _foot(view: View) -> Iterator[str]:
    if captions := (*map(str, legend(view)), *view.notes):
        yield "caption " + " \N{MIDDLE DOT} ".join(map(text, captions))


def text(content: str) -> str:
    """`content` escaped for PlantUML: markup characters become entities."""
    return "".join(it if it.isalnum() or it in " _.,:;()-" else f"<U+{ord(it):04X}>" for it in plain(content))
