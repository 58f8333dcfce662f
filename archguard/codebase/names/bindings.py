"""The bindings behind names and attributes, for whoever needs the expression rather than what it evaluates to."""

import ast
from collections.abc import Iterator

from archguard.codebase.facts import Binding, Position
from archguard.codebase.names.asking import Asking
from archguard.codebase.names.values import Instance, OwnClass, OwnModule, Value


def bindings(names: Asking, node: ast.Name | ast.Attribute, at: Position) -> Iterator[Binding]:
    """What gives the name or the attribute its value."""
    match node:
        case ast.Name(id=name):
            yield from (origin for origin in names.origins(name, at) if isinstance(origin, Binding))
        case ast.Attribute(value=owner, attr=name):
            for value in names.value(owner, at):
                yield from attribute_bindings(names, value, name)


def attribute_bindings(names: Asking, owner: Value, name: str) -> Iterator[Binding]:
    """What gives the attribute `name` of a module, a class or an object of the project its value."""
    match owner:
        case OwnModule(name=module):
            origins = names.module_origins(module, name)
            yield from (origin for origin in origins if isinstance(origin, Binding))
        case (OwnClass() as cls) | Instance(of=OwnClass() as cls):
            found = names.definition(cls, name)
            yield from found[1] if found else ()
