"""What an application keeps for everyone: `app["pool"] = ...`, `app.state.client = ...`."""

import ast

_TAKING = (ast.Attribute, ast.Subscript)
_HOLDERS = frozenset({"app", "application", "state"})


def app_state_name(node: ast.expr) -> str:
    """The name under which an application keeps what `node` stands for; "" if it is nothing of the kind."""
    if not isinstance(node, _TAKING) or not _is_holder(node.value):
        return ""
    match node:
        case ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
    return ""


def _is_holder(node: ast.expr) -> bool:
    keeper = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return keeper in _HOLDERS or keeper.endswith("_app")
