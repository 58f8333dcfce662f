"""What opens a transaction: context managers and decorators of libraries, and units of work of the project.

A class of the project is a unit of work if its `__exit__` commits, itself or one call down; a context manager that is
written as a generator, if it yields within a transaction, or commits.
"""

import ast
from collections.abc import Callable
from typing import TypeAlias

from archguard.codebase.scopes.scopes import Position, Scope
from archguard.effects.catalogue.operations import Operation
from archguard.effects.table.bodies import Context
from archguard.effects.table.classifier import CONTEXT_MANAGERS, Classifier
from archguard.effects.table.effect import Body
from archguard.semantics import (
    ClassType,
    ExternalMember,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    Type,
    qualified_name,
)
from archguard.semantics.attributes import decorator_names
from archguard.semantics.call_graph import methods_of

Bodies: TypeAlias = Callable[[Scope, ClassType | None], Body]
"""Gives the body of a function, for a receiver of a class."""
_EXITS = ("__exit__", "__aexit__")


def opens_transaction(classifier: Classifier, body_of: Bodies, manager: ast.expr, at: Position) -> bool:
    """Whether the context manager or decorator `manager` is a transaction."""
    call = manager if isinstance(manager, ast.Call) else None
    values = classifier.model.infer(call.func if call else manager, at)
    if call and any(qualified_name(value).endswith("method_decorator") for value in values):
        return any(opens_transaction(classifier, body_of, argument, at) for argument in call.args[:1])
    return any(_is_transaction(classifier, body_of, value) for value in values) or (
        call is not None
        and any(_is_transaction(classifier, body_of, value) for value in classifier.model.infer(call, at))
    )


def _is_transaction(classifier: Classifier, body_of: Bodies, value: Type) -> bool:
    match value:
        case ExternalSymbol(name=name):
            return classifier.execution.opens_transaction(name)
        case ExternalMember(base=base, name=name):
            is_client = classifier.finder.catalogue.receiver(classifier.model.library, base)
            return classifier.execution.opens_transaction(f"{base}.{name}") or (
                is_client and classifier.execution.may_open_transaction(name)
            )
        case InstanceType(of=ExternalSymbol(name=name)):
            return classifier.execution.is_transaction(name)
        case InstanceType(of=ClassType() as cls):
            methods = (found for name in _EXITS for found in methods_of(classifier.model, cls, name))
            return any(_is_unit_of_work(body_of, method, cls) for method in methods)
        case FunctionType(scope=scope):
            return not CONTEXT_MANAGERS.isdisjoint(decorator_names(scope)) and _yields_in_transaction(
                classifier, body_of, scope
            )
    return False


def _is_unit_of_work(body_of: Bodies, function: FunctionType, cls: ClassType) -> bool:
    """Whether the `__exit__` of the project's class commits."""
    body = body_of(function.scope, cls)
    bodies = [body, *(body_of(callee.function.scope, cls) for site in body.sites for callee in site.callees)]
    return any(
        effect.operation is Operation.COMMIT for found in bodies for site in found.sites for effect in site.effects
    )


def _yields_in_transaction(classifier: Classifier, body_of: Bodies, scope: Scope) -> bool:
    """Whether the generator of a context manager yields within a transaction, or commits."""
    body = body_of(scope, None)
    if any(effect.operation is Operation.COMMIT for site in body.sites for effect in site.effects):
        return True
    blocks = (node for node in ast.walk(scope.node) if isinstance(node, ast.With | ast.AsyncWith))
    managers = (
        item.context_expr
        for block in blocks
        if any(isinstance(node, ast.Yield) for node in ast.walk(block))
        for item in block.items
    )
    return any(
        opens_transaction(classifier, body_of, manager, body.places.position(manager, Context()))
        for manager in managers
    )
