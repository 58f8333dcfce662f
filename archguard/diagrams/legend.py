"""The legend: what those looks mean that occur in a view, the same in every format."""

from collections.abc import Iterator
from typing import Final

from archguard.dataclass import dataclass
from archguard.diagrams import style
from archguard.diagrams.view import Arrow, Change, Channel, Node, View

NUMBER: Final = "number"
"""The look of an arrow that has nothing but a number."""


@dataclass(frozen=True)
class Sample:
    """One look, and what it means."""

    look: str
    """The look in words, for formats that show no sample of it."""
    meaning: str
    colour: str = style.ARROW
    stroke: str = "solid"

    def __str__(self) -> str:
        return f"{self.look}: {self.meaning}"


def legend(view: View) -> Iterator[Sample]:
    """Explain those looks of arrows and outlines that occur in `view`."""
    if any(node.change for node in view.nodes):
        yield from _changes(view)
    else:
        yield from _imports(view)
    yield from _violations(view)
    if any(node.change for node in view.nodes):
        return
    if any(arrow.closes_cycle and not arrow.is_type_checking for arrow in view.arrows):
        yield Sample("dashed", "closes a cycle", stroke="dashed")
    if any(arrow.is_type_checking for arrow in view.arrows):
        yield Sample("dotted", "for type checkers only", stroke="dotted")
    yield from _channels(view)


def _imports(view: View) -> Iterator[Sample]:
    if any(arrow.channel is Channel.IMPORT and arrow.count and not arrow.violations for arrow in view.arrows):
        yield Sample(NUMBER, "imports, and how many")


def _violations(view: View) -> Iterator[Sample]:
    everything: tuple[Arrow | Node, ...] = (*view.arrows, *view.nodes)
    things = [it for it in everything if it.violations]
    if any(not it.is_known for it in things):
        yield Sample("red", "breaks a contract", style.RED)
    if any(it.is_known for it in things):
        yield Sample("pale red", "known violation, in the baseline", style.KNOWN)


def _changes(view: View) -> Iterator[Sample]:
    """The looks of a picture of two revisions."""
    allowed = (arrow.change for arrow in view.arrows if not arrow.violations)
    changes = {*allowed, *(node.change for node in view.nodes)}
    if Change.NEW in changes:
        yield Sample("green", "new", style.GREEN)
    if Change.GONE in changes:
        yield Sample("grey, dashed", "gone", style.GONE, "dashed")


def _channels(view: View) -> Iterator[Sample]:
    """The colours of other channels than imports; an arrow that breaks a contract has none of them."""
    used = {arrow.channel for arrow in view.arrows if not arrow.violations}
    for channel in Channel:
        if channel in used and channel is not Channel.IMPORT:
            meaning = channel.upper() if channel in (Channel.HTTP, Channel.RPC) else channel.value
            yield Sample(style.CHANNEL_NAMES[channel], meaning, style.CHANNELS[channel])
