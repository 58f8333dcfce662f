"""No hairballs: what is too much for one picture is put together, and the picture says so."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from archguard.codebase import Codebase
from archguard.codebase.coupling import Coupling
from archguard.diagrams.parts import Outline, Part, package_depth, packages
from archguard.diagrams.view import Arrow, Node, NodeKind, View
from archguard.model import Report

NODES: Final = 40
"""How many nodes a picture has at most, unless somebody asks for more."""

_ARROWS_PER_NODE: Final = 2
_FEW: Final = 30
"""So many arrows are never too many."""
REST: Final = "..."
"""The name of the node that stands for those that were folded."""


def gather(codebase: Codebase, modules: Collection[str], title: str, depth: int | None, limit: int) -> Outline:
    """`modules` by package: down to `depth`, or as deep as `limit` nodes allow."""
    deepest = max((module.count(".") + 1 for module in modules), default=1)
    wanted = min(depth or deepest, deepest)
    for tried in range(wanted, 0, -1):
        parts, groups = packages(codebase, modules, tried)
        if len(parts) <= limit or tried <= package_depth(codebase):
            break
    notes = () if tried == wanted else (_drawn(len(modules), len(parts), wanted if depth else None),)
    return Outline(title=title, parts=parts, groups=groups, notes=notes)


def _drawn(modules: int, packages: int, depth: int | None) -> str:
    asked = f"depth {depth} is too much for one picture: " if depth else ""
    return f"{asked}{modules} modules are drawn as {packages} packages"


def folded(codebase: Codebase, report: Report, outline: Outline, limit: int) -> Outline:
    """`outline` with `limit` nodes at most: those that fewest imports lead to or from become one."""
    if len(outline.parts) <= limit:
        return outline
    weights = _weights(codebase, outline)
    broken = {name for violation in report.violations for name in (violation.importer, violation.imported)}
    ranked = sorted(outline.parts, key=lambda it: _rank(it, weights, broken, outline))
    kept, rest = ranked[: limit - 1], ranked[limit - 1 :]
    modules = frozenset().union(*(it.modules for it in rest))
    size = sum(it.node.modules for it in rest)
    node = Node(name=REST, label=f"{len(rest)} more", kind=NodeKind.REST, modules=size)
    note = f"{len(rest)} of {len(outline.parts)} are drawn as one node: those with the fewest imports"
    return replace(outline, parts=(*kept, Part(node, modules)), notes=(*outline.notes, note))


def _weights(codebase: Codebase, outline: Outline) -> Mapping[str, int]:
    weights: Counter[str] = Counter()
    for (source, target), links in Coupling(codebase.imports, outline.units).links.items():
        weights[source] += len(links)
        weights[target] += len(links)
    return weights


def _rank(it: Part, weights: Mapping[str, int], broken: Collection[str], outline: Outline) -> tuple[object, ...]:
    """What is asked about first, then layers, then what breaks contracts, then what is most connected."""
    layers = {group.name for group in outline.groups if group.layer is not None}
    is_broken = not it.modules.isdisjoint(broken)
    return not it.node.is_focus, it.node.group not in layers, not is_broken, -weights.get(it.node.name, 0), it.node.name


def thinned(view: View) -> View:
    """`view` without its lightest arrows, if it has too many to be read; those that break contracts stay.

    No node loses its last arrow.
    """
    most = max(_FEW, _ARROWS_PER_NODE * len(view.nodes))
    if len(view.arrows) <= most:
        return view
    counts = sorted((arrow.count for arrow in view.arrows), reverse=True)
    least = counts[most] + 1
    last = {name: arrow for arrow in sorted(view.arrows, key=_weight) for name in (arrow.source, arrow.target)}
    strong = (it for it in view.arrows if it.count >= least or it.violations or it in last.values())
    kept = tuple(strong)
    gone = len(view.arrows) - len(kept)
    note = f"{gone} of {len(view.arrows)} arrows are left out, each of fewer than {least} imports"
    return replace(view, arrows=kept, notes=(*view.notes, note))


def strongest(view: View, most: int) -> View:
    """`view` with `most` arrows at most: those that break contracts, then the heaviest."""
    if len(view.arrows) <= most:
        return view
    ranked = sorted(view.arrows, key=lambda it: (bool(it.violations), *_weight(it)), reverse=True)
    kept = frozenset((it.source, it.target, it.channel) for it in ranked[:most])
    note = f"{len(view.arrows) - most} of {len(view.arrows)} arrows are left out: they do not fit"
    arrows = tuple(it for it in view.arrows if (it.source, it.target, it.channel) in kept)
    return replace(view, arrows=arrows, notes=(*view.notes, note))


def _weight(arrow: Arrow) -> tuple[int, str, str, str]:
    return arrow.count, arrow.source, arrow.target, arrow.channel
