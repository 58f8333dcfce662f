"""What comes out of calls, `with`, `for` and subscripts."""

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
_MANAGERS = {"contextmanager", "asynccontextmanager"}


class CallTypes:
    """Finds out with the help of `names` what is returned, yielded and entered."""

    def __init__(self, model: Evaluator) -> None:
        self.model = model

    def return_types(  # noqa: PLR0911  # one case for each sort of callee
        self, callee: Type, node: ast.Call | None, at: Position | None
    ) -> Types:
        """What calling `callee` gives."""
        match callee:
            case ClassType():
                return (InstanceType(callee),)
            case FunctionType():
                return self._of_function(callee)
            case InstanceType(of=ClassType()):
                return union(*self._called_method(callee, "__call__", node, at))
            case InstanceType(of=ExternalSymbol(name="collections.abc.Callable"), items=(*_, items)):
                return items
            case InstanceType(of=ExternalSymbol(name=name)):
                return self._given(f"{name}.__call__", callee, node, at) or UNKNOWN
            case ExternalMember(receiver=receiver, base=base, name=name):
                return self._of_member(receiver, f"{base}.{name}", node, at)
            case ExternalSymbol(name=name):
                return self._of_outside(name, node, at)
        return UNKNOWN

    def bind_receiver(self, values: Types, receiver: InstanceType | ClassType) -> Types:
        """`values` that a method has given: of the class of its `receiver`, where it gives `self` or a `cls()`."""
        cls = receiver.of if isinstance(receiver, InstanceType) else receiver
        if not isinstance(cls, ClassType) or len(self.model.mro(cls)) == 1:
            return values
        return tuple(self._received(value, cls) for value in values)

    def _received(self, value: Type, cls: ClassType) -> Type:
        match value:
            case ClassType() if value in self.model.mro(cls):
                return cls
            case InstanceType(of=ClassType() as of, items=items) if of in self.model.mro(cls):
                return InstanceType(cls, items)
            case InstanceType(of=of, items=(_, *_) as items):
                return InstanceType(of, tuple(self.bind_receiver(held, cls) for held in items))
        return value

    def apply_model(
        self, spec: str, receiver: InstanceType | ClassType | None, node: ast.Call | None, at: Position | None
    ) -> Types:
        """What the library means by `spec`; the first of several alternatives of which something is known."""
        alternatives = spec.split(" or ")
        return next(filter(None, (self._alternative(one, receiver, node, at) for one in alternatives)), UNKNOWN)

    def _alternative(
        self, spec: str, receiver: InstanceType | ClassType | None, node: ast.Call | None, at: Position | None
    ) -> Types:
        match = _SPEC.match(spec)
        base, inner = (match["base"], match["inner"]) if match else (spec, None)
        if base == "type" and inner:
            return self._classes(inner, receiver)
        if base in ("self", "item", "argument", "object", "result"):
            return self._placeholder(base, receiver, node, at)
        if base.startswith("self."):
            return self._named_by(receiver, base.split(".")[1:])
        items = self._placeholder(inner, receiver, node, at) if inner else UNKNOWN
        return (external_instance(base, items) if inner else external_instance(base),)

    def entered_types(self, value: Type) -> Types:
        """What `with value as ...` gives."""
        match value:
            case InstanceType(of=ExternalSymbol(name=name), items=(items, *_)) if _last(name) in YIELDING:
                return items
            case InstanceType(of=ExternalSymbol(name=name)):
                return self._given(f"{name}.__enter__", value, None, None) or (value,)
            case InstanceType(of=ClassType()):
                methods = (*self._called_method(value, "__enter__"), *self._called_method(value, "__aenter__"))
                return union(*methods) or (value,)
        return UNKNOWN

    def iterated_types(self, value: Type) -> Types:
        """What `for ... in value` gives."""
        match value:
            case InstanceType(of=ExternalSymbol(name=name), items=items):
                found = self._given(f"{name}.__iter__", value, None, None)
                every = items[:1] if _last(name).lower().endswith(("dict", "mapping")) else items
                return found or union(*every) if (found or every) else UNKNOWN
            case InstanceType(of=ClassType()):
                return union(*map(self._next, union(*self._called_method(value, "__iter__"))))
            case ExternalMember(receiver=receiver, base=base, name=name):
                spec = self.model.library.result(f"{base}.{name}.__iter__")
                return self.apply_model(spec, receiver, None, None) if spec else UNKNOWN
        return UNKNOWN

    def _next(self, iterator: Type) -> Types:
        """What an iterator gives; one of the project's own may well be its own iterator."""
        if isinstance(iterator, InstanceType) and isinstance(iterator.of, ClassType):
            return union(*self._called_method(iterator, "__next__"))
        return self.iterated_types(iterator)

    def element_types(self, value: Type, index: int | None) -> Types:
        """What `value[index]` gives; the index is None if it is not known."""
        match value:
            case InstanceType(of=ExternalSymbol(name=name), items=items) if items:
                if _last(name).lower() == "tuple" and index is not None:
                    return items[index] if -len(items) <= index < len(items) else UNKNOWN
                return items[-1]
            case InstanceType(of=ExternalSymbol(name=name)):
                return self._given(f"{name}.__getitem__", value, None, None)
            case InstanceType(of=ClassType()):
                return union(*self._called_method(value, "__getitem__"))
            case ClassType() | ExternalSymbol():
                return (value,)  # a generic class with its arguments
        return UNKNOWN

    def narrowed(self, values: Types, classes: Types, *, holds: bool) -> Types:
        """Those of `values` that are objects of `classes`, or that are not; nothing is left out for unknown classes."""
        known = tuple(cls for cls in classes if isinstance(cls, ClassType | ExternalSymbol))
        if not known or len(known) != len(classes):
            return values
        fitting = tuple(value for value in values if self._is_of(value, known))
        if holds:
            return fitting or instances_of(known)
        return tuple(value for value in values if value not in fitting)

    def _is_of(self, value: Type, classes: tuple[ClassType | ExternalSymbol, ...]) -> bool:
        match value:
            case InstanceType(of=ClassType() as cls):
                return any(ancestor in classes for ancestor in self.model.mro(cls))
            case InstanceType(of=ExternalSymbol(name=name)):
                canonical = self.model.library.canonical
                names = {canonical(cls.name) for cls in classes if isinstance(cls, ExternalSymbol)}
                return not names.isdisjoint(self.model.library.ancestry(name))
        return False

    def divided(self, value: Type) -> Types:
        """What `value / name` and `name / value` give: a path gives a path."""
        match value:
            case InstanceType(of=ExternalSymbol(name=name)):
                return self._given(f"{name}.__truediv__", value, None, None)
            case InstanceType(of=ClassType()):
                methods = self.model.infer_attribute(value, "__truediv__")
                return union(*(self.return_types(method, None, None) for method in methods))
        return UNKNOWN

    def _classes(self, name: str, receiver: InstanceType | ClassType | None) -> Types:
        """The class `name`, or those that `receiver` names there."""
        if not name.startswith("self."):
            return (ExternalSymbol(name),)
        named = self._named_by(receiver, name.split(".")[1:])
        return tuple(value.of for value in named if isinstance(value, InstanceType))

    def _named_by(self, receiver: InstanceType | ClassType | None, path: list[str]) -> Types:
        """Objects of the class that `receiver` names under `path`: `Meta.model` of a form."""
        if not receiver or not isinstance(receiver.of if isinstance(receiver, InstanceType) else receiver, ClassType):
            return UNKNOWN
        values: Types = (receiver,)
        for name in path:
            values = union(*(self.model.infer_attribute(value, name) for value in values))
        return union(instances_of(values), _held(values))

    def _placeholder(
        self, word: str, receiver: InstanceType | ClassType | None, node: ast.Call | None, at: Position | None
    ) -> Types:
        """`self`, `item`, `argument`, `object` (of the class that is the first argument)."""
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
                return self._argument(word, node.args[0], at)
            case _ if "." in word:
                return (external_instance(word),)
        return UNKNOWN

    def _argument(self, word: str, node: ast.expr, at: Position) -> Types:
        """The argument itself; or an object of the class that it is, that it names, or that its objects are of."""
        values = self.model.infer(node, at)
        if word == "argument":
            return values
        if isinstance(node, ast.Constant):
            return self._labelled(str(node.value), at) or self.model.infer_annotation(node, at)
        return union(instances_of(values), _held(values))

    def _labelled(self, label: str, at: Position) -> Types:
        """An object of the model that Django knows as `orders.Order`, or in its own app as `Order`.

        An app of Tortoise may have any name, so its models are also looked for where the label stands.
        """
        app, _, name = label.rpartition(".")
        own = at.scope.module.name
        modules = self.model.django_models(app, own) or ((own, *self.model.django_models("", own)) if app else ())
        return instances_of(union(*(self.model.infer_export(module, name) for module in modules)))

    def _given(self, name: str, receiver: InstanceType, node: ast.Call | None, at: Position | None) -> Types:
        spec = self.model.library.result(name)
        return self.apply_model(spec, receiver, node, at) if spec else UNKNOWN

    def _called_method(
        self, owner: InstanceType, name: str, node: ast.Call | None = None, at: Position | None = None
    ) -> list[Types]:
        methods = self.model.infer_attribute(owner, name)
        return [self.model.return_types(method, node, at) for method in methods if isinstance(method, FunctionType)]

    def _of_function(self, function: FunctionType) -> Types:
        scope = function.scope
        returns = getattr(scope.node, "returns", None)
        found = self.model.infer_annotation(returns, scope.at or scope.end) if returns else UNKNOWN
        found = found or self._returned(function)
        if _MANAGERS.isdisjoint(decorator_names(scope)):
            return found
        return tuple(_managing(value) for value in found)

    def _returned(self, function: FunctionType) -> Types:
        """What its `return` and `yield` statements say."""
        scope = function.scope
        yielded = union(*(self.model.infer(node, at) for node, at in scope.yields))
        if yielded:
            return (external_instance("collections.abc.Iterator", yielded),)
        return union(*(self.model.infer(node, at) for node, at in scope.returns))

    def _of_member(
        self, receiver: InstanceType | ClassType, name: str, node: ast.Call | None, at: Position | None
    ) -> Types:
        if spec := self.model.library.result(name):
            return self.apply_model(spec, receiver, node, at)
        return UNKNOWN if name.startswith("builtins.") else (external_instance(f"{name}()"),)

    def _of_outside(self, name: str, node: ast.Call | None, at: Position | None) -> Types:
        if node and at and (special := self._special(name, node, at)):
            return special
        if spec := self.model.library.result(name):
            owner = InstanceType(
                ExternalSymbol(name.rpartition(".")[0])
            )  # a class, if it is one whose method gives `self`
            return self.apply_model(spec, owner if spec == "self" or "[self]" in spec else None, node, at)
        if _last(name)[:1].isupper() or name.startswith("builtins."):
            return (external_instance(self.model.library.canonical(name)),)
        return (external_instance(f"{name}()"),)

    def _special(self, name: str, node: ast.Call, at: Position) -> Types:  # noqa: PLR0911  # one case a function
        """Functions of Python that pass on what they are given."""
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
                [held, *_],
            ):
                return (
                    external_instance("builtins.list", union(*map(self.iterated_types, self.model.infer(held, at)))),
                )
            case "builtins.enumerate", [held, *_]:
                items = union(*map(self.iterated_types, self.model.infer(held, at)))
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
        """An object whose class is what the class around derives from."""
        scope = at.scope
        while scope.parent and not isinstance(scope.node, ast.ClassDef):
            scope = scope.parent
        node = scope.node
        if not isinstance(node, ast.ClassDef) or not scope.at:
            return UNKNOWN
        bases = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
        return instances_of(union(*(self.model.infer(base, scope.at) for base in bases)))


def _held(values: Types) -> Types:
    """What the objects among `values` hold: `select(User)` selects users."""
    return union(*(value.items[-1] for value in values if isinstance(value, InstanceType) and value.items))


def _managing(value: Type) -> Type:
    match value:
        case InstanceType(of=ExternalSymbol(name=name), items=(items, *_)) if _last(name) in YIELDING:
            return external_instance("contextlib.AbstractContextManager", items)
    return value


def _last(name: str) -> str:
    return name.rpartition(".")[2]
