"""Remote procedures of gRPC: the methods of servicers, behind the interceptors of the server that they are added to."""

import ast
import re
from collections.abc import Iterator

from archguard.codebase.scopes.scopes import Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.routes.checks import Checks
from archguard.effects.routes.expressions import Placed
from archguard.effects.routes.handlers import Handlers
from archguard.effects.routes.route import Check, Level, Route
from archguard.model import Location
from archguard.semantics import ClassType, InstanceType

_ADD = re.compile(r"add_(?P<service>\w+)Servicer_to_server$")
_METHOD = "RPC"


@dataclass(frozen=True)
class RemoteProcedures:
    """Reads the servicers that a code base adds to servers."""

    checks: Checks
    handlers: Handlers
    modules: tuple[str, ...]

    def routes(self) -> Iterator[Route]:
        """One route for each method of each servicer."""
        for module in self.modules:
            if b"Servicer_to_server" in self.checks.model.files.source(module).content:
                for scope in self.checks.model.scope(module).walk():
                    yield from self._scope(scope)

    def _scope(self, scope: Scope) -> Iterator[Route]:
        for path in scope.access_paths:
            for access in path.accesses:
                if access.call and (match := _ADD.match(access.name)) and access.call.args:
                    yield from self._added(access.call, path.at, match["service"])

    def _added(self, call: ast.Call, at: Position, service: str) -> Iterator[Route]:
        servicer, server = call.args[0], call.args[1] if len(call.args) > 1 else None
        interceptors = self._interceptors(server, at) if server is not None else ()
        for value in self.checks.model.infer(servicer, at):
            cls = value.of if isinstance(value, InstanceType) else value
            if isinstance(cls, ClassType):
                yield from self._servicer(cls, service, interceptors, self.checks.location(call, at))

    def _interceptors(self, server: ast.expr, at: Position) -> tuple[Check, ...]:
        listed = list[Placed]()
        for node, position in self._constructions(server, at):
            if found := self.checks.expressions.keyword(node, position, "interceptors"):
                listed.append(found)
        return self.checks.of_list(listed, Level.MIDDLEWARE)[0]

    def _constructions(self, node: ast.expr, at: Position) -> Iterator[tuple[ast.Call, Position]]:
        if isinstance(node, ast.Call):
            yield node, at
        for binding in self.checks.expressions.assigned(node, at):
            if isinstance(binding.node, ast.Call):
                yield binding.node, binding.at

    def _servicer(
        self, cls: ClassType, service: str, interceptors: tuple[Check, ...], registration: Location
    ) -> Iterator[Route]:
        seen = set[str]()
        for base in self.checks.hierarchy.mro(cls):
            for scope in base.scope.children if isinstance(base, ClassType) else ():
                name = getattr(scope.node, "name", "")
                if name and not name.startswith("_") and name not in seen and name[:1].isupper():
                    seen.add(name)
                    yield self._route(cls, scope, f"/{service}/{name}", interceptors, registration)

    def _route(
        self, cls: ClassType, scope: Scope, path: str, interceptors: tuple[Check, ...], registration: Location
    ) -> Route:
        decorators = self.checks.of_decorators(scope, Level.DECORATOR)
        class_checks, reasons = self.handlers.class_checks(cls, path.rpartition("/")[2])
        unknown = tuple(reason for reason in reasons if "Servicer" not in reason)  # generated, often not committed
        is_own = scope.parent is cls.scope
        return Route(
            method=_METHOD,
            path=path,
            template=path,
            handler=f"{cls.name}.{path.rpartition('/')[2]}",
            module=cls.scope.module.name,
            location=self.handlers.location(scope if is_own else cls.scope),
            registration=registration,
            framework="grpc",
            checks=(*decorators, *class_checks, *interceptors),
            unknown=unknown,
            scope=scope,
            owner=cls,
        )
