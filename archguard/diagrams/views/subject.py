"""Views that have something in the middle."""

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
"""So many are too wide beside each other."""


def around(request: Request, title: str, modules: Collection[str], *, ahead: int | None, back: int | None) -> View:
    """The subject as one node, the others of `modules` in packages as small as the limit allows, and the ways there.

    The standard library is left out, and so are arrows that lead no nearer to the subject.

    Args:
        request: What is asked.
        title: What the view is called.
        modules: Those that may be drawn.
        ahead: How many steps from the subject are shown; None for all.
        back: How many steps to the subject are shown.
    """
    codebase = request.codebase
    others = frozenset(modules) - request.modules - sys.stdlib_module_names
    outline = gather(codebase, others, title, None, request.nodes * 3 // 4)  # in columns, there is room for less
    middle = part(codebase, request.subject, request.modules, _kind(request))
    focus = replace(middle, node=replace(middle.node, is_focus=True))
    drawn = request.drawn(replace(outline, parts=(focus, *loose(codebase, outline.parts)), groups=()))
    return _ways(drawn, request.subject, ahead, back)


def _kind(request: Request) -> NodeKind | None:
    if request.subject in request.codebase.components:
        return NodeKind.COMPONENT
    return NodeKind.SERVICE if request.subject in request.codebase.services else None


def _ways(view: View, subject: str, furthest: int | None, furthest_back: int | None) -> View:
    """The shortest ways from and to `subject`, and what breaks contracts; many steps are shown below each other."""
    ahead = _steps(subject, ((arrow.source, arrow.target) for arrow in view.arrows), furthest)
    back = _steps(subject, ((arrow.target, arrow.source) for arrow in view.arrows), furthest_back)
    ways = {(it.source, it.target) for it in view.arrows if _is_next(ahead, it.source, it.target)}
    ways |= {(it.source, it.target) for it in view.arrows if _is_next(back, it.target, it.source)}
    arrows = tuple(it for it in view.arrows if it.violations or (it.source, it.target) in ways)
    return replace(view, arrows=arrows, is_sideways=max(ahead.values()) + max(back.values()) < _COLUMNS)


def _steps(subject: str, pairs: Iterable[tuple[str, str]], furthest: int | None) -> Mapping[str, int]:
    neighbours: dict[str, list[str]] = {}
    for one, other in pairs:
        neighbours.setdefault(one, []).append(other)
    return distances((subject,), lambda name: neighbours.get(name, ()), furthest)


def _is_next(steps: Mapping[str, int], near: str, far: str) -> bool:
    return near in steps and far in steps and steps[far] == steps[near] + 1
