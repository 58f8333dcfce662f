"""No hairballs: what is too much for one picture is put together, and the picture says so."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from archguard.codebase import Codebase
from archguard.codebase.metrics.coupling import Coupling
from archguard.diagrams.labels import counted
from archguard.diagrams.node_selection import REST, Outline, Part, package_depth, packages
from archguard.diagrams.view import Arrow, Channel, Node, NodeKind, View
from archguard.model import Report

NODES: Final = 40
"""How many nodes a picture has at most, unless somebody asks for more."""

ARROWS_PER_NODE: Final = 2
FEW_ARROWS: Final = 60
"""So many arrows are always drawn: on a slide, each of them can still be followed from end to end."""


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
    return replace(outline, parts=(*kept, Part(node, modules)), folded=tuple(rest), notes=(*outline.notes, note))


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
    """`view` without its lightest arrows, if it has too many to be read.

    What breaks a contract or closes a cycle stays, and so does one way back for each arrow that closes one: what is a
    cycle in the code is one in the picture, of the same nodes. No node loses its last arrow.
    """
    most = max(FEW_ARROWS, ARROWS_PER_NODE * len(view.nodes))
    if view.is_complete or view.keeps_arrows or len(view.arrows) <= most:
        return view
    ranked = sorted(view.arrows, key=_weight, reverse=True)
    least = ranked[most].count + 1  # of arrows that weigh the same all stay, or none: no name decides
    kept = {arrow for arrow in ranked if arrow.count >= least} | _needed(ranked)
    kept |= _ways_back(kept, ranked)
    gone = [arrow.count for arrow in view.arrows if arrow not in kept]
    if not gone:
        return view
    noun = "import" if all(arrow.channel is Channel.IMPORT for arrow in view.arrows) else "line"
    note = (
        f"{len(gone)} of {len(view.arrows)} arrows are left out, each of {counted(max(gone), noun)} at most;"
        " none breaks a contract or closes a cycle"
    )
    arrows = tuple(arrow for arrow in view.arrows if arrow in kept)
    return replace(view, arrows=arrows, notes=(*view.notes, note))


def _needed(ranked: Iterable[Arrow]) -> set[Arrow]:
    """Those that break contracts, that are one of two ways between nodes of which one closes a cycle, or a node's last.

    Args:
        ranked: All arrows, the heaviest first.
    """
    closing = {frozenset((it.source, it.target)) for it in ranked if it.closes_cycle}
    heaviest: dict[str, Arrow] = {}
    for arrow in ranked:
        heaviest.setdefault(arrow.source, arrow)
        heaviest.setdefault(arrow.target, arrow)
    told = {it for it in ranked if it.violations or frozenset((it.source, it.target)) in closing}
    return told | set(heaviest.values())


def _ways_back(kept: Collection[Arrow], ranked: Sequence[Arrow]) -> set[Arrow]:
    """The arrows of cycles that have to be added to `kept`, so that what reaches each other still does.

    Of all others, lightest first, each is left out whose end can be reached from its beginning without it: what
    remains is as little as possible, which adding the heaviest first would not give among arrows of the same weight.
    """
    following: dict[str, Counter[str]] = {}
    for arrow in ranked:
        if arrow in kept or arrow.is_cyclic:
            following.setdefault(arrow.source, Counter())[arrow.target] += 1
    added = set[Arrow]()
    for arrow in reversed(ranked):
        if arrow.is_cyclic and arrow not in kept:
            following[arrow.source][arrow.target] -= 1
            if not _is_reached(following, arrow.source, arrow.target):
                following[arrow.source][arrow.target] += 1
                added.add(arrow)
    return added


def _is_reached(following: Mapping[str, Mapping[str, int]], start: str, end: str) -> bool:
    seen, queue = {start}, [start]
    while queue and end not in seen:
        found = {name for name, arrows in following.get(queue.pop(), {}).items() if arrows} - seen
        seen |= found
        queue.extend(sorted(found))
    return end in seen


def strongest(view: View, most: int) -> View:
    """`view` with `most` arrows at most: those that break contracts, those of cycles, then the heaviest."""
    if len(view.arrows) <= most:
        return view
    ranked = sorted(view.arrows, key=_importance, reverse=True)
    kept = frozenset((it.source, it.target, it.channel) for it in ranked[:most])
    note = f"{len(view.arrows) - most} of {len(view.arrows)} arrows are left out: they do not fit"
    arrows = tuple(it for it in view.arrows if (it.source, it.target, it.channel) in kept)
    return replace(view, arrows=arrows, notes=(*view.notes, note))


def _importance(arrow: Arrow) -> tuple[bool, bool, bool, tuple[int, str, str, str]]:
    return bool(arrow.violations), arrow.closes_cycle, arrow.is_cyclic, _weight(arrow)


def _weight(arrow: Arrow) -> tuple[int, str, str, str]:
    return arrow.count, arrow.source, arrow.target, arrow.channel
