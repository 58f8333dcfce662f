"""Draw the Mermaid flowcharts of the pages as archguard draws diagrams, so that readers load no script."""

import base64
import re

from archguard.diagrams import svg
from archguard.diagrams.view import Arrow, Group, Node, NodeKind, View
from archguard.kinds.diagram_parsers.drawing import Box, ParsedDiagram
from archguard.kinds.diagram_parsers.mermaid import read_mermaid

_TITLE = re.compile(r'^title: "?(.*?)"?$', re.MULTILINE)
_RANK = re.compile(r'^ *subgraph \w+\[" "\]\n(.*?)^ *end\n', re.MULTILINE | re.DOTALL)
"""A frame without a label, which only puts boxes side by side."""
_SIDEWAYS = re.compile(r"^\s*flowchart (LR|RL)", re.MULTILINE)


def picture(text: str, page: str, heading: str) -> str:
    """The flowchart `text` as an image in HTML, with its own title, or the `heading` above it.

    Raises:
        ExceptionGroup[DrawingError]: every syntax error in it, with its place on `page`.
    """
    title = _TITLE.search(text)
    drawing = read_mermaid(_RANK.sub(r"\1", text), page)
    view = _view(drawing, title[1] if title else heading, is_sideways=bool(_SIDEWAYS.search(text)))
    data = base64.b64encode(svg.render(view).encode()).decode()
    return f'<img class="drawing" alt="{view.title}" src="data:image/svg+xml;base64,{data}">'


def _view(drawing: ParsedDiagram, title: str, *, is_sideways: bool) -> View:
    frames = {box.groups[: depth + 1]: None for box in drawing.boxes for depth in range(len(box.groups))}
    return View(
        title=title,
        nodes=tuple(_node(box) for box in drawing.boxes),
        arrows=tuple(Arrow(source=it.source, target=it.target, count=0, lines=()) for it in drawing.arrows),
        groups=tuple(Group(name="/".join(it), label=it[-1], parent="/".join(it[:-1])) for it in frames),
        is_sideways=is_sideways,
        keeps_arrows=True,
    )


def _node(box: Box) -> Node:
    return Node(name=box.name, label=box.text.partition("\n")[0], kind=NodeKind.COMPONENT, group="/".join(box.groups))
