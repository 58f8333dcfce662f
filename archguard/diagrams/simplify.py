"""Reduce a view to what one picture can show, and add a note about what is missing.

How it works: packages are drawn less deeply until they fit; then the nodes with the fewest imports are folded into one;
then the arrows with the fewest imports are left out. An arrow that breaks a contract always stays, as do the arrows
that keep every cycle of the code a cycle in the picture. Known violations stay, and so does each arrow that closes a
cycle, with its opposite, unless that is too much: of a picture of all, nobody sees any.

Limits: 30 nodes and, from 40 arrows on, two arrows a node, beyond which a layout can no longer be followed by eye.
Cost: `_cycle_arrows` searches the graph once per cyclic arrow: quadratic in the arrows, of a view of few nodes.
"""

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

NODES: Final = 30
"""The default limit of nodes in a picture."""

ARROWS_PER_NODE: Final = 2
"""Above `FEW_ARROWS`, how many arrows a picture has per node."""
FEW_ARROWS: Final = 40
"""Up to this number, all arrows are drawn: on a slide, each of them can still be followed from end to end."""


def gather(codebase: Codebase, modules: Collection[str], title: str, depth: int | None, limit: int) -> Outline:
    """Group `modules` by package: down to `depth`, or as deep as `limit` nodes allow."""
    deepest = max((module.count(".") + 1 for module in modules), default=1)
    wanted = min(depth or deepest, deepest)
    for tried in range(wanted, 0, -1):
        parts, groups = packages(codebase, modules, tried)
        if len(parts) <= limit or tried <= package_depth(codebase):
            break
    notes = () if tried == wanted else (_depth_note(len(modules), len(parts), wanted if depth else None),)
    return Outline(title=title, parts=parts, groups=groups, notes=notes)


def _depth_note(modules: int, packages: int, depth: int | None) -> str:
    excess = f"depth {depth} is too much for one picture: " if depth else ""
    return f"{excess}{modules} modules are drawn as {packages} packages"


def folded(codebase: Codebase, report: Report, outline: Outline, limit: int) -> Outline:
    """Fold the parts with the fewest imports into one node, so that `outline` has at most `limit` nodes."""
    if len(outline.parts) <= limit:
        return outline
    weights = _weights(codebase, outline)
    broken = {name for violation in report.violations for name in (violation.importer, violation.imported)}
    ranked = sorted(outline.parts, key=lambda it: _rank(it, weights, broken, outline))
    kept, rest = ranked[: limit - 1], ranked[limit - 1 :]
    modules = frozenset().union(*(it.modules for it in rest))
    module_count = sum(it.node.modules for it in rest)
    node = Node(name=REST, label=f"{len(rest)} more", kind=NodeKind.REST, modules=module_count)
    note = f"{len(rest)} of {len(outline.parts)} are drawn as one node: those with the fewest imports"
    return replace(outline, parts=(*kept, Part(node, modules)), folded=tuple(rest), notes=(*outline.notes, note))


def _weights(codebase: Codebase, outline: Outline) -> Mapping[str, int]:
    weights: Counter[str] = Counter()
    for (source, target), links in Coupling(codebase.imports, outline.units).links.items():
        weights[source] += len(links)
        weights[target] += len(links)
    return weights


def _rank(it: Part, weights: Mapping[str, int], broken: Collection[str], outline: Outline) -> tuple[object, ...]:
    """The sort key of folding: the subject, then layers, then parts with violations, then by number of imports."""
    layers = {group.name for group in outline.groups if group.layer is not None}
    is_broken = not it.modules.isdisjoint(broken)
    return not it.node.is_focus, it.node.group not in layers, not is_broken, -weights.get(it.node.name, 0), it.node.name


def thinned(view: View) -> View:
    """Remove the arrows with the fewest imports, if `view` has too many to be read.

    Arrows that break a contract or close a cycle stay, and so does a return path for each arrow that closes a cycle: a
    cycle of the code remains a cycle of the same nodes in the picture. No node loses its last arrow.
    """
    most = max(FEW_ARROWS, ARROWS_PER_NODE * len(view.nodes))
    if view.is_complete or view.keeps_arrows or len(view.arrows) <= most:
        return view
    ranked = sorted(view.arrows, key=_weight, reverse=True)
    min_count = ranked[most].count + 1  # keep all arrows of equal weight or none: otherwise names would decide
    heavy = {arrow for arrow in ranked if arrow.count >= min_count} | _required(ranked)
    kept = heavy | _both_ways(ranked) | {arrow for arrow in ranked if arrow.is_known}
    kept |= _cycle_arrows(kept, ranked)
    # Known violations and both directions of cycles are nice to have: they go first.
    if len(kept) > most:
        kept = heavy | _cycle_arrows(heavy, ranked)
    removed = [arrow for arrow in view.arrows if arrow not in kept]
    if not removed:
        return view
    arrows = tuple(arrow for arrow in view.arrows if arrow in kept)
    return replace(view, arrows=arrows, notes=(*view.notes, _note_of(removed, len(view.arrows))))


def _note_of(removed: Collection[Arrow], arrows: int) -> str:
    noun = "import" if all(arrow.channel is Channel.IMPORT for arrow in removed) else "line"
    most = counted(max(arrow.count for arrow in removed), noun)
    known, closing = (sum(it.is_known for it in removed), sum(it.closes_cycle for it in removed))
    told = [f"{counted(known, 'known violation')} among them"] if known else []
    told += [f"{counted(closing, 'arrow')} of cycles among them, see --view cycles"] if closing else []
    none = "none breaks a contract or closes a cycle"
    return f"{len(removed)} of {arrows} arrows are left out, each of {most} at most; {'; '.join(told) or none}"


def _both_ways(ranked: Iterable[Arrow]) -> set[Arrow]:
    """Both directions of each pair of nodes of which one closes a cycle."""
    closing = {frozenset((it.source, it.target)) for it in ranked if it.closes_cycle}
    return {it for it in ranked if frozenset((it.source, it.target)) in closing}


def _required(ranked: Iterable[Arrow]) -> set[Arrow]:
    """The arrows that must stay: violations that the baseline does not list, and each node's heaviest.

    Args:
        ranked: All arrows, heaviest first.
    """
    heaviest: dict[str, Arrow] = {}
    for arrow in ranked:
        heaviest.setdefault(arrow.source, arrow)
        heaviest.setdefault(arrow.target, arrow)
    return {it for it in ranked if it.violations and not it.is_known} | set(heaviest.values())


def _cycle_arrows(kept: Collection[Arrow], ranked: Sequence[Arrow]) -> set[Arrow]:
    """The cyclic arrows to add to `kept` so that every strongly connected component stays one.

    Starts with all cyclic arrows and removes them, lightest first, where the target is still reachable from the source
    without the arrow. Adding the heaviest ones first instead would keep superfluous arrows among those of equal weight.
    """
    successors: dict[str, Counter[str]] = {}
    for arrow in ranked:
        if arrow in kept or arrow.is_cyclic:
            # Counted: two arrows of different channels may lead from one node to the same other one.
            successors.setdefault(arrow.source, Counter())[arrow.target] += 1
    added = set[Arrow]()
    for arrow in reversed(ranked):
        if arrow.is_cyclic and arrow not in kept:
            successors[arrow.source][arrow.target] -= 1
            if not _is_reachable(successors, arrow.source, arrow.target):
                successors[arrow.source][arrow.target] += 1
                added.add(arrow)
    return added


def _is_reachable(successors: Mapping[str, Mapping[str, int]], start: str, end: str) -> bool:
    seen, queue = {start}, [start]
    while queue and end not in seen:
        found = {name for name, arrows in successors.get(queue.pop(), {}).items() if arrows} - seen
        seen |= found
        queue.extend(sorted(found))
    return end in seen


def strongest(view: View, most: int) -> View:
    """Keep at most `most` arrows: first those that break contracts, then those of cycles, then the heaviest."""
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
