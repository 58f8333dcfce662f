"""The exceptions that a file raises and catches."""

import ast
from collections.abc import Iterator
from dataclasses import field
from typing import Self

from archguard.codebase.facts.references import Reference
from archguard.codebase.scopes.binder import read_scope
from archguard.codebase.scopes.scopes import Position, Scope
from archguard.codebase.syntax.source import Source
from archguard.dataclass import dataclass


@dataclass(frozen=True)
class Raise:
    """`raiser` raises `exception`."""

    raiser: str
    """The qualified name of the function, class or module around the statement."""
    exception: Reference

    @classmethod
    def extract(cls, source: Source) -> Iterator[Self]:
        """Every `raise` of `source` with an expression.

        Raises:
            SourceError: the file cannot be read or parsed.
        """
        yield from cls.within(read_scope(source), source)

    @classmethod
    def within(cls, scope: Scope, source: Source) -> Iterator[Self]:
        """Every `raise` in `scope` of `source`, nested scopes included."""
        for inner, node in _nodes(scope):
            if isinstance(node, ast.Raise) and node.exc:
                yield cls(inner.name, Reference.of(node.exc, source, _end_of(inner)))


@dataclass(frozen=True)
class Catch:
    """`catcher` catches `exception`; a bare `except:` catches `BaseException`."""

    catcher: str
    """The qualified name of the function, class or module around the clause."""
    exception: Reference
    handler: ast.ExceptHandler = field(compare=False, repr=False)
    scope: Scope = field(compare=False, repr=False)
    """The scope of the catcher."""

    @classmethod
    def extract(cls, source: Source) -> Iterator[Self]:
        """Every exception that an `except` clause of `source` names.

        Raises:
            SourceError: the file cannot be read or parsed.
        """
        yield from cls.within(read_scope(source), source)

    @classmethod
    def within(cls, scope: Scope, source: Source) -> Iterator[Self]:
        """Every exception that an `except` clause in `scope` of `source` names, nested scopes included."""
        for inner, node in _nodes(scope):
            if isinstance(node, ast.ExceptHandler):
                for caught in _caught(node):
                    yield cls(inner.name, Reference.of(caught, source, _end_of(inner)), node, inner)


def _caught(handler: ast.ExceptHandler) -> list[ast.expr]:
    match handler.type:
        case ast.Tuple(elts=caught):
            return caught
        case ast.expr() as caught:
            return [caught]
    word = {"end_lineno": handler.lineno, "end_col_offset": handler.col_offset + len("except")}
    return [ast.Name("BaseException", ast.Load(), lineno=handler.lineno, col_offset=handler.col_offset, **word)]


def _nodes(scope: Scope) -> Iterator[tuple[Scope, ast.AST]]:
    for inner in scope.walk():
        if isinstance(inner.node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from ((inner, node) for node in _own(inner.node))


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope without those of nested scopes."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda | ast.expr):
            yield from _own(child)


def _end_of(scope: Scope) -> Position:
    """The position from which to resolve names: the end of `scope`, since statements have no position of their own."""
    return scope.end
