"""The call graph of a project: the functions that a call site may run.

How it works: the type of the callee tells. A function is run itself, a class by its `__init__`, an instance by its
`__call__`; a `partial` and a decorated function are the function that they wrap. Methods of `self` and of `super()` are
looked up in the class of the receiver, as far as the caller knows it: an inherited method calls what the subclass
overrides, and a mixin what follows it in the method resolution order.

Limits: parameters are not resolved to what call sites pass, since each call site may pass something else: whoever
follows the graph knows the argument (`parameter_of`). Dynamic dispatch over a base class finds the base's method only.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from archguard.codebase.scopes.scopes import Binding, BindingKind, Position, Scope
from archguard.semantics.attributes import decorator_names, first_parameter
from archguard.semantics.model import SemanticModel
from archguard.semantics.types import (
    ClassType,
    ExternalMember,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    Type,
    Types,
)

_CONSTRUCTORS = ("__init__", "__post_init__")


def callee_types(model: SemanticModel, node: ast.expr, at: Position, receiver: ClassType | None = None) -> Types:
    """The types of the callee `node`; `receiver` is the class of `self` in the function at `at`, if it is known."""
    found = model.infer(node, at)
    if receiver is None:
        return found
    if name := _attribute_of_self(node, at):
        order = model.mro(receiver)
        # What the class of the receiver defines goes before what inference finds without knowing it: a subclass may
        # override it. A library's base comes last, as all that is known of it is that it may have the method.
        return _found_in(model, receiver, order, name) or found or _inherited(model, receiver, order, name)
    if name := _attribute_of_super(node):
        following = _after(model.mro(receiver), _class_around(at.scope))
        # `super()` of a mixin is what follows it in the order of the receiver, which the mixin itself cannot tell.
        return _found_in(model, receiver, following, name) or _inherited(model, receiver, following, name) or found
    return found


def is_of_receiver(node: ast.expr, at: Position) -> bool:
    """Whether the class of `self` decides what the callee `node` is: `self.run`, `super().run`."""
    return bool(_attribute_of_self(node, at) or _attribute_of_super(node))


def functions_of(model: SemanticModel, callee: Type) -> Iterator[FunctionType]:
    """The functions of the project that a call of `callee` runs."""
    match callee:
        case FunctionType():
            yield callee
        case ClassType():
            for name in _CONSTRUCTORS:
                yield from methods_of(model, callee, name)
        case InstanceType(of=ClassType() as cls):
            yield from methods_of(model, cls, "__call__")


def methods_of(model: SemanticModel, cls: ClassType, name: str) -> Iterator[FunctionType]:
    """The methods of the project that `name` is on an instance of `cls`."""
    for value in _found_in(model, cls, model.mro(cls), name):
        if isinstance(value, FunctionType):
            yield value


def parameter_of(model: SemanticModel, node: ast.expr, at: Position) -> str:
    """The parameter of the function around `at` that `node` names; "" if it is something else."""
    if not isinstance(node, ast.Name):
        return ""
    origins = model.resolve(node.id, at)
    are_parameters = bool(origins) and all(
        isinstance(origin, Binding) and origin.kind is BindingKind.PARAMETER for origin in origins
    )
    return node.id if are_parameters else ""


def receiver_class(function: FunctionType) -> ClassType | None:
    """The class of the receiver of `function`, if it is a method of a class of the project."""
    receiver = function.receiver
    cls = receiver.of if isinstance(receiver, InstanceType) else receiver
    return cls if isinstance(cls, ClassType) else None


def argument_of(function: FunctionType, call: ast.Call, name: str) -> ast.expr | None:
    """What `call` passes for the parameter `name` of `function`: its default, if nothing; None if that is unknown."""
    node = function.scope.node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return None
    if found := next((keyword.value for keyword in call.keywords if keyword.arg == name), None):
        return found
    # `**options` may pass any parameter.
    if any(keyword.arg is None for keyword in call.keywords):
        return None
    names = [parameter.arg for parameter in (*node.args.posonlyargs, *node.args.args)]
    names = names[1:] if _is_bound(function) else names
    index = names.index(name) if name in names else len(call.args)
    if any(isinstance(argument, ast.Starred) for argument in call.args[: index + 1]):
        return None
    return call.args[index] if index < len(call.args) else _default_of(node, name)


def _is_bound(function: FunctionType) -> bool:
    """Whether the first parameter is the receiver, which a call does not pass."""
    return function.receiver is not None and bool(first_parameter(function.scope))


def _default_of(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str) -> ast.expr | None:
    positional = [*node.args.posonlyargs, *node.args.args]
    defaults = {
        parameter.arg: default
        for parameter, default in zip(reversed(positional), reversed(node.args.defaults), strict=False)
    }
    defaults |= {
        parameter.arg: default
        for parameter, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        if default
    }
    return defaults.get(name)


def _attribute_of_self(node: ast.expr, at: Position) -> str:
    """`run` of `self.run` in a method, and in the functions inside of it; "" for any other expression."""
    match node:
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return name if owner == _receiver_name(at.scope) else ""
    return ""


def _attribute_of_super(node: ast.expr) -> str:
    """`save` of `super().save`; "" for any other expression."""
    match node:
        case ast.Attribute(value=ast.Call(func=ast.Name(id="super")), attr=name):
            return name
    return ""


def _class_around(scope: Scope) -> Scope | None:
    found: Scope | None = scope
    while found and not isinstance(found.node, ast.ClassDef):
        found = found.parent
    return found


_Order: TypeAlias = Sequence[ClassType | ExternalSymbol]
"""A method resolution order, or the end of one."""


def _after(order: _Order, cls: Scope | None) -> _Order:
    """What follows the class with the scope `cls`."""
    places = [index for index, found in enumerate(order) if isinstance(found, ClassType) and found.scope is cls]
    return order[places[0] + 1 :] if places else ()


def _found_in(model: SemanticModel, receiver: ClassType, order: _Order, name: str) -> Types:
    """What `name` is in the first class of the project in `order` that has it, bound to an instance of `receiver`.

    A property is left out: what is called is its value.
    """
    scopes = (cls.scope for cls in order if isinstance(cls, ClassType))
    bindings = next(filter(None, (scope.named(name) for scope in scopes)), [])
    values = (value for binding in bindings for value in model.infer_origin(binding))
    return tuple(_bound(value, receiver) for value in values if not _is_property(value))


def _inherited(model: SemanticModel, receiver: ClassType, order: _Order, name: str) -> Types:
    """The method `name` that `receiver` has from a library: from the base in `order` that lists it, else the first."""
    external = [cls.name for cls in order if isinstance(cls, ExternalSymbol)]
    known = [base for base in external if model.library.knows(f"{base}.{name}")]
    base = next(iter(known or external), "")
    return (ExternalMember(InstanceType(receiver), model.library.canonical(base), name),) if base else ()


def _bound(value: Type, receiver: ClassType) -> Type:
    if not isinstance(value, FunctionType) or "staticmethod" in decorator_names(value.scope):
        return value
    return replace(value, receiver=InstanceType(receiver))


def _is_property(value: Type) -> bool:
    return isinstance(value, FunctionType) and any(name.endswith("property") for name in decorator_names(value.scope))


def _receiver_name(scope: Scope) -> str:
    """The name of the receiver in the nearest method around `scope`."""
    while scope.parent and not isinstance(scope.parent.node, ast.ClassDef):
        scope = scope.parent
    return first_parameter(scope) if scope.parent else ""
