"""The queries of type inference, each memoized, and delegated to the part that computes it.

How it works: `Inference` has one memo for each sort of query, and one part for each form of code: expressions,
bindings, parameters, annotations, attributes, calls. A part gets the types that it needs by further queries.
`_ReceiverInference` evaluates methods that a class inherits once more, for that class.

Cost: one evaluation for each expression, binding, annotation and function, and memory for each result; for inherited
methods, one more for each class whose bases can tell more. Plain names are looked up each time: their bindings are
memoized.
"""

import ast
from collections.abc import Callable, Collection, Mapping

from archguard.codebase.scopes.scopes import END, Binding, Position, Scope
from archguard.dataclass import dataclass
from archguard.incremental.memos import Memo
from archguard.semantics.annotations import Annotations
from archguard.semantics.app_config import ConfigStatements
from archguard.semantics.app_state import AppState
from archguard.semantics.argument_flow import ArgumentFlow
from archguard.semantics.attributes import AttributeLookup
from archguard.semantics.binding_types import BindingTypes
from archguard.semantics.call_types import CallTypes
from archguard.semantics.expressions import ExpressionTypes
from archguard.semantics.external_models import ExternalModels
from archguard.semantics.generic_functions import GenericFunctions
from archguard.semantics.index import FileIndex
from archguard.semantics.mappings import Mappings
from archguard.semantics.parameters import ParameterTypes
from archguard.semantics.queries import QueryEngine
from archguard.semantics.resolver import Origins, Resolver
from archguard.semantics.special_methods import SpecialMethods
from archguard.semantics.specs import SpecInterpreter
from archguard.semantics.types import (
    ClassType,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    ModuleType,
    Type,
    Types,
    union,
)


@dataclass(frozen=True, eq=False)
class Program:
    """What all evaluations of a project share: its files, and what is known of packages outside."""

    files: FileIndex
    library: ExternalModels
    importers: Mapping[str, Collection[str]]
    """The modules that import a module."""
    resolver: Resolver
    app_state: AppState
    config: ConfigStatements
    queries: QueryEngine


class Inference:
    """Infers types, each once; an `Evaluator`."""

    def __init__(
        self, program: Program, memo: Callable[[str], Memo[Types]], argument_flow: ArgumentFlow | None = None
    ) -> None:
        self.program = program
        self.files = program.files
        self.library = program.library
        self.resolver = program.resolver
        self.app_state = program.app_state
        self.queries = program.queries
        # Call sites pass what they pass, whichever class the callee is evaluated for: both sorts of inference share
        # them.
        self.argument_flow = argument_flow or ArgumentFlow(self, program.files, program.importers)
        self.mappings = Mappings(self, program.files, program.config)
        self._annotations = Annotations(self)
        self._attributes = AttributeLookup(self, memo("mro"))
        self._specs = SpecInterpreter(self)
        special_methods = SpecialMethods(self, self._specs)
        self._calls = CallTypes(self, self._specs, special_methods)
        self._generics = GenericFunctions(self, special_methods)
        self._expressions = ExpressionTypes(self, self._attributes, special_methods, self.mappings)
        self._bindings = BindingTypes(self, special_methods, ParameterTypes(self, self.argument_flow))
        self._types = memo("expression")
        self._types_at_end = memo("expression at the end of its scope")
        self._annotation_types = memo("annotation")
        self._return_types = memo("function")
        self._binding_types = memo("binding")
        self._export_types = memo("export")
        self._receiver_inferences: dict[int, _ReceiverInference] = {}

    def resolve(self, name: str, at: Position) -> Origins:
        """Resolve `name` at `at` to its bindings or external symbols, through all imports of the project."""
        return self.resolver.resolve(name, at)

    def infer(self, node: ast.expr, at: Position) -> Types:
        """Infer the types of the expression `node` at `at`; empty if nothing is known."""
        if type(node) is ast.Name and not at.narrowing:
            # Not memoized: its bindings are, and to look these up takes a third of the time of a query. Nearly half of
            # all expressions are such names.
            return self._expressions.infer_name(node.id, at)
        # An expression has one position; at the end of a scope, its names may mean something else.
        memo = self._types if at.order != END else self._types_at_end
        if (known := memo.get(node)) is not None:
            return known
        return self.queries.query(memo, node, self._expressions.infer, node, at)

    def infer_annotation(self, node: ast.expr, at: Position) -> Types:
        """Infer the instances that the annotation `node` describes."""
        if (known := self._annotation_types.get(node)) is not None:
            return known
        return self.queries.query(self._annotation_types, node, self._annotations.objects, node, at)

    def infer_binding(self, binding: Binding) -> Types:
        """Infer the types that `binding` assigns to its name."""
        if (known := self._binding_types.get(binding)) is not None:
            return known
        return self.queries.query(self._binding_types, binding, self._bindings.infer, binding)

    def infer_export(self, module: str, name: str) -> Types:
        """Infer the types of `name` in `from module import name`."""
        key = (module, name)
        if (known := self._export_types.get(key)) is not None:
            return known
        return self.queries.query(self._export_types, key, self._infer_export, module, name)

    def _infer_export(self, module: str, name: str) -> Types:
        return union(*map(self.infer_origin, self.resolver.resolve_in_module(module, name)))

    def infer_origin(self, origin: Binding | ExternalSymbol | ModuleType) -> Types:
        """Infer the types of a name that resolves to `origin`."""
        return self._attributes.infer_origin(origin)

    def infer_attribute(self, owner: Type, name: str) -> Types:
        """Infer the types of `owner.name`."""
        return self._attributes.infer_attribute(owner, name)

    def mro(self, cls: ClassType) -> tuple[ClassType | ExternalSymbol, ...]:
        """The method resolution order of `cls`: itself and all its bases, those of the project first."""
        return self._attributes.mro(cls)

    def definition(self, cls: ClassType, name: str) -> tuple[ClassType | ExternalSymbol, list[Binding]] | None:
        """The class that defines `name` for `cls`, with its bindings; else the first external base and no bindings."""
        return self._attributes.definition(cls, name)

    def return_types(self, callee: Type, node: ast.Call | None, at: Position | None) -> Types:
        """Infer the types that a call of `callee` returns; `node` at `at` is the call, if there is one.

        Functions are memoized by definition, not by receiver: the receiver is bound to the result afterwards.
        """
        if not isinstance(callee, FunctionType):
            return self._calls.return_types(callee, node, at)
        # The result of a generic function differs from call to call, so it stands before the memo by definition.
        if node and at and (solved := self._generics.return_types(callee, node, at)):
            return solved
        function = callee.scope.node
        known = self._return_types.get(function)
        if known is None:
            known = self.queries.query(self._return_types, function, self._calls.return_types, callee, node, at)
        # Only where the definition alone says nothing: evaluating each inherited method for each class would cost their
        # product.
        if not known and (inference := self._receiver_inference(callee)):
            return inference.return_types(callee, node, at)
        return self._calls.bind_receiver(known, callee.receiver) if known and callee.receiver else known

    def apply_model(
        self, spec: str, receiver: InstanceType | ClassType | None, node: ast.Call | None, at: Position | None
    ) -> Types:
        """The types that `spec`, a result in `ExternalModels`, denotes for this receiver and call."""
        return self._specs.apply(spec, receiver, node, at)

    def receiver_class(self, scope: Scope) -> ClassType:
        """The class that `self` is of in the methods of the class with this `scope`."""
        return ClassType(scope.name, scope)

    def _receiver_inference(self, method: FunctionType) -> "_ReceiverInference | None":
        """The inference that evaluates `method` again, for its receiver; None if that cannot infer more.

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
        # If neither or both have a base outside, the receiver's class knows no more attributes than the mixin's own.
        if self._extends_library(ClassType(outer.name, outer)) or not self._extends_library(cls):
            return None
        if id(cls.scope) not in self._receiver_inferences:
            self._receiver_inferences[id(cls.scope)] = _ReceiverInference(self, cls)
        return self._receiver_inferences[id(cls.scope)]

    def _extends_library(self, cls: ClassType) -> bool:
        return any(isinstance(base, ExternalSymbol) for base in self.mro(cls))


class _ReceiverInference(Inference):
    """Evaluates the methods that `cls` inherits with `self` as an instance of `cls`.

    A mixin that calls `cls.query` does not define it: the class that it is mixed into does. Expressions outside of
    these classes are evaluated by `outer`. Both share a query engine, so that cycles across both are found.
    """

    def __init__(self, outer: Inference, cls: ClassType) -> None:
        recorder = outer.queries.recorder
        # Memos of its own, which a session does not keep: the same expression has another type for each receiver class.
        super().__init__(outer.program, lambda _: Memo[Types](recorder), outer.argument_flow)
        self._outer = outer
        self._cls = cls
        self._inside = frozenset(id(base.scope) for base in outer.mro(cls) if isinstance(base, ClassType))

    def infer(self, node: ast.expr, at: Position) -> Types:
        return super().infer(node, at) if self._is_inside(at.scope) else self._outer.infer(node, at)

    def infer_annotation(self, node: ast.expr, at: Position) -> Types:
        return self._outer.infer_annotation(node, at)

    def infer_binding(self, binding: Binding) -> Types:
        is_inside = self._is_inside(binding.at.scope)
        return super().infer_binding(binding) if is_inside else self._outer.infer_binding(binding)

    def infer_export(self, module: str, name: str) -> Types:
        return self._outer.infer_export(module, name)

    def mro(self, cls: ClassType) -> tuple[ClassType | ExternalSymbol, ...]:
        return self._outer.mro(cls)

    def definition(self, cls: ClassType, name: str) -> tuple[ClassType | ExternalSymbol, list[Binding]] | None:
        return self._outer.definition(cls, name)

    def return_types(self, callee: Type, node: ast.Call | None, at: Position | None) -> Types:
        is_outside = isinstance(callee, FunctionType) and not (
            self._is_of_class(callee.receiver) and self._is_inside(callee.scope)
        )
        return self._outer.return_types(callee, node, at) if is_outside else super().return_types(callee, node, at)

    def _is_of_class(self, receiver: ClassType | InstanceType | None) -> bool:
        """Whether `receiver` is the class, or an instance of it, whatever that holds."""
        return (receiver.of if isinstance(receiver, InstanceType) else receiver) == self._cls

    def receiver_class(self, scope: Scope) -> ClassType:
        return self._cls if id(scope) in self._inside else super().receiver_class(scope)

    def _receiver_inference(self, method: FunctionType) -> None:
        """None: this inference already evaluates for one receiver class."""

    def _is_inside(self, scope: Scope) -> bool:
        """Whether the nearest class around `scope` is `cls` or one of its bases."""
        while scope.parent and not isinstance(scope.node, ast.ClassDef):
            scope = scope.parent
        return id(scope) in self._inside
