"""How the text formats write nodes within groups, and what they call both, whatever these are called."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from archguard.diagrams.view import Group, Node, View


def node_names(view: View) -> Mapping[str, str]:
    """`n1`, `n2`, ... by the names of the nodes."""
    return {node.name: f"n{number}" for number, node in enumerate(view.nodes, start=1)}


def group_names(view: View) -> Mapping[str, str]:
    """`g1`, `g2`, ... by the names of the groups."""
    return {group.name: f"g{number}" for number, group in enumerate(view.groups, start=1)}


def is_framed(view: View, group: str) -> bool:
    """Whether there is a frame to draw; a layer of one node is a band by itself."""
    is_layer = any(layer.name == group for layer in view.layers)
    return not is_layer or len(view.members(group)) > 1


def nested(  # noqa: PLR0913  # how each part is written
    view: View,
    opening: Callable[[Group], Sequence[str]],
    closing: str,
    node: Callable[[Node], str],
    parent: str = "",
    indent: str = "",
) -> Iterator[str]:
    """The lines of everything in the group `parent`: groups with what is in them, then nodes."""
    for group in view.groups:
        if group.parent == parent and is_framed(view, group.name):
            first, *others = opening(group)
            yield f"{indent}{first}"
            yield from (f"{indent}  {line}" for line in others)
            yield from nested(view, opening, closing, node, group.name, f"{indent}  ")
            yield f"{indent}{closing}"
        elif group.parent == parent:
            yield from (f"{indent}{node(it)}" for it in view.members(group.name))
    yield from (f"{indent}{node(it)}" for it in view.members(parent))
