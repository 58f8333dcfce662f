"""Attribute lookup: class bodies, `self.x = ...` in methods, base classes, external models.

The method resolution order is approximate: bases of the project come before external ones, since their source shows
more, and each group keeps the order of depth-first search. A class whose bases are unknown is recognized by its fields.

Cost: one pass over the methods of a class for stores on `self`, one definition per class and name; both are memoized.
"""

import ast
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import Binding, BindingKind, Scope
from archguard.incremental.memos import Memo
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.known_names import KNOWN_NAMES
from archguard.semantics.types import (
    UNKNOWN,
    ClassType,
    ExternalMember,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    ModuleType,
    Type,
    Types,
    union,
)

if TYPE_CHECKING:
    from archguard.incremental.dependencies import Frame

_NAMES = KNOWN_NAMES.classes

_Definition: TypeAlias = tuple[ClassType | ExternalSymbol, list[Binding]]
"""The class that defines an attribute, with the bindings of the attribute."""


class AttributeLookup:
    """Infers attributes of modules, classes and instances."""

    def __init__(self, evaluator: Evaluator, mros: Memo[Types]) -> None:
        self.evaluator = evaluator
        self._mros = mros
        self._definitions: dict[tuple[int, str], tuple[_Definition | None, Frame]] = {}
        self._self_stores: dict[int, dict[str, list[Binding]]] = {}

    def infer_attribute(self, owner: Type, name: str) -> Types:  # noqa: PLR0911  # one case for each type of owner
        """Infer the types of `owner.name`."""
        match owner:
            case ModuleType(name=module):
                return union(*map(self.infer_origin, self.evaluator.resolver.resolve_in_module(module, name)))
            case ExternalSymbol(name=outer):
                return self._external_attribute(outer, name)
            case InstanceType(of=of) if name == "__class__":
                return (of,)
            case ClassType() | InstanceType(of=ClassType()):
                return self._project_attribute(owner, name)
            case InstanceType(of=ExternalSymbol(name=outer)):
                return self._inherited_attribute(outer, owner, name)
            case ExternalMember(receiver=receiver, base=base, name=inner):
                return (ExternalMember(receiver, f"{base}.{inner}", name),)
        return UNKNOWN

    def infer_origin(self, origin: Binding | ExternalSymbol | ModuleType) -> Types:
        """Infer the types of a name that resolves to `origin`."""
        if isinstance(origin, Binding):
            return self.evaluator.infer_binding(origin)
        # A name of a library may be an object, not a class or function: `flask.request` is a `Request`.
        if isinstance(origin, ExternalSymbol) and (spec := self.evaluator.library.member(origin.name)):
            return self._apply(spec, None)
        return (origin,)

    def mro(self, cls: ClassType) -> tuple[ClassType | ExternalSymbol, ...]:
        """`cls` and all its bases, in about the order of Python's method resolution."""
        key = cls.scope
        known = self._mros.get(key) or self.evaluator.queries.query(self._mros, key, self._compute_mro, cls)
        # Empty while the bases are being inferred, in `class A(A.B)`: a class is in its own MRO in any case.
        return tuple(value for value in known if isinstance(value, ClassType | ExternalSymbol)) or (cls,)

    def _compute_mro(self, cls: ClassType) -> Types:
        return self._with_field_owners(dict.fromkeys((cls, *self._ancestors(cls))))

    def definition(self, cls: ClassType, name: str) -> _Definition | None:
        """The first class of the MRO that defines `name`, with its bindings; an external class ends the search."""
        key = (id(cls.scope), name)
        recorder = self.evaluator.queries.recorder
        if key in self._definitions:
            known, frame = self._definitions[key]
            recorder.use(frame)
            return known
        with recorder.computation() as frame:
            found = self._definition(cls, name)
        if cls.scope in self._mros:  # else the MRO is provisional: it may lack bases
            self._definitions[key] = found, frame
        return found

    def _definition(self, cls: ClassType, name: str) -> _Definition | None:
        for ancestor in self.mro(cls):
            # What an external base defines is known in part at best, so that those behind it may be hidden by it.
            if isinstance(ancestor, ExternalSymbol):
                return ancestor, []
            if bindings := [
                *ancestor.scope.named(name),
                *self._stores_on_self(ancestor.scope, name),
            ]:
                return ancestor, bindings
        return None

    def _ancestors(self, cls: ClassType) -> Iterator[ClassType | ExternalSymbol]:
        """The bases, those of the project first: their source shows more than external models."""
        direct = [base for node in cls.bases for base in self._bases(node, cls.scope)]
        ancestors = [
            ancestor for base in direct for ancestor in (self.mro(base) if isinstance(base, ClassType) else (base,))
        ]
        # Python would put an external base first that is written first. But then each attribute of a mixin after it
        # would seem to be the library's.
        yield from (ancestor for ancestor in ancestors if isinstance(ancestor, ClassType))
        yield from (ancestor for ancestor in ancestors if isinstance(ancestor, ExternalSymbol))

    def _with_field_owners(self, mro: Collection[ClassType | ExternalSymbol]) -> tuple[ClassType | ExternalSymbol, ...]:
        """`mro` with the base that its fields imply, before the external bases, of which less is known."""
        own = [cls for cls in mro if isinstance(cls, ClassType)]
        return (*own, *self._field_owners(mro), *(cls for cls in mro if isinstance(cls, ExternalSymbol)))

    def _field_owners(self, mro: Collection[ClassType | ExternalSymbol]) -> list[ExternalSymbol]:
        """The base that the fields in the bodies of `mro` imply, if the package of an external base is not modelled.

        `class Crate(SoftDeleteModel)` of an unlisted package is a Django model if it has a field such as `CharField()`.
        """
        library = self.evaluator.library
        external = [base.name for base in mro if isinstance(base, ExternalSymbol)]
        # The models say which of their classes have fields; guessing is for packages that nobody has described.
        if all(map(library.knows_package, external)):
            return []
        scopes = (cls.scope for cls in mro if isinstance(cls, ClassType))
        calls = (
            (binding.node.func, binding.at)
            for scope in scopes
            for bindings in scope.bindings.values()
            for binding in bindings
            if isinstance(binding.node, ast.Call)
        )
        fields = (
            value.name
            for func, at in calls
            for value in self.evaluator.infer(func, at)
            if isinstance(value, ExternalSymbol)
        )
        # The first is enough: a class with fields of two libraries is no class of either.
        owner = next(filter(None, map(library.owner, fields)), "")
        return [ExternalSymbol(owner)] if owner else []

    def _bases(self, node: ast.expr, scope: Scope) -> Iterator[ClassType | ExternalSymbol]:
        if isinstance(node, ast.Subscript):
            node = node.value
        for value in self.evaluator.infer(node, scope.at or scope.end):
            match value:
                case ExternalSymbol(name=name) if name in _NAMES.transparent_bases:
                    continue
                case ClassType() | ExternalSymbol():
                    yield value
                case InstanceType(
                    of=ExternalSymbol() as created
                ):  # a class that a function created: `declarative_base()`
                    yield created

    def _external_attribute(self, outer: str, name: str) -> Types:
        full = f"{outer}.{name}"
        spec = self.evaluator.library.member(full) or self.evaluator.library.of_any_model(full)
        return self._apply(spec, InstanceType(ExternalSymbol(outer))) if spec else (ExternalSymbol(full),)

    def _project_attribute(self, owner: ClassType | InstanceType, name: str) -> Types:
        cls = owner if isinstance(owner, ClassType) else owner.of
        assert isinstance(cls, ClassType)  # noqa: S101  # checked by `infer_attribute`
        found = self.definition(cls, name)
        if not found:
            return UNKNOWN
        ancestor, bindings = found
        if isinstance(ancestor, ClassType):
            return union(*(self._bound_attribute(binding, owner) for binding in bindings))
        return self._inherited_attribute(self._providing_base(cls, name), owner, name)

    def _providing_base(self, cls: ClassType, name: str) -> str:
        """The external base whose model has a type for `name`, else one that lists it, else the first."""
        external = [ancestor.name for ancestor in self.mro(cls) if isinstance(ancestor, ExternalSymbol)]
        typed = (base for base in external if self.evaluator.library.member(f"{base}.{name}"))
        listed = (base for base in external if self.evaluator.library.knows(f"{base}.{name}"))
        return next(typed, "") or next(listed, "") or external[0]

    def _inherited_attribute(self, base: str, owner: ClassType | InstanceType, name: str) -> Types:
        spec = self.evaluator.library.member(f"{base}.{name}")
        if isinstance(owner, ClassType):
            # On the class, not on an instance: `Order.objects` exists there only, whichever base brings it.
            spec = spec or self.evaluator.library.of_any_class(f"{base}.{name}")
        return (
            self._apply(spec, owner) if spec else (ExternalMember(owner, self.evaluator.library.canonical(base), name),)
        )

    def _apply(self, spec: str, receiver: ClassType | InstanceType | None) -> Types:
        return self.evaluator.apply_model(spec, receiver, None, None)

    def _bound_attribute(self, binding: Binding, owner: ClassType | InstanceType) -> Types:
        if binding.kind is not BindingKind.DEFINED:
            values = self.evaluator.infer_binding(binding)
            # Descriptors work in class bodies only: `self.manager = Manager()` stores the manager itself.
            in_body = binding.at.scope.is_class
            return tuple(self._as_descriptor(value, owner) for value in values) if in_body else values
        return union(*(self._as_method(value, owner) for value in self.evaluator.infer_binding(binding)))

    def _as_descriptor(self, value: Type, owner: ClassType | InstanceType) -> Type:
        """`value` from a class body, as accessed on `owner`: `objects = Manager()` manages instances of `owner`."""
        if not isinstance(value, InstanceType) or value.items:
            return value
        bases = self.mro(value.of) if isinstance(value.of, ClassType) else (value.of,)
        specs = (
            self.evaluator.library.result(f"{base.name}.__get__") for base in bases if isinstance(base, ExternalSymbol)
        )
        spec = next(filter(None, specs), "")
        bound = self._apply(spec, owner) if spec else UNKNOWN
        return next((replace(value, items=same.items) for same in bound if isinstance(same, InstanceType)), value)

    def _as_method(self, value: Type, owner: ClassType | InstanceType) -> Types:
        if not isinstance(value, FunctionType):
            return (value,)
        decorators = decorator_names(value.scope)
        method = FunctionType(value.name, value.scope, None if "staticmethod" in decorators else owner)
        if any(name in _NAMES.property_decorators for name in decorators):
            return self.evaluator.return_types(method, None, value.scope.end)
        return (method,)

    def _stores_on_self(self, scope: Scope, attribute: str) -> list[Binding]:
        """The stores on `self.attribute` in the methods of a class."""
        scope.read(Reading.SELF_STORES, attribute)
        if id(scope) not in self._self_stores:
            found: dict[str, list[Binding]] = {}
            for method in scope.contents.children:
                receiver = first_parameter(method) if method.contents.attributes else ""
                for (base, name), bindings in method.contents.attributes.items():
                    if base == receiver:
                        found.setdefault(name, []).extend(bindings)
            self._self_stores[id(scope)] = found
        return self._self_stores[id(scope)].get(attribute, [])


def first_parameter(function: Scope) -> str:
    """The name of the receiver, usually `self` or `cls`; "" for a static method and for what is no function."""
    if not isinstance(function.node, ast.FunctionDef | ast.AsyncFunctionDef):
        return ""
    arguments = [*function.node.args.posonlyargs, *function.node.args.args]
    return arguments[0].arg if arguments and "staticmethod" not in decorator_names(function) else ""


def decorator_names(function: Scope) -> tuple[str, ...]:
    """The last names of the decorators of `function`."""
    nodes = getattr(function.node, "decorator_list", None)
    if not nodes:
        return ()
    called = (node.func if isinstance(node, ast.Call) else node for node in nodes)
    return tuple(node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "") for node in called)
