"""How a module reaches outside: by imports of clients, and by calls of them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from archguard.codebase import Source
from archguard.codebase.scopes.access_paths import Access
from archguard.codebase.scopes.scopes import AccessPath, Binding, Position
from archguard.effects import aws
from archguard.effects.catalogue.catalogue import Catalogue, Extensions, load_catalogue
from archguard.effects.client_calls import CallKind, ClientCall, ClientCallFinder
from archguard.effects.database import DatabaseEffect, DatabaseEffects, EffectKind
from archguard.effects.entry_points import EntryPoints
from archguard.effects.heuristics import OF_BROKERS
from archguard.effects.subclasses import inherited_from
from archguard.effects.tracing import STUB, creation_sites, holds
from archguard.model import Confidence, Location
from archguard.semantics import FunctionType, InstanceType, SemanticModel, qualified_name

_SENDING = frozenset(
    [
        *("delay", "apply_async", "retry", "s", "si", "signature", "map", "starmap", "chunks"),
        *("send", "send_with_options", "kiq", "enqueue", "schedule"),
    ]
)
"""What sends tasks, or makes them ready to be sent."""
_INSIDE = re.compile(r"(?:ASGI|WSGI|Mock)Transport")
_SENDS = re.compile(rf"\.\s*(?:{'|'.join(sorted(_SENDING))})\b".encode())


@dataclass(frozen=True)
class OutboundEffect:
    """Something outside is reached at `location`."""

    action: str
    """What is done, to stand after "must not": `call requests.get`."""
    location: Location
    imported: str = ""
    symbol: str = ""
    confidence: Confidence = Confidence.CERTAIN


@dataclass(frozen=True)
class Outbound:
    """Finds what reaches outside over `channels`."""

    model: SemanticModel
    channels: tuple[str, ...]
    extensions: Extensions
    gateways: frozenset[str]
    """The modules whose classes may be used by everyone, whatever they derive from."""
    reaching: frozenset[str]
    """The modules that can use a client; others have none to be imported."""

    def imports(self, source: Source) -> Iterator[OutboundEffect]:
        """Imports of clients, and of what other modules of the project have from them."""
        for access in _once_a_line(self._accesses.imports(source)):
            if access.kind is EffectKind.IMPORT:
                yield OutboundEffect(f"import {access.imported}", access.location, access.imported)
            elif not self._is_of_queue(access):
                deed = f"import {access.symbol}, {access.what}"
                yield OutboundEffect(deed, access.location, access.imported, access.symbol, access.confidence)

    def calls(self, source: Source) -> Iterator[OutboundEffect]:
        """Calls of clients: one for each expression, the last that is done in it."""
        last: dict[AccessPath, ClientCall] = {use.path: use for use in self.uses(source)}
        for use in last.values():
            deed = "take" if use.kind is CallKind.TAKE else "call"
            yield OutboundEffect(f"{deed} {use.symbol}", use.location, symbol=use.symbol, confidence=use.confidence)
        if "rpc" in self.channels:
            yield from self._stubs(source)
        if "queue" in self.channels and holds(source, _SENDS):
            yield from self._tasks(source)

    def uses(self, source: Source) -> Iterator[ClientCall]:
        """Every use of a client, one by one."""
        for use in self._uses.of(source):
            if self._counts(use) and not self._is_gateway(use) and not self._stays_inside(use):
                yield use

    def _counts(self, call: ClientCall) -> bool:
        """Whether it is of one of the channels; what is used of AWS tells which channel it is of."""
        if aws.is_aws(call):
            return aws.channel_of(self.model, call) in self.channels
        return "cloud" in self.channels or not self._clouds.imported(call.symbol)

    def _is_of_queue(self, access: DatabaseEffect) -> bool:
        """The app or the broker: tasks are declared with it too, so what counts is what is sent."""
        return self._queues.receiver(self.model.library, access.what.removeprefix("a "))

    def _is_gateway(self, call: ClientCall) -> bool:
        """Whether a method is called of a class that a gateway has written, and derived from its client."""
        return any(module in self.gateways for module, _ in inherited_from(self.model, call))

    def _stays_inside(self, use: ClientCall) -> bool:
        """Whether it is a client of httpx that calls an application of the same process, or a mock."""
        if not use.symbol.startswith(("httpx.", "httpx2.")):
            return False
        is_made = use.verb in ("Client", "AsyncClient")
        found = (use.access.call, use.path.at) if is_made else self._client(use.access.callee, use.path.at)
        made = creation_sites(self.model, found[0], found[1]) if found and found[0] else ()
        return any(self._leads_inside(keyword, at) for call, at in made for keyword in call.keywords)

    def _client(self, method: ast.expr, at: Position) -> tuple[ast.expr, Position] | None:
        """What `method` is of: by a dot, by `getattr`, or by what the name was given to that it goes by."""
        match method:
            case ast.Attribute(value=owner) | ast.Call(func=ast.Name(id="getattr"), args=[owner, *_]):
                return owner, at
            case ast.Call(func=ast.Name(id="partial") | ast.Attribute(attr="partial"), args=[inner, *_]):
                return self._client(inner, at)
            case ast.Name(id=name):
                bindings = (origin for origin in self.model.resolve(name, at) if isinstance(origin, Binding))
                nodes = [(bound.node, bound.at) for bound in bindings if isinstance(bound.node, ast.expr)]
                return self._client(*nodes[0]) if len(nodes) == 1 and not isinstance(nodes[0][0], ast.Name) else None
        return None

    def _leads_inside(self, keyword: ast.keyword, at: Position) -> bool:
        made = creation_sites(self.model, keyword.value, at) if keyword.arg == "transport" else ()
        return keyword.arg == "app" or any(_INSIDE.search(ast.unparse(call)) for call, _ in made)

    def _stubs(self, source: Source) -> Iterator[OutboundEffect]:
        """Calls of the generated classes that call a gRPC service, and of their methods; one for each expression."""
        for scope in self.model.scope(source.module).walk():
            for path in scope.access_paths:
                for step in reversed(path.accesses):
                    if step.call and (stub := self._stub(step, path.at)):
                        yield OutboundEffect(f"call {stub}", source.location(step.node), symbol=stub)
                        break

    def _stub(self, access: Access, at: Position) -> str:
        """The generated class that is called, or whose method is."""
        owners = self.model.infer(access.owner, at) if access.owner else ()
        called = (qualified_name(owner) for owner in owners if isinstance(owner, InstanceType))
        stubs = [name for name in called if STUB.search(name)]
        if stubs:
            return f"{stubs[0]}.{access.name}"
        return next(filter(STUB.search, map(qualified_name, self.model.infer(access.callee, at))), "")

    def _tasks(self, source: Source) -> Iterator[OutboundEffect]:
        """Tasks of the project that are sent to a worker: `charge.delay(order)`."""
        for scope in self.model.scope(source.module).walk():
            for path in scope.access_paths:
                for access in path.accesses:
                    if access.call and access.owner is not None and access.name in _SENDING:
                        for task in self._named_tasks(access.owner, path.at):
                            symbol = f"{task.name}.{access.name}"
                            yield OutboundEffect(f"send {symbol}", source.location(access.node), symbol=symbol)

    def _named_tasks(self, node: ast.expr, at: Position) -> Iterator[FunctionType]:
        for value in (*self.model.infer(node, at), *self._bound_tasks(node, at)):
            if isinstance(value, FunctionType) and EntryPoints(self.model).is_declared(value):
                yield value

    def _bound_tasks(self, node: ast.expr, at: Position) -> Iterator[FunctionType]:
        """The task around, if `node` is its `self`, which it has by `bind=True`."""
        for origin in self.model.resolve(node.id, at) if isinstance(node, ast.Name) else ():
            if isinstance(origin, Binding) and _is_bound(origin.at.scope.node, origin.node):
                yield FunctionType(origin.at.scope.name, origin.at.scope)

    @cached_property
    def _uses(self) -> ClientCallFinder:
        telling = OF_BROKERS if "queue" in self.channels else frozenset[str]()
        return ClientCallFinder(
            self.model, load_catalogue(aws.channels_with_aws(self.channels), self.extensions), unambiguous=telling
        )

    @cached_property
    def _clouds(self) -> Catalogue:
        return load_catalogue(("cloud",), self.extensions)

    @cached_property
    def _accesses(self) -> DatabaseEffects:
        return DatabaseEffects(self.model, load_catalogue(self.channels, self.extensions), self.reaching)

    @cached_property
    def _queues(self) -> Catalogue:
        return load_catalogue(("queue",), self.extensions)


def _is_bound(function: ast.AST, parameter: ast.AST) -> bool:
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) or parameter not in function.args.args[:1]:
        return False
    calls = (decorator for decorator in function.decorator_list if isinstance(decorator, ast.Call))
    return any(keyword.arg == "bind" for call in calls for keyword in call.keywords)


def _once_a_line(accesses: Iterator[DatabaseEffect]) -> Iterator[DatabaseEffect]:
    """`from requests import get, post` is one import."""
    seen = set[tuple[int, str, str]]()
    for access in accesses:
        key = (access.location.line, access.imported, access.symbol)
        if key not in seen:
            seen.add(key)
            yield access
