"""Types of calls, `with`, `for`, subscripts and `/`, and narrowing by `isinstance`.

Functions of the project are inferred from their return annotation, else from their `return` and `yield` statements;
everything external from the specs in `ExternalModels`, of which `apply_model` is the interpreter.
"""

import ast
import re

from archguard.codebase.scopes.scopes import Position
from archguard.semantics.annotations import YIELDING
from archguard.semantics.attributes import decorator_names
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.types import (
    UNKNOWN,
    ClassType,
    ExternalMember,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    Type,
    Types,
    external_instance,
    instances_of,
    union,
)

_SPEC = re.compile(r"(?P<base>[^\[]*)(?:\[(?P<inner>.*)\])?$")
_CONTEXT_MANAGER_DECORATORS = {"contextmanager", "asynccontextmanager"}


class CallTypes:
    """Infers what calls return, iterators yield and context managers enter."""

    def __init__(self, model: Evaluator) -> None:
        self.model = model

    def return_types(  # noqa: PLR0911  # one case for each type of callee
        self, callee: Type, node: ast.Call | None, at: Position | None
    ) -> Types:
        """Infer the types that a call of `callee` returns; `node` at `at` is the call, if there is one."""
        match callee:
            case ClassType():
                return (InstanceType(callee),)
            case FunctionType():
                return self._function_returns(callee)
            case InstanceType(of=ClassType()):
                return union(*self._call_method(callee, "__call__", node, at))
            case InstanceType(of=ExternalSymbol(name="collections.abc.Callable"), items=(*_, items)):
                return items
            case InstanceType(of=ExternalSymbol(name=name)):
                return self._apply_result(f"{name}.__call__", callee, node, at) or UNKNOWN
            case ExternalMember(receiver=receiver, base=base, name=name):
                return self._member_returns(receiver, f"{base}.{name}", node, at)
            case ExternalSymbol(name=name):
                return self._external_returns(name, node, at)
        return UNKNOWN

    def bind_receiver(self, values: Types, receiver: InstanceType | ClassType) -> Types:
        """Specialize the result of a method to the class of its `receiver`, which `self` and `cls()` are of."""
        cls = receiver.of if isinstance(receiver, InstanceType) else receiver
        if not isinstance(cls, ClassType) or len(self.model.mro(cls)) == 1:
            return values
        return tuple(self._rebind(value, cls) for value in values)

    def _rebind(self, value: Type, cls: ClassType) -> Type:
        match value:
            case ClassType() if value in self.model.mro(cls):
                return cls
            case InstanceType(of=ClassType() as of, items=items) if of in self.model.mro(cls):
                return InstanceType(cls, items)
            case InstanceType(of=of, items=(_, *_) as items):
                return InstanceType(of, tuple(self.bind_receiver(item, cls) for item in items))
        return value

    def apply_model(
        self, spec: str, receiver: InstanceType | ClassType | None, node: ast.Call | None, at: Position | None
    ) -> Types:
        """The types that `spec` denotes for this receiver and call: its first alternative that is not UNKNOWN."""
        alternatives = spec.split(" or ")
        return next(filter(None, (self._alternative(part, receiver, node, at) for part in alternatives)), UNKNOWN)

    def _alternative(
        self, spec: str, receiver: InstanceType | ClassType | None, node: ast.Call | None, at: Position | None
    ) -> Types:
        match = _SPEC.match(spec)
        base, inner = (match["base"], match["inner"]) if match else (spec, None)
        if base == "type" and inner:
            return self._denoted_classes(inner, receiver)
        if base in ("self", "item", "argument", "object", "result"):
            return self._placeholder(base, receiver, node, at)
        if base.startswith("self."):
            return self._instances_named_by(receiver, base.split(".")[1:])
        items = self._placeholder(inner, receiver, node, at) if inner else UNKNOWN
        return (external_instance(base, items) if inner else external_instance(base),)

    def entered_types(self, value: Type) -> Types:
        """Infer `x` in `with value as x`."""
        match value:
            case InstanceType(of=ExternalSymbol(name=name), items=(items, *_)) if _last_name(name) in YIELDING:
                return items
            case InstanceType(of=ExternalSymbol(name=name)):
                return self._apply_result(f"{name}.__enter__", value, None, None) or (value,)
            case InstanceType(of=ClassType()):
                methods = (*self._call_method(value, "__enter__"), *self._call_method(value, "__aenter__"))
                return union(*methods) or (value,)
        return UNKNOWN

    def iterated_types(self, value: Type) -> Types:
        """Infer `x` in `for x in value`."""
        match value:
            case InstanceType(of=ExternalSymbol(name=name), items=items):
                found = self._apply_result(f"{name}.__iter__", value, None, None)
                held = items[:1] if _last_name(name).lower().endswith(("dict", "mapping")) else items
                return found or union(*held) if (found or held) else UNKNOWN
            case InstanceType(of=ClassType()):
                return union(*map(self._next_types, union(*self._call_method(value, "__iter__"))))
            case ExternalMember(receiver=receiver, base=base, name=name):
                spec = self.model.library.result(f"{base}.{name}.__iter__")
                return self.apply_model(spec, receiver, None, None) if spec else UNKNOWN
        return UNKNOWN

    def _next_types(self, iterator: Type) -> Types:
        """Infer `next(iterator)`: by `__next__` of a class of the project, else as `for` iterates an external one."""
        if isinstance(iterator, InstanceType) and isinstance(iterator.of, ClassType):
            return union(*self._call_method(iterator, "__next__"))
        return self.iterated_types(iterator)

    def element_types(self, value: Type, index: int | None) -> Types:
        """Infer `value[index]`; the index is None if it is not constant."""
        match value:
            case InstanceType(of=ExternalSymbol(name=name), items=items) if items:
                if _last_name(name).lower() == "tuple" and index is not None:
                    return items[index] if -len(items) <= index < len(items) else UNKNOWN
                return items[-1]
            case InstanceType(of=ExternalSymbol(name=name)):
                return self._apply_result(f"{name}.__getitem__", value, None, None)
            case InstanceType(of=ClassType()):
                return union(*self._call_method(value, "__getitem__"))
            case ClassType() | ExternalSymbol():
                return (value,)  # a generic class with its arguments
        return UNKNOWN

    def narrow(self, values: Types, classes: Types, *, holds: bool) -> Types:
        """Keep the `values` that are instances of `classes`, or those that are not; all if a class is unknown.

        If the test `holds` for none of them, the value is an instance of the tested classes all the same.
        """
        known = tuple(cls for cls in classes if isinstance(cls, ClassType | ExternalSymbol))
        if not known or len(known) != len(classes):
            return values
        matching = tuple(value for value in values if self._is_instance(value, known))
        if holds:
            return matching or instances_of(known)
        return tuple(value for value in values if value not in matching)

    def _is_instance(self, value: Type, classes: tuple[ClassType | ExternalSymbol, ...]) -> bool:
        match value:
            case InstanceType(of=ClassType() as cls):
                return any(ancestor in classes for ancestor in self.model.mro(cls))
            case InstanceType(of=ExternalSymbol(name=name)):
                canonical = self.model.library.canonical
                names = {canonical(cls.name) for cls in classes if isinstance(cls, ExternalSymbol)}
                return not names.isdisjoint(self.model.library.ancestry(name))
        return False

    def division_types(self, value: Type) -> Types:
        """Infer `value / x` and `x / value`: a path gives a path."""
        match value:
            case InstanceType(of=ExternalSymbol(name=name)):
                return self._apply_result(f"{name}.__truediv__", value, None, None)
            case InstanceType(of=ClassType()):
                methods = self.model.infer_attribute(value, "__truediv__")
                return union(*(self.return_types(method, None, None) for method in methods))
        return UNKNOWN

    def _denoted_classes(self, name: str, receiver: InstanceType | ClassType | None) -> Types:
        """The class `name`; for `self.Meta.model`, the classes that the receiver names there."""
        if not name.startswith("self."):
            return (ExternalSymbol(name),)
        instances = self._instances_named_by(receiver, name.split(".")[1:])
        return tuple(value.of for value in instances if isinstance(value, InstanceType))

    def _instances_named_by(self, receiver: InstanceType | ClassType | None, path: list[str]) -> Types:
        """Instances of the class that `receiver` names under `path`: `Meta.model` of a form."""
        if not receiver or not isinstance(receiver.of if isinstance(receiver, InstanceType) else receiver, ClassType):
            return UNKNOWN
        values: Types = (receiver,)
        for name in path:
            values = union(*(self.model.infer_attribute(value, name) for value in values))
        return union(instances_of(values), _last_items(values))

    def _placeholder(
        self, word: str, receiver: InstanceType | ClassType | None, node: ast.Call | None, at: Position | None
    ) -> Types:
        """The types of a placeholder in a spec: `self`, `item`, `argument`, `object`, `result`, or a qualified name."""
        match word:
            case "self":
                return (
                    instances_of((receiver,))
                    if isinstance(receiver, ClassType)
                    else (receiver,)
                    if receiver
                    else UNKNOWN
                )
            case "item":
                return receiver.items[-1] if isinstance(receiver, InstanceType) and receiver.items else UNKNOWN
            case "result" if node and at and node.args:
                return union(
                    *(self.model.return_types(callee, None, None) for callee in self.model.infer(node.args[0], at))
                )
            case "argument" | "object" if node and at and node.args:
                return self._argument_types(word, node.args[0], at)
            case _ if "." in word:
                return (external_instance(word),)
        return UNKNOWN

    def _argument_types(self, word: str, node: ast.expr, at: Position) -> Types:
        """The first argument itself; for `object`, an instance of the class that it is, names or holds instances of."""
        values = self.model.infer(node, at)
        if word == "argument":
            return values
        if isinstance(node, ast.Constant):
            return self._django_model(str(node.value), at) or self.model.infer_annotation(node, at)
        return union(instances_of(values), _last_items(values))

    def _django_model(self, label: str, at: Position) -> Types:
        """An instance of the model with Django's label `orders.Order`, or `Order` in the same app.

        An app of Tortoise may have any name, so the module of the label and its own app are searched as well.
        """
        app, _, name = label.rpartition(".")
        module = at.scope.module.name
        modules = self.model.resolver.django_models(app, module) or (
            (module, *self.model.resolver.django_models("", module)) if app else ()
        )
        return instances_of(union(*(self.model.infer_export(candidate, name) for candidate in modules)))

    def _apply_result(self, name: str, receiver: InstanceType, node: ast.Call | None, at: Position | None) -> Types:
        spec = self.model.library.result(name)
        return self.apply_model(spec, receiver, node, at) if spec else UNKNOWN

    def _call_method(
        self, owner: InstanceType, name: str, node: ast.Call | None = None, at: Position | None = None
    ) -> list[Types]:
        methods = self.model.infer_attribute(owner, name)
        return [self.model.return_types(method, node, at) for method in methods if isinstance(method, FunctionType)]

    def _function_returns(self, function: FunctionType) -> Types:
        scope = function.scope
        returns = getattr(scope.node, "returns", None)
        found = self.model.infer_annotation(returns, scope.at or scope.end) if returns else UNKNOWN
        found = found or self._infer_body(function)
        if _CONTEXT_MANAGER_DECORATORS.isdisjoint(decorator_names(scope)):
            return found
        return tuple(_as_context_manager(value) for value in found)

    def _infer_body(self, function: FunctionType) -> Types:
        """Infer the result from the `yield` statements, else from the `return` statements."""
        scope = function.scope
        yielded = union(*(self.model.infer(node, at) for node, at in scope.yields))
        if yielded:
            return (external_instance("collections.abc.Iterator", yielded),)
        return union(*(self.model.infer(node, at) for node, at in scope.returns))

    def _member_returns(
        self, receiver: InstanceType | ClassType, name: str, node: ast.Call | None, at: Position | None
    ) -> Types:
        if spec := self.model.library.result(name):
            return self.apply_model(spec, receiver, node, at)
        return UNKNOWN if name.startswith("builtins.") else (external_instance(f"{name}()"),)

    def _external_returns(self, name: str, node: ast.Call | None, at: Position | None) -> Types:
        if node and at and (special := self._builtin_returns(name, node, at)):
            return special
        if spec := self.model.library.result(name):
            owner = InstanceType(
                ExternalSymbol(name.rpartition(".")[0])
            )  # only used for specs with `self`, where `name` is `Class.method`
            return self.apply_model(spec, owner if spec == "self" or "[self]" in spec else None, node, at)
        if _last_name(name)[:1].isupper() or name.startswith("builtins."):
            return (external_instance(self.model.library.canonical(name)),)
        return (external_instance(f"{name}()"),)

    def _builtin_returns(self, name: str, node: ast.Call, at: Position) -> Types:  # noqa: PLR0911  # one case for each function
        """Infer calls of builtins and of the standard library that return (parts of) their arguments."""
        match name, node.args:
            case (("typing.cast" | "typing_extensions.cast"), [annotation, *_]):
                return self.model.infer_annotation(annotation, at)
            case "builtins.getattr", [owner, ast.Constant(value=str(attribute)), *_]:
                return union(*(self.model.infer_attribute(value, attribute) for value in self.model.infer(owner, at)))
            case (("builtins.next" | "builtins.anext"), [iterator, *_]) | (
                ("builtins.max" | "builtins.min"),
                [iterator],
            ):
                return union(*map(self.iterated_types, self.model.infer(iterator, at)))
            case (
                ("builtins.list" | "builtins.tuple" | "builtins.set" | "builtins.sorted" | "builtins.iter"),
                [iterable, *_],
            ):
                return (
                    external_instance(
                        "builtins.list", union(*map(self.iterated_types, self.model.infer(iterable, at)))
                    ),
                )
            case "builtins.enumerate", [iterable, *_]:
                items = union(*map(self.iterated_types, self.model.infer(iterable, at)))
                return (external_instance("builtins.list", (external_instance("builtins.tuple", UNKNOWN, items),)),)
            case "builtins.type", [argument]:
                return tuple(value.of for value in self.model.infer(argument, at) if isinstance(value, InstanceType))
            case "builtins.super", _:
                return self._super(at)
            case "contextvars.ContextVar", _ if default := [key.value for key in node.keywords if key.arg == "default"]:
                return (external_instance(name, self.model.infer(default[0], at)),)
            case "functools.partial", [function, *_]:
                return self.model.infer(function, at)
        return UNKNOWN

    def _super(self, at: Position) -> Types:
        """Infer `super()`: instances of the direct bases of the enclosing class."""
        scope = at.scope
        while scope.parent and not isinstance(scope.node, ast.ClassDef):
            scope = scope.parent
        node = scope.node
        if not isinstance(node, ast.ClassDef) or not scope.at:
            return UNKNOWN
        bases = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
        return instances_of(union(*(self.model.infer(base, scope.at) for base in bases)))


def _last_items(values: Types) -> Types:
    """The last type arguments of the instances in `values`: `select(User)` holds users."""
    return union(*(value.items[-1] for value in values if isinstance(value, InstanceType) and value.items))


def _as_context_manager(value: Type) -> Type:
    """The context manager that `@contextmanager` makes of a generator."""
    match value:
        case InstanceType(of=ExternalSymbol(name=name), items=(items, *_)) if _last_name(name) in YIELDING:
            return external_instance("contextlib.AbstractContextManager", items)
    return value


def _last_name(name: str) -> str:
    return name.rpartition(".")[2]
