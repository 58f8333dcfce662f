"""The size of bodies in statements and branches. One walk over the syntax tree each."""

import ast
from collections.abc import Iterator
from itertools import chain

_DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def statements(node: ast.AST) -> int:
    """The number of statements below `node`, nested ones included; docstrings are none."""
    below = list(ast.walk(node))
    docstrings = sum(isinstance(inner, _DOCUMENTED) and _has_docstring(inner) for inner in below)
    return sum(isinstance(inner, ast.stmt) for inner in below if inner is not node) - docstrings


def branches(node: ast.AST) -> int:
    """The number of branches in the body of `node`; nested functions and classes have their own.

    Each `if`, `elif`, loop, `except` and `case` is one, and each `else`, also that of a loop or of a `try`. Conditional
    expressions and comprehensions are none.
    """
    return sum(_branches_at(inner) for inner in _own_statements(node))


def _has_docstring(node: _DOCUMENTED) -> bool:
    return ast.get_docstring(node, clean=False) is not None


def _own_statements(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.expr | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from chain((child,), _own_statements(child))


def _branches_at(node: ast.AST) -> int:
    match node:
        case ast.If(orelse=[ast.If()]):
            return 1  # an `elif` is an `if` alone in the `else`, and counts itself
        case ast.If() | ast.For() | ast.AsyncFor() | ast.While():
            return 1 + bool(node.orelse)
        case ast.Try() | ast.TryStar():
            return int(bool(node.orelse))
        case ast.ExceptHandler() | ast.match_case():
            return 1
    return 0
