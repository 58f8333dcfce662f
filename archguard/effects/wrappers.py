"""Find the requests that no wrapper covers: a retry decorator, a circuit breaker, a helper of the project.

How it works: from each request, the syntax tree is followed outwards. A wrapper covers it as the decorator of a
function or class around it, as a context manager, as the iterable of a loop (`for attempt in Retrying()`), or as the
callee to which the request, or the function around it, is passed; the body of a wrapper covers its own requests.
Otherwise the client decides: an instance of a wrapper, one that was created with a wrapper among its arguments, or one
on which such an adapter is mounted. Wrappers are recognized by their qualified names, through imports, aliases,
instances, and names bound to them.

A function that is called, and called only where a wrapper covers the call, is covered as well, through at most
`_MAX_CALLERS` callers; `uses.py` tells whether all of its calls are known.

Limits: a function that is passed to a wrapper in another module does not count as covered. An adapter counts if it is
mounted in the module that creates the client.
Cost: linear in the file, with one inference for each call of a file that has requests; for each function with a request
that is not covered where it stands, a search for its name in all files.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from archguard.codebase.scopes.scopes import Binding, Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.catalogue.catalogue import Catalogue
from archguard.effects.catalogue.conventions import load_conventions
from archguard.effects.client_calls import CallKind, ClientCall
from archguard.effects.references import elements, is_function_wrapper
from archguard.effects.tracing import creation_sites
from archguard.effects.uses import Uses
from archguard.model.names import is_at_or_below, plain_name
from archguard.semantics import (
    ClassType,
    ExternalMember,
    FunctionType,
    InstanceType,
    SemanticModel,
    Type,
    bindings,
    qualified_name,
)
from archguard.semantics.recorded import recorded

_MAX_ALIASES = 5
"""How many names and arguments are followed to a wrapper; names may be bound to each other, so there must be a bound.

5 is a policy made by a factory, kept in a module, passed to an adapter, bound to a name, and mounted.
"""
_MAX_CALLERS = 3
"""How many callers are followed from a request to a wrapper: as many calls as `effects` follows by default."""
_NON_REQUEST_METHODS = load_conventions().addresses.non_request_methods
_PASSES_FUNCTION_ON = (ast.keyword, ast.Starred, ast.IfExp, ast.BoolOp, ast.Tuple, ast.List)
"""What a function can stand in as an argument of a call."""


@dataclass(frozen=True)
class Wrappers:
    """Finds the requests that none of the functions and classes `names` wraps."""

    model: SemanticModel
    catalogue: Catalogue
    """Says which calls create a client, and so are not requests."""
    names: tuple[str, ...]
    uses: Uses
    """Tells where the functions around requests are called."""

    def unwrapped(self, calls: Iterable[ClientCall]) -> Iterator[ClientCall]:
        """Yield those of `calls` that are requests without a wrapper."""
        return (call for call in calls if self.is_request(call) and not self.covers(call))

    def covers(self, call: ClientCall) -> bool:
        """Whether a wrapper stands around `call`, around all calls of the function that it is in, or in its client."""
        return self._has_wrapped_client(call) or self._module(call.path.at.scope.module).covers(call)

    @recorded
    def _module(self, scope: Scope) -> "_Module":
        return _Module(self, scope)

    @recorded
    def runs_wrapped(self, function: Scope, callers: int = _MAX_CALLERS) -> bool:
        """Whether the function with this scope is called, and each time where a wrapper covers the call."""
        calls = self.uses.calls(function) if callers else None
        # Nobody calls it: a framework may, and no wrapper is around that.
        return bool(calls) and all(
            self._module(at.scope.module).covers_node(call, at, callers - 1) for call, at in calls or ()
        )

    def is_wrapper(self, node: ast.expr, at: Position, aliases: int = _MAX_ALIASES) -> bool:
        """Whether `node` is a wrapper, its result, its instance, a member of one, or a name bound to any of these."""
        if any(self._is_named(value) for value in self.model.infer(node, at)):
            return True
        match node:
            case ast.Call(func=inner) | ast.Await(value=inner):
                return self.is_wrapper(inner, at, aliases)
            case ast.Name() | ast.Attribute() if aliases:
                is_bound = any(self._binds(found, aliases - 1) for found in bindings(self.model, node, at))
                return is_bound or (isinstance(node, ast.Attribute) and self.is_wrapper(node.value, at, aliases - 1))
        return False

    def matches(self, name: str) -> bool:
        """Whether `name` is one of `names`, or something in it, as `call` in the class of a circuit breaker."""
        known = {name, plain_name(name), self.model.library.canonical(name)}
        return any(is_at_or_below(each, wanted) for each in known for wanted in self.names)

    def _is_named(self, value: Type) -> bool:
        match value:
            case InstanceType(of=ClassType() as cls) | ExternalMember(receiver=InstanceType(of=ClassType() as cls)):
                return any(self.matches(base.name) for base in self.model.mro(cls))
        return self.matches(qualified_name(value))

    def _binds(self, binding: Binding, aliases: int) -> bool:
        is_named = binding.at.scope.parent is None and self.matches(f"{binding.at.scope.name}.{binding.name}")
        return is_named or (isinstance(binding.node, ast.expr) and self.is_wrapper(binding.node, binding.at, aliases))

    def is_request(self, call: ClientCall) -> bool:
        """Whether `call` sends something, rather than creating or closing a client."""
        is_use = call.kind in (CallKind.CALL, CallKind.TAKE) and call.verb not in _NON_REQUEST_METHODS
        return is_use and not call.creates_instance and not self._returns_client(call)

    def _returns_client(self, call: ClientCall) -> bool:
        """Whether the result is another client: `boto3.client("sqs")`."""
        if call.kind is not CallKind.CALL or not call.access.call:
            return False
        results = self.model.infer(call.access.call, call.path.at)
        names = (qualified_name(value) for value in results if isinstance(value, InstanceType))
        return any(self.catalogue.receiver(self.model.library, name) for name in names)

    def _has_wrapped_client(self, call: ClientCall) -> bool:
        """Whether the client is a wrapper, or was created with one, or has an adapter with one."""
        if self.is_wrapper(call.access.callee, call.path.at):
            return True
        owner = call.access.owner
        sites = [*creation_sites(self.model, owner, call.path.at)] if owner else []
        return any(self._takes_wrapper(site, at) or self._mounts_wrapper(site, at) for site, at in sites)

    def _takes_wrapper(self, call: ast.Call, at: Position, depth: int = _MAX_ALIASES) -> bool:
        """Whether `call` has an argument that is a wrapper, or was created with one in turn."""
        return depth > 0 and any(
            self.is_wrapper(argument, at)
            or any(self._takes_wrapper(*site, depth - 1) for site in creation_sites(self.model, argument, at))
            for argument in elements(call)
        )

    def _mounts_wrapper(self, creation: ast.Call, at: Position) -> bool:
        """Whether an adapter with a wrapper is mounted on the client that `creation` creates, in the same module."""
        return any(
            any(site is creation for site, _ in creation_sites(self.model, access.owner, path.at))
            and self._takes_wrapper(access.call, path.at)
            for scope in at.scope.module.walk()
            for path in scope.access_paths
            for access in path.accesses
            if access.name == "mount" and access.call and access.owner
        )


@dataclass(frozen=True, eq=False)
class _Module:
    """What stands around the requests of one module."""

    wrappers: Wrappers
    scope: Scope

    def covers(self, call: ClientCall) -> bool:
        """Whether a wrapper stands around `call`, or is passed the function that is around it."""
        node: ast.AST = call.access.node
        at = call.path.at
        is_function = call.kind is CallKind.TAKE  # whether `node` is a function that something else is to call
        if is_function and isinstance(node, ast.Call):
            if self.wrappers.is_wrapper(node.func, at):
                return True
            is_function = is_function_wrapper(node)
        return self.covers_node(node, at, _MAX_CALLERS, is_function=is_function)

    def covers_node(self, node: ast.AST, at: Position, callers: int, *, is_function: bool = False) -> bool:
        """Whether a wrapper stands around `node`, or around all calls of a function around it."""
        functions = list[Scope]()
        while parent := self._parents.get(id(node)):
            if at.scope.syntax is parent and at.scope.at:
                if self.wrappers.matches(at.scope.name):
                    return True
                if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef):
                    functions.append(at.scope)
                at = at.scope.at
            if self._is_wrapped_by(parent, node, at, is_function=is_function):
                return True
            is_function = _is_function(parent, node, is_function=is_function)
            node = parent
        return any(self.wrappers.runs_wrapped(function, callers) for function in functions)

    def _is_wrapped_by(self, parent: ast.AST, node: ast.AST, at: Position, *, is_function: bool) -> bool:
        """Whether `parent` applies a wrapper to its part `node`."""
        match parent:
            case ast.FunctionDef(body=body) | ast.AsyncFunctionDef(body=body) | ast.ClassDef(body=body) if node in body:
                around = parent.decorator_list
                if id(parent) in self._passed:
                    return True
            case ast.Lambda():
                return id(parent) in self._passed
            case ast.With(body=body, items=items) | ast.AsyncWith(body=body, items=items) if node in body:
                around = [item.context_expr for item in items]
            case ast.For(body=body, iter=iterable) | ast.AsyncFor(body=body, iter=iterable) if node in body:
                around = [iterable]
            case ast.Call(func=func) if is_function and node is not func:
                around = [func]
            case _:
                return False
        return any(self.wrappers.is_wrapper(each, at) for each in around)

    @cached_property
    def _parents(self) -> Mapping[int, ast.AST]:
        """For the id of each node of the file, the node around it."""
        return {id(child): node for node in ast.walk(self.scope.whole) for child in ast.iter_child_nodes(node)}

    @cached_property
    def _passed(self) -> frozenset[int]:
        """The ids of the functions and lambdas that the module passes to a wrapper by name."""
        return frozenset(
            id(value.scope.syntax)
            for scope in self.scope.walk()
            for path in scope.access_paths
            for access in path.accesses
            if access.call and self.wrappers.is_wrapper(access.call.func, path.at)
            for argument in elements(access.call)
            for value in self.wrappers.model.infer(_unwrapped(argument), path.at)
            if isinstance(value, FunctionType)
        )


def _is_function(parent: ast.AST, node: ast.AST, *, is_function: bool) -> bool:
    """Whether `parent` is a function that runs `node`, where `is_function` says so of `node` itself."""
    match parent:
        case ast.Lambda(body=body):
            return node is body
        case ast.Call(func=func):
            return is_function and node is not func and is_function_wrapper(parent)
    return is_function and isinstance(parent, _PASSES_FUNCTION_ON)


def _unwrapped(node: ast.expr) -> ast.expr:
    """The function behind `partial(function, ...)`."""
    while isinstance(node, ast.Call) and node.args and is_function_wrapper(node):
        node = node.args[0]
    return node
