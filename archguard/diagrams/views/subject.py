"""Views around a subject."""

import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Final

from archguard.diagrams.node_selection import loose, part
from archguard.diagrams.simplify import gather
from archguard.diagrams.view import NodeKind, View
from archguard.diagrams.views.neighbours import distances
from archguard.diagrams.views.request import Request

_COLUMNS: Final = 6
"""From this number of columns on, the view is too wide for a left-to-right layout."""


def around(request: Request, title: str, modules: Collection[str], *, ahead: int | None, back: int | None) -> View:
    """The subject as one node, and the other `modules` grouped into packages within the limit.

    Only arrows on a shortest path from or to the subject are kept. The standard library is left out.

    Args:
        request: The input of the view.
        title: The title of the view.
        modules: The modules that may be drawn.
        ahead: The most steps from the subject; None for all.
        back: The most steps to the subject; None for all.
    """
    codebase = request.codebase
    others = frozenset(modules) - request.modules - sys.stdlib_module_names
    outline = gather(codebase, others, title, None, request.nodes * 3 // 4)  # in columns, there is room for less
    middle = part(codebase, request.subject, request.modules, _kind(request))
    focus = replace(middle, node=replace(middle.node, is_focus=True))
    drawn = request.drawn(replace(outline, parts=(focus, *loose(codebase, outline.parts)), groups=()))
    return _shortest_paths(drawn, request.subject, ahead, back)


def _kind(request: Request) -> NodeKind | None:
    if request.subject in request.codebase.components:
        return NodeKind.COMPONENT
    return NodeKind.SERVICE if request.subject in request.codebase.services else None


def _shortest_paths(view: View, subject: str, furthest: int | None, furthest_back: int | None) -> View:
    """Keep arrows on shortest paths from and to `subject`, and violations; long paths get a top-down layout."""
    ahead = _steps(subject, ((arrow.source, arrow.target) for arrow in view.arrows), furthest)
    back = _steps(subject, ((arrow.target, arrow.source) for arrow in view.arrows), furthest_back)
    on_paths = {(it.source, it.target) for it in view.arrows if _is_next(ahead, it.source, it.target)}
    on_paths |= {(it.source, it.target) for it in view.arrows if _is_next(back, it.target, it.source)}
    arrows = tuple(it for it in view.arrows if it.violations or (it.source, it.target) in on_paths)
    return replace(view, arrows=arrows, is_sideways=max(ahead.values()) + max(back.values()) < _COLUMNS)


def _steps(subject: str, pairs: Iterable[tuple[str, str]], furthest: int | None) -> Mapping[str, int]:
    neighbours: dict[str, list[str]] = {}
    for one, other in pairs:
        neighbours.setdefault(one, []).append(other)
    return distances((subject,), lambda name: neighbours.get(name, ()), furthest)


def _is_next(steps: Mapping[str, int], near: str, far: str) -> bool:
    return near in steps and far in steps and steps[far] == steps[near] + 1
