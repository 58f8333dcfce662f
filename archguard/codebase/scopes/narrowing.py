"""Type narrowing by tests: `isinstance(order, Order)`, negated or as part of `and` and `or`."""

import ast
from collections.abc import Iterator


def narrowings(test: ast.expr, *, holds: bool) -> Iterator[tuple[str, ast.expr, bool]]:
    """Yield the target, the classes and the result of each `isinstance` implied by `test` being `holds`."""
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
    """The name or attribute of a name that can be narrowed: `order`, `self.order`; "" for other expressions."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return f"{owner}.{name}"
        case ast.NamedExpr(target=ast.Name(id=name)):
            return name
    return ""
