"""The scopes of a file: what each binds to names, in which order, and which expressions stand in it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

from archguard.codebase.scopes.access_paths import Access

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
ScopeNode: TypeAlias = ast.Module | ast.ClassDef | FunctionNode | Comprehension


ITEM = "[]"
"""Stands for the name of an attribute where something is put into a mapping."""


class BindingKind(StrEnum):
    """How a name gets its value."""

    ASSIGNED = "assigned"
    ITERATED = "iterated"
    ENTERED = "entered"
    """By `with ... as`."""
    PARAMETER = "parameter"
    IMPORTED = "imported"
    DEFINED = "defined"
    """By `class` or `def`."""
    OPAQUE = "opaque"
    """By `del`, `except ... as`, or a pattern of `match`."""


@dataclass(frozen=True, eq=False)
class Branch:
    """Statements that run together; `group` is the statement whose branch they are."""

    parent: "Branch | None" = None
    group: ast.AST | None = None

    def within(self) -> Iterator["Branch"]:
        """This block and those around it, the nearest first."""
        block: Branch | None = self
        while block:
            yield block
            block = block.parent


@dataclass(frozen=True, eq=False)
class Narrowing:
    """`isinstance(target, classes)` is `holds`, from a place on."""

    target: str
    """The name that is asked about, or its attribute, as written."""
    classes: ast.expr
    holds: bool
    order: int
    """How many names the scope had bound at the test."""
    before: "Narrowing | None" = None


@dataclass(eq=False, slots=True)  # not frozen, like steps: a file has hundreds of them
class Position:
    """A place in the order in which a scope runs."""

    scope: "Scope"
    block: Branch
    order: int
    """How many names the scope has bound before."""
    narrowing: Narrowing | None = None
    """What tests have told, the last one first."""

    def may_reach(self, other: "Position") -> bool:
        """Whether what happens at `other`, in the same scope, can have happened before."""
        return other.order < self.order and (self.is_dominated_by(other) or not self._excludes(other))

    def is_dominated_by(self, other: "Position") -> bool:
        """Whether what happens at `other` has happened before, whichever branches were taken."""
        return self.block is other.block or other.block in self.block.within()

    def _excludes(self, other: "Position") -> bool:
        own = {id(block.group): block for block in self.block.within() if block.group}
        return any(own.get(id(block.group), block) is not block for block in other.block.within() if block.group)


@dataclass(eq=False, slots=True)
class Binding:
    """`name` gets a value at `at`."""

    kind: BindingKind
    name: str
    node: ast.AST
    """The expression that is assigned, iterated or entered; the parameter; the `class` or `def`; the `import`."""
    at: Position
    annotation: ast.expr | None = None
    path: tuple[int, ...] = ()
    """Which element of the value, where a tuple is unpacked; -1 is some element."""
    imported: tuple[str, str] = ("", "")
    """The module, and the name in it or ""; absolute, without the service."""
    default: ast.expr | None = None
    """What the parameter is by default."""
    key: ast.expr | None = None
    """The key under which it is stored in a mapping."""


@dataclass(eq=False, slots=True)
class AccessPath:
    """A whole expression like `session.query(Order).all()`: what is done in it, step by step."""

    accesses: tuple[Access, ...]
    """Every call, and every attribute that is not called, in order."""
    at: Position


@dataclass(eq=False)
class Scope:
    """A module, class, function or comprehension."""

    node: ScopeNode
    name: str
    """Dotted, with the module: `shop.orders.Orders.place`."""
    at: Position | None = None
    """Where it stands in the scope around it; None for a module."""
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    attributes: dict[tuple[str, str], list[Binding]] = field(default_factory=dict)
    """What is assigned to attributes of names: `self.session = ...` is at ("self", "session"), `clients[key] = ...` and
    `self.clients[key] = ...` at ("clients", ITEM)."""
    app_state: dict[str, list[Binding]] = field(default_factory=dict)
    """What is put where an application keeps things for everyone, by its name there."""
    nonlocals: dict[str, str] = field(default_factory=dict)
    """The names that are declared `global` or `nonlocal`."""
    star_imports: list[str] = field(default_factory=list)
    """The modules whose names are all imported."""
    returns: list[tuple[ast.expr, Position]] = field(default_factory=list)
    yields: list[tuple[ast.expr, Position]] = field(default_factory=list)
    access_paths: list[AccessPath] = field(default_factory=list)
    strings: list[tuple[ast.expr, Position]] = field(default_factory=list)
    """The string literals, f-strings and concatenations, each as a whole."""
    calls: int = 0
    """How many calls stand in it, without those in scopes inside."""
    children: list["Scope"] = field(default_factory=list)
    block: Branch = field(default_factory=Branch)

    @property
    def parent(self) -> "Scope | None":
        """The scope around it."""
        return self.at.scope if self.at else None

    @cached_property
    def module(self) -> "Scope":
        """The scope of the module in which it stands."""
        scope = self
        while scope.parent:
            scope = scope.parent
        return scope

    @cached_property
    def end(self) -> Position:
        """The place after everything in it."""
        return Position(self, self.block, 1 << 60)

    def walk(self) -> Iterator["Scope"]:
        """This scope and all scopes in it, in the order of the file."""
        waiting = [self]
        while waiting:
            scope = waiting.pop()
            yield scope
            waiting += reversed(scope.children)
