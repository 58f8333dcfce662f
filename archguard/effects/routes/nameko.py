"""Routes and remote procedures of nameko: the methods of its services, by the decorators that expose them.

A service is a class with an attribute `name`. Its methods are called by their names, so that all of their decorators
run, in whatever order they stand. A decorator of the project's own is one of HTTP if it is that of a subclass of
nameko's handler: `http = Handler.decorator`.
"""

import ast
from collections.abc import Iterator

from archguard.codebase.scopes.scopes import Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.catalogue.routes import route_facts
from archguard.effects.routes.checks import Checks
from archguard.effects.routes.handlers import Handlers
from archguard.effects.routes.route import ANY, PATH_REASON, UNKNOWN_PART, Level, Route, normalized
from archguard.model.names import last_part
from archguard.semantics import ClassType, ExternalMember, qualified_name

FRAMEWORK = "nameko"
_PROCEDURE = "RPC"


@dataclass(frozen=True)
class NamekoRoutes:
    """Reads the services in `modules`."""

    checks: Checks
    handlers: Handlers
    modules: tuple[str, ...]

    def routes(self) -> Iterator[Route]:
        """One route for each HTTP method of a path, and one for each remote procedure."""
        for module in self.modules:
            for scope in self.checks.model.scope(module).walk():
                if isinstance(scope.node, ast.ClassDef):
                    yield from self._service(ClassType(scope.name, scope))

    def _service(self, cls: ClassType) -> Iterator[Route]:
        name = self._name(cls)
        seen = set[str]()
        for base in self.checks.hierarchy.mro(cls) if name else ():
            for method in base.scope.children if isinstance(base, ClassType) else ():
                last = last_part(method.name)
                if last not in seen and isinstance(method.node, ast.FunctionDef | ast.AsyncFunctionDef):
                    seen.add(last)
                    yield from self._exposed(cls, method, name)

    def _name(self, cls: ClassType) -> str:
        """The name of the service; "" if the class has none, or none that is known."""
        for base in self.checks.hierarchy.mro(cls):
            for binding in base.scope.bindings.get("name", ()) if isinstance(base, ClassType) else ():
                if isinstance(binding.node, ast.expr):
                    return self.checks.expressions.text((binding.node, binding.at))
        return ""

    def _exposed(self, cls: ClassType, method: Scope, service: str) -> Iterator[Route]:
        at = method.at or method.end
        for decorator in getattr(method.node, "decorator_list", ()):
            call = decorator if isinstance(decorator, ast.Call) else None
            names = self._names(call.func if call else decorator, at)
            if names & route_facts().nameko.procedures:
                yield self._route(cls, method, _PROCEDURE, f"/{service}/{last_part(method.name)}")
            elif call and names & route_facts().nameko.http:
                yield from self._http(cls, method, call, at)

    def _names(self, node: ast.expr, at: Position) -> frozenset[str]:
        """The qualified names of a decorator; `decorator` of a handler counts for the class outside that defines it."""
        values = self.checks.model.infer(node, at)
        inherited = (f"{value.base}.{value.name}" for value in values if isinstance(value, ExternalMember))
        return frozenset((*map(qualified_name, values), *inherited))

    def _http(self, cls: ClassType, method: Scope, call: ast.Call, at: Position) -> Iterator[Route]:
        expressions = self.checks.expressions
        verbs = expressions.text(expressions.argument(call, at, (0, "method"))).upper()
        path = expressions.text(expressions.argument(call, at, (1, "url")))
        for verb in verbs.split(","):
            yield self._route(cls, method, ANY if UNKNOWN_PART in verb else verb.strip(), path)

    def _route(self, cls: ClassType, method: Scope, verb: str, path: str) -> Route:
        is_own = method.parent is cls.scope
        return Route(
            method=verb,
            path=normalized(path),
            template=path,
            handler=f"{cls.name}.{last_part(method.name)}",
            module=cls.scope.module.name,
            location=self.handlers.location(method if is_own else cls.scope),
            framework=FRAMEWORK,
            checks=tuple(self.checks.of_decorators(method, Level.DECORATOR)),
            unknown=(PATH_REASON,) if UNKNOWN_PART in path else (),
            scope=method,
            owner=cls,
        )
