"""What the attributes of classes and objects are: from class bodies, `self.x = ...`, base classes and the library."""

import ast
from collections.abc import Collection, Iterator
from dataclasses import replace

from archguard.codebase.scopes.scopes import Binding, BindingKind, Scope
from archguard.semantics.evaluator import Evaluator, Memo
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

_PLAIN = frozenset(
    {"builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol", "typing_extensions.Protocol", "enum.Enum"}
)
_COMPUTED = ("property", "cached_property", "hybrid_property", "lazy_property", "reify", "declared_attr")


class AttributeLookup:
    """Looks attributes up with the help of `names`."""

    def __init__(self, model: Evaluator) -> None:
        self.model = model
        self._lineages: Memo = {}
        self._definitions: dict[tuple[int, str], tuple[ClassType | ExternalSymbol, list[Binding]] | None] = {}
        self._assigned: dict[int, dict[str, list[Binding]]] = {}

    def infer_attribute(self, owner: Type, name: str) -> Types:  # noqa: PLR0911  # one case for each sort of owner
        """What `owner.name` is."""
        match owner:
            case ModuleType(name=module):
                return union(*map(self.infer_origin, self.model.resolve_in_module(module, name)))
            case ExternalSymbol(name=outer):
                return self._of_outside(outer, name)
            case InstanceType(of=of) if name == "__class__":
                return (of,)
            case ClassType() | InstanceType(of=ClassType()):
                return self._of_own(owner, name)
            case InstanceType(of=ExternalSymbol(name=outer)):
                return self._from_library(outer, owner, name)
            case ExternalMember(receiver=receiver, base=base, name=inner):
                return (ExternalMember(receiver, f"{base}.{inner}", name),)
        return UNKNOWN

    def infer_origin(self, origin: Binding | ExternalSymbol | ModuleType) -> Types:
        """What a name from `origin` stands for."""
        if isinstance(origin, Binding):
            return self.model.infer_binding(origin)
        if isinstance(origin, ExternalSymbol) and (spec := self.model.library.member(origin.name)):
            return self._given(spec, None)
        return (origin,)

    def mro(self, cls: ClassType) -> tuple[ClassType | ExternalSymbol, ...]:
        """`cls` and all that it derives from, in about the order of Python's method resolution."""
        key = id(cls.scope)
        known = self._lineages.get(key) or self.model.query(self._lineages, key, self._lineage, cls)
        return tuple(value for value in known if isinstance(value, ClassType | ExternalSymbol)) or (cls,)

    def _lineage(self, cls: ClassType) -> Types:
        return self._with_told_by_fields(dict.fromkeys((cls, *self._ancestors(cls))))

    def definition(self, cls: ClassType, name: str) -> tuple[ClassType | ExternalSymbol, list[Binding]] | None:
        """The first class of the lineage that defines `name`, with its bindings, or the first that is outside."""
        key = (id(cls.scope), name)
        if key in self._definitions:
            return self._definitions[key]
        found = self._definition(cls, name)
        if key[0] in self._lineages:  # else the lineage may lack what is still being found out
            self._definitions[key] = found
        return found

    def _definition(self, cls: ClassType, name: str) -> tuple[ClassType | ExternalSymbol, list[Binding]] | None:
        for ancestor in self.mro(cls):
            if isinstance(ancestor, ExternalSymbol):
                return ancestor, []
            if bindings := [*ancestor.scope.bindings.get(name, []), *self._assignments(ancestor.scope).get(name, [])]:
                return ancestor, bindings
        return None

    def _ancestors(self, cls: ClassType) -> Iterator[ClassType | ExternalSymbol]:
        """Own classes first: what the project defines explains more than what comes from outside."""
        direct = [base for node in cls.bases for base in self._bases(node, cls.scope)]
        every = [
            ancestor for base in direct for ancestor in (self.mro(base) if isinstance(base, ClassType) else (base,))
        ]
        yield from (ancestor for ancestor in every if isinstance(ancestor, ClassType))
        yield from (ancestor for ancestor in every if isinstance(ancestor, ExternalSymbol))

    def _with_told_by_fields(
        self, lineage: Collection[ClassType | ExternalSymbol]
    ) -> tuple[ClassType | ExternalSymbol, ...]:
        """`lineage` with what its fields tell before what comes from outside, of which less is known."""
        own = [cls for cls in lineage if isinstance(cls, ClassType)]
        return (*own, *self._told_by_fields(lineage), *(cls for cls in lineage if isinstance(cls, ExternalSymbol)))

    def _told_by_fields(self, lineage: Collection[ClassType | ExternalSymbol]) -> list[ExternalSymbol]:
        """What classes with such fields as those of `lineage` derive from, where a base from outside is not known.

        `class Crate(SoftDeleteModel)` of an unlisted package is a model if it has a field of models.
        """
        library = self.model.library
        outside = [base.name for base in lineage if isinstance(base, ExternalSymbol)]
        if all(map(library.knows_package, outside)):
            return []
        scopes = (cls.scope for cls in lineage if isinstance(cls, ClassType))
        calls = (
            (binding.node.func, binding.at)
            for scope in scopes
            for bindings in scope.bindings.values()
            for binding in bindings
            if isinstance(binding.node, ast.Call)
        )
        made = (
            value.name
            for func, at in calls
            for value in self.model.infer(func, at)
            if isinstance(value, ExternalSymbol)
        )
        return [ExternalSymbol(owner) for owner in filter(None, map(library.owner, made))][:1]

    def _bases(self, node: ast.expr, scope: Scope) -> Iterator[ClassType | ExternalSymbol]:
        if isinstance(node, ast.Subscript):
            node = node.value
        for value in self.model.infer(node, scope.at or scope.end):
            match value:
                case ExternalSymbol(name=name) if name in _PLAIN:
                    continue
                case ClassType() | ExternalSymbol():
                    yield value
                case InstanceType(of=ExternalSymbol() as made):  # a class that a function made: `declarative_base()`
                    yield made

    def _of_outside(self, outer: str, name: str) -> Types:
        full = f"{outer}.{name}"
        spec = self.model.library.member(full) or self.model.library.of_any_model(full)
        return self._given(spec, InstanceType(ExternalSymbol(outer))) if spec else (ExternalSymbol(full),)

    def _of_own(self, owner: ClassType | InstanceType, name: str) -> Types:
        cls = owner if isinstance(owner, ClassType) else owner.of
        assert isinstance(cls, ClassType)  # noqa: S101  # `attribute` has looked
        found = self.definition(cls, name)
        if not found:
            return UNKNOWN
        ancestor, bindings = found
        if isinstance(ancestor, ClassType):
            return union(*(self._of_binding(binding, owner) for binding in bindings))
        return self._from_library(self._provider(cls, name), owner, name)

    def _provider(self, cls: ClassType, name: str) -> str:
        """The class from outside that is known to have `name`, or the first one."""
        outside = [ancestor.name for ancestor in self.mro(cls) if isinstance(ancestor, ExternalSymbol)]
        known = (base for base in outside if self.model.library.member(f"{base}.{name}"))
        told = (base for base in outside if self.model.library.knows(f"{base}.{name}"))
        return next(known, "") or next(told, "") or outside[0]

    def _from_library(self, base: str, owner: ClassType | InstanceType, name: str) -> Types:
        spec = self.model.library.member(f"{base}.{name}")
        if isinstance(owner, ClassType):
            spec = spec or self.model.library.of_any_class(f"{base}.{name}")
        return self._given(spec, owner) if spec else (ExternalMember(owner, self.model.library.canonical(base), name),)

    def _given(self, spec: str, receiver: ClassType | InstanceType | None) -> Types:
        return self.model.apply_model(spec, receiver, None, None)

    def _of_binding(self, binding: Binding, owner: ClassType | InstanceType) -> Types:
        if binding.kind is not BindingKind.DEFINED:
            values = self.model.infer_binding(binding)
            in_body = isinstance(binding.at.scope.node, ast.ClassDef)
            return tuple(self._taken(value, owner) for value in values) if in_body else values
        return union(*(self._of_definition(value, owner) for value in self.model.infer_binding(binding)))

    def _taken(self, value: Type, owner: ClassType | InstanceType) -> Type:
        """`value` as `owner` has it from the body of its class: a manager of its objects for `objects = Manager()`."""
        if not isinstance(value, InstanceType) or value.items:
            return value
        bases = self.mro(value.of) if isinstance(value.of, ClassType) else (value.of,)
        specs = (
            self.model.library.result(f"{base.name}.__get__") for base in bases if isinstance(base, ExternalSymbol)
        )
        spec = next(filter(None, specs), "")
        given = self._given(spec, owner) if spec else UNKNOWN
        return next((replace(value, items=same.items) for same in given if isinstance(same, InstanceType)), value)

    def _of_definition(self, value: Type, owner: ClassType | InstanceType) -> Types:
        if not isinstance(value, FunctionType):
            return (value,)
        decorators = decorator_names(value.scope)
        method = FunctionType(value.name, value.scope, None if "staticmethod" in decorators else owner)
        if any(name in _COMPUTED for name in decorators):
            return self.model.return_types(method, None, value.scope.end)
        return (method,)

    def _assignments(self, scope: Scope) -> dict[str, list[Binding]]:
        """What the methods of the class assign to attributes of their first parameter."""
        if id(scope) not in self._assigned:
            found: dict[str, list[Binding]] = {}
            for method in scope.children:
                own = first_parameter(method) if method.attributes else ""
                for (base, name), bindings in method.attributes.items():
                    if base == own:
                        found.setdefault(name, []).extend(bindings)
            self._assigned[id(scope)] = found
        return self._assigned[id(scope)]


def first_parameter(function: Scope) -> str:
    """`self`, or whatever it is called; "" for what a static method is handed."""
    if not isinstance(function.node, ast.FunctionDef | ast.AsyncFunctionDef):
        return ""
    arguments = [*function.node.args.posonlyargs, *function.node.args.args]
    return arguments[0].arg if arguments and "staticmethod" not in decorator_names(function) else ""


def decorator_names(function: Scope) -> tuple[str, ...]:
    """The last names of the decorators of `function`."""
    nodes = getattr(function.node, "decorator_list", [])
    called = (node.func if isinstance(node, ast.Call) else node for node in nodes)
    return tuple(node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "") for node in called)
