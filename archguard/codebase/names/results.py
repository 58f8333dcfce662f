"""What comes out of calls, `with`, `for` and subscripts."""

import ast
import re

from archguard.codebase.facts import Position
from archguard.codebase.names.annotations import YIELDING
from archguard.codebase.names.asking import Asking
from archguard.codebase.names.members import decorator_names
from archguard.codebase.names.values import (
    UNKNOWN,
    Instance,
    Member,
    Outside,
    OwnClass,
    OwnFunction,
    Value,
    Values,
    instance,
    objects,
    union,
)

_SPEC = re.compile(r"(?P<base>[^\[]*)(?:\[(?P<inner>.*)\])?$")
_MANAGERS = {"contextmanager", "asynccontextmanager"}


class Results:
    """Finds out with the help of `names` what is returned, yielded and entered."""

    def __init__(self, names: Asking) -> None:
        self.names = names

    def called(  # noqa: PLR0911  # one case for each sort of callee
        self, callee: Value, node: ast.Call | None, at: Position | None
    ) -> Values:
        """What calling `callee` gives."""
        match callee:
            case OwnClass():
                return (Instance(callee),)
            case OwnFunction():
                return self._of_function(callee)
            case Instance(of=OwnClass()):
                return union(*self._called_method(callee, "__call__", node, at))
            case Instance(of=Outside(name="collections.abc.Callable"), items=(*_, items)):
                return items
            case Instance(of=Outside(name=name)):
                return self._given(f"{name}.__call__", callee, node, at) or UNKNOWN
            case Member(receiver=receiver, base=base, name=name):
                return self._of_member(receiver, f"{base}.{name}", node, at)
            case Outside(name=name):
                return self._of_outside(name, node, at)
        return UNKNOWN

    def received(self, values: Values, receiver: Instance | OwnClass) -> Values:
        """`values` that a method has given: of the class of its `receiver`, where it gives `self` or a `cls()`."""
        cls = receiver.of if isinstance(receiver, Instance) else receiver
        if not isinstance(cls, OwnClass) or len(self.names.lineage(cls)) == 1:
            return values
        return tuple(self._received(value, cls) for value in values)

    def _received(self, value: Value, cls: OwnClass) -> Value:
        match value:
            case OwnClass() if value in self.names.lineage(cls):
                return cls
            case Instance(of=OwnClass() as of, items=items) if of in self.names.lineage(cls):
                return Instance(cls, items)
            case Instance(of=of, items=(_, *_) as items):
                return Instance(of, tuple(self.received(held, cls) for held in items))
        return value

    def given(
        self, spec: str, receiver: Instance | OwnClass | None, node: ast.Call | None, at: Position | None
    ) -> Values:
        """What the library means by `spec`; the first of several alternatives of which something is known."""
        alternatives = spec.split(" or ")
        return next(filter(None, (self._alternative(one, receiver, node, at) for one in alternatives)), UNKNOWN)

    def _alternative(
        self, spec: str, receiver: Instance | OwnClass | None, node: ast.Call | None, at: Position | None
    ) -> Values:
        match = _SPEC.match(spec)
        base, inner = (match["base"], match["inner"]) if match else (spec, None)
        if base == "type" and inner:
            return self._classes(inner, receiver)
        if base in ("self", "item", "argument", "object", "result"):
            return self._placeholder(base, receiver, node, at)
        if base.startswith("self."):
            return self._named_by(receiver, base.split(".")[1:])
        items = self._placeholder(inner, receiver, node, at) if inner else UNKNOWN
        return (instance(base, items) if inner else instance(base),)

    def entered(self, value: Value) -> Values:
        """What `with value as ...` gives."""
        match value:
            case Instance(of=Outside(name=name), items=(items, *_)) if _last(name) in YIELDING:
                return items
            case Instance(of=Outside(name=name)):
                return self._given(f"{name}.__enter__", value, None, None) or (value,)
            case Instance(of=OwnClass()):
                methods = (*self._called_method(value, "__enter__"), *self._called_method(value, "__aenter__"))
                return union(*methods) or (value,)
        return UNKNOWN

    def iterated(self, value: Value) -> Values:
        """What `for ... in value` gives."""
        match value:
            case Instance(of=Outside(name=name), items=items):
                found = self._given(f"{name}.__iter__", value, None, None)
                every = items[:1] if _last(name).lower().endswith(("dict", "mapping")) else items
                return found or union(*every) if (found or every) else UNKNOWN
            case Instance(of=OwnClass()):
                return union(*map(self._next, union(*self._called_method(value, "__iter__"))))
            case Member(receiver=receiver, base=base, name=name):
                spec = self.names.library.result(f"{base}.{name}.__iter__")
                return self.given(spec, receiver, None, None) if spec else UNKNOWN
        return UNKNOWN

    def _next(self, iterator: Value) -> Values:
        """What an iterator gives; one of the project's own may well be its own iterator."""
        if isinstance(iterator, Instance) and isinstance(iterator.of, OwnClass):
            return union(*self._called_method(iterator, "__next__"))
        return self.iterated(iterator)

    def element(self, value: Value, index: int | None) -> Values:
        """What `value[index]` gives; the index is None if it is not known."""
        match value:
            case Instance(of=Outside(name=name), items=items) if items:
                if _last(name).lower() == "tuple" and index is not None:
                    return items[index] if -len(items) <= index < len(items) else UNKNOWN
                return items[-1]
            case Instance(of=Outside(name=name)):
                return self._given(f"{name}.__getitem__", value, None, None)
            case Instance(of=OwnClass()):
                return union(*self._called_method(value, "__getitem__"))
            case OwnClass() | Outside():
                return (value,)  # a generic class with its arguments
        return UNKNOWN

    def narrowed(self, values: Values, classes: Values, *, holds: bool) -> Values:
        """Those of `values` that are objects of `classes`, or that are not; nothing is left out for unknown classes."""
        known = tuple(cls for cls in classes if isinstance(cls, OwnClass | Outside))
        if not known or len(known) != len(classes):
            return values
        fitting = tuple(value for value in values if self._is_of(value, known))
        if holds:
            return fitting or objects(known)
        return tuple(value for value in values if value not in fitting)

    def _is_of(self, value: Value, classes: tuple[OwnClass | Outside, ...]) -> bool:
        match value:
            case Instance(of=OwnClass() as cls):
                return any(ancestor in classes for ancestor in self.names.lineage(cls))
            case Instance(of=Outside(name=name)):
                canonical = self.names.library.canonical
                names = {canonical(cls.name) for cls in classes if isinstance(cls, Outside)}
                return not names.isdisjoint(self.names.library.ancestry(name))
        return False

    def divided(self, value: Value) -> Values:
        """What `value / name` and `name / value` give: a path gives a path."""
        match value:
            case Instance(of=Outside(name=name)):
                return self._given(f"{name}.__truediv__", value, None, None)
            case Instance(of=OwnClass()):
                methods = self.names.attribute(value, "__truediv__")
                return union(*(self.called(method, None, None) for method in methods))
        return UNKNOWN

    def _classes(self, name: str, receiver: Instance | OwnClass | None) -> Values:
        """The class `name`, or those that `receiver` names there."""
        if not name.startswith("self."):
            return (Outside(name),)
        named = self._named_by(receiver, name.split(".")[1:])
        return tuple(value.of for value in named if isinstance(value, Instance))

    def _named_by(self, receiver: Instance | OwnClass | None, path: list[str]) -> Values:
        """Objects of the class that `receiver` names under `path`: `Meta.model` of a form."""
        if not receiver or not isinstance(receiver.of if isinstance(receiver, Instance) else receiver, OwnClass):
            return UNKNOWN
        values: Values = (receiver,)
        for name in path:
            values = union(*(self.names.attribute(value, name) for value in values))
        return union(objects(values), _held(values))

    def _placeholder(
        self, word: str, receiver: Instance | OwnClass | None, node: ast.Call | None, at: Position | None
    ) -> Values:
        """`self`, `item`, `argument`, `object` (of the class that is the first argument)."""
        match word:
            case "self":
                return objects((receiver,)) if isinstance(receiver, OwnClass) else (receiver,) if receiver else UNKNOWN
            case "item":
                return receiver.items[-1] if isinstance(receiver, Instance) and receiver.items else UNKNOWN
            case "result" if node and at and node.args:
                return union(*(self.names.called(callee, None, None) for callee in self.names.value(node.args[0], at)))
            case "argument" | "object" if node and at and node.args:
                return self._argument(word, node.args[0], at)
            case _ if "." in word:
                return (instance(word),)
        return UNKNOWN

    def _argument(self, word: str, node: ast.expr, at: Position) -> Values:
        """The argument itself; or an object of the class that it is, that it names, or that its objects are of."""
        values = self.names.value(node, at)
        if word == "argument":
            return values
        if isinstance(node, ast.Constant):
            return self._labelled(str(node.value), at) or self.names.annotated(node, at)
        return union(objects(values), _held(values))

    def _labelled(self, label: str, at: Position) -> Values:
        """An object of the model that Django knows as `orders.Order`, or in its own app as `Order`.

        An app of Tortoise may have any name, so its models are also looked for where the label stands.
        """
        app, _, name = label.rpartition(".")
        own = at.scope.module.name
        modules = self.names.models(app, own) or ((own, *self.names.models("", own)) if app else ())
        return objects(union(*(self.names.exported(module, name) for module in modules)))

    def _given(self, name: str, receiver: Instance, node: ast.Call | None, at: Position | None) -> Values:
        spec = self.names.library.result(name)
        return self.given(spec, receiver, node, at) if spec else UNKNOWN

    def _called_method(
        self, owner: Instance, name: str, node: ast.Call | None = None, at: Position | None = None
    ) -> list[Values]:
        methods = self.names.attribute(owner, name)
        return [self.names.called(method, node, at) for method in methods if isinstance(method, OwnFunction)]

    def _of_function(self, function: OwnFunction) -> Values:
        scope = function.scope
        returns = getattr(scope.node, "returns", None)
        found = self.names.annotated(returns, scope.at or scope.end) if returns else UNKNOWN
        found = found or self._returned(function)
        if _MANAGERS.isdisjoint(decorator_names(scope)):
            return found
        return tuple(_managing(value) for value in found)

    def _returned(self, function: OwnFunction) -> Values:
        """What its `return` and `yield` statements say."""
        scope = function.scope
        yielded = union(*(self.names.value(node, at) for node, at in scope.yields))
        if yielded:
            return (instance("collections.abc.Iterator", yielded),)
        return union(*(self.names.value(node, at) for node, at in scope.returns))

    def _of_member(
        self, receiver: Instance | OwnClass, name: str, node: ast.Call | None, at: Position | None
    ) -> Values:
        if spec := self.names.library.result(name):
            return self.given(spec, receiver, node, at)
        return UNKNOWN if name.startswith("builtins.") else (instance(f"{name}()"),)

    def _of_outside(self, name: str, node: ast.Call | None, at: Position | None) -> Values:
        if node and at and (special := self._special(name, node, at)):
            return special
        if spec := self.names.library.result(name):
            owner = Instance(Outside(name.rpartition(".")[0]))  # a class, if it is one whose method gives `self`
            return self.given(spec, owner if spec == "self" or "[self]" in spec else None, node, at)
        if _last(name)[:1].isupper() or name.startswith("builtins."):
            return (instance(self.names.library.canonical(name)),)
        return (instance(f"{name}()"),)

    def _special(self, name: str, node: ast.Call, at: Position) -> Values:  # noqa: PLR0911  # one case a function
        """Functions of Python that pass on what they are given."""
        match name, node.args:
            case (("typing.cast" | "typing_extensions.cast"), [annotation, *_]):
                return self.names.annotated(annotation, at)
            case "builtins.getattr", [owner, ast.Constant(value=str(attribute)), *_]:
                return union(*(self.names.attribute(value, attribute) for value in self.names.value(owner, at)))
            case (("builtins.next" | "builtins.anext"), [iterator, *_]) | (
                ("builtins.max" | "builtins.min"),
                [iterator],
            ):
                return union(*map(self.iterated, self.names.value(iterator, at)))
            case (
                ("builtins.list" | "builtins.tuple" | "builtins.set" | "builtins.sorted" | "builtins.iter"),
                [held, *_],
            ):
                return (instance("builtins.list", union(*map(self.iterated, self.names.value(held, at)))),)
            case "builtins.enumerate", [held, *_]:
                items = union(*map(self.iterated, self.names.value(held, at)))
                return (instance("builtins.list", (instance("builtins.tuple", UNKNOWN, items),)),)
            case "builtins.type", [argument]:
                return tuple(value.of for value in self.names.value(argument, at) if isinstance(value, Instance))
            case "builtins.super", _:
                return self._super(at)
            case "contextvars.ContextVar", _ if default := [key.value for key in node.keywords if key.arg == "default"]:
                return (instance(name, self.names.value(default[0], at)),)
            case "functools.partial", [function, *_]:
                return self.names.value(function, at)
        return UNKNOWN

    def _super(self, at: Position) -> Values:
        """An object whose class is what the class around derives from."""
        scope = at.scope
        while scope.parent and not isinstance(scope.node, ast.ClassDef):
            scope = scope.parent
        node = scope.node
        if not isinstance(node, ast.ClassDef) or not scope.at:
            return UNKNOWN
        bases = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
        return objects(union(*(self.names.value(base, scope.at) for base in bases)))


def _held(values: Values) -> Values:
    """What the objects among `values` hold: `select(User)` selects users."""
    return union(*(value.items[-1] for value in values if isinstance(value, Instance) and value.items))


def _managing(value: Value) -> Value:
    match value:
        case Instance(of=Outside(name=name), items=(items, *_)) if _last(name) in YIELDING:
            return instance("contextlib.AbstractContextManager", items)
    return value


def _last(name: str) -> str:
    return name.rpartition(".")[2]
