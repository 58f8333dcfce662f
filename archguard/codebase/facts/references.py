"""Names that the code gives: a base class, a decorator, an exception."""

import ast
from dataclasses import dataclass, field
from typing import Self

from archguard.codebase.facts.calls import written
from archguard.codebase.scopes.scopes import Position
from archguard.codebase.syntax.source import Source
from archguard.model import Location


@dataclass(frozen=True)
class Reference:
    """A name that is given somewhere, such as a decorator's, with the expression and its place."""

    name: str
    """As it is written: `router.get` for `@router.get("/")`."""
    location: Location
    node: ast.expr = field(compare=False, repr=False)
    at: Position = field(compare=False, repr=False)

    @property
    def named(self) -> ast.expr:
        """The expression without its arguments."""
        match self.node:
            case ast.Call(func=named) | ast.Subscript(value=named):
                return named
        return self.node

    @property
    def arguments(self) -> str:
        """The arguments as they are written, in one form of quotes and spaces; "" if it is not called."""
        return arguments_of(self.node) if isinstance(self.node, ast.Call) else ""

    @classmethod
    def of(cls, node: ast.expr, source: Source, at: Position) -> Self:
        """The mention that is `node`, seen from `at`."""
        return cls(written(node).removesuffix("()").removesuffix("[]"), source.location(node), node, at)


def arguments_of(call: ast.Call) -> str:
    """`1, timeout=2`."""
    return ", ".join(ast.unparse(argument) for argument in (*call.args, *call.keywords))
