"""What a test says of the class of a name: `isinstance(order, Order)`, alone or among others."""

import ast
from collections.abc import Iterator


def narrowings(test: ast.expr, *, holds: bool) -> Iterator[tuple[str, ast.expr, bool]]:
    """The names that `test` asks about, the classes, and whether they are of one, where it `holds` or does not."""
    match test:
        case ast.Call(func=ast.Name(id="isinstance"), args=[target, classes]):
            if name := target_name(target):
                yield name, classes, holds
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            yield from narrowings(inner, holds=not holds)
        case ast.BoolOp(op=op, values=parts) if isinstance(op, ast.And) is holds:
            for part in parts:
                yield from narrowings(part, holds=holds)


def target_name(node: ast.expr) -> str:
    """A name, or its attribute: `order`, `self.order`; "" for anything else."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return f"{owner}.{name}"
        case ast.NamedExpr(target=ast.Name(id=name)):
            return name
    return ""
