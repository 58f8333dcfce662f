"""The types that functions take and return, and the classes that a class derives from."""

import ast
import re
from collections.abc import Iterator
from itertools import chain

from archguard.codebase.facts import ClassDefinition, FunctionDefinition, Parameter, Reference
from archguard.codebase.facts.calls import written
from archguard.codebase.scopes.scopes import BindingKind, Position
from archguard.kinds.structure_rules.name_forms import Spelling, spelled
from archguard.kinds.structure_rules.subjects import StructureFacts
from archguard.semantics import ClassType, ExternalSymbol, FunctionType, InstanceType, SemanticModel, Type, bindings

_WORD = re.compile(r"[A-Za-z_][\w.]*")
_EVERYTHING = frozenset({"builtins.Exception", "builtins.BaseException", "builtins.object"})
"""What too many classes derive from to be meant when it is named."""


def taken(facts: StructureFacts, function: FunctionDefinition, parameter: Parameter) -> Iterator[Spelling]:
    """Every type of `parameter`; without an annotation, those of what it is by default: `Depends(get_session)`."""
    scope, annotation = function.scope, parameter.node.annotation
    if annotation:
        yield from annotated(facts, annotation, scope.at or scope.end)
    for binding in scope.bindings.get(parameter.name, []):
        if not annotation and binding.default:
            yield from _of_values(facts, facts.names.infer_binding(binding))


def annotated(facts: StructureFacts, node: ast.expr, at: Position) -> Iterator[Spelling]:
    """Every type that the annotation `node` names, and those that it stands for."""
    for part in ast.walk(node):
        match part:
            case ast.Name() | ast.Attribute():
                yield spelled(written(part), facts.names.infer(part, at))
            case ast.Constant(value=str(text)):
                yield from (Spelling(name) for name in _WORD.findall(text))
    yield from _of_values(facts, facts.names.infer_annotation(node, at))


def returned(facts: StructureFacts, function: FunctionDefinition) -> Iterator[Spelling]:
    """Every type that `function` says that it returns, or does return if it says nothing."""
    scope = function.scope
    annotation = getattr(scope.node, "returns", None)
    if annotation:
        yield from annotated(facts, annotation, scope.at or scope.end)
    else:
        yield from _of_values(facts, facts.names.return_types(FunctionType(scope.name, scope), None, None))


def bases(facts: StructureFacts, definition: ClassDefinition) -> Iterator[Spelling]:
    """Every class that the class `definition` derives from, near or far."""
    for mention in definition.bases:
        yield facts.spelled(mention)
    yield from ancestors(facts, ClassType(definition.name, definition.scope))


def ancestors(facts: StructureFacts, cls: ClassType) -> Iterator[Spelling]:
    """The classes above `cls`, as they are written where they are named and as what they are."""
    for ancestor in facts.names.mro(cls):
        if isinstance(ancestor, ClassType):
            yield from _bases(facts, ancestor)
        if ancestor != cls:
            yield from _of_class(facts.names, ancestor)


def _bases(facts: StructureFacts, cls: ClassType) -> Iterator[Spelling]:
    for base in cls.bases:
        named, at = base.value if isinstance(base, ast.Subscript) else base, cls.scope.at or cls.scope.end
        yield spelled(written(named), facts.names.infer(named, at))
        if isinstance(named, ast.Name | ast.Attribute):
            yield from _assigned(facts.names, named, at)


def _assigned(model: SemanticModel, node: ast.Name | ast.Attribute, at: Position) -> Iterator[Spelling]:
    """The name that something has where it is assigned to one: `shop.db.Base`, for `Base = declarative_base()`."""
    for binding in bindings(model, node, at):
        if binding.kind is BindingKind.ASSIGNED:
            yield spelled(binding.name, (ExternalSymbol(f"{binding.at.scope.name}.{binding.name}"),))


def exceptions(facts: StructureFacts, reference: Reference) -> Iterator[Spelling]:
    """What `mention` stands for, what it makes, and the classes that this derives from."""
    yield facts.spelled(reference)
    if isinstance(reference.node, ast.Call):
        yield from _of_values(facts, facts.names.infer(reference.node, reference.at))
    above = chain.from_iterable(ancestors(facts, cls) for cls in facts.classes(reference))
    yield from (name for name in above if _EVERYTHING.isdisjoint(name.known))


def _of_values(facts: StructureFacts, values: tuple[Type, ...], depth: int = 3) -> Iterator[Spelling]:
    """The classes that `values` are objects of, and those of what they hold."""
    for value in values:
        if isinstance(value, InstanceType):
            yield from _of_class(facts.names, value.of)
            yield from _above(facts, value.of)
            for items in value.items if depth else ():
                yield from _of_values(facts, items, depth - 1)


def _above(facts: StructureFacts, cls: ExternalSymbol | ClassType) -> Iterator[Spelling]:
    """What the class of the project derives from; one that is made of a built-in type is there to be told from it."""
    for ancestor in ancestors(facts, cls) if isinstance(cls, ClassType) else ():
        if not any(name.startswith("builtins.") for name in ancestor.known):
            yield ancestor


def _of_class(model: SemanticModel, cls: ExternalSymbol | ClassType) -> Iterator[Spelling]:
    known = model.library.ancestry(cls.name) if isinstance(cls, ExternalSymbol) else (cls.name,)
    for name in (cls.name, *known):
        yield spelled(name.rpartition(".")[2], (ExternalSymbol(name),))
