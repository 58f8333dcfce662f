"""The components, layers as bands from top to bottom."""

from collections.abc import Mapping

from archguard.codebase import Pattern, disjoint
from archguard.diagrams.layers import layered
from archguard.diagrams.node_selection import (
    Outline,
    Part,
    inside,
    loose,
    package_depth,
    packages,
    part,
    shared_package,
)
from archguard.diagrams.view import NodeKind, View
from archguard.diagrams.views.request import Request


def view(request: Request) -> View:
    """The components, and the layers of the main `layers` contract; modules in neither are grouped by package."""
    named = _named(request)
    assigned = frozenset().union(*(it.modules for it in named))
    rest, _ = packages(request.codebase, request.codebase.modules - assigned, package_depth(request.codebase))
    taken = {it.node.name for it in named}
    outline = Outline(
        title=f"{request.project}: components",
        parts=(*named, *(it for it in loose(request.codebase, rest) if it.node.name not in taken)),
    )
    return request.drawn(layered(request.codebase, outline, request.layered))


def _named(request: Request) -> tuple[Part, ...]:
    codebase = request.codebase
    units = disjoint({name: codebase.members((Pattern(name),)) for name in codebase.components})
    own = frozenset().union(*units.values())
    others = disjoint({name: unit - own for name, unit in _layers(request).items()})
    return (
        *(
            part(codebase, name, unit, NodeKind.COMPONENT, description=codebase.components[name].description)
            for name, unit in units.items()
        ),
        *(part(codebase, name, unit, label=inside(name, shared_package(codebase))) for name, unit in others.items()),
    )


def _layers(request: Request) -> Mapping[str, frozenset[str]]:
    levels = request.layered.levels(request.codebase) if request.layered else ()
    return {name: unit for units in levels for name, unit in units.items()}
