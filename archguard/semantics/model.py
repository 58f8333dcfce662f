"""Following names from where they are used to what they stand for."""

import ast
import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import NamedTuple, TypeAlias, TypeVarTuple, Unpack

from archguard.codebase.scopes.app_state_names import app_state_name
from archguard.codebase.scopes.narrowing import target_name
from archguard.codebase.scopes.scopes import ITEM, Binding, BindingKind, Position, Scope
from archguard.codebase.syntax.error_tolerant import TolerantSource
from archguard.semantics.annotations import Annotations, provided
from archguard.semantics.app_state import AppState, StateWriters
from archguard.semantics.argument_flow import ArgumentFlow
from archguard.semantics.attributes import AttributeLookup, decorator_names, first_parameter
from archguard.semantics.call_types import CallTypes
from archguard.semantics.evaluator import Evaluator, Memo
from archguard.semantics.external_models import ExternalModels
from archguard.semantics.fresh_stack import QUERIES_A_THREAD, on_fresh_stack
from archguard.semantics.index import FileIndex
from archguard.semantics.mappings import Mappings, looked_up
from archguard.semantics.resolver import Origins, Resolver
from archguard.semantics.string_values import StringEvaluator, StringValue
from archguard.semantics.types import (
    UNKNOWN,
    ClassType,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    Type,
    Types,
    external_instance,
    instances_of,
    qualified_name,
    union,
)

_Arguments = TypeVarTuple("_Arguments")
_Key: TypeAlias = tuple[int, object]
"""A question: which of the tables of answers it belongs to, and its subject there."""
_NONE = sys.maxsize
"""The place, among the questions that are open, of one that is not there."""
_TYPES = {
    ast.JoinedStr: "builtins.str",
    ast.Compare: "builtins.bool",
    ast.Dict: "builtins.dict",
    ast.DictComp: "builtins.dict",
    ast.ListComp: "builtins.list",
    ast.SetComp: "builtins.set",
    ast.GeneratorExp: "collections.abc.Iterator",
}


class _Provisional(NamedTuple):
    """An answer, to the question at `depth`, that lacks what one further out says, which is still open."""

    depth: int
    lowlink: int
    answer: Types


@dataclass(eq=False)
class _Cycle:
    """Questions that lead back to each other."""

    members: frozenset[_Key]
    open: int
    """How many of them are open."""


class SemanticModel(Evaluator):
    """What the expressions of `files` stand for. They are read as names lead to them; nothing is run."""

    def __init__(
        self,
        files: FileIndex,
        library: ExternalModels = ExternalModels(),  # noqa: B008  # frozen
        importers: Mapping[str, Collection[str]] = MappingProxyType({}),
        kept: Callable[[], StateWriters] = dict,
    ) -> None:
        self.library = library
        self._files = files
        self._resolver = Resolver(files)
        self._state = AppState(files, kept)
        self._annotations = Annotations(self)
        self._attributes = AttributeLookup(self)
        self._call_types = CallTypes(self)
        self._mappings = Mappings(self, files)
        self._strings = StringEvaluator(self, self._mappings)
        self._argument_flow = ArgumentFlow(self, files, importers)
        self._types: Memo = {}
        self._annotation_types: Memo = {}
        self._return_types: Memo = {}
        self._binding_types: Memo = {}
        self._export_types: Memo = {}
        self._active: dict[_Key, int] = {}
        self._lowlink = _NONE
        self._provisional: dict[_Key, _Provisional] = {}
        self._cycles: dict[_Key, _Cycle] = {}
        self._cyclic: dict[_Key, Types] = {}
        self._inheriting_models: dict[int, _InheritingModel] = {}

    def scope(self, module: str) -> Scope:
        """The scope of `module`: as much of its file as can be parsed."""
        return self._files.scope(module)

    def source(self, module: str) -> TolerantSource:
        """The file of `module`, read once: as much of it as can be parsed."""
        return self._files.source(module)

    def call_count(self, module: str) -> int:
        """How many calls stand in `module`."""
        return sum(scope.calls for scope in self.scope(module).walk())

    def is_method_alias(self, name: str, at: Position) -> bool:
        """Whether `name` is what the same file has taken from something else: `run = session.execute`."""
        return any(
            isinstance(origin, Binding)
            and isinstance(origin.node, ast.Attribute)
            and origin.at.scope.module is at.scope.module
            for origin in self.resolve(name, at)
        )

    def infer_export(self, module: str, name: str) -> Types:
        """What `from module import name` gives."""
        key = (module, name)
        known = self._export_types.get(key)
        return self.query(self._export_types, key, self._export, module, name) if known is None else known

    def _export(self, module: str, name: str) -> Types:
        return union(*map(self._attributes.infer_origin, self.resolve_in_module(module, name)))

    def infer(self, node: ast.expr, at: Position) -> Types:
        """What the expression `node` stands for at `at`."""
        known = self._types.get(node)
        return self.query(self._types, node, self._infer, node, at) if known is None else known

    def callees(self, node: ast.Call, at: Position) -> tuple[str, ...]:
        """The dotted names of what `node` can call: `requests.get`, `sqlalchemy.orm.Session.execute`."""
        return tuple(dict.fromkeys(qualified_name(value) for value in self.infer(node.func, at)))

    def string_value(self, node: ast.expr, at: Position) -> StringValue:
        """The text that `node` makes, as far as it is known."""
        return self._strings.string_value(node, at)

    def entries(self, node: ast.expr, at: Position) -> tuple[tuple[ast.expr, Position], ...]:
        """The expressions that `topics["paid"]` or `topics.get("paid")` can give; none if that is not known."""
        asked = looked_up(node)
        return tuple(self._mappings.entries(asked[0], asked[1], at) or ()) if asked else ()

    def mro(self, cls: ClassType) -> tuple[ClassType | ExternalSymbol, ...]:
        """`cls` and all classes that it derives from."""
        return self._attributes.mro(cls)

    def infer_annotation(self, node: ast.expr, at: Position) -> Types:
        """The objects that the annotation `node` speaks of."""
        known = self._annotation_types.get(node)
        return self.query(self._annotation_types, node, self._annotations.objects, node, at) if known is None else known

    def infer_attribute(self, owner: Type, name: str) -> Types:
        """What `owner.name` is."""
        return self._attributes.infer_attribute(owner, name)

    def definition(self, cls: ClassType, name: str) -> tuple[ClassType | ExternalSymbol, list[Binding]] | None:
        """The class from which `cls` has `name`, with the bindings there; the first one outside if none of its own."""
        return self._attributes.definition(cls, name)

    def return_types(self, callee: Type, node: ast.Call | None, at: Position | None) -> Types:
        """What calling `callee` gives."""
        if isinstance(callee, FunctionType):
            subject = callee.scope.node
            known = self._return_types.get(subject)
            if known is None:
                known = self.query(self._return_types, subject, self._call_types.return_types, callee, node, at)
            if not known and (heir := self._inheriting(callee)):
                return heir.return_types(callee, node, at)
            return self._call_types.bind_receiver(known, callee.receiver) if known and callee.receiver else known
        return self._call_types.return_types(callee, node, at)

    def apply_model(
        self, spec: str, receiver: InstanceType | ClassType | None, node: ast.Call | None, at: Position | None
    ) -> Types:
        """What the library means by `spec`."""
        return self._call_types.apply_model(spec, receiver, node, at)

    def resolve(self, name: str, at: Position) -> Origins:
        """Where `name` comes from at `at`, through all imports of the project."""
        return self._resolver.resolve(name, at)

    def resolve_in_module(self, module: str, name: str) -> Origins:
        """Where `name` of the module `module` comes from."""
        return self._resolver.resolve_in_module(module, name)

    def find_module(self, module: str, importer: str, name: str = "") -> str:
        """The module of the project that `importer` means by `module`, where it takes `name` from it, or ""."""
        return self._resolver.find_module(module, importer, name)

    def django_models(self, app: str, importer: str) -> tuple[str, ...]:
        """The modules with the models of `app`, as Django labels it, or of the app of `importer`."""
        return self._resolver.django_models(app, importer)

    def scope_of(self, node: ast.AST, at: Position) -> Scope | None:
        """The scope of the class or function `node` that is defined at `at`."""
        return self._files.scope_of(node, at)

    def infer_binding(self, binding: Binding) -> Types:
        """What `binding` gives its name."""
        known = self._binding_types.get(binding)
        return self.query(self._binding_types, binding, self._infer_binding, binding) if known is None else known

    def has_tracked_callers(self, module: str) -> bool:
        """Whether functions of `module` are known to be handed what other modules call them with."""
        return self._argument_flow.has_tracked_callers(module)

    def infer_origin(self, origin: Binding | ExternalSymbol) -> Types:
        """What a name from `origin` stands for."""
        return self._attributes.infer_origin(origin)

    def query(
        self,
        answers: Memo,
        subject: object,
        answer: Callable[[Unpack[_Arguments]], Types],
        *arguments: *_Arguments,
    ) -> Types:
        """Answer a question that has not been answered yet, or is just being answered.

        No answer depends on what was asked before. An answer that leads back to a question that is still open lacks
        what that one will say: it is kept only until that one is answered. And what closes a cycle is kept, but not
        used while another question of the cycle is open: asked first, that one would have found this one unanswered.
        """
        key = (id(answers), subject)
        if (place := self._active.get(key)) is not None:
            self._lowlink = min(self._lowlink, place)
            return UNKNOWN
        if self._provisional and (passing := self._provisional.get(key)):
            self._lowlink = min(self._lowlink, passing.lowlink)
            return passing.answer
        cycle = self._cycles.get(key)
        if cycle and not cycle.open and (known := self._cyclic.get(key)) is not None:
            return known
        return self._compute(answers, key, partial(answer, *arguments))

    def _compute(self, answers: Memo, key: _Key, answer: Callable[[], Types]) -> Types:
        depth, outer = len(self._active), self._lowlink
        self._lowlink = _NONE
        self._begin(key)
        try:
            found = on_fresh_stack(answer) if depth % QUERIES_A_THREAD == QUERIES_A_THREAD - 1 else answer()
        finally:
            self._end(key)
        if self._lowlink < depth:
            self._provisional[key] = _Provisional(depth, self._lowlink, found)
        elif self._lowlink == depth:
            self._lowlink = _NONE
            self._drop_provisional(depth, key)
            self._cyclic[key] = found
        else:
            answers[key[1]] = found
        self._lowlink = min(self._lowlink, outer)
        return found

    def _begin(self, key: _Key) -> None:
        self._active[key] = len(self._active)
        if cycle := self._cycles.get(key):
            cycle.open += 1

    def _end(self, key: _Key) -> None:
        del self._active[key]
        if cycle := self._cycles.get(key):
            cycle.open -= 1

    def _drop_provisional(self, depth: int, key: _Key) -> None:
        """Forget what was answered while the question `key` at `depth` was open: it is in one cycle with that."""
        members = {key}
        while self._provisional:
            other, passing = self._provisional.popitem()
            if passing.depth <= depth:
                self._provisional[other] = passing
                break
            members.add(other)
        known = {cycle for member in members if (cycle := self._cycles.get(member))}
        whole = frozenset(members).union(*(cycle.members for cycle in known))
        if whole != next(iter(known), _Cycle(frozenset(), 0)).members:
            cycle = _Cycle(whole, sum(member in self._active for member in whole))
            self._cycles |= dict.fromkeys(whole, cycle)

    def _infer(self, node: ast.expr, at: Position) -> Types:
        entry = self._entry(node, at)
        return self._inferred(node, at) if entry is None else entry

    def _entry(self, node: ast.expr, at: Position) -> Types | None:
        """`topics["paid"]` and `topics.get("paid")`, where the entries of the mapping are known."""
        asked = looked_up(node)
        entries = self._mappings.entries(asked[0], asked[1], at) if asked else None
        if not asked or entries is None:
            return None
        default = [(value, at) for value in asked[2]]
        return union(*(self.infer(value, place) for value, place in (*entries, *default)))

    def _inferred(self, node: ast.expr, at: Position) -> Types:  # noqa: PLR0911  # one case for each expression
        match node:
            case ast.Name(id=name):
                origins = self.resolve(name, at)
                found = union(*map(self._attributes.infer_origin, origins))
                return self._narrowed(name, origins, found, at) if at.narrowing else found
            case ast.Attribute(value=owner, attr=name):
                found = (
                    self._attribute_stores(node, at)
                    or self._app_state(node, at)
                    or union(*(self.infer_attribute(value, name) for value in self.infer(owner, at)))
                )
                return self._narrowed(target_name(node), (), found, at) if at.narrowing else found
            case ast.Call(func=func):
                return union(*(self.return_types(callee, node, at) for callee in self.infer(func, at)))
            case (
                ast.Await(value=inner)
                | ast.NamedExpr(value=inner)
                | ast.Starred(value=inner)
                | ast.Subscript(value=inner, slice=ast.Slice())
            ):
                return self.infer(inner, at)
            case ast.IfExp(body=one, orelse=other):
                return union(self.infer(one, at), self.infer(other, at))
            case ast.BoolOp(values=parts):
                return union(*(self.infer(part, at) for part in parts))
            case ast.Subscript(value=holder, slice=index):
                return (
                    self._app_state(node, at)
                    or union(
                        *(self._call_types.element_types(value, _place(index)) for value in self.infer(holder, at))
                    )
                    or self._subscript_stores(holder, at)
                )
            case ast.BinOp():
                return self._operated(node, at)
            case ast.Lambda():
                scope = self.scope_of(node, at)
                return (FunctionType(scope.name, scope),) if scope else UNKNOWN
        return self._infer_literal(node, at)

    def _operated(self, node: ast.BinOp, at: Position) -> Types:
        match node.op:
            case ast.BitOr() | ast.BitAnd():
                return self.infer(node.left, at)
            case ast.Div():
                sides = (
                    union(*map(self._call_types.divided, self.infer(side, at))) for side in (node.left, node.right)
                )
                return next(filter(None, sides), UNKNOWN)
        return UNKNOWN

    def _narrowed(self, target: str, origins: Origins, found: Types, at: Position) -> Types:
        """What is left of `found` after the tests that `target` has passed since it was bound last."""
        orders = [origin.at.order for origin in origins if isinstance(origin, Binding) and origin.at.scope is at.scope]
        test, tests = at.narrowing, []
        while test:
            if test.target == target and all(order < test.order for order in orders):
                tests.append(test)
            test = test.before
        for test in reversed(tests):
            found = self._call_types.narrowed(found, self._classes(test.classes, at), holds=test.holds)
        return found

    def _classes(self, node: ast.expr, at: Position) -> Types:
        """The classes that `isinstance` is given: one, several in a tuple, or a union."""
        match node:
            case ast.Tuple(elts=parts):
                return union(*(self._classes(part, at) for part in parts))
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return union(self._classes(left, at), self._classes(right, at))
        return self.infer(node, at)

    def _infer_literal(self, node: ast.expr, at: Position) -> Types:  # noqa: PLR0911  # one case for each form
        match node:
            case ast.Constant(value=constant):
                if constant is None or constant is ...:
                    return UNKNOWN
                return (external_instance(f"builtins.{type(constant).__name__}"),)
            case ast.List(elts=parts) | ast.Set(elts=parts):
                return (external_instance("builtins.list", union(*(self.infer(part, at) for part in parts))),)
            case ast.Tuple(elts=parts):
                return (external_instance("builtins.tuple", *(self.infer(part, at) for part in parts)),)
            case ast.Dict(values=parts):
                return (external_instance("builtins.dict", UNKNOWN, union(*(self.infer(part, at) for part in parts))),)
            case ast.ListComp(elt=part) | ast.SetComp(elt=part) | ast.GeneratorExp(elt=part):
                inner = self.scope_of(node, at)
                items = self.infer(part, inner.end) if inner else UNKNOWN
                return (external_instance(_TYPES[type(node)], items),)
            case _ if type(node) in _TYPES:
                return (external_instance(_TYPES[type(node)]),)
        return UNKNOWN

    def _attribute_stores(self, node: ast.Attribute, at: Position) -> Types:
        """`g.db`, where some function of the file says `g.db = connect()`."""
        if not isinstance(node.value, ast.Name):
            return UNKNOWN
        name = node.value.id
        attributes = at.scope.attributes if name in at.scope.bindings else self._files.attributes(at.scope)
        return union(*(self.infer_binding(binding) for binding in attributes.get((name, node.attr), [])))

    def _app_state(self, node: ast.expr, at: Position) -> Types:
        """`request.app["pool"]`, where some module says `app["pool"] = create_pool()`."""
        name = app_state_name(node)
        return union(*map(self.infer_binding, self._state.bindings(name, at.scope))) if name else UNKNOWN

    def _subscript_stores(self, holder: ast.expr, at: Position) -> Types:
        """`clients[key]`, where some function of the file says `clients[key] = connect()`."""
        match holder:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return union(*map(self.infer_binding, self._files.attributes(at.scope).get((name, ITEM), [])))
        return UNKNOWN

    def _infer_binding(self, binding: Binding) -> Types:  # noqa: PLR0911  # one case for each way to bind
        match binding:
            case Binding(kind=BindingKind.DEFINED):
                return self._infer_definition(binding)
            case Binding(kind=BindingKind.PARAMETER):
                return self._infer_parameter(binding)
            case Binding(kind=BindingKind.OPAQUE):
                return UNKNOWN
            case Binding(annotation=ast.expr() as annotation) if found := self.infer_annotation(annotation, binding.at):
                return found
            case Binding(node=ast.Tuple(elts=parts), kind=BindingKind.ASSIGNED, path=(first, *rest)) if first < len(
                parts
            ):
                return self._unpacked(self.infer(parts[first], binding.at), tuple(rest))
            case Binding(node=ast.expr() as node):
                return self._unpacked(
                    self._entered_or_iterated(binding.kind, self.infer(node, binding.at)), binding.path
                )
        return UNKNOWN

    def _infer_definition(self, binding: Binding) -> Types:
        scope = self.scope_of(binding.node, binding.at)
        if not scope:
            return UNKNOWN
        if isinstance(scope.node, ast.ClassDef):
            return (ClassType(scope.name, scope),)
        return (FunctionType(scope.name, scope),)

    def _entered_or_iterated(self, how: BindingKind, values: Types) -> Types:
        if how is BindingKind.ENTERED:
            return union(*map(self._call_types.entered_types, values))
        if how is BindingKind.ITERATED:
            return union(*map(self._call_types.iterated_types, values))
        return values

    def _unpacked(self, values: Types, path: tuple[int, ...]) -> Types:
        for index in path:
            values = union(*(self._call_types.element_types(value, index) for value in values))
        return values

    def _infer_parameter(self, binding: Binding) -> Types:
        scope = binding.at.scope
        outside = scope.at or scope.end
        if isinstance(outside.scope.node, ast.ClassDef) and binding.name == first_parameter(scope):
            return self._infer_receiver(scope, outside.scope)
        if binding.annotation and (found := self.infer_annotation(binding.annotation, outside)):
            return found
        if binding.default and (found := provided(self, binding.default, outside)):
            return found
        default = self.infer(binding.default, outside) if binding.default else UNKNOWN
        return default or self._argument_flow.infer(binding) or self._passed_by_library(binding, scope)

    def _passed_by_library(self, parameter: Binding, function: Scope) -> Types:
        """What a library that calls `function` passes: a `request`, the row that a serializer updates."""
        method = getattr(function.node, "name", "")
        if (outer := function.parent) and isinstance(outer.node, ast.ClassDef):
            cls, place = ClassType(outer.name, outer), _position_of(function.node, parameter.name)
            bases = [base.name for base in self.mro(cls) if isinstance(base, ExternalSymbol)]
            specs = (self.library.passed(base, method, place) for base in bases)
            if spec := next(filter(None, specs), ""):
                return self.apply_model(spec, InstanceType(cls), None, None)
        return self._passed_by_convention(parameter.name, function.module)

    def _passed_by_convention(self, name: str, module: Scope) -> Types:
        """What a parameter called `name` is in every file that imports from a package: Django's `request`."""
        specs = self.library.conventions.get(name)
        packages = _imported_packages(module) if specs else frozenset[str]()
        spec = next((spec for package, spec in specs or () if package in packages), "")
        return self.apply_model(spec, None, None, None) if spec else UNKNOWN

    def _inheriting(self, method: FunctionType) -> "_InheritingModel | None":
        """The names in `method` as its receiver has it, if that is of a class that adds something to a plain mixin."""
        cls = method.receiver.of if isinstance(method.receiver, InstanceType) else method.receiver
        outer = method.scope.parent
        if (
            not isinstance(cls, ClassType)
            or not outer
            or outer is cls.scope
            or not isinstance(outer.node, ast.ClassDef)
        ):
            return None
        if self._extends_library(ClassType(outer.name, outer)) or not self._extends_library(cls):
            return None
        if id(cls.scope) not in self._inheriting_models:
            self._inheriting_models[id(cls.scope)] = _InheritingModel(self, cls)
        return self._inheriting_models[id(cls.scope)]

    def _extends_library(self, cls: ClassType) -> bool:
        return any(isinstance(base, ExternalSymbol) for base in self.mro(cls))

    def _infer_receiver(self, method: Scope, scope: Scope) -> Types:
        """What `self` or `cls` is."""
        return self._receiver_of(method, ClassType(scope.name, scope))

    def _receiver_of(self, method: Scope, cls: ClassType) -> Types:
        name = getattr(method.node, "name", "")
        if name in ("__new__", "__init_subclass__") or "classmethod" in decorator_names(method):
            return (cls,)
        return instances_of((cls,))


def _place(index: ast.expr) -> int | None:
    """The number in brackets, which may be negative; None if it is not known."""
    match index:
        case ast.Constant(value=int(number)):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
    return None


class _InheritingModel(SemanticModel):
    """Names in the classes that `cls` extends, where `self` is an object of `cls`.

    A mixin says nothing of the `cls.query` that it asks: it has it from the model that it is mixed into. Everything
    outside of those classes is asked of the `around` names, which also keep which questions are open, so that answers
    that lead back are handled across both.
    """

    def __init__(self, around: SemanticModel, cls: ClassType) -> None:
        super().__init__(around._files, around.library)  # the same class
        self._lookup, self._keeping, self._handed = around._resolver, around._state, around._argument_flow
        self._around = around
        self._cls = cls
        self._inside = frozenset(id(base.scope) for base in around.mro(cls) if isinstance(base, ClassType))

    def infer(self, node: ast.expr, at: Position) -> Types:
        return super().infer(node, at) if self._is_inside(at.scope) else self._around.infer(node, at)

    def infer_annotation(self, node: ast.expr, at: Position) -> Types:
        return self._around.infer_annotation(node, at)

    def infer_binding(self, binding: Binding) -> Types:
        return (
            super().infer_binding(binding) if self._is_inside(binding.at.scope) else self._around.infer_binding(binding)
        )

    def infer_export(self, module: str, name: str) -> Types:
        return self._around.infer_export(module, name)

    def mro(self, cls: ClassType) -> tuple[ClassType | ExternalSymbol, ...]:
        return self._around.mro(cls)

    def definition(self, cls: ClassType, name: str) -> tuple[ClassType | ExternalSymbol, list[Binding]] | None:
        return self._around.definition(cls, name)

    def return_types(self, callee: Type, node: ast.Call | None, at: Position | None) -> Types:
        is_elsewhere = isinstance(callee, FunctionType) and not (
            callee.receiver in (self._cls, InstanceType(self._cls)) and self._is_inside(callee.scope)
        )
        return self._around.return_types(callee, node, at) if is_elsewhere else super().return_types(callee, node, at)

    def query(
        self,
        answers: Memo,
        subject: object,
        answer: Callable[[Unpack[_Arguments]], Types],
        *arguments: *_Arguments,
    ) -> Types:
        return self._around.query(answers, subject, answer, *arguments)

    def _inheriting(self, method: FunctionType) -> None:
        """None: this is the one."""

    def _infer_receiver(self, method: Scope, scope: Scope) -> Types:
        return (
            self._receiver_of(method, self._cls)
            if id(scope) in self._inside
            else super()._infer_receiver(method, scope)
        )

    def _is_inside(self, scope: Scope) -> bool:
        """Whether `scope` is in a method of one of the classes."""
        while scope.parent and not isinstance(scope.node, ast.ClassDef):
            scope = scope.parent
        return id(scope) in self._inside


def _position_of(function: ast.AST, name: str) -> int:
    """Which argument of a method its parameter `name` is, not counting `self`; -1 if none."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return -1
    names = [parameter.arg for parameter in (*function.args.posonlyargs, *function.args.args)][1:]
    return names.index(name) if name in names else -1


def _imported_packages(module: Scope) -> frozenset[str]:
    """The top-level packages that names of `module` come from."""
    bindings = (binding for bound in module.bindings.values() for binding in bound)
    return frozenset(binding.imported[0].partition(".")[0] for binding in bindings if binding.imported[0])
