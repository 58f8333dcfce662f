"""The values of the effect table: effects, and the sites in functions that have them."""

import ast

from archguard.codebase.scopes.scopes import Binding, Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.catalogue.operations import Operation
from archguard.effects.table.bodies import Context
from archguard.effects.table.places import Places
from archguard.model import Confidence, Location
from archguard.semantics import FunctionType


@dataclass(frozen=True)
class Within:
    """What is around an effect in its function."""

    loop: bool = False
    transaction: bool = False
    asynchronous: bool = False
    """Whether the function is asynchronous."""


@dataclass(frozen=True)
class Effect:
    """What a call does to the outside."""

    channel: str
    """`database`, `http`, `queue`, `file` ...: a channel of the catalogue, or `file`, `process` or `sleep`."""
    operation: Operation
    target: str
    """The qualified name of what is called: `sqlalchemy.orm.Session.execute`."""
    location: Location
    confidence: Confidence
    within: Within
    blocks: bool
    """Whether the thread waits for it: it is no call of an asynchronous client."""


@dataclass(frozen=True, eq=False)
class Callee:
    """A function of the project that a call runs."""

    function: FunctionType
    call: ast.Call | None
    """The call that passes its arguments; None if something else calls it."""
    in_thread: bool = False
    alternative: int = 0
    """Which of the types of the callee leads to it: only one of them is what runs."""
    calls: int = 1
    """How many calls deep it is: 2 if a builtin calls it, such as `map`."""


@dataclass(frozen=True, eq=False)
class Site:
    """A call or another expression in a function that may have effects."""

    node: ast.expr
    at: Position
    context: Context
    symbol: str
    """The qualified name of what is called; the text, if it is unknown."""
    location: Location
    is_awaited: bool
    effects: tuple[Effect, ...] = ()
    callees: tuple[Callee, ...] = ()
    parameters: tuple[tuple[str, bool], ...] = ()
    """The parameters of the function that it calls, each with whether it does so in a thread."""
    iterated: tuple[str, ...] = ()
    """The parameters of the function that it iterates over: callers tell what that does."""
    query: Binding | None = None
    """The name of the query that it consumes."""

    @property
    def has_outcomes(self) -> bool:
        """Whether it may have effects, itself or through what it calls."""
        return bool(self.effects or self.callees or self.parameters or self.iterated)


@dataclass(frozen=True, eq=False)
class Body:
    """The code of a function, of a lambda or of a module."""

    scope: Scope
    places: Places
    sites: tuple[Site, ...]
    """What may have effects in it, in source order."""
    is_async: bool
