"""References to names: base classes, decorators, exceptions."""

import ast
from dataclasses import field
from typing import Self

from archguard.codebase.facts.calls import written
from archguard.codebase.scopes.scopes import Position
from archguard.codebase.syntax.source import Source
from archguard.dataclass import dataclass
from archguard.model import Location


@dataclass(frozen=True)
class Reference:
    """A reference to a name, such as a decorator, with its expression and location."""

    name: str
    """The name as written: `router.get` for `@router.get("/")`."""
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
        """The arguments with normalized quotes and spaces; "" if it is not a call."""
        return arguments_of(self.node) if isinstance(self.node, ast.Call) else ""

    @classmethod
    def of(cls, node: ast.expr, source: Source, at: Position) -> Self:
        """The reference `node`, to be resolved from the position `at`."""
        return cls(written(node).removesuffix("()").removesuffix("[]"), source.location(node), node, at)


def arguments_of(call: ast.Call) -> str:
    """The arguments of `call` as source text: `1, timeout=2`."""
    return ", ".join(ast.unparse(argument) for argument in (*call.args, *call.keywords))
