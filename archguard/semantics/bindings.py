"""The bindings of names and attributes, for callers that need the bound expression instead of its types."""

import ast
from collections.abc import Iterator

from archguard.codebase.scopes.scopes import Binding, Position
from archguard.semantics.evaluator import TypeQueries
from archguard.semantics.types import ClassType, InstanceType, ModuleType, Type


def bindings(model: TypeQueries, node: ast.Name | ast.Attribute, at: Position) -> Iterator[Binding]:
    """The bindings of the project that a name or an attribute resolves to."""
    match node:
        case ast.Name(id=name):
            yield from (origin for origin in model.resolve(name, at) if isinstance(origin, Binding))
        case ast.Attribute(value=owner, attr=name):
            for value in model.infer(owner, at):
                yield from attribute_bindings(model, value, name)


def attribute_bindings(model: TypeQueries, owner: Type, name: str) -> Iterator[Binding]:
    """The bindings of the attribute `name` of a module, class or instance of the project."""
    match owner:
        case ModuleType(name=module):
            origins = model.resolver.resolve_in_module(module, name)
            yield from (origin for origin in origins if isinstance(origin, Binding))
        case (ClassType() as cls) | InstanceType(of=ClassType() as cls):
            found = model.definition(cls, name)
            yield from found[1] if found else ()


def is_method_alias(model: TypeQueries, name: str, at: Position) -> bool:
    """Whether `name` is bound to an attribute in the same file: `run = session.execute`."""
    return any(
        isinstance(origin, Binding)
        and isinstance(origin.node, ast.Attribute)
        and origin.at.scope.module is at.scope.module
        for origin in model.resolve(name, at)
    )
