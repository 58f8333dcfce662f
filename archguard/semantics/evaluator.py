"""The interface through which the parts of the semantic model call each other, without an import cycle."""

import ast
from abc import ABC, abstractmethod

from archguard.codebase.scopes.scopes import Binding, Position, Scope
from archguard.semantics.external_models import ExternalModels
from archguard.semantics.queries import QueryEngine
from archguard.semantics.types import ClassType, ExternalSymbol, InstanceType, ModuleType, Type, Types


class Evaluator(ABC):
    """Infers types of expressions, annotations and attributes; `SemanticModel` implements it."""

    library: ExternalModels
    queries: QueryEngine

    @abstractmethod
    def infer(self, node: ast.expr, at: Position) -> Types:
        """Infer the types of the expression `node` at `at`; empty if nothing is known."""

    @abstractmethod
    def scope(self, module: str) -> Scope:
        """The scope of `module`, built from as much of its file as can be parsed."""

    @abstractmethod
    def infer_annotation(self, node: ast.expr, at: Position) -> Types:
        """Infer the instances that the annotation `node` describes."""

    @abstractmethod
    def infer_attribute(self, owner: Type, name: str) -> Types:
        """Infer the types of `owner.name`."""

    @abstractmethod
    def return_types(self, callee: Type, node: ast.Call | None, at: Position | None) -> Types:
        """Infer the types that a call of `callee` returns; `node` at `at` is the call, if there is one."""

    @abstractmethod
    def apply_model(
        self, spec: str, receiver: InstanceType | ClassType | None, node: ast.Call | None, at: Position | None
    ) -> Types:
        """The types that `spec`, a result in `ExternalModels`, denotes for this receiver and call."""

    @abstractmethod
    def infer_binding(self, binding: Binding) -> Types:
        """Infer the types that `binding` assigns to its name."""

    @abstractmethod
    def resolve(self, name: str, at: Position) -> tuple[Binding | ExternalSymbol | ModuleType, ...]:
        """Resolve `name` at `at` to its bindings or external symbols, through all imports of the project."""

    @abstractmethod
    def resolve_in_module(self, module: str, name: str) -> tuple[Binding | ExternalSymbol | ModuleType, ...]:
        """Resolve `name` in the namespace of `module`."""

    @abstractmethod
    def infer_export(self, module: str, name: str) -> Types:
        """Infer the types of `name` in `from module import name`."""

    @abstractmethod
    def find_module(self, module: str, importer: str, name: str = "") -> str:
        """The project's module that `from module import name` refers to in `importer`, or ""."""

    @abstractmethod
    def django_models(self, app: str, importer: str) -> tuple[str, ...]:
        """The `models` modules of the Django app with the label `app`; without a label, of the app of `importer`."""

    @abstractmethod
    def definition(self, cls: ClassType, name: str) -> tuple[ClassType | ExternalSymbol, list[Binding]] | None:
        """The class that defines `name` for `cls`, with its bindings; else the first external base and no bindings."""

    @abstractmethod
    def mro(self, cls: ClassType) -> tuple[ClassType | ExternalSymbol, ...]:
        """The method resolution order of `cls`: itself and all its bases, those of the project first."""

    @abstractmethod
    def scope_of(self, node: ast.AST, at: Position) -> Scope | None:
        """The scope of the class, function or comprehension `node`, which is defined at `at`."""
