"""The colours and strokes of diagrams, the same in every format with colours."""

from math import log2
from typing import Final, NamedTuple

from archguard.diagrams.view import Arrow, Change, Channel, Node, NodeKind, View

FONTS: Final = "Helvetica,Arial,sans-serif"
"""The font families in order of preference."""
LAYOUT_FONT: Final = "Arial"
"""The font by which Graphviz measures text. Not a list: graphviz-pure measures one as Times, which is too narrow."""

PAPER: Final = "#ffffff"
INK: Final = "#0f172a"
FAINT: Final = "#64748b"
FRAME: Final = "#f8fafc"
FRAME_EDGE: Final = "#cbd5e1"
ARROW: Final = "#8793a6"
RED: Final = "#dc2626"
KNOWN: Final = "#c98484"
"""What breaks contracts in ways that the baseline lists: it recedes behind what is new."""
ACCENT: Final = "#2563eb"
CYCLE: Final = "#e0a526"
GREEN: Final = "#16a34a"
PALE: Final = "#cbd5e1"
"""What is the same in a picture of two revisions."""
GONE: Final = "#94a3b8"


class Paint(NamedTuple):
    """The colours of a node."""

    fill: str
    edge: str


LAYERS: Final = (
    Paint("#dbeafe", "#60a5fa"),
    Paint("#d5f5ee", "#2dbfa8"),
    Paint("#e9e5fd", "#a08bf0"),
    Paint("#fdf0cd", "#e0a526"),
    Paint("#fbe3ee", "#ec77ab"),
    Paint("#e0f2fe", "#38bdf8"),
    Paint("#e8f5d5", "#8bc34a"),
    Paint("#fde6d8", "#f0965a"),
)
"""The colours of layers from top to bottom, repeated as needed."""

KINDS: Final = {
    NodeKind.COMPONENT: Paint("#e0e7ff", "#818cf8"),
    NodeKind.PACKAGE: Paint("#e8eef6", "#94a8c4"),
    NodeKind.MODULE: Paint("#f5f7fa", "#b6c2d2"),
    NodeKind.SERVICE: Paint("#dbeafe", "#60a5fa"),
    NodeKind.EXTERNAL: Paint("#fdf6e3", "#d9b44a"),
    NodeKind.REST: Paint("#ffffff", "#b6c2d2"),
}

FOCUS: Final = Paint("#1d4ed8", "#1e3a8a")

CHANNELS: Final = {
    Channel.IMPORT: ARROW,
    Channel.HTTP: "#2563eb",
    Channel.RPC: "#7c3aed",
    Channel.QUEUE: "#d97706",
    Channel.TABLE: "#0d9488",
}

CHANNEL_NAMES: Final = {Channel.HTTP: "blue", Channel.RPC: "violet", Channel.QUEUE: "orange", Channel.TABLE: "teal"}

DARK: Final = {
    PAPER: "#0b1220",
    INK: "#e8edf5",
    FAINT: "#9aa8bd",
    FRAME: "#131c2e",
    FRAME_EDGE: "#33415a",
    ARROW: "#7b8aa3",
    RED: "#f87171",
    KNOWN: "#a06a6f",
    "#b6c2d2": "#51617c",
    "#94a8c4": "#5d7292",
    "#dbeafe": "#17305c",
    "#d5f5ee": "#0f3d38",
    "#e9e5fd": "#33286b",
    "#fdf0cd": "#4a3a10",
    "#fbe3ee": "#54203b",
    "#e0f2fe": "#0c3a54",
    "#e8f5d5": "#2c4415",
    "#fde6d8": "#542d14",
    "#e0e7ff": "#2b2f6b",
    "#e8eef6": "#22304a",
    "#f5f7fa": "#1a2437",
    "#fdf6e3": "#3a311a",
    "#2563eb": "#6ea2ff",
    "#7c3aed": "#b08cff",
    "#d97706": "#f5b04c",
    "#0d9488": "#3fd0c0",
    GREEN: "#4ade80",
    GONE: "#64748b",
    "#dcfce7": "#123524",
}
"""The dark variants of colours; other colours are used in both schemes."""


def dark() -> str:
    """The style sheet that switches the colours of an SVG in a dark colour scheme."""
    rules = (f'[{name}="{light}"]{{{name}:{other}}}' for light, other in DARK.items() for name in ("fill", "stroke"))
    return f"@media (prefers-color-scheme: dark){{svg{{background:{DARK[PAPER]}}}{''.join(rules)}}}"


CHANGED_NODES: Final = {
    Change.NEW: (Paint("#dcfce7", GREEN), INK),
    Change.GONE: (Paint(PAPER, GONE), FAINT),
    Change.TOUCHED: (Paint(PAPER, FAINT), INK),
    Change.SAME: (Paint(FRAME, PALE), FAINT),
}
"""The paint and the text of a node in a picture of two revisions."""


def node_colours(view: View, node: Node) -> tuple[str, str, str]:
    """The fill, outline and text colour of `node`."""
    if node.change:
        (fill, edge), ink = CHANGED_NODES[node.change]
        return fill, _alarm(node) or edge, ink
    fill, edge = paint(view, node)
    return fill, _alarm(node) or edge, PAPER if node.is_focus else INK


def _alarm(thing: Node | Arrow) -> str:
    """The colour of what breaks contracts; "" for what does not."""
    if not thing.violations:
        return ""
    return KNOWN if thing.is_known else RED


def paint(view: View, node: Node) -> Paint:
    """The colours of its layer, or of its kind."""
    if node.is_focus:
        return FOCUS
    layer = next((group.layer for group in view.layers if group.name == node.group), None)
    return KINDS[node.kind] if layer is None else LAYERS[(layer or 0) % len(LAYERS)]


def colour(arrow: Arrow) -> str:
    """Red if `arrow` breaks a contract, else the colour of its channel; of two revisions, that of its change."""
    if arrow.change and not arrow.violations:
        return {Change.NEW: GREEN, Change.GONE: GONE}.get(arrow.change, PALE)
    return _alarm(arrow) or CHANNELS[arrow.channel]


def width(arrow: Arrow) -> float:
    """The stroke width, which grows with the logarithm of the count; of two revisions, more for what has changed."""
    if arrow.change:
        return 1 if arrow.change is Change.SAME and not arrow.violations else 2
    return round(min(1 + log2(max(arrow.count, 1)) * 0.3, 4), 2)


def stroke(arrow: Arrow) -> str:
    """Dotted if all imports are for type checkers only, dashed if it closes a cycle or is gone, else solid."""
    if arrow.change:
        return "dashed" if arrow.change is Change.GONE else "solid"
    if arrow.is_type_checking:
        return "dotted"
    return "dashed" if arrow.closes_cycle else "solid"
