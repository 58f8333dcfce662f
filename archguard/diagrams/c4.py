"""C4 diagrams in PlantUML, with the macros of its standard library: https://github.com/plantuml-stdlib/C4-PlantUML."""

from collections.abc import Iterator
from typing import Final

from archguard.diagrams import style
from archguard.diagrams.clusters import group_names, nested, node_names
from archguard.diagrams.labels import inside, known_inside, label, size
from archguard.diagrams.legend import legend
from archguard.diagrams.plantuml import text
from archguard.diagrams.view import Arrow, Channel, Group, Node, NodeKind, View

_MACROS: Final = {NodeKind.SERVICE: "Container", NodeKind.EXTERNAL: "Component_Ext"}
_DEEDS: Final = {
    Channel.IMPORT: "imports",
    Channel.HTTP: "calls",
    Channel.RPC: "calls",
    Channel.QUEUE: "sends to",
    Channel.TABLE: "uses tables of",
}


def render(view: View) -> str:
    """The diagram; services are containers, all other nodes are components."""
    lines = (*_head(view), *_parts(view), *_arrows(view), *_foot(view))
    return "\n".join(("@startuml", *lines, "@enduml"))


def _head(view: View) -> Iterator[str]:
    yield "!include <C4/C4_Component>"
    yield f"title {text(view.title)}"
    yield f'AddRelTag("broken", $textColor="{style.RED}", $lineColor="{style.RED}")'
    yield f'AddRelTag("known", $textColor="{style.KNOWN}", $lineColor="{style.KNOWN}")'
    yield 'AddRelTag("cycle", $lineStyle=DashedLine())'
    yield 'AddRelTag("types", $lineStyle=DottedLine())'


def _parts(view: View) -> Iterator[str]:
    groups, nodes = group_names(view), node_names(view)

    def opening(group: Group) -> tuple[str]:
        return (f'Boundary({groups[group.name]}, "{text(group.label)}") {{',)

    def node(it: Node) -> str:
        return f"{_MACROS.get(it.kind, 'Component')}({nodes[it.name]}, {_told(it)})"

    return nested(view, opening, "}", node)


def _told(node: Node) -> str:
    description = ". ".join(filter(None, (text(node.description), inside(node), known_inside(node))))
    return f'"{text(node.label)}", "{size(node) or node.kind}", "{description}"'


def _arrows(view: View) -> Iterator[str]:
    names = node_names(view)
    for arrow in view.arrows:
        tags = f', $tags="{tags}"' if (tags := "+".join(_tags(arrow))) else ""
        ends = f"{names[arrow.source]}, {names[arrow.target]}"
        yield f'Rel({ends}, "{_DEEDS[arrow.channel]}", "{text(label(arrow))}"{tags})'


def _tags(arrow: Arrow) -> Iterator[str]:
    if arrow.violations:
        yield "known" if arrow.is_known else "broken"
    if arrow.is_type_checking:
        yield "types"
    elif arrow.closes_cycle:
        yield "cycle"


def _foot(view: View) -> Iterator[str]:
    if captions := (*map(str, legend(view)), *view.notes):
        yield "caption " + " \N{MIDDLE DOT} ".join(map(text, captions))
