"""Routes of Tornado: tables of paths and handler classes.

How it works: a table is any list with tuples `(path, Handler)` or `url(path, Handler)` whose second part is a subclass
of `RequestHandler`. Code often joins tables and puts a prefix before their paths: the prefix of a path is known only if
an application is given the list as it is.
Each HTTP method that a class of the project has is a route, with the decorators of that method: `head = get` as well.
"""

import ast
from collections.abc import Iterator

from archguard.codebase.scopes.scopes import Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.catalogue.routes import is_one_of, route_facts
from archguard.effects.routes.checks import Checks
from archguard.effects.routes.handlers import Handlers
from archguard.effects.routes.route import PATH_REASON, UNKNOWN_PART, Check, Level, Route, normalized
from archguard.model import Location
from archguard.semantics import ClassType, ExternalSymbol

_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
_LEAST_PARTS = 2


@dataclass(frozen=True)
class TornadoRoutes:
    """Reads the handler tables of a code base."""

    checks: Checks
    handlers: Handlers
    modules: tuple[str, ...]

    def routes(self) -> Iterator[Route]:
        """The routes of all tables."""
        direct = self._direct_rules()
        for module in self.modules:
            if b"andler" in self.checks.model.files.source(module).content:
                yield from self._module(self.checks.model.scope(module), direct)

    def _direct_rules(self) -> frozenset[int]:
        """The rules in lists that an application is given as they are: no code adds a prefix to their paths."""
        expressions, found = self.checks.expressions, set[int]()
        for name, places in (("Application", (0, "handlers")), ("add_handlers", (1, "host_handlers"))):
            for call, at in expressions.calls(name):
                placed = expressions.argument(call, at, places)
                found |= {id(node) for node, _ in expressions.elements(*placed)[0]} if placed else set()
        return frozenset(found)

    def _module(self, scope: Scope, direct: frozenset[int]) -> Iterator[Route]:
        by_node = {id(inner.node): inner for inner in scope.walk()}
        pending: list[tuple[ast.AST, Scope]] = [(scope.whole, scope)]
        while pending:
            node, current = pending.pop()
            current = by_node.get(id(node), current)
            if isinstance(node, ast.Tuple | ast.Call):
                yield from self._rule(node, current.end, "" if id(node) in direct else UNKNOWN_PART)
            pending += [(child, current) for child in ast.iter_child_nodes(node)]

    def _rule(self, node: ast.Tuple | ast.Call, at: Position, prefix: str) -> Iterator[Route]:
        parts = node.elts if isinstance(node, ast.Tuple) else self._arguments(node, at)
        if len(parts) < _LEAST_PARTS or not isinstance(parts[1], ast.Name | ast.Attribute):
            return
        for value in self.checks.model.infer(parts[1], at):
            if isinstance(value, ClassType) and self._is_handler(value):
                path = f"{prefix}{self.checks.expressions.text((parts[0], at))}"
                yield from self._class(value, path, self.checks.location(node, at))

    def _arguments(self, node: ast.Call, at: Position) -> list[ast.expr]:
        rules = route_facts().classes.tornado_rules
        is_rule = any(is_one_of(name, rules) for name in self.checks.model.callees(node, at))
        return [*node.args, *(item.value for item in node.keywords)] if is_rule else []

    def _is_handler(self, cls: ClassType) -> bool:
        bases = [base.name for base in self.checks.hierarchy.mro(cls) if isinstance(base, ExternalSymbol)]
        return any(is_one_of(name, route_facts().classes.tornado_handlers) for name in bases)

    def _class(self, cls: ClassType, path: str, registration: Location) -> Iterator[Route]:
        is_socket = any(base.name.endswith("WebSocketHandler") for base in self.checks.hierarchy.mro(cls))
        served = list(self.handlers.http_methods(cls, _METHODS))
        if is_socket and not served:
            scope, holder, _ = self.handlers.method(cls, "open")
            served = [("websocket", scope, holder)] if scope and holder else []
        for name, scope, holder in served:
            yield self._route(cls, name, (scope, holder), path, registration)

    def _route(
        self, cls: ClassType, name: str, served: tuple[Scope, ClassType], path: str, registration: Location
    ) -> Route:
        scope, holder = served
        checks: list[Check] = list(self.checks.of_decorators(scope, Level.DECORATOR))
        class_checks, unknown = self.handlers.class_checks(cls, name)
        template = path or "/"
        reasons = [*unknown, *([PATH_REASON] if UNKNOWN_PART in template else [])]
        is_own = holder.scope is cls.scope
        return Route(
            method=name.upper(),
            path=normalized(template),
            template=template,
            handler=f"{cls.name}.{name}",
            module=cls.scope.module.name,
            location=self.handlers.location(scope if is_own else cls.scope),
            registration=registration,
            framework="tornado",
            checks=(*checks, *class_checks),
            unknown=tuple(dict.fromkeys(reasons)),
            scope=scope,
            owner=cls,
        )
