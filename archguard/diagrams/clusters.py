"""Render nested groups in text formats, with generated identifiers: names may hold any character."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from archguard.diagrams.view import Group, Node, View


def node_names(view: View) -> Mapping[str, str]:
    """The identifiers `n1`, `n2`, ... of the nodes, by name."""
    return {node.name: f"n{number}" for number, node in enumerate(view.nodes, start=1)}


def group_names(view: View) -> Mapping[str, str]:
    """The identifiers `g1`, `g2`, ... of the groups, by name."""
    return {group.name: f"g{number}" for number, group in enumerate(view.groups, start=1)}


def is_framed(view: View, group: str) -> bool:
    """Whether `group` is drawn as a frame; a layer of one node needs none."""
    is_layer = any(layer.name == group for layer in view.layers)
    return not is_layer or len(view.members(group)) > 1


def has_lanes(view: View) -> bool:
    """Whether layers are drawn as lanes, and all else in a column beside them: if layers are a third of the nodes."""
    in_layers = sum(len(view.members(layer.name)) for layer in view.layers)
    # With fewer layers, the column beside the lanes would be most of the picture.
    return in_layers > 1 and in_layers * 3 >= len(view.nodes)


def nested(  # noqa: PLR0913  # how each part is rendered
    view: View,
    opening: Callable[[Group], Sequence[str]],
    closing: str,
    node: Callable[[Node], str],
    parent: str = "",
    indent: str = "",
) -> Iterator[str]:
    """The lines of the content of the group `parent`: nested groups, recursively, then nodes."""
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
