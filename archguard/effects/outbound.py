"""Find the outbound effects of a module: imports and calls of clients, gRPC stubs, and tasks that it sends.

An access path is reported once, at its last client call: `httpx.Client(...).get(url)` is one effect. Calls that cannot
leave the process are excluded: httpx with an ASGI, WSGI or mock transport.
"""

import ast
import re
from collections.abc import Iterator
from functools import cached_property

from archguard.codebase import Source
from archguard.codebase.scopes.access_paths import Access
from archguard.codebase.scopes.scopes import AccessPath, Binding, Position
from archguard.dataclass import dataclass
from archguard.effects import aws
from archguard.effects.catalogue.catalogue import Catalogue, Extensions, load_catalogue
from archguard.effects.catalogue.conventions import load_conventions
from archguard.effects.client_calls import CallKind, ClientCall, ClientCallFinder
from archguard.effects.database import DatabaseEffect, DatabaseEffects, EffectKind
from archguard.effects.entry_points import EntryPoints
from archguard.effects.subclasses import inherited_from
from archguard.effects.tracing import STUB, creation_sites, holds
from archguard.model import Confidence, Location
from archguard.model.names import top_package
from archguard.semantics import FunctionType, InstanceType, SemanticModel, qualified_name

_MESSAGES = load_conventions().messages
_ADDRESSES = load_conventions().addresses
_IN_PROCESS_TRANSPORT = re.compile("|".join(sorted(_ADDRESSES.in_process_transports)))
_SEND_ACCESS = re.compile(rf"\.\s*(?:{'|'.join(sorted(_MESSAGES.send_methods))})\b".encode())


@dataclass(frozen=True)
class OutboundEffect:
    """An outbound effect at `location`."""

    action: str
    """A verb phrase that follows "must not" in messages: `call requests.get`."""
    location: Location
    imported: str = ""
    symbol: str = ""
    confidence: Confidence = Confidence.CERTAIN


@dataclass(frozen=True)
class Outbound:
    """Finds the outbound effects over `channels`."""

    model: SemanticModel
    channels: tuple[str, ...]
    extensions: Extensions
    gateways: frozenset[str]
    """The modules whose classes every module may use, also if they are subclasses of a client."""
    client_modules: frozenset[str]
    """The modules that can use a client; no other module can export one."""

    def imports(self, source: Source) -> Iterator[OutboundEffect]:
        """Yield imports of clients, from libraries or from other modules of the project."""
        for access in _deduplicate_by_line(self._import_effects.imports(source)):
            if access.kind is EffectKind.IMPORT:
                yield OutboundEffect(f"import {access.imported}", access.location, access.imported)
            elif not self._is_of_queue(access):
                action = f"import {access.symbol}, {access.what}"
                yield OutboundEffect(action, access.location, access.imported, access.symbol, access.confidence)

    def calls(self, source: Source) -> Iterator[OutboundEffect]:
        """Yield calls of clients: the last one of each access path."""
        # A later call of the same path replaces the one before it, which is how the last one is kept.
        last: dict[AccessPath, ClientCall] = {call.path: call for call in self.uses(source)}
        for call in last.values():
            action = "take" if call.kind is CallKind.TAKE else "call"
            yield OutboundEffect(
                f"{action} {call.symbol}", call.location, symbol=call.symbol, confidence=call.confidence
            )
        if "rpc" in self.channels:
            yield from self._stubs(source)
        if "queue" in self.channels and holds(source, _SEND_ACCESS):
            yield from self._tasks(source)

    def uses(self, source: Source) -> Iterator[ClientCall]:
        """Yield every use of a client, also several of one access path."""
        for call in self._call_finder.of(source):
            if self._is_in_channels(call) and not self._is_gateway_method(call) and not self._is_in_process(call):
                yield call

    def _is_in_channels(self, call: ClientCall) -> bool:
        """Whether `call` is of one of `channels`; for AWS, the service decides which channel it is."""
        if aws.is_aws(call):
            return aws.channel_of(self.model, call) in self.channels
        return "cloud" in self.channels or not self._cloud_catalogue.imported(call.symbol)

    def _is_of_queue(self, access: DatabaseEffect) -> bool:
        """Whether it imports an app or broker: tasks are declared with these as well, so only sending counts."""
        return self._queue_catalogue.receiver(self.model.library, access.what.removeprefix("a "))

    def _is_gateway_method(self, call: ClientCall) -> bool:
        """Whether `call` is of an inherited method of a client subclass that a gateway defines."""
        return any(module in self.gateways for module, _ in inherited_from(self.model, call))

    def _is_in_process(self, client_call: ClientCall) -> bool:
        """Whether it is an httpx client that calls an application in the same process, or a mock."""
        if top_package(client_call.symbol) not in _ADDRESSES.in_process_packages:
            return False
        is_client_class = client_call.verb in _ADDRESSES.in_process_clients
        found = (
            (client_call.access.call, client_call.path.at)
            if is_client_class
            else self._receiver(client_call.access.callee, client_call.path.at)
        )
        sites = creation_sites(self.model, found[0], found[1]) if found and found[0] else ()
        return any(self._is_in_process_argument(keyword, at) for call, at in sites for keyword in call.keywords)

    def _receiver(self, method: ast.expr, at: Position) -> tuple[ast.expr, Position] | None:
        """The receiver of `method`: of an attribute, of `getattr`, of a `partial`, or of what a name is bound to."""
        match method:
            case ast.Attribute(value=owner) | ast.Call(func=ast.Name(id="getattr"), args=[owner, *_]):
                return owner, at
            case ast.Call(func=ast.Name(id="partial") | ast.Attribute(attr="partial"), args=[inner, *_]):
                return self._receiver(inner, at)
            case ast.Name(id=name):
                bindings = (origin for origin in self.model.resolve(name, at) if isinstance(origin, Binding))
                nodes = [(bound.node, bound.at) for bound in bindings if isinstance(bound.node, ast.expr)]
                # A name that is bound to a name may be bound to itself in a loop, and `get = client.get` is one step.
                return self._receiver(*nodes[0]) if len(nodes) == 1 and not isinstance(nodes[0][0], ast.Name) else None
        return None

    def _is_in_process_argument(self, keyword: ast.keyword, at: Position) -> bool:
        sites = creation_sites(self.model, keyword.value, at) if keyword.arg == "transport" else ()
        return keyword.arg == "app" or any(_IN_PROCESS_TRANSPORT.search(ast.unparse(call)) for call, _ in sites)

    def _stubs(self, source: Source) -> Iterator[OutboundEffect]:
        """Yield calls of generated gRPC stubs and of their methods; one for each access path."""
        for scope in self.model.scope(source.module).walk():
            for path in scope.access_paths:
                for access in reversed(path.accesses):
                    if access.call and (stub := self._stub(access, path.at)):
                        yield OutboundEffect(f"call {stub}", source.location(access.node), symbol=stub)
                        break

    def _stub(self, access: Access, at: Position) -> str:
        """The stub class or stub method that `access` calls; "" if none."""
        owners = self.model.infer(access.owner, at) if access.owner else ()
        called = (qualified_name(owner) for owner in owners if isinstance(owner, InstanceType))
        stubs = [name for name in called if STUB.search(name)]
        if stubs:
            return f"{stubs[0]}.{access.name}"
        return next(filter(STUB.search, map(qualified_name, self.model.infer(access.callee, at))), "")

    def _tasks(self, source: Source) -> Iterator[OutboundEffect]:
        """Yield tasks of the project that are sent to a worker: `charge.delay(order)`."""
        for scope in self.model.scope(source.module).walk():
            for path in scope.access_paths:
                for access in path.accesses:
                    if access.call and access.owner is not None and access.name in _MESSAGES.send_methods:
                        for task in self._tasks_in(access.owner, path.at):
                            symbol = f"{task.name}.{access.name}"
                            yield OutboundEffect(f"send {symbol}", source.location(access.node), symbol=symbol)

    def _tasks_in(self, node: ast.expr, at: Position) -> Iterator[FunctionType]:
        for value in (*self.model.infer(node, at), *self._enclosing_tasks(node, at)):
            if isinstance(value, FunctionType) and EntryPoints(self.model).is_declared(value):
                yield value

    def _enclosing_tasks(self, node: ast.expr, at: Position) -> Iterator[FunctionType]:
        """The enclosing task, if `node` is its `self`, which it has by `bind=True`."""
        for origin in self.model.resolve(node.id, at) if isinstance(node, ast.Name) else ():
            if isinstance(origin, Binding) and _is_bound_self(origin.at.scope.node, origin.node):
                yield FunctionType(origin.at.scope.name, origin.at.scope)

    @cached_property
    def _call_finder(self) -> ClientCallFinder:
        unambiguous = _MESSAGES.broker_methods if "queue" in self.channels else frozenset[str]()
        return ClientCallFinder(
            self.model, load_catalogue(aws.channels_with_aws(self.channels), self.extensions), unambiguous=unambiguous
        )

    @cached_property
    def _cloud_catalogue(self) -> Catalogue:
        return load_catalogue(("cloud",), self.extensions)

    @cached_property
    def _import_effects(self) -> DatabaseEffects:
        return DatabaseEffects(self.model, load_catalogue(self.channels, self.extensions), self.client_modules)

    @cached_property
    def _queue_catalogue(self) -> Catalogue:
        return load_catalogue(("queue",), self.extensions)


def _is_bound_self(function: ast.AST, parameter: ast.AST) -> bool:
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or parameter not in function.args.args[:1]:
        return False
    calls = (decorator for decorator in function.decorator_list if isinstance(decorator, ast.Call))
    return any(keyword.arg == "bind" for call in calls for keyword in call.keywords)


def _deduplicate_by_line(accesses: Iterator[DatabaseEffect]) -> Iterator[DatabaseEffect]:
    """`from requests import get, post` is reported as one import."""
    seen = set[tuple[int, str, str]]()
    for access in accesses:
        key = (access.location.line, access.imported, access.symbol)
        if key not in seen:
            seen.add(key)
            yield access
