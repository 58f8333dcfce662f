"""Fit a picture to a slide: a landscape, as high as its labels can be read in, with lanes behind the layers.

How it works: Graphviz is asked where it places everything. A picture that is too high is laid out again with its rows
closer to each other, and with lower nodes if it has lanes; one that is not wide enough is spread. Then the lanes are
added, which need to know where the nodes are. Cost: up to four layouts, each of what `simplify` leaves of a view.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from archguard.diagrams import dot
from archguard.diagrams.clusters import has_lanes
from archguard.diagrams.lanes import lanes
from archguard.diagrams.view import View

Layout: TypeAlias = Mapping[str, Any]
"""What Graphviz writes as `json`."""

SLIDE: Final = 9 / 16
"""The height of a slide by its width."""
LOW: Final = 420.0
"""Up to this height in points, labels are read well on a slide whatever is beside them: nothing is spread."""
HIGH: Final = 560.0
"""From this height on, rows are closer to each other: on a slide, labels are down to two thirds of their size."""
_CLOSE: Final = {"ranksep": "0.2"}
_SPREAD: Final = {"ratio": str(SLIDE)}


def arranged(view: View, lay_out: Callable[[str], Layout]) -> str:
    """The graph of `view` in the language DOT, with all that fits it to a slide.

    Args:
        view: What is drawn.
        lay_out: Runs Graphviz; empty if it does not tell where it places anything, and then nothing is fitted.
    """
    shape: dict[str, str] = {}
    if not (layout := lay_out(dot.render(view))):
        return dot.render(view)
    # Decided by the first layout, before anything is closer: the next one would look lower because of it.
    is_low = has_lanes(view) and _is_high(view, *size(layout))
    for is_needed, change in ((_is_high, _CLOSE), (_is_narrow, _SPREAD)):
        if is_needed(view, *size(layout)):
            shape |= change
            layout = lay_out(dot.render(view, shape, is_low=is_low))
    # By the last layout, the one that is drawn.
    found = lanes(view, layout, {node.name: dot.name_of(node) for node in view.nodes})
    return dot.render(view, shape | ({dot.BACKGROUND: found} if found else {}), is_low=is_low)


def size(layout: Layout) -> tuple[float, float]:
    """The width and the height of the picture in points."""
    left, bottom, right, top = map(float, str(layout["bb"]).split(","))
    return right - left, top - bottom


def _is_high(view: View, _: float, height: float) -> bool:
    return not view.is_sideways and height > HIGH


def _is_narrow(view: View, width: float, height: float) -> bool:
    """Lanes are not spread: Graphviz then gives columns beside them far too much room."""
    return not view.is_sideways and not has_lanes(view) and height > LOW and width * SLIDE < height
