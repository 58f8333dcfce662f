"""What the parts of following names ask each other."""

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeAlias, TypeVarTuple, Unpack

from archguard.codebase.facts import Binding, Position, Scope
from archguard.codebase.names.library import Library
from archguard.codebase.names.values import Instance, Outside, OwnClass, OwnModule, Value, Values

Answers: TypeAlias = dict[object, Values]
"""What is known of nodes, bindings, ... that were asked about, and does not depend on what is still open."""
_Arguments = TypeVarTuple("_Arguments")


class Asking(ABC):
    """Answers what expressions, annotations and attributes stand for."""

    library: Library

    @abstractmethod
    def value(self, node: ast.expr, at: Position) -> Values:
        """What the expression `node` stands for at `at`."""

    @abstractmethod
    def scope(self, module: str) -> Scope:
        """The scope of `module`: as much of its file as can be parsed."""

    @abstractmethod
    def annotated(self, node: ast.expr, at: Position) -> Values:
        """The objects that the annotation `node` speaks of."""

    @abstractmethod
    def attribute(self, owner: Value, name: str) -> Values:
        """What `owner.name` is."""

    @abstractmethod
    def called(self, callee: Value, node: ast.Call | None, at: Position | None) -> Values:
        """What calling `callee` gives; `node` is the call, if there is one."""

    @abstractmethod
    def given(
        self, spec: str, receiver: Instance | OwnClass | None, node: ast.Call | None, at: Position | None
    ) -> Values:
        """What the library means by `spec`."""

    @abstractmethod
    def bound(self, binding: Binding) -> Values:
        """What `binding` gives its name."""

    @abstractmethod
    def origins(self, name: str, at: Position) -> tuple[Binding | Outside | OwnModule, ...]:
        """Where `name` comes from at `at`, through all imports of the project."""

    @abstractmethod
    def module_origins(self, module: str, name: str) -> tuple[Binding | Outside | OwnModule, ...]:
        """Where `name` of the module `module` comes from."""

    @abstractmethod
    def exported(self, module: str, name: str) -> Values:
        """What `from module import name` gives."""

    @abstractmethod
    def find(self, module: str, importer: str, name: str = "") -> str:
        """The module of the project that `importer` means by `module`, where it takes `name` from it, or ""."""

    @abstractmethod
    def models(self, app: str, importer: str) -> tuple[str, ...]:
        """The modules with the models of `app`, as Django labels it, or of the app of `importer`."""

    @abstractmethod
    def definition(self, cls: OwnClass, name: str) -> tuple[OwnClass | Outside, list[Binding]] | None:
        """The class from which `cls` has `name`, with the bindings there."""

    @abstractmethod
    def lineage(self, cls: OwnClass) -> tuple[OwnClass | Outside, ...]:
        """`cls` and all classes that it derives from."""

    @abstractmethod
    def once(
        self,
        answers: Answers,
        subject: object,
        answer: Callable[[Unpack[_Arguments]], Values],
        *arguments: *_Arguments,
    ) -> Values:
        """Find out the `answer` to the question that `answers` does not know, once; UNKNOWN while it is being asked."""

    @abstractmethod
    def scope_of(self, node: ast.AST, at: Position) -> Scope | None:
        """The scope of the class or function `node` that is defined at `at`."""
