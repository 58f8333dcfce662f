"""The labels of nodes and arrows, the same in every format."""

import re
from collections.abc import Iterator

from archguard.diagrams.view import Arrow, Change, Channel, Node, NodeKind, View
from archguard.model.log import inert

# Line breaks and control characters, lone surrogates, and marks that change the direction of the text around them.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]+")


def plain(text: str) -> str:
    """`text` on one line, without characters that some format cannot represent."""
    return inert(_UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text))


def size(node: Node) -> str:
    """`12 modules`; "" for a single module and for external packages."""
    if node.kind in (NodeKind.MODULE, NodeKind.EXTERNAL) or not node.modules:
        return ""
    return counted(node.modules, "module")


def inside(node: Node) -> str:
    """`3 violations` inside of the node; "" if there are none."""
    return counted(len(node.violations), "violation") if node.violations else ""


def label(arrow: Arrow) -> str:
    """The number of lines behind the arrow, and how many break contracts: `12`, `2 of 12`; with its channel."""
    if arrow.change:
        return _changed(arrow)
    number = f"{arrow.broken} of {arrow.count}" if 0 < arrow.broken < arrow.count else f"{arrow.count or ''}"
    return number if arrow.channel is Channel.IMPORT else f"{arrow.channel.upper()} {number}".strip()


def _changes(view: View) -> Iterator[str]:
    """The styles of a picture of two revisions."""
    allowed = (arrow.change for arrow in view.arrows if not arrow.violations)
    changes = {*allowed, *(node.change for node in view.nodes)}
    if Change.NEW in changes:
        yield "green: new"
    if Change.GONE in changes:
        yield "grey, dashed: gone"
    if any(arrow.violations for arrow in view.arrows):
        yield "red: breaks a contract"


def _changed(arrow: Arrow) -> str:
    """`+3` for new imports and `-3` for those that are gone; nothing for an arrow that is the same."""
    number = f"{arrow.grown:+d}" if arrow.grown else ""
    return number if arrow.channel is Channel.IMPORT else f"{arrow.channel.upper()} {number}".strip()


def counted(number: int, noun: str) -> str:
    """`1 module`, `2 modules`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def legend(view: View) -> Iterator[str]:
    """Explain those arrow styles that occur in `view`."""
    if any(node.change for node in view.nodes):
        yield from _changes(view)
        return
    if any(arrow.violations for arrow in view.arrows):
        yield "red: breaks a contract"
    if any(arrow.closes_cycle and not arrow.is_type_checking for arrow in view.arrows):
        yield "dashed: closes a cycle"
    if any(arrow.is_type_checking for arrow in view.arrows):
        yield "dotted: for type checkers only"
