"""What the parts of following names ask each other."""

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeAlias, TypeVarTuple, Unpack

from archguard.codebase.scopes.scopes import Binding, Position, Scope
from archguard.semantics.external_models import ExternalModels
from archguard.semantics.types import ClassType, ExternalSymbol, InstanceType, ModuleType, Type, Types

Memo: TypeAlias = dict[object, Types]
"""What is known of nodes, bindings, ... that were asked about, and does not depend on what is still open."""
_Arguments = TypeVarTuple("_Arguments")


class Evaluator(ABC):
    """Answers what expressions, annotations and attributes stand for."""

    library: ExternalModels

    @abstractmethod
    def infer(self, node: ast.expr, at: Position) -> Types:
        """What the expression `node` stands for at `at`."""

    @abstractmethod
    def scope(self, module: str) -> Scope:
        """The scope of `module`: as much of its file as can be parsed."""

    @abstractmethod
    def infer_annotation(self, node: ast.expr, at: Position) -> Types:
        """The objects that the annotation `node` speaks of."""

    @abstractmethod
    def infer_attribute(self, owner: Type, name: str) -> Types:
        """What `owner.name` is."""

    @abstractmethod
    def return_types(self, callee: Type, node: ast.Call | None, at: Position | None) -> Types:
        """What calling `callee` gives; `node` is the call, if there is one."""

    @abstractmethod
    def apply_model(
        self, spec: str, receiver: InstanceType | ClassType | None, node: ast.Call | None, at: Position | None
    ) -> Types:
        """What the library means by `spec`."""

    @abstractmethod
    def infer_binding(self, binding: Binding) -> Types:
        """What `binding` gives its name."""

    @abstractmethod
    def resolve(self, name: str, at: Position) -> tuple[Binding | ExternalSymbol | ModuleType, ...]:
        """Where `name` comes from at `at`, through all imports of the project."""

    @abstractmethod
    def resolve_in_module(self, module: str, name: str) -> tuple[Binding | ExternalSymbol | ModuleType, ...]:
        """Where `name` of the module `module` comes from."""

    @abstractmethod
    def infer_export(self, module: str, name: str) -> Types:
        """What `from module import name` gives."""

    @abstractmethod
    def find_module(self, module: str, importer: str, name: str = "") -> str:
        """The module of the project that `importer` means by `module`, where it takes `name` from it, or ""."""

    @abstractmethod
    def django_models(self, app: str, importer: str) -> tuple[str, ...]:
        """The modules with the models of `app`, as Django labels it, or of the app of `importer`."""

    @abstractmethod
    def definition(self, cls: ClassType, name: str) -> tuple[ClassType | ExternalSymbol, list[Binding]] | None:
        """The class from which `cls` has `name`, with the bindings there."""

    @abstractmethod
    def mro(self, cls: ClassType) -> tuple[ClassType | ExternalSymbol, ...]:
        """`cls` and all classes that it derives from."""

    @abstractmethod
    def query(
        self,
        answers: Memo,
        subject: object,
        answer: Callable[[Unpack[_Arguments]], Types],
        *arguments: *_Arguments,
    ) -> Types:
        """Find out the `answer` to the question that `answers` does not know, once; UNKNOWN while it is being asked."""

    @abstractmethod
    def scope_of(self, node: ast.AST, at: Position) -> Scope | None:
        """The scope of the class or function `node` that is defined at `at`."""
