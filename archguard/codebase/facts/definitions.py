"""The classes and functions of a file: names, bases, decorators, parameters and lengths."""

import ast
from collections.abc import Iterator
from dataclasses import field

from archguard.codebase.facts.references import Reference
from archguard.codebase.scopes.binder import read_scope
from archguard.codebase.scopes.scopes import Scope
from archguard.codebase.syntax.source import Source
from archguard.dataclass import dataclass
from archguard.model import Location
from archguard.model.names import last_part


@dataclass(frozen=True)
class Parameter:
    """A parameter as written."""

    name: str
    location: Location
    node: ast.arg = field(compare=False, repr=False)

    @property
    def annotation(self) -> str:
        """Its annotation, or ""."""
        return ast.unparse(self.node.annotation) if self.node.annotation else ""


@dataclass(frozen=True)
class Definition:
    """A class or a function."""

    name: str
    """The qualified name: `shop.orders.Orders.place`."""
    location: Location
    """From its first decorator, or its `class` or `def`, to its end."""
    size: int
    """The number of lines."""
    decorators: tuple[Reference, ...]
    owner: "Definition | None"
    """The class or function around it."""
    scope: Scope = field(compare=False, repr=False)

    @property
    def simple_name(self) -> str:
        """The last part of the name: `place`."""
        return last_part(self.name)

    @classmethod
    def extract(cls, source: Source) -> Iterator["ClassDefinition | FunctionDefinition"]:
        """Every class and function of `source`, in the order of the file.

        Raises:
            SourceError: the file cannot be read or parsed.
        """
        yield from definitions(read_scope(source), source)


@dataclass(frozen=True)
class ClassDefinition(Definition):
    """A class."""

    bases: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class FunctionDefinition(Definition):
    """A function or a method."""

    parameters: tuple[Parameter, ...] = ()
    is_async: bool = False

    @property
    def is_method(self) -> bool:
        """Whether it is defined directly in a class."""
        return isinstance(self.owner, ClassDefinition)


def definitions(
    scope: Scope, source: Source, owner: Definition | None = None
) -> Iterator[ClassDefinition | FunctionDefinition]:
    """Every class and function in `scope` of `source`, nested scopes included."""
    for child in scope.children:
        found = _DefinitionBuilder(child, source, owner).definition()
        if found:
            yield found
        yield from definitions(child, source, found or owner)


@dataclass(frozen=True)
class _DefinitionBuilder:
    scope: Scope
    source: Source
    owner: Definition | None

    def definition(self) -> ClassDefinition | FunctionDefinition | None:
        match self.scope.node:
            case ast.ClassDef() as node:
                return ClassDefinition(*self._common(node), bases=self._references(node.bases))
            case ast.FunctionDef() | ast.AsyncFunctionDef() as node:
                return self._function(node)
        return None

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> FunctionDefinition:
        return FunctionDefinition(
            *self._common(node),
            parameters=tuple(self._parameters(node.args)),
            is_async=isinstance(node, ast.AsyncFunctionDef),
        )

    def _common(
        self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    ) -> tuple[str, Location, int, tuple[Reference, ...], Definition | None, Scope]:
        first = min((node.lineno, *(decorator.lineno for decorator in node.decorator_list)))
        size = (node.end_lineno or node.lineno) - first + 1
        place = self.source.location(node)
        return self.scope.name, place, size, self._references(node.decorator_list), self.owner, self.scope

    def _references(self, nodes: list[ast.expr]) -> tuple[Reference, ...]:
        at = self.scope.at or self.scope.end
        return tuple(Reference.of(node, self.source, at) for node in nodes)

    def _parameters(self, arguments: ast.arguments) -> Iterator[Parameter]:
        every = (*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg)
        for arg in filter(None, every):
            yield Parameter(arg.arg, self.source.location(arg), arg)
