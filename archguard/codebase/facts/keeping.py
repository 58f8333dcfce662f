"""What an application keeps for everyone: `app["pool"] = ...`, `app.state.client = ...`."""

import ast

_TAKING = (ast.Attribute, ast.Subscript)
_KEEPERS = frozenset({"app", "application", "state"})


def kept_name(node: ast.expr) -> str:
    """The name under which an application keeps what `node` stands for; "" if it is nothing of the kind."""
    if not isinstance(node, _TAKING) or not _is_keeper(node.value):
        return ""
    match node:
        case ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
    return ""


def _is_keeper(node: ast.expr) -> bool:
    keeper = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return keeper in _KEEPERS or keeper.endswith("_app")
