"""Pictures of the code: the table of contents. First a view says what there is to see, then a format writes it."""

from archguard.diagrams.view import Arrow, Channel, Group, Line, Node, NodeKind, View
from archguard.diagrams.views import NEEDING_A_SUBJECT, VIEWS, Request, default_view, draw_view

__all__ = [
    "NEEDING_A_SUBJECT",
    "VIEWS",
    "Arrow",
    "Channel",
    "Group",
    "Line",
    "Node",
    "NodeKind",
    "Request",
    "View",
    "default_view",
    "draw_view",
]
