"""Lanes behind the layers of a picture: a band across its whole width for each layer.

How it works: Graphviz has frames, which are as wide as what is in them, and arrows are led around them. So the picture
is laid out without lanes; then each lane is drawn behind the nodes of its layer, as wide as the column beside it leaves
room.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from archguard.dataclass import dataclass
from archguard.diagrams import style
from archguard.diagrams.clusters import has_lanes
from archguard.diagrams.view import View

_GAP: Final = 9.0
"""The distance between nodes and the border of their lane, in points; less than half of that between rows."""
_VEIL: Final = "66"
"""The opacity of a lane, as two hexadecimal digits: the nodes on it have the same colour."""


@dataclass(frozen=True)
class Box:
    """A rectangle in points; the origin is at the lower left."""

    left: float
    bottom: float
    right: float
    top: float

    @classmethod
    def around(cls, boxes: Iterable["Box"]) -> "Box":
        """The smallest rectangle that contains all `boxes`."""
        found = list(boxes)
        return cls(
            min(it.left for it in found),
            min(it.bottom for it in found),
            max(it.right for it in found),
            max(it.top for it in found),
        )


def lanes(view: View, layout: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The lanes of `view` as an `xdot` background; "" if it has none.

    Args:
        view: What is drawn.
        layout: What Graphviz writes as `json` for the same graph.
        names: The name of each node in the layout.
    """
    if not has_lanes(view):
        return ""
    boxes = _boxes(layout)
    whole = Box(*(float(number) for number in str(layout["bb"]).split(",")))
    rows = [
        Box.around(boxes[names[node.name]] for node in members)
        for layer in view.layers
        if (members := view.members(layer.name))
    ]
    left, right = _sides(whole, rows, [boxes[names[node.name]] for node in view.members("")])
    paints = [style.LAYERS[(layer.layer or 0) % len(style.LAYERS)] for layer in view.layers if view.members(layer.name)]
    fills = [style.PALE if any(node.change for node in view.nodes) else paint.fill for paint in paints]
    return " ".join(_band(left, right, row, fill) for row, fill in zip(rows, fills, strict=True))


def _boxes(layout: Mapping[str, Any]) -> Mapping[str, Box]:
    return {it["name"]: _box(it) for it in layout.get("objects", ()) if "pos" in it}


def _box(node: Mapping[str, Any]) -> Box:
    x, y = (float(number) for number in node["pos"].split(","))
    # Graphviz gives positions in points, and sizes in inches of 72 points.
    wide, high = (float(node[side]) * 72 / 2 for side in ("width", "height"))
    return Box(x - wide, y - high, x + wide, y + high)


def _sides(whole: Box, rows: Iterable[Box], others: Iterable[Box]) -> tuple[float, float]:
    """The left and the right end of all lanes: those of the picture, or of the column beside them."""
    inner = Box.around(rows)
    outside = list(others)
    left = max((it.right + 2 * _GAP for it in outside if it.right < inner.left), default=whole.left - _GAP)
    right = min((it.left - 2 * _GAP for it in outside if it.left > inner.right), default=whole.right + _GAP)
    return left, right


def _band(left: float, right: float, row: Box, fill: str) -> str:
    return "".join(_polygon(left, row.bottom - _GAP, right, row.top + _GAP, f"{fill}{_VEIL}"))


def _polygon(left: float, bottom: float, right: float, top: float, colour: str) -> Iterator[str]:
    """The operations of a filled rectangle: https://graphviz.org/docs/outputs/canon/#xdot."""
    yield f"c 9 -#00000000 C {len(colour)} -{colour} "
    yield f"P 4 {left:.1f} {bottom:.1f} {right:.1f} {bottom:.1f} {right:.1f} {top:.1f} {left:.1f} {top:.1f} "
