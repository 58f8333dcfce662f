"""The interfaces through which the parts of the inference call each other, without an import cycle."""

import ast
from typing import Protocol

from archguard.codebase.scopes.scopes import Binding, Position, Scope
from archguard.semantics.app_state import AppState
from archguard.semantics.external_models import ExternalModels
from archguard.semantics.index import FileIndex
from archguard.semantics.queries import QueryEngine
from archguard.semantics.resolver import Origins, Resolver
from archguard.semantics.types import ClassType, ExternalSymbol, InstanceType, Type, Types


class TypeQueries(Protocol):
    """Names and types of expressions: what `SemanticModel` and each `Evaluator` answer."""

    files: FileIndex
    resolver: Resolver

    def resolve(self, name: str, at: Position) -> Origins:
        """Resolve `name` at `at` to its bindings or external symbols, through all imports of the project."""

    def infer(self, node: ast.expr, at: Position) -> Types:
        """Infer the types of the expression `node` at `at`; empty if nothing is known."""

    def return_types(self, callee: Type, node: ast.Call | None, at: Position | None) -> Types:
        """Infer the types that a call of `callee` returns; `node` at `at` is the call, if there is one."""

    def definition(self, cls: ClassType, name: str) -> tuple[ClassType | ExternalSymbol, list[Binding]] | None:
        """The class that defines `name` for `cls`, with its bindings; else the first external base and no bindings."""


class Evaluator(TypeQueries, Protocol):
    """Infers types, each once; `Inference` implements it, and the parts of the inference call it for what they need."""

    library: ExternalModels
    queries: QueryEngine
    app_state: AppState

    def infer_annotation(self, node: ast.expr, at: Position) -> Types:
        """Infer the instances that the annotation `node` describes."""

    def infer_attribute(self, owner: Type, name: str) -> Types:
        """Infer the types of `owner.name`."""

    def infer_binding(self, binding: Binding) -> Types:
        """Infer the types that `binding` assigns to its name."""

    def infer_export(self, module: str, name: str) -> Types:
        """Infer the types of `name` in `from module import name`."""

    def apply_model(
        self, spec: str, receiver: InstanceType | ClassType | None, node: ast.Call | None, at: Position | None
    ) -> Types:
        """The types that `spec`, a result in `ExternalModels`, denotes for this receiver and call."""

    def mro(self, cls: ClassType) -> tuple[ClassType | ExternalSymbol, ...]:
        """The method resolution order of `cls`: itself and all its bases, those of the project first."""

    def receiver_class(self, scope: Scope) -> ClassType:
        """The class that `self` is of in the methods of the class with this `scope`."""
