"""One picture of two revisions: what is new, what is gone, and the rest around it.

Both pictures have the same sort of nodes, under the names of today. What has changed is never left out. The rest is
there for orientation: everything of a small picture, else what is beside a change, the heaviest first.

Limits: 16 nodes and 30 arrows that are the same. With the 40 nodes of other pictures, the change would be a small part
of what is drawn, and labels too small for a comment.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from archguard.diagrams.labels import counted
from archguard.diagrams.view import Arrow, Change, Node, View

_Key: TypeAlias = tuple[str, str, str]

CHANGED: Final = (Change.NEW, Change.GONE)
_NODES: Final = 16
_ARROWS: Final = 30


def difference(before: View, after: View, title: str) -> View:
    """The nodes and arrows of both views, each with what became of it."""
    arrows = tuple(_arrows(before, after))
    nodes = tuple(_nodes(before, after))
    kept = _kept(nodes, arrows)
    shown = tuple(it for it in arrows if {it.source, it.target} <= kept)
    shown, left_out = _thinned(shown)
    groups = {group.name: group for group in (*before.groups, *after.groups)}
    omitted = [counted(len(nodes) - len(kept), "node")] if len(kept) < len(nodes) else []
    omitted += [counted(left_out, "arrow")] if left_out else []
    notes = (f"{' and '.join(omitted)} without a change left out",) if omitted else ()
    touched = {name for arrow in arrows if is_changed(arrow) for name in (arrow.source, arrow.target)}
    found = tuple(_touched(node) if node.name in touched else node for node in nodes if node.name in kept)
    used = {node.group for node in found}
    parts = tuple(group for group in groups.values() if group.layer is None or group.name in used)
    return replace(after, title=title, nodes=found, arrows=shown, groups=parts, notes=notes, code=after.code)


def _touched(node: Node) -> Node:
    return replace(node, change=Change.TOUCHED) if node.change is Change.SAME else node


def _nodes(before: View, after: View) -> Iterator[Node]:
    old, new = {node.name: node for node in before.nodes}, {node.name: node for node in after.nodes}
    groups = {group.name for group in after.groups}
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            group = old[name].group if old[name].group in groups else ""
            yield replace(old[name], change=Change.GONE, violations=(), group=group)
        else:
            yield replace(new[name], change=Change.SAME if name in old else Change.NEW)


def _arrows(before: View, after: View) -> Iterator[Arrow]:
    old, new = _by_key(before), _by_key(after)
    for key in sorted(old.keys() | new.keys()):
        one, other = old.get(key), new.get(key)
        grown = (other.count if other else 0) - (one.count if one else 0)
        if other is None and one is not None:
            yield replace(one, change=Change.GONE, grown=grown, violations=(), broken=0)
        elif other is not None:
            yield replace(other, change=Change.SAME if one else Change.NEW, grown=grown)


def _by_key(view: View) -> Mapping[_Key, Arrow]:
    return {(arrow.source, arrow.target, arrow.channel): arrow for arrow in view.arrows}


def is_changed(arrow: Arrow) -> bool:
    """Whether it is new, gone, or breaks a contract that it did not break before."""
    return arrow.change in CHANGED or bool(arrow.violations)


def has_changes(view: View) -> bool:
    """Whether anything in the picture is new, gone, or breaks a contract."""
    changed = any(node.change in CHANGED or node.violations for node in view.nodes)
    return changed or any(map(is_changed, view.arrows))


def _kept(nodes: tuple[Node, ...], arrows: tuple[Arrow, ...]) -> frozenset[str]:
    """The nodes that have changed or have a changed arrow; of the others all, or the heaviest beside them."""
    changed = {node.name for node in nodes if node.change in CHANGED or node.violations}
    changed |= {name for arrow in arrows if is_changed(arrow) for name in (arrow.source, arrow.target)}
    if len(nodes) <= _NODES:
        return frozenset(node.name for node in nodes)
    weights: Counter[str] = Counter()
    for arrow in arrows:
        if {arrow.source, arrow.target} & changed:
            weights.update({arrow.source: arrow.count, arrow.target: arrow.count})
    beside = sorted(weights.keys() - changed, key=lambda name: (-weights[name], name))
    return frozenset((*changed, *beside[: max(_NODES - len(changed), 0)]))


def _thinned(arrows: tuple[Arrow, ...]) -> tuple[tuple[Arrow, ...], int]:
    """All arrows that have changed, and of the others the heaviest; and how many are left out."""
    others = sorted((it for it in arrows if not is_changed(it)), key=lambda it: (-it.count, it.source, it.target))
    dropped = set(others[_ARROWS:])
    return tuple(it for it in arrows if it not in dropped), len(dropped)
