"""Type inference for the expressions of a project: the facade `SemanticModel`.

How it works: inference runs on demand and executes nothing. `infer` matches on the form of an expression and
delegates: names to the `Resolver`, attributes to `AttributeLookup`, calls to `CallTypes`, annotations to
`Annotations`, packages outside of the project to `ExternalModels`. A file is parsed when the first query needs it.

Lattice: a value is a union of types (`Types`, a tuple without duplicates); the empty union `UNKNOWN` is the bottom.
Branches and alternatives join by `union`. Unknown never widens to "any type": a check sees only types that were found.

Queries are memoized and may be cyclic (`def f(): return g()`, `def g(): return f()`): see `queries.py`.

Limits:
- Type arguments nest 4 levels (`types._MAX_NESTING`): wrappers that return tuples double the size at each step.
- Arguments flow from at most 20 importing modules (`argument_flow._MOST_IMPORTERS`): more would be parsed for one
  parameter, and code that so many import deserves annotations.
- Strings are followed 12 levels (`string_values._MAX_DEPTH`), mappings 8 (`mappings._MAX_DEPTH`), which also ends
  cycles: these two are not memoized. Configurations nest three or four levels.

Cost: one evaluation per expression, binding, function and class outside of cycles, and memory for each result.
"""

import ast
from collections.abc import Callable, Collection, Mapping
from functools import partial
from types import MappingProxyType

from archguard.codebase.scopes.app_state_names import app_state_name
from archguard.codebase.scopes.narrowing import target_name
from archguard.codebase.scopes.scopes import ITEM, Binding, BindingKind, Position, Scope
from archguard.codebase.syntax.error_tolerant import TolerantSource
from archguard.semantics.annotations import Annotations, provided
from archguard.semantics.app_state import AppState, StateWriters
from archguard.semantics.argument_flow import ArgumentFlow
from archguard.semantics.attributes import AttributeLookup, decorator_names, first_parameter
from archguard.semantics.call_types import CallTypes
from archguard.semantics.evaluator import Evaluator
from archguard.semantics.external_models import ExternalModels
from archguard.semantics.index import FileIndex
from archguard.semantics.mappings import Mappings
from archguard.semantics.queries import Memo, QueryEngine
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

_LITERAL_TYPES = {
    ast.JoinedStr: "builtins.str",
    ast.Compare: "builtins.bool",
    ast.Dict: "builtins.dict",
    ast.DictComp: "builtins.dict",
    ast.ListComp: "builtins.list",
    ast.SetComp: "builtins.set",
    ast.GeneratorExp: "collections.abc.Iterator",
}


class SemanticModel(Evaluator):
    """Infers types and resolves names in `files`, each parsed when a query first needs it; executes nothing."""

    def __init__(
        self,
        files: FileIndex,
        library: ExternalModels = ExternalModels(),  # noqa: B008  # frozen
        importers: Mapping[str, Collection[str]] = MappingProxyType({}),
        state_writers: Callable[[], StateWriters] = dict,
    ) -> None:
        self.library = library
        self.queries = QueryEngine(files.recorder)
        self._files = files
        self._resolver = Resolver(files)
        self._state = AppState(files, state_writers)
        self._annotations = Annotations(self)
        self._attributes = AttributeLookup(self)
        self._call_types = CallTypes(self)
        self._mappings = Mappings(self, files)
        self._strings = StringEvaluator(self, self._mappings)
        self._argument_flow = ArgumentFlow(self, files, importers)
        self._types = Memo(files.recorder)
        self._annotation_types = Memo(files.recorder)
        self._return_types = Memo(files.recorder)
        self._binding_types = Memo(files.recorder)
        self._export_types = Memo(files.recorder)
        self._inheriting_models: dict[int, _InheritingModel] = {}

    def scope(self, module: str) -> Scope:
        """The scope of `module`, built from as much of its file as can be parsed."""
        return self._files.scope(module)

    def source(self, module: str) -> TolerantSource:
        """The source of `module`, read once and parsed as far as possible."""
        return self._files.source(module)

    def call_count(self, module: str) -> int:
        """The number of calls in `module`."""
        return sum(scope.calls for scope in self.scope(module).walk())

    def is_method_alias(self, name: str, at: Position) -> bool:
        """Whether `name` is bound to an attribute in the same file: `run = session.execute`."""
        return any(
            isinstance(origin, Binding)
            and isinstance(origin.node, ast.Attribute)
            and origin.at.scope.module is at.scope.module
            for origin in self.resolve(name, at)
        )

    def infer_export(self, module: str, name: str) -> Types:
        """Infer the types of `name` in `from module import name`."""
        key = (module, name)
        known = self._export_types.get(key)
        return (
            self.queries.query(self._export_types, key, self._compute_export, module, name) if known is None else known
        )

    def _compute_export(self, module: str, name: str) -> Types:
        return union(*map(self._attributes.infer_origin, self.resolve_in_module(module, name)))

    def infer(self, node: ast.expr, at: Position) -> Types:
        """Infer the types of the expression `node` at `at`; empty if nothing is known."""
        known = self._types.get(node)
        return self.queries.query(self._types, node, self._infer, node, at) if known is None else known

    def callees(self, node: ast.Call, at: Position) -> tuple[str, ...]:
        """The qualified names of the possible callees: `requests.get`, `sqlalchemy.orm.Session.execute`."""
        return tuple(dict.fromkeys(qualified_name(value) for value in self.infer(node.func, at)))

    def string_value(self, node: ast.expr, at: Position) -> StringValue:
        """The string that `node` evaluates to; parts that cannot be evaluated are None."""
        return self._strings.string_value(node, at)

    def entries(self, node: ast.expr, at: Position) -> tuple[tuple[ast.expr, Position], ...]:
        """The expressions that `topics["paid"]` or `topics.get("paid")` can evaluate to; empty if unknown."""
        found = self._mappings.lookup(node, at)
        return tuple(found[0]) if found else ()

    def mro(self, cls: ClassType) -> tuple[ClassType | ExternalSymbol, ...]:
        """The method resolution order of `cls`: itself and all its bases, those of the project first."""
        return self._attributes.mro(cls)

    def infer_annotation(self, node: ast.expr, at: Position) -> Types:
        """Infer the instances that the annotation `node` describes."""
        known = self._annotation_types.get(node)
        return (
            self.queries.query(self._annotation_types, node, self._annotations.objects, node, at)
            if known is None
            else known
        )

    def infer_attribute(self, owner: Type, name: str) -> Types:
        """Infer the types of `owner.name`."""
        return self._attributes.infer_attribute(owner, name)

    def definition(self, cls: ClassType, name: str) -> tuple[ClassType | ExternalSymbol, list[Binding]] | None:
        """The class that defines `name` for `cls`, with its bindings; else the first external base, without bindings.

        None if no class of the project defines it and no base is external.
        """
        return self._attributes.definition(cls, name)

    def return_types(self, callee: Type, node: ast.Call | None, at: Position | None) -> Types:
        """Infer the types that a call of `callee` returns; `node` at `at` is the call, if there is one.

        Functions are memoized by definition, not by receiver: the receiver is bound to the result afterwards.
        """
        if isinstance(callee, FunctionType):
            function = callee.scope.node
            known = self._return_types.get(function)
            if known is None:
                known = self.queries.query(
                    self._return_types, function, self._call_types.return_types, callee, node, at
                )
            if not known and (receiver_model := self._receiver_model(callee)):
                return receiver_model.return_types(callee, node, at)
            return self._call_types.bind_receiver(known, callee.receiver) if known and callee.receiver else known
        return self._call_types.return_types(callee, node, at)

    def apply_model(
        self, spec: str, receiver: InstanceType | ClassType | None, node: ast.Call | None, at: Position | None
    ) -> Types:
        """The types that `spec`, a result in `ExternalModels`, denotes for this receiver and call."""
        return self._call_types.apply_model(spec, receiver, node, at)

    def resolve(self, name: str, at: Position) -> Origins:
        """Resolve `name` at `at` to its bindings or external symbols, through all imports of the project."""
        return self._resolver.resolve(name, at)

    def resolve_in_module(self, module: str, name: str) -> Origins:
        """Resolve `name` in the namespace of `module`."""
        return self._resolver.resolve_in_module(module, name)

    def find_module(self, module: str, importer: str, name: str = "") -> str:
        """The project's module that `from module import name` refers to in `importer`, or ""."""
        return self._resolver.find_module(module, importer, name)

    def django_models(self, app: str, importer: str) -> tuple[str, ...]:
        """The `models` modules of the Django app with the label `app`; without a label, of the app of `importer`."""
        return self._resolver.django_models(app, importer)

    def scope_of(self, node: ast.AST, at: Position) -> Scope | None:
        """The scope of the class, function or comprehension `node`, which is defined at `at`."""
        return self._files.scope_of(node, at)

    def infer_binding(self, binding: Binding) -> Types:
        """Infer the types that `binding` assigns to its name."""
        known = self._binding_types.get(binding)
        return (
            self.queries.query(self._binding_types, binding, self._infer_binding, binding) if known is None else known
        )

    def has_tracked_callers(self, module: str) -> bool:
        """Whether argument flow follows the calls from other modules into the functions of `module`."""
        return self._argument_flow.has_tracked_callers(module)

    def infer_origin(self, origin: Binding | ExternalSymbol) -> Types:
        """Infer the types of a name that resolves to `origin`."""
        return self._attributes.infer_origin(origin)

    def _infer(self, node: ast.expr, at: Position) -> Types:
        entry = self._infer_entry(node, at)
        return self._infer_expression(node, at) if entry is None else entry

    def _infer_entry(self, node: ast.expr, at: Position) -> Types | None:
        """Infer `topics["paid"]` or `topics.get("paid")` from the entries of the mapping; None if they are unknown."""
        found = self._mappings.lookup(node, at)
        return union(*(self.infer(*placed) for placed in (*found[0], *found[1]))) if found else None

    def _infer_expression(self, node: ast.expr, at: Position) -> Types:  # noqa: PLR0911  # one case for each form of expression
        match node:
            case ast.Name(id=name):
                origins = self.resolve(name, at)
                found = union(*map(self._attributes.infer_origin, origins))
                return self._narrow(name, origins, found, at) if at.narrowing else found
            case ast.Attribute(value=owner, attr=name):
                found = (
                    self._attribute_stores(node, at)
                    or self._app_state(node, at)
                    or union(*(self.infer_attribute(value, name) for value in self.infer(owner, at)))
                )
                return self._narrow(target_name(node), (), found, at) if at.narrowing else found
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
                        *(
                            self._call_types.element_types(value, _constant_index(index))
                            for value in self.infer(holder, at)
                        )
                    )
                    or self._subscript_stores(holder, at)
                )
            case ast.BinOp():
                return self._infer_operator(node, at)
            case ast.Lambda():
                scope = self.scope_of(node, at)
                return (FunctionType(scope.name, scope),) if scope else UNKNOWN
        return self._infer_literal(node, at)

    def _infer_operator(self, node: ast.BinOp, at: Position) -> Types:
        match node.op:
            case ast.BitOr() | ast.BitAnd():
                return self.infer(node.left, at)
            case ast.Div():
                sides = (
                    union(*map(self._call_types.division_types, self.infer(side, at)))
                    for side in (node.left, node.right)
                )
                return next(filter(None, sides), UNKNOWN)
        return UNKNOWN

    def _narrow(self, target: str, origins: Origins, found: Types, at: Position) -> Types:
        """Narrow `found` by the `isinstance` tests on `target` since its last binding in this scope."""
        orders = [origin.at.order for origin in origins if isinstance(origin, Binding) and origin.at.scope is at.scope]
        test, tests = at.narrowing, []
        while test:
            if test.target == target and all(order < test.order for order in orders):
                tests.append(test)
            test = test.before
        for test in reversed(tests):
            found = self._call_types.narrow(found, self._tested_classes(test.classes, at), holds=test.holds)
        return found

    def _tested_classes(self, node: ast.expr, at: Position) -> Types:
        """The classes in the second argument of `isinstance`: one class, a tuple, or a union."""
        match node:
            case ast.Tuple(elts=parts):
                return union(*(self._tested_classes(part, at) for part in parts))
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return union(self._tested_classes(left, at), self._tested_classes(right, at))
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
                return (external_instance(_LITERAL_TYPES[type(node)], items),)
            case _ if type(node) in _LITERAL_TYPES:
                return (external_instance(_LITERAL_TYPES[type(node)]),)
        return UNKNOWN

    def _attribute_stores(self, node: ast.Attribute, at: Position) -> Types:
        """Infer `g.db` from assignments to it in the same file: `g.db = connect()`.

        Those in the same scope win if it binds the name `g` itself; else those anywhere in the file count.
        """
        if not isinstance(node.value, ast.Name):
            return UNKNOWN
        name = node.value.id
        stores = at.scope.stored if at.scope.named(name) else partial(self._files.stores, at.scope)
        return union(*map(self.infer_binding, stores(name, node.attr)))

    def _app_state(self, node: ast.expr, at: Position) -> Types:
        """Infer `request.app["pool"]` from stores in any module of the service: `app["pool"] = create_pool()`."""
        name = app_state_name(node)
        return union(*map(self.infer_binding, self._state.bindings(name, at.scope))) if name else UNKNOWN

    def _subscript_stores(self, holder: ast.expr, at: Position) -> Types:
        """Infer `clients[key]` from stores in the same file, under any key: `clients[key] = connect()`."""
        match holder:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                return union(*map(self.infer_binding, self._files.stores(at.scope, name, ITEM)))
        return UNKNOWN

    def _infer_binding(self, binding: Binding) -> Types:  # noqa: PLR0911  # one case for each kind of binding
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
                return self._unpack(self.infer(parts[first], binding.at), tuple(rest))
            case Binding(node=ast.expr() as node):
                return self._unpack(self._enter_or_iterate(binding.kind, self.infer(node, binding.at)), binding.path)
        return UNKNOWN

    def _infer_definition(self, binding: Binding) -> Types:
        scope = self.scope_of(binding.node, binding.at)
        if not scope:
            return UNKNOWN
        if scope.is_class:
            return (ClassType(scope.name, scope),)
        return (FunctionType(scope.name, scope),)

    def _enter_or_iterate(self, kind: BindingKind, values: Types) -> Types:
        if kind is BindingKind.ENTERED:
            return union(*map(self._call_types.entered_types, values))
        if kind is BindingKind.ITERATED:
            return union(*map(self._call_types.iterated_types, values))
        return values

    def _unpack(self, values: Types, path: tuple[int, ...]) -> Types:
        for index in path:
            values = union(*(self._call_types.element_types(value, index) for value in values))
        return values

    def _infer_parameter(self, binding: Binding) -> Types:
        """Infer a parameter from the most reliable source that gives a type.

        In order: receiver, annotation, injected provider, default, call sites, the library that calls the function.
        """
        scope = binding.at.scope
        enclosing = scope.at or scope.end
        if enclosing.scope.is_class and binding.name == first_parameter(scope):
            return self._infer_receiver(scope, enclosing.scope)
        if binding.annotation and (found := self.infer_annotation(binding.annotation, enclosing)):
            return found
        if binding.default and (found := provided(self, binding.default, enclosing)):
            return found
        default = self.infer(binding.default, enclosing) if binding.default else UNKNOWN
        return default or self._argument_flow.infer(binding) or self._passed_by_library(binding, scope)

    def _passed_by_library(self, parameter: Binding, function: Scope) -> Types:
        """What a library passes when it calls `function`: a `request`, the row that a serializer updates."""
        method = getattr(function.node, "name", "")
        if (outer := function.parent) and isinstance(outer.node, ast.ClassDef):
            cls, index = ClassType(outer.name, outer), _argument_index(function.node, parameter.name)
            bases = [base.name for base in self.mro(cls) if isinstance(base, ExternalSymbol)]
            specs = (self.library.passed(base, method, index) for base in bases)
            if spec := next(filter(None, specs), ""):
                return self.apply_model(spec, InstanceType(cls), None, None)
        return self._passed_by_convention(parameter.name, function.module)

    def _passed_by_convention(self, name: str, module: Scope) -> Types:
        """What a parameter called `name` conventionally is in files that import a package: Django's `request`."""
        specs = self.library.conventions.get(name)
        packages = module.imported_packages if specs else frozenset[str]()
        spec = next((spec for package, spec in specs or () if package in packages), "")
        return self.apply_model(spec, None, None, None) if spec else UNKNOWN

    def _receiver_model(self, method: FunctionType) -> "_InheritingModel | None":
        """The model in which to evaluate `method` again, for its receiver; None if that cannot infer more.

        It can if a class without external bases (a mixin) defines the method, and the receiver's class has such a base.
        """
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
        """Infer `self` or `cls`: the first parameter of `method`, which is defined in the class with this `scope`."""
        return self._receiver_type(method, ClassType(scope.name, scope))

    def _receiver_type(self, method: Scope, cls: ClassType) -> Types:
        name = getattr(method.node, "name", "")
        if name in ("__new__", "__init_subclass__") or "classmethod" in decorator_names(method):
            return (cls,)
        return instances_of((cls,))


def _constant_index(index: ast.expr) -> int | None:
    """The value of a constant index, which may be negative; None for any other expression."""
    match index:
        case ast.Constant(value=int(number)):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            return -number
    return None


class _InheritingModel(SemanticModel):
    """Evaluates the methods that `cls` inherits with `self` as an instance of `cls`.

    A mixin that calls `cls.query` does not define it: the class that it is mixed into does. Expressions outside of
    these classes are evaluated by `outer_model`. Both share a query engine, so that cycles across both are found.
    """

    def __init__(self, outer_model: SemanticModel, cls: ClassType) -> None:
        super().__init__(outer_model._files, outer_model.library)  # private, but of the same class
        self.queries = outer_model.queries
        self._resolver, self._state = outer_model._resolver, outer_model._state
        self._argument_flow = outer_model._argument_flow
        self._outer = outer_model
        self._cls = cls
        self._inside = frozenset(id(base.scope) for base in outer_model.mro(cls) if isinstance(base, ClassType))

    def infer(self, node: ast.expr, at: Position) -> Types:
        return super().infer(node, at) if self._is_inside(at.scope) else self._outer.infer(node, at)

    def infer_annotation(self, node: ast.expr, at: Position) -> Types:
        return self._outer.infer_annotation(node, at)

    def infer_binding(self, binding: Binding) -> Types:
        return (
            super().infer_binding(binding) if self._is_inside(binding.at.scope) else self._outer.infer_binding(binding)
        )

    def infer_export(self, module: str, name: str) -> Types:
        return self._outer.infer_export(module, name)

    def mro(self, cls: ClassType) -> tuple[ClassType | ExternalSymbol, ...]:
        return self._outer.mro(cls)

    def definition(self, cls: ClassType, name: str) -> tuple[ClassType | ExternalSymbol, list[Binding]] | None:
        return self._outer.definition(cls, name)

    def return_types(self, callee: Type, node: ast.Call | None, at: Position | None) -> Types:
        is_outside = isinstance(callee, FunctionType) and not (
            callee.receiver in (self._cls, InstanceType(self._cls)) and self._is_inside(callee.scope)
        )
        return self._outer.return_types(callee, node, at) if is_outside else super().return_types(callee, node, at)

    def _receiver_model(self, method: FunctionType) -> None:
        """None: this model already evaluates for one receiver class."""

    def _infer_receiver(self, method: Scope, scope: Scope) -> Types:
        return (
            self._receiver_type(method, self._cls)
            if id(scope) in self._inside
            else super()._infer_receiver(method, scope)
        )

    def _is_inside(self, scope: Scope) -> bool:
        """Whether the nearest class around `scope` is `cls` or one of its bases."""
        while scope.parent and not isinstance(scope.node, ast.ClassDef):
            scope = scope.parent
        return id(scope) in self._inside


def _argument_index(function: ast.AST, name: str) -> int:
    """The index of the positional parameter `name` of a method, without `self`; -1 if there is none."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return -1
    names = [parameter.arg for parameter in (*function.args.posonlyargs, *function.args.args)][1:]
    return names.index(name) if name in names else -1
