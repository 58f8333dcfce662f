"""The bindings behind names and attributes, for whoever needs the expression rather than what it evaluates to."""

import ast
from collections.abc import Iterator

from archguard.codebase.scopes.scopes import Binding, Position
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.types import ClassType, InstanceType, ModuleType, Type


def bindings(model: Evaluator, node: ast.Name | ast.Attribute, at: Position) -> Iterator[Binding]:
    """What gives the name or the attribute its value."""
    match node:
        case ast.Name(id=name):
            yield from (origin for origin in model.resolve(name, at) if isinstance(origin, Binding))
        case ast.Attribute(value=owner, attr=name):
            for value in model.infer(owner, at):
                yield from attribute_bindings(model, value, name)


def attribute_bindings(model: Evaluator, owner: Type, name: str) -> Iterator[Binding]:
    """What gives the attribute `name` of a module, a class or an object of the project its value."""
    match owner:
        case ModuleType(name=module):
            origins = model.resolve_in_module(module, name)
            yield from (origin for origin in origins if isinstance(origin, Binding))
        case (ClassType() as cls) | InstanceType(of=ClassType() as cls):
            found = model.definition(cls, name)
            yield from found[1] if found else ()
