"""The scopes of a file, with their bindings, access paths and strings.

Instead of a control flow graph, each binding and use has a `Position`: the number of bindings before it in its scope,
and the `Branch` that it is in. That suffices to tell which bindings may reach a use and which dominate it. Back edges
of loops are not modelled: a later binding in a loop does not reach an earlier use (`may_reach`).
"""

import ast
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Final, TypeAlias

from archguard.codebase.scopes.access_paths import Access
from archguard.codebase.scopes.reading import Reading
from archguard.incremental.dependencies import DependencyRecorder
from archguard.model.names import top_package

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
ScopeNode: TypeAlias = ast.Module | ast.ClassDef | FunctionNode | Comprehension


END: Final = 1 << 60
"""The order of the position after all statements of a scope: more names than any scope binds."""
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
        # The order of the text is that of execution but for loops, where the resolver falls back to all bindings.
        return other.order < self.order and (self.is_dominated_by(other) or not self._excludes(other))

    def is_dominated_by(self, other: "Position") -> bool:
        """Whether `other`, if it is earlier, has run before this position whichever branches were taken."""
        return self.block is other.block or other.block in self.block.within()

    def _excludes(self, other: "Position") -> bool:
        """Whether the positions are in different branches of the same statement."""
        # Branches of one statement have the same group: the `if` or `try` itself.
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


@dataclass(eq=False, slots=True)
class ScopeContents:
    """What the binder has found in a scope. Others read it through `Scope`, which records what is read."""

    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    attributes: dict[tuple[str, str], list[Binding]] = field(default_factory=dict)
    app_state: dict[str, list[Binding]] = field(default_factory=dict)
    nonlocals: dict[str, str] = field(default_factory=dict)
    star_imports: list[str] = field(default_factory=list)
    returns: list[tuple[ast.expr, Position]] = field(default_factory=list)
    yields: list[tuple[ast.expr, Position]] = field(default_factory=list)
    access_paths: list[AccessPath] = field(default_factory=list)
    strings: list[tuple[ast.expr, Position]] = field(default_factory=list)
    calls: int = 0
    is_generator: bool = False
    has_loop: bool = False
    unsearched: set[int] = field(default_factory=set)
    """The identities of calls in annotations, and in other places in which no effects are looked for."""
    children: list["Scope"] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class ScopeFact:
    """A reading of a scope, as `DependencyRecorder` has it; one object for all readings that are the same."""

    scope: "Scope"
    reading: Reading
    name: Hashable


@dataclass(eq=False, slots=True, repr=False)
class Scope:
    """A module, class, function or comprehension. What is read of it is recorded."""

    syntax: ScopeNode
    name: str
    """Dotted, with the module: `shop.orders.Orders.place`."""
    at: Position | None = None
    """Where it stands in the scope around it; None for a module."""
    recorder: DependencyRecorder = field(default_factory=partial(DependencyRecorder, is_recording=False))
    contents: ScopeContents = field(default_factory=ScopeContents)
    block: Branch = field(default_factory=Branch)
    facts: dict[tuple[Reading, Hashable], ScopeFact] = field(default_factory=dict)
    """What has been read of it."""
    module: "Scope" = field(init=False)
    """The scope of the module that contains it."""
    end: Position = field(init=False)
    """The position after all statements of the scope."""

    def __post_init__(self) -> None:
        self.module = self.at.scope.module if self.at else self
        self.end = Position(self, self.block, END)

    @property
    def parent(self) -> "Scope | None":
        """The enclosing scope; None for a module."""
        return self.at.scope if self.at else None

    @property
    def is_class(self) -> bool:
        """Whether it is the body of a class; whoever has found it has read that, so it is not recorded."""
        return isinstance(self.syntax, ast.ClassDef)

    @property
    def node(self) -> ScopeNode:
        """The `class`, `def`, lambda, comprehension or module; of its body, use the properties of the scope."""
        self.read(Reading.HEADER)
        return self.syntax

    def read(self, reading: Reading, name: Hashable = "") -> None:
        """Record that the running computation depends on this scope."""
        recorder = self.recorder
        if recorder.is_recording:
            # One object for each reading: frames hold millions of them, and are compared by identity.
            key = (reading, name)
            fact = self.facts.get(key) or self.facts.setdefault(key, ScopeFact(self, reading, name))
            recorder.frame.append(fact)

    def named(self, name: str) -> list[Binding]:
        """The bindings of `name`."""
        self.read(Reading.NAME, name)
        return self.contents.bindings.get(name, [])

    def is_nonlocal(self, name: str) -> bool:
        """Whether it declares `name` as `global` or `nonlocal`."""
        self.read(Reading.NAME, name)
        return name in self.contents.nonlocals

    @property
    def bindings(self) -> Mapping[str, list[Binding]]:
        """The bindings of all names."""
        self.read(Reading.NAMES)
        return self.contents.bindings

    @property
    def attributes(self) -> Mapping[tuple[str, str], list[Binding]]:
        """What is assigned to attributes of names: `self.x = ...` is at ("self", "x").

        `clients[key] = ...` and `self.clients[key] = ...` are at ("clients", ITEM).
        """
        self.read(Reading.TEXT)
        return self.contents.attributes

    def stored(self, owner: str, name: str) -> list[Binding]:
        """What it assigns to the attribute `name` of `owner`."""
        self.module.read(Reading.ATTRIBUTE, (owner, name))
        return self.contents.attributes.get((owner, name), [])

    @property
    def app_state(self) -> Mapping[str, list[Binding]]:
        """What is put where an application keeps things for everyone, by its name there."""
        self.read(Reading.TEXT)
        return self.contents.app_state

    @property
    def star_imports(self) -> list[str]:
        """The modules whose names are all imported."""
        self.read(Reading.STARS)
        return self.contents.star_imports

    def imports(self, package: str) -> bool:
        """Whether it imports the top-level `package`, or something from it."""
        self.read(Reading.IMPORTS, package)
        bindings = (binding for bound in self.contents.bindings.values() for binding in bound)
        return any(top_package(binding.imported[0]) == package for binding in bindings)

    @property
    def returns(self) -> list[tuple[ast.expr, Position]]:
        """The expressions that it returns."""
        self.read(Reading.RESULTS)
        return self.contents.returns

    @property
    def yields(self) -> list[tuple[ast.expr, Position]]:
        """The expressions that it yields."""
        self.read(Reading.RESULTS)
        return self.contents.yields

    @property
    def access_paths(self) -> list[AccessPath]:
        """The chains of attributes and calls."""
        self.read(Reading.TEXT)
        return self.contents.access_paths

    @property
    def strings(self) -> list[tuple[ast.expr, Position]]:
        """The string literals, f-strings and concatenations, each as a whole."""
        self.read(Reading.TEXT)
        return self.contents.strings

    @property
    def calls(self) -> int:
        """How many calls stand in it, without those in scopes inside."""
        self.read(Reading.TEXT)
        return self.contents.calls

    @property
    def is_generator(self) -> bool:
        """Whether it is a function with a `yield` of its own."""
        self.read(Reading.TEXT)
        return self.contents.is_generator

    @property
    def has_loop(self) -> bool:
        """Whether a loop or comprehension stands in it."""
        self.read(Reading.TEXT)
        return self.contents.has_loop

    @property
    def children(self) -> list["Scope"]:
        """The scopes directly inside."""
        self.read(Reading.NESTED)
        return self.contents.children

    @property
    def whole(self) -> ScopeNode:
        """Its syntax with the bodies of all classes and functions inside."""
        self.read_whole()
        return self.syntax

    def read_whole(self) -> None:
        """Record that the running computation depends on it with the bodies of all classes and functions inside."""
        for inner in self.walk():
            inner.read(Reading.TEXT)
            inner.read(Reading.HEADER)

    def walk(self) -> Iterator["Scope"]:
        """This scope and all scopes in it, in the order of the file."""
        self.read(Reading.NESTED)
        return walk(self)


def mentions(tree: ast.AST, name: str) -> Iterator[ast.AST]:
    """The places in `tree` where `name` is read, as a name or an attribute, or imported under another name."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=written, ctx=ast.Load()) | ast.Attribute(attr=written, ctx=ast.Load()):
                is_found = written == name
            case ast.alias(name=written, asname=str(other)):
                is_found = written == name != other
            case _:
                is_found = False
        if is_found:
            yield node


def walk(scope: Scope) -> Iterator[Scope]:
    """`scope` and all scopes in it, in the order of the file; not recorded."""
    pending = [scope]
    while pending:
        found = pending.pop()
        yield found
        pending += reversed(found.contents.children)
