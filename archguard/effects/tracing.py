"""How the kinds that look at calls read files."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from archguard.codebase import Source, SourceError
from archguard.codebase.scopes.scopes import Position
from archguard.semantics import FunctionType, SemanticModel, bindings

STUB = re.compile(r"_pb2_grpc\.\w+Stub$")
"""What the generated classes are called that call a gRPC service."""


def content_of(source: Source) -> bytes:
    """The bytes of the file; none if it cannot be read."""
    try:
        return source.content
    except SourceError:
        return b""


def holds(source: Source, pattern: re.Pattern[bytes]) -> bool:
    """Whether `pattern` is anywhere in the file."""
    return bool(pattern.search(content_of(source)))


def has_any(source: Source, texts: tuple[str, ...]) -> bool:
    """Whether one of `texts` is anywhere in the file, which is quicker to tell than by a pattern."""
    content = content_of(source)
    is_begun = any(beginning in content for beginning in _beginnings(texts))
    return is_begun and any(text.encode() in content for text in texts)


@cache
def _beginnings(texts: tuple[str, ...]) -> frozenset[bytes]:
    """What `texts` begin with, which several of them have in common."""
    return frozenset(text.encode()[:6] for text in texts)


def creation_sites(
    model: SemanticModel, node: ast.expr, at: Position, depth: int = 5
) -> Iterator[tuple[ast.Call, Position]]:
    """The calls that make what `node` stands for: `httpx.Client(timeout=5)` for the `self.client` that is one."""
    match node:
        case _ if depth == 0:
            return
        case ast.Call(func=func):
            functions = [value for value in model.infer(func, at) if isinstance(value, FunctionType)]
            for function in functions:
                for returned, place in (*function.scope.returns, *function.scope.yields):
                    yield from creation_sites(model, returned, place, depth - 1)
            if not functions:
                yield node, at
        case ast.Await(value=inner) | ast.NamedExpr(value=inner):
            yield from creation_sites(model, inner, at, depth)
        case ast.Name() | ast.Attribute():
            for binding in bindings(model, node, at):
                if isinstance(binding.node, ast.expr):
                    yield from creation_sites(model, binding.node, binding.at, depth - 1)
