"""The types that functions take and return, and the classes that a class derives from."""

import ast
import re
from collections.abc import Iterator
from itertools import chain

from archguard.codebase.facts import ClassDefinition, FunctionDefinition, Mention, Parameter, Position
from archguard.codebase.facts.calls import written
from archguard.codebase.facts.scopes import How
from archguard.codebase.names import Instance, Names, Outside, OwnClass, OwnFunction, Value, bindings
from archguard.kinds.shapes.reading import Reading
from archguard.kinds.shapes.spelling import Spelling, spelled

_WORD = re.compile(r"[A-Za-z_][\w.]*")
_EVERYTHING = frozenset({"builtins.Exception", "builtins.BaseException", "builtins.object"})
"""What too many classes derive from to be meant when it is named."""


def taken(reading: Reading, function: FunctionDefinition, parameter: Parameter) -> Iterator[Spelling]:
    """Every type of `parameter`; without an annotation, those of what it is by default: `Depends(get_session)`."""
    scope, annotation = function.scope, parameter.node.annotation
    if annotation:
        yield from annotated(reading, annotation, scope.at or scope.end)
    for binding in scope.bindings.get(parameter.name, []):
        if not annotation and binding.default:
            yield from _of_values(reading, reading.names.bound(binding))


def annotated(reading: Reading, node: ast.expr, at: Position) -> Iterator[Spelling]:
    """Every type that the annotation `node` names, and those that it stands for."""
    for part in ast.walk(node):
        match part:
            case ast.Name() | ast.Attribute():
                yield spelled(written(part), reading.names.value(part, at))
            case ast.Constant(value=str(text)):
                yield from (Spelling(name) for name in _WORD.findall(text))
    yield from _of_values(reading, reading.names.annotated(node, at))


def returned(reading: Reading, function: FunctionDefinition) -> Iterator[Spelling]:
    """Every type that `function` says that it returns, or does return if it says nothing."""
    scope = function.scope
    annotation = getattr(scope.node, "returns", None)
    if annotation:
        yield from annotated(reading, annotation, scope.at or scope.end)
    else:
        yield from _of_values(reading, reading.names.called(OwnFunction(scope.name, scope), None, None))


def bases(reading: Reading, definition: ClassDefinition) -> Iterator[Spelling]:
    """Every class that the class `definition` derives from, near or far."""
    for mention in definition.bases:
        yield reading.spelled(mention)
    yield from ancestors(reading, OwnClass(definition.name, definition.scope))


def ancestors(reading: Reading, cls: OwnClass) -> Iterator[Spelling]:
    """The classes above `cls`, as they are written where they are named and as what they are."""
    for ancestor in reading.names.lineage(cls):
        if isinstance(ancestor, OwnClass):
            yield from _bases(reading, ancestor)
        if ancestor != cls:
            yield from _of_class(reading.names, ancestor)


def _bases(reading: Reading, cls: OwnClass) -> Iterator[Spelling]:
    for base in cls.bases:
        named, at = base.value if isinstance(base, ast.Subscript) else base, cls.scope.at or cls.scope.end
        yield spelled(written(named), reading.names.value(named, at))
        if isinstance(named, ast.Name | ast.Attribute):
            yield from _assigned(reading.names, named, at)


def _assigned(names: Names, node: ast.Name | ast.Attribute, at: Position) -> Iterator[Spelling]:
    """The name that something has where it is assigned to one: `shop.db.Base`, for `Base = declarative_base()`."""
    for binding in bindings(names, node, at):
        if binding.how is How.ASSIGNED:
            yield spelled(binding.name, (Outside(f"{binding.at.scope.name}.{binding.name}"),))


def exceptions(reading: Reading, mention: Mention) -> Iterator[Spelling]:
    """What `mention` stands for, what it makes, and the classes that this derives from."""
    yield reading.spelled(mention)
    if isinstance(mention.node, ast.Call):
        yield from _of_values(reading, reading.names.value(mention.node, mention.at))
    above = chain.from_iterable(ancestors(reading, cls) for cls in reading.classes(mention))
    yield from (name for name in above if _EVERYTHING.isdisjoint(name.known))


def _of_values(reading: Reading, values: tuple[Value, ...], depth: int = 3) -> Iterator[Spelling]:
    """The classes that `values` are objects of, and those of what they hold."""
    for value in values:
        if isinstance(value, Instance):
            yield from _of_class(reading.names, value.of)
            yield from _above(reading, value.of)
            for items in value.items if depth else ():
                yield from _of_values(reading, items, depth - 1)


def _above(reading: Reading, cls: Outside | OwnClass) -> Iterator[Spelling]:
    """What the class of the project derives from; one that is made of a built-in type is there to be told from it."""
    for ancestor in ancestors(reading, cls) if isinstance(cls, OwnClass) else ():
        if not any(name.startswith("builtins.") for name in ancestor.known):
            yield ancestor


def _of_class(names: Names, cls: Outside | OwnClass) -> Iterator[Spelling]:
    known = names.library.ancestry(cls.name) if isinstance(cls, Outside) else (cls.name,)
    for name in (cls.name, *known):
        yield spelled(name.rpartition(".")[2], (Outside(name),))
