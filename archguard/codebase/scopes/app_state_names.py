"""Names of application state: `app["pool"] = ...`, `app.state.client = ...`."""

import ast

_ACCESSES = (ast.Attribute, ast.Subscript)
_HOLDERS = frozenset({"app", "application", "state"})


def app_state_name(node: ast.expr) -> str:
    """The name of the application state that `node` reads or stores; "" if it is none.

    The application is recognized by name only, since the binder runs before inference.
    """
    if not isinstance(node, _ACCESSES) or not _is_application(node.value):
        return ""
    match node:
        case ast.Attribute(attr=name) | ast.Subscript(slice=ast.Constant(value=str(name))):
            return name
    return ""


def _is_application(node: ast.expr) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name in _HOLDERS or name.endswith("_app")
