"""Byte tests on files, and tracing an expression back to the calls that create its value."""

import ast
import re
from collections.abc import Iterator
from functools import cache, lru_cache

from archguard.codebase import Source, SourceError
from archguard.codebase.scopes.scopes import Position
from archguard.semantics import FunctionType, SemanticModel, bindings

STUB = re.compile(r"_pb2_grpc\.\w+Stub$")
"""The qualified names of the classes that gRPC generates for callers of a service."""
STUB_MODULE = b"_pb2_grpc"
"""What the names of their modules end with."""
_MAX_DEPTH = 5
"""How many bindings and functions are followed to the call that creates a value; they may be recursive.

Findings of `gateway` with `require: timeout` at 1, 2, 3, 5 and 8: Redash 287, of which one is a false positive, then
286 at each; Healthchecks 334 at each. 5 leaves room for a client that is made by a factory, kept by an attribute, and
returned by a property.
"""


def content_of(source: Source) -> bytes:
    """The bytes of the file; empty if it cannot be read."""
    try:
        return source.content
    except SourceError:
        return b""


def names_stub(source: Source) -> bool:
    """Whether the file names a module of gRPC's generated stubs."""
    return STUB_MODULE in content_of(source)


def holds(source: Source, pattern: re.Pattern[bytes]) -> bool:
    """Whether `pattern` matches anywhere in the file."""
    return bool(pattern.search(content_of(source)))


def has_any(source: Source, texts: tuple[str, ...]) -> bool:
    """Whether the file contains one of `texts`."""
    return _contains_any(content_of(source), texts)


@lru_cache(maxsize=4)  # callers ask for each call of a file
def _contains_any(content: bytes, texts: tuple[str, ...]) -> bool:
    """Whether `content` contains one of `texts`; faster than a pattern, as shared prefixes rule out most files."""
    has_prefix = any(prefix in content for prefix in _prefixes(texts))
    return has_prefix and any(text.encode() in content for text in texts)


@cache
def _prefixes(texts: tuple[str, ...]) -> frozenset[bytes]:
    """The first six characters of each of `texts`: few, because many texts share them."""
    return frozenset(text.encode()[:6] for text in texts)


def creation_sites(
    model: SemanticModel, node: ast.expr, at: Position, depth: int = _MAX_DEPTH
) -> Iterator[tuple[ast.Call, Position]]:
    """The calls that create the value of `node`: `httpx.Client(timeout=5)` for a `self.client` bound to it.

    At most `depth` bindings and functions are followed.
    """
    match node:
        case _ if depth == 0:
            return
        case ast.Call(func=func):
            functions = [value for value in model.infer(func, at) if isinstance(value, FunctionType)]
            for function in functions:
                for returned, returned_at in (*function.scope.returns, *function.scope.yields):
                    yield from creation_sites(model, returned, returned_at, depth - 1)
            # A function of the project only passes the value on: its own `return` shows where it was made.
            if not functions:
                yield node, at
        case ast.Await(value=inner) | ast.NamedExpr(value=inner):
            yield from creation_sites(model, inner, at, depth)
        case ast.Name() | ast.Attribute():
            for binding in bindings(model, node, at):
                if isinstance(binding.node, ast.expr):
                    yield from creation_sites(model, binding.node, binding.at, depth - 1)
