"""The scopes of a file, with their bindings, access paths and strings.

Instead of a control flow graph, each binding and use has a `Position`: the number of bindings before it in its scope,
and the `Branch` that it is in. That suffices to tell which bindings may reach a use and which dominate it. Back edges
of loops are not modelled: a later binding in a loop does not reach an earlier use (`may_reach`).
"""

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
"""The attribute name under which stores into a mapping are recorded."""


class BindingKind(StrEnum):
    """How a name is bound."""

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
    """A block of statements; `group` is the statement that branches, shared by its alternatives."""

    parent: "Branch | None" = None
    group: ast.AST | None = None

    def within(self) -> Iterator["Branch"]:
        """This branch and those around it, innermost first."""
        branch: Branch | None = self
        while branch:
            yield branch
            branch = branch.parent


@dataclass(frozen=True, eq=False)
class Narrowing:
    """From a position on, `isinstance(target, classes)` has the value `holds`."""

    target: str
    """The name that is asked about, or its attribute, as written."""
    classes: ast.expr
    holds: bool
    order: int
    """How many names the scope had bound at the test."""
    before: "Narrowing | None" = None


@dataclass(eq=False, slots=True)  # not frozen, as `Access`: a file has hundreds of them
class Position:
    """A position in the order in which the statements of a scope run."""

    scope: "Scope"
    block: Branch
    order: int
    """How many names the scope has bound before."""
    narrowing: Narrowing | None = None
    """What tests have told, the last one first."""

    def may_reach(self, other: "Position") -> bool:
        """Whether `other`, in the same scope, may have run before this position."""
        return other.order < self.order and (self.is_dominated_by(other) or not self._excludes(other))

    def is_dominated_by(self, other: "Position") -> bool:
        """Whether `other`, if it is earlier, has run before this position whichever branches were taken."""
        return self.block is other.block or other.block in self.block.within()

    def _excludes(self, other: "Position") -> bool:
        """Whether the positions are in different branches of the same statement."""
        own = {id(block.group): block for block in self.block.within() if block.group}
        return any(own.get(id(block.group), block) is not block for block in other.block.within() if block.group)


@dataclass(eq=False, slots=True)
class Binding:
    """A binding of `name` at `at`."""

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
    """A maximal chain of accesses, such as `session.query(Order).all()`."""

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
        """The enclosing scope; None for a module."""
        return self.at.scope if self.at else None

    @cached_property
    def module(self) -> "Scope":
        """The scope of the module that contains it."""
        scope = self
        while scope.parent:
            scope = scope.parent
        return scope

    @cached_property
    def end(self) -> Position:
        """The position after all statements of the scope."""
        return Position(self, self.block, 1 << 60)

    def walk(self) -> Iterator["Scope"]:
        """This scope and all scopes in it, in the order of the file."""
        pending = [self]
        while pending:
            scope = pending.pop()
            yield scope
            pending += reversed(scope.children)
