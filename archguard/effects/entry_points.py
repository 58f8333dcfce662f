"""Find the entry points of a module: routes, remote procedures, tasks.

How it works: calls and decorators are resolved and looked up in the facts on frameworks, in `catalogue/routes.toml`. If
the type of the owner is unknown, a method such as `router.get("/orders")` counts as likely by its names and a path that
begins with a slash.

Limits: a decorator of the project counts if it wraps a listed one, through at most `_MAX_WRAPPERS` functions.
"""

import ast
import re
from collections.abc import Iterator

from archguard.codebase import Source
from archguard.codebase.facts import ClassDefinition, Definition
from archguard.codebase.facts.definitions import definitions
from archguard.codebase.scopes.access_paths import Access
from archguard.codebase.scopes.scopes import Binding, Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.catalogue.routes import route_facts
from archguard.model import Confidence, Location
from archguard.semantics import (
    ClassType,
    ExternalSymbol,
    FunctionType,
    InstanceType,
    SemanticModel,
    Type,
    qualified_name,
)

_SERVICER_BASE = re.compile(r"_pb2_grpc\.\w+Servicer$|grpclib\.\w+Base$")
_REGISTER_SERVICER = re.compile(r"_pb2_grpc\.add_\w+Servicer_to_server$")
_APP_NAME = re.compile(r"(?:.*_)?(?:app|application|router|routes|blueprint|bp|api)$")


_MAX_WRAPPERS = 4
"""How many functions of the project may wrap a declaring decorator; bounds the search, as wrappers can be recursive."""


@dataclass(frozen=True)
class EntryPoint:
    """A declaration of a route, a remote procedure or a task at `location`."""

    symbol: str
    """The qualified name of what declares it: `fastapi.APIRouter.get`."""
    name: str
    """The route or the name, as far as it is known; else ""."""
    location: Location
    confidence: Confidence = Confidence.CERTAIN


@dataclass(frozen=True)
class EntryPoints:
    """Finds entry points."""

    model: SemanticModel

    def of(self, source: Source) -> Iterator[EntryPoint]:
        """Yield every entry point that `source` declares."""
        scope = self.model.scope(source.module)
        for inner in scope.walk():
            yield from self._in_calls(inner, source)
        for definition in definitions(scope, source):
            yield from self._in_definition(definition)

    def is_declared(self, function: FunctionType) -> bool:
        """Whether a decorator makes `function` a task or another entry point."""
        at = function.scope.at or function.scope.end
        decorators = getattr(function.scope.node, "decorator_list", ())
        nodes = (node.func if isinstance(node, ast.Call) else node for node in decorators)
        return any(self.declares_by(value) for node in nodes for value in self.model.infer(node, at))

    def declares_by(self, decorator: Type, depth: int = _MAX_WRAPPERS) -> bool:
        """Whether `decorator` declares an entry point, is a subclass of one that does, or wraps one."""
        match decorator:
            case (ClassType() as cls) | InstanceType(of=ClassType() as cls):
                bases = (base for base in self.model.mro(cls) if isinstance(base, ExternalSymbol))
                return any(self._is_declaring(base.name) for base in bases)
            case FunctionType(scope=scope):
                return depth > 0 and any(self._wraps_entry_point(node, at, depth - 1) for node, at in scope.returns)
        return self._is_declaring(qualified_name(decorator))

    def _wraps_entry_point(self, node: ast.expr, at: Position, depth: int) -> bool:
        """Whether a decorator that returns `node` wraps another: `return app.task(bind=True)(function)`."""
        while isinstance(node, ast.Call):
            node = node.func
        for origin in self.model.resolve(node.id, at) if depth and isinstance(node, ast.Name) else ():
            if isinstance(origin, Binding) and isinstance(origin.node, ast.Call):
                return self._wraps_entry_point(origin.node, origin.at, depth - 1)
        return any(self.declares_by(value, depth) for value in self.model.infer(node, at))

    def _in_calls(self, scope: Scope, source: Source) -> Iterator[EntryPoint]:
        for path in scope.access_paths:
            for access in path.accesses:
                if access.call and (found := self._match(access, access.call, path.at)):
                    yield EntryPoint(
                        found[0], self._route(access.call, path.at), source.location(access.node), found[1]
                    )

    def _match(self, access: Access, call: ast.Call, at: Position) -> tuple[str, Confidence] | None:
        callees = self.model.callees(call, at)
        for callee in callees:
            if self._is_declaring(callee):
                return callee, Confidence.CERTAIN
        if callees or access.owner is None or self.model.infer(access.owner, at):
            return None
        is_route_call = access.name in route_facts().declaring_words and _APP_NAME.match(access.owner_name.lower())
        is_path = is_route_call and self._route(call, at).startswith("/")
        return (f"{access.owner_name}.{access.name}", Confidence.LIKELY) if is_path else None

    def _is_declaring(self, name: str) -> bool:
        name = self.model.library.canonical(name)
        return route_facts().declares(name) or bool(_REGISTER_SERVICER.search(name))

    def _route(self, call: ast.Call, at: Position) -> str:
        nodes = [
            *call.args[:1],
            *(keyword.value for keyword in call.keywords if keyword.arg in ("path", "name", "rule")),
        ]
        return next((text.filled("...") for node in nodes if (text := self.model.string_value(node, at))), "")

    def _in_definition(self, definition: Definition) -> Iterator[EntryPoint]:
        """Decorators without arguments (`@shared_task`), and classes that implement a gRPC service."""
        for reference in definition.decorators:
            if not isinstance(reference.node, ast.Call):
                for value in self.model.infer(reference.node, reference.at):
                    if self._is_declaring(qualified_name(value)):
                        yield EntryPoint(qualified_name(value), definition.simple_name, reference.location)
        for base in definition.bases if isinstance(definition, ClassDefinition) else ():
            found = next((name for name in self._type_names(base.node, base.at) if _SERVICER_BASE.search(name)), "")
            if found:
                yield EntryPoint(found, definition.simple_name, definition.location)

    def _type_names(self, node: ast.expr, at: Position) -> Iterator[str]:
        yield from map(qualified_name, self.model.infer(node, at))
