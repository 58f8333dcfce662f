"""Views that have something in the middle."""

import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from archguard.diagrams.limits import gather
from archguard.diagrams.parts import part
from archguard.diagrams.view import NodeKind, View
from archguard.diagrams.views.neighbours import distances
from archguard.diagrams.views.request import Request


def around(request: Request, title: str, modules: Collection[str]) -> View:
    """The subject as one node, the others of `modules` in packages as small as the limit allows, and the ways there.

    The standard library is left out, and so are arrows that lead no nearer to the subject.
    """
    codebase = request.codebase
    others = frozenset(modules) - request.modules - sys.stdlib_module_names
    outline = gather(codebase, others, title, None, request.nodes - 1)
    middle = part(codebase, request.subject, request.modules, _kind(request))
    focus = replace(middle, node=replace(middle.node, is_focus=True))
    drawn = request.drawn(replace(outline, parts=(focus, *outline.parts)))
    return request.thinned(_ways(drawn, request.subject))


def _kind(request: Request) -> NodeKind | None:
    if request.subject in request.codebase.components:
        return NodeKind.COMPONENT
    return NodeKind.SERVICE if request.subject in request.codebase.services else None


def _ways(view: View, subject: str) -> View:
    """The shortest ways from and to `subject`, and what breaks contracts."""
    ahead = _steps(subject, ((arrow.source, arrow.target) for arrow in view.arrows))
    back = _steps(subject, ((arrow.target, arrow.source) for arrow in view.arrows))
    ways = {(it.source, it.target) for it in view.arrows if _is_next(ahead, it.source, it.target)}
    ways |= {(it.source, it.target) for it in view.arrows if _is_next(back, it.target, it.source)}
    return replace(view, arrows=tuple(it for it in view.arrows if it.violations or (it.source, it.target) in ways))


def _steps(subject: str, pairs: Iterable[tuple[str, str]]) -> Mapping[str, int]:
    neighbours: dict[str, list[str]] = {}
    for one, other in pairs:
        neighbours.setdefault(one, []).append(other)
    return distances((subject,), lambda name: neighbours.get(name, ()))


def _is_next(steps: Mapping[str, int], near: str, far: str) -> bool:
    return near in steps and far in steps and steps[far] == steps[near] + 1
