"""The call sites of a file, as written; `archguard.semantics` resolves the callees."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Self

from archguard.codebase.scopes.binder import read_scope
from archguard.codebase.scopes.scopes import Position, Scope
from archguard.codebase.syntax.source import Source
from archguard.dataclass import dataclass
from archguard.model import Location


@dataclass(frozen=True)
class Call:
    """`caller` calls `callee`, e.g. `shop.orders.place` calls `requests.get`."""

    caller: str
    """The qualified name of the function, class or module around the call."""
    callee: str
    """The callee as written, `session.query().all` for `session.query(Order).all()`; "" if it has no name."""
    location: Location
    node: ast.Call = field(compare=False, repr=False)
    at: Position = field(compare=False, repr=False)

    @property
    def arguments(self) -> tuple[ast.expr, ...]:
        """The positional arguments."""
        return tuple(self.node.args)

    @property
    def keywords(self) -> Mapping[str, ast.expr]:
        """The keyword arguments; `**` is left out."""
        return {keyword.arg: keyword.value for keyword in self.node.keywords if keyword.arg}

    @property
    def expands(self) -> bool:
        """Whether `*` or `**` may add arguments."""
        return any(keyword.arg is None for keyword in self.node.keywords) or any(
            isinstance(argument, ast.Starred) for argument in self.node.args
        )

    @classmethod
    def extract(cls, source: Source) -> Iterator[Self]:
        """Every call of `source`.

        Raises:
            SourceError: the file cannot be read or parsed.
        """
        yield from cls.within(read_scope(source), source)

    @classmethod
    def within(cls, scope: Scope, source: Source) -> Iterator[Self]:
        """Every call in `scope` of `source`, nested scopes included."""
        for inner in scope.walk():
            for path in inner.access_paths:
                for call in (access.call for access in path.accesses if access.call):
                    yield cls(inner.name, written(call.func), source.location(call), call, path.at)


def written(node: ast.expr) -> str:
    """The dotted text of `node`, with `()` for each call, and for an operation or a literal at its start."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            return f"{written(value) or '()'}.{name}"
        case ast.Call(func=func):
            return f"{callee}()" if (callee := written(func)) else ""
        case ast.Await(value=value):
            return written(value)
        case ast.Subscript(value=value):
            return f"{owner}[]" if (owner := written(value)) else ""
    return ""
