"""The types of parameters and results, and the base classes of classes and exceptions, as names to match.

A type is given as all names that a rule may use for it: as written, as resolved, and those of its base classes. A
string annotation is split into the names in it.
"""

import ast
import re
from collections.abc import Iterator
from itertools import chain

from archguard.codebase.facts import Call, ClassDefinition, FunctionDefinition, Parameter, Reference
from archguard.codebase.facts.calls import written
from archguard.codebase.scopes.scopes import BindingKind, Position
from archguard.kinds.structure_rules.name_forms import Spelling, spelled
from archguard.kinds.structure_rules.subjects import StructureFacts
from archguard.model.names import last_part
from archguard.semantics import (
    ClassType,
    ExternalMember,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    SemanticModel,
    Type,
    bindings,
)

_WORD = re.compile(r"[A-Za-z_][\w.]*")
_UNIVERSAL_BASES = frozenset({"builtins.Exception", "builtins.BaseException", "builtins.object"})
"""Base classes that every exception has: a rule that names one does not mean all exceptions."""


def taken(facts: StructureFacts, function: FunctionDefinition, parameter: Parameter) -> Iterator[Spelling]:
    """Every type of `parameter`; without an annotation, the inferred types of its default: `Depends(get_session)`."""
    scope, annotation = function.scope, parameter.node.annotation
    if annotation:
        yield from annotated(facts, annotation, scope.at or scope.end)
    for binding in scope.named(parameter.name):
        if not annotation and binding.default:
            yield from _of_values(facts, facts.names.infer_origin(binding))


def annotated(facts: StructureFacts, node: ast.expr, at: Position) -> Iterator[Spelling]:
    """Every type that the annotation `node` names, and those that it resolves to."""
    for part in ast.walk(node):
        match part:
            case ast.Name() | ast.Attribute():
                yield spelled(written(part), facts.names.infer(part, at))
            case ast.Constant(value=str(text)):
                yield from (Spelling(name) for name in _WORD.findall(text))
    yield from _of_values(facts, facts.names.infer_annotation(node, at))


def returned(facts: StructureFacts, function: FunctionDefinition) -> Iterator[Spelling]:
    """Every type in the return annotation of `function`; without one, the inferred types of its results."""
    scope = function.scope
    annotation = getattr(scope.node, "returns", None)
    if annotation:
        yield from annotated(facts, annotation, scope.at or scope.end)
    else:
        yield from _of_values(facts, facts.names.return_types(FunctionType(scope.name, scope), None, None))


def bases(facts: StructureFacts, definition: ClassDefinition) -> Iterator[Spelling]:
    """Every class that the class `definition` derives from, directly or indirectly."""
    for reference in definition.bases:
        yield facts.spelled(reference)
    yield from ancestors(facts, ClassType(definition.name, definition.scope))


def ancestors(facts: StructureFacts, cls: ClassType) -> Iterator[Spelling]:
    """The base classes of `cls`, direct and indirect: as written in class statements, and as resolved."""
    for ancestor in facts.names.mro(cls):
        if isinstance(ancestor, ClassType):
            yield from _bases(facts, ancestor)
        if ancestor != cls:
            yield from _of_class(facts.names, ancestor)


def _bases(facts: StructureFacts, cls: ClassType) -> Iterator[Spelling]:
    for base in cls.bases:
        node, at = base.value if isinstance(base, ast.Subscript) else base, cls.scope.at or cls.scope.end
        yield spelled(written(node), facts.names.infer(node, at))
        if isinstance(node, ast.Name | ast.Attribute):
            yield from _assigned(facts.names, node, at)


def _assigned(model: SemanticModel, node: ast.Name | ast.Attribute, at: Position) -> Iterator[Spelling]:
    """The qualified name of an assigned variable: `shop.db.Base` for `Base = declarative_base()`."""
    for binding in bindings(model, node, at):
        if binding.kind is BindingKind.ASSIGNED:
            yield spelled(binding.name, (ExternalSymbol(f"{binding.at.scope.name}.{binding.name}"),))


def exceptions(facts: StructureFacts, reference: Reference) -> Iterator[Spelling]:
    """What `reference` resolves to, the class of the instance that its call makes, and the base classes of both."""
    yield facts.spelled(reference)
    if isinstance(reference.node, ast.Call):
        yield from _of_values(facts, facts.names.infer(reference.node, reference.at))
    above = chain.from_iterable(ancestors(facts, cls) for cls in facts.classes(reference))
    yield from (name for name in above if _UNIVERSAL_BASES.isdisjoint(name.known))


def called_modules(facts: StructureFacts, callee: Spelling) -> frozenset[str]:
    """The modules of the project that define `callee`, or the class of its receiver: a method may be inherited."""
    reference = callee.reference
    values = facts.names.infer(reference.named, reference.at) if reference else ()
    found = [value.name for value in values if isinstance(value, FunctionType | ClassType)]
    for value in values:
        receiver = value.receiver if isinstance(value, FunctionType | ExternalMember) else None
        cls = receiver.of if isinstance(receiver, InstanceType) else receiver
        found += [cls.name] if isinstance(cls, ClassType) else []
    return frozenset(facts.module_of(name) for name in found)


def called_functions(facts: StructureFacts, call: Call) -> tuple[FunctionType, ...]:
    """The functions and methods of the project that `call` may call."""
    callees = facts.names.infer(call.node.func, call.at)
    return tuple(callee for callee in callees if isinstance(callee, FunctionType))


def _of_values(facts: StructureFacts, values: tuple[Type, ...], depth: int = 3) -> Iterator[Spelling]:
    """The classes of the instances in `values`, and those of their items, three levels deep."""
    for value in values:
        if isinstance(value, InstanceType):
            yield from _of_class(facts.names, value.of)
            yield from _project_bases(facts, value.of)
            for items in value.items if depth else ():
                yield from _of_values(facts, items, depth - 1)


def _project_bases(facts: StructureFacts, cls: ExternalSymbol | ClassType) -> Iterator[Spelling]:
    """The base classes of a class of the project, without built-in types: `str` does not match `class OrderId(str)`."""
    for ancestor in ancestors(facts, cls) if isinstance(cls, ClassType) else ():
        if not any(name.startswith("builtins.") for name in ancestor.known):
            yield ancestor


def _of_class(model: SemanticModel, cls: ExternalSymbol | ClassType) -> Iterator[Spelling]:
    known = model.library.ancestry(cls.name) if isinstance(cls, ExternalSymbol) else (cls.name,)
    for name in (cls.name, *known):
        yield spelled(last_part(name), (ExternalSymbol(name),))
