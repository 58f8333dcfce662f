"""The labels of nodes and arrows, the same in every format."""

import re

from archguard.diagrams.view import Arrow, Channel, Node, NodeKind
from archguard.model import ViolationStatus
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
    """`3 violations` inside of the node that the baseline does not list; "" if there are none."""
    number = len(node.violations) - _known(node)
    return counted(number, "violation") if number else ""


def known_inside(node: Node) -> str:
    """`3 known violations` inside of the node, which the baseline lists; "" if there are none."""
    return f"{counted(_known(node), 'known violation')}" if _known(node) else ""


def _known(node: Node) -> int:
    return sum(violation.status is ViolationStatus.KNOWN for violation in node.violations)


def details(node: Node) -> tuple[str, ...]:
    """What is said below the label of a node: its size, and the violations inside."""
    return tuple(filter(None, (size(node), inside(node), known_inside(node))))


def label(arrow: Arrow) -> str:
    """The number of lines behind the arrow, and how many break contracts: `12`, `2 of 12`; with its channel.

    If only some of the violations are known, it counts both sorts: `2 + 3 known of 12`.
    """
    if arrow.change:
        return _changed(arrow)
    broken = f"{arrow.broken - arrow.known} + {arrow.known} known" if 0 < arrow.known < arrow.broken else arrow.broken
    number = f"{broken} of {arrow.count}" if 0 < arrow.broken < arrow.count else f"{arrow.count or ''}"
    return number if arrow.channel is Channel.IMPORT else f"{arrow.channel.upper()} {number}".strip()


def _changed(arrow: Arrow) -> str:
    """`+3` for new imports and `-3` for those that are gone; nothing for an arrow that is the same."""
    number = f"{arrow.grown:+d}" if arrow.grown else ""
    return number if arrow.channel is Channel.IMPORT else f"{arrow.channel.upper()} {number}".strip()


def counted(number: int, noun: str) -> str:
    """`1 module`, `2 modules`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
