"""The nodes that run when a body runs."""

import ast
from collections.abc import Iterable, Iterator


def executed_nodes(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The nodes of `body` without those of nested functions and classes, which it only defines."""
    for node in body:
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield from executed_nodes(ast.iter_child_nodes(node))


def executed_statements(body: Iterable[ast.AST]) -> Iterator[ast.stmt]:
    """The statements of `body`, also those in other statements, without those of nested functions and classes."""
    return (node for node in executed_nodes(body) if isinstance(node, ast.stmt))
