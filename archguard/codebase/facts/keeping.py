"""What an application keeps for everyone: `app["pool"] = ...`, `app.state.client = ...`."""

import ast

_KEEPERS = frozenset({"app", "application", "state"})


def kept_name(node: ast.expr) -> str:
    """The name under which an application keeps what `node` stands for; "" if it is nothing of the kind."""
    match node:
        case ast.Attribute(value=ast.Name(id=keeper) | ast.Attribute(attr=keeper), attr=name) if _keeps(keeper):
            return name
        case ast.Subscript(
            value=ast.Name(id=keeper) | ast.Attribute(attr=keeper), slice=ast.Constant(value=str(name))
        ) if _keeps(keeper):
            return name
    return ""


def _keeps(keeper: str) -> bool:
    return keeper in _KEEPERS or keeper.endswith("_app")
