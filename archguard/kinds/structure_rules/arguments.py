"""The arguments of call sites as text, and matching them against the patterns of rules.

An argument is rendered twice: as written, and resolved. Resolved means that string values are inferred (unknown parts
become `{}`), and that names bound to a single literal are replaced by it. Only such names are followed, since a name
with several bindings has no one value.
"""

import ast
import re
from functools import cache

from archguard.codebase.facts import Reference
from archguard.codebase.scopes.scopes import Binding, BindingKind, Position
from archguard.semantics import SemanticModel, bindings

_UNKNOWN = "{}"
"""Replaces the parts of a string value that cannot be inferred."""
_MAX_DEPTH = 4
"""The number of names that are followed to a literal: `a = b`, `b = c`, ...; it also ends cycles of names."""


def fits(pattern: str, arguments: str) -> bool:
    """Whether `pattern` matches `arguments`: `*` is any text, `?` any character, everything else is literal.

    Square brackets are no character sets, since they are lists in code. Spaces and the kind of quotes do not count.
    """
    return bool(_compiled(pattern).fullmatch(_normalized(arguments)))


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    escaped = re.escape(_normalized(pattern)).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(re.sub(r"(?:\.\*)+", ".*", escaped), re.DOTALL)


def _normalized(text: str) -> str:
    return re.sub(r"\s+", "", text).replace('"', "'")


def resolved(model: SemanticModel, reference: Reference) -> str:
    """The arguments of the call with their inferred values: `'/v1/orders'` for `BASE + "/orders"`."""
    call = reference.node
    if not isinstance(call, ast.Call):
        return ""
    positional = [_resolved(model, argument, reference.at) for argument in call.args]
    keywords = [
        f"{keyword.arg}={_resolved(model, keyword.value, reference.at)}" if keyword.arg else ast.unparse(keyword)
        for keyword in call.keywords
    ]
    return ", ".join((*positional, *keywords))


def _resolved(model: SemanticModel, node: ast.expr, at: Position) -> str:
    if isinstance(node, ast.Starred) or _is_literal(node):
        return ast.unparse(node)
    if text := model.string_value(node, at):
        return repr(text.filled(_UNKNOWN))
    return ast.unparse(_literal(model, node, at) or node)


def _literal(model: SemanticModel, node: ast.expr, at: Position, depth: int = _MAX_DEPTH) -> ast.expr | None:
    """The literal that a name is bound to, if it has a single binding."""
    if not depth or not isinstance(node, ast.Name | ast.Attribute):
        return None
    found = [binding for binding in bindings(model, node, at) if isinstance(binding, Binding)]
    if len(found) != 1 or found[0].kind is not BindingKind.ASSIGNED or found[0].path:
        return None
    value = found[0].node
    if not isinstance(value, ast.expr):
        return None
    return value if _is_literal(value) else _literal(model, value, found[0].at, depth - 1)


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True
