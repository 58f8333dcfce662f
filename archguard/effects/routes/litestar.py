"""Routes of Litestar: handlers and controllers below routers and the application, with guards at every layer.

How it works: the lists `route_handlers` of applications and routers are expanded; what a plugin adds to the
`route_handlers` of an `AppConfig` belongs to every application of the code base. A security backend that is installed
by `on_app_init` stands in front of all routes but those that opt out, by `exclude_from_auth` or by a pattern of its
`exclude`: a regular expression that is searched anywhere in the path.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import field, replace

from archguard.codebase.scopes.scopes import Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.catalogue.routes import is_one_of, route_facts
from archguard.effects.routes.checks import Checks
from archguard.effects.routes.expressions import Allocation, Placed
from archguard.effects.routes.handlers import Handlers
from archguard.effects.routes.route import (
    ANY,
    PATH_REASON,
    UNKNOWN_PART,
    Check,
    Level,
    Route,
    Unresolved,
    joined,
    normalized,
)
from archguard.model import Location
from archguard.model.names import last_part
from archguard.semantics import ClassType, ExternalSymbol, FunctionType, InstanceType

_MAX_DEPTH = 8
_OPT_OUT = "exclude_from_auth"
_PARAMETER = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True)
class _Backend:
    """A security backend in front of all routes."""

    check: Check
    exclude: tuple[str, ...]
    opt_out: str


@dataclass(frozen=True)
class _Layer:
    """What was collected on the way from the application."""

    path: str = ""
    checks: tuple[Check, ...] = ()
    options: frozenset[str] = frozenset()
    """The options that are true at an outer layer."""
    application: str = ""
    backends: tuple[_Backend, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass
class LitestarRoutes:
    """Expands the applications of a code base."""

    checks: Checks
    handlers: Handlers
    unresolved: list[Unresolved] = field(default_factory=list)
    loose: list[Unresolved] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.expressions = self.checks.expressions
        self.model = self.checks.model
        self.methods = route_facts().litestar.handlers

    def routes(self) -> Iterator[Route]:
        """The routes of every application; without one, those of an `AppConfig`."""
        applications = list(self._applications())
        added = list(self._added())
        installed = tuple(self._installed_backends())
        for application in applications:
            layer = self._application_layer(application, installed)
            given = self.expressions.argument(application.call, application.at, (0, "route_handlers"))
            for placed in [*([given] if given else []), *added]:
                yield from self._expand(placed, layer, _MAX_DEPTH)
        for placed in added if not applications else ():
            yield from self._expand(placed, _Layer(backends=installed), _MAX_DEPTH)

    def _applications(self) -> Iterator[Allocation]:
        for call, at in self.expressions.calls("Litestar"):
            for allocation in self.expressions.allocations(call, at):
                if allocation.call is call and allocation.family.name == "litestar":
                    yield allocation

    def _added(self) -> Iterator[Placed]:
        """The lists and handlers that are added to the `route_handlers` of an `AppConfig`."""
        for word in ("extend", "append"):
            for call, at in self.expressions.calls(word):
                owner = call.func.value if isinstance(call.func, ast.Attribute) else None
                if isinstance(owner, ast.Attribute) and owner.attr == "route_handlers" and call.args:
                    yield (call.args[0] if word == "extend" else ast.List([call.args[0]], ast.Load())), at

    def _application_layer(self, application: Allocation, installed: tuple[_Backend, ...]) -> _Layer:
        call, at = application.call, application.at
        hooks = self.expressions.keyword(call, at, "on_app_init")
        own = [backend for node, position in self._elements(hooks) for backend in self._backend(node, position)]
        path = self.expressions.text(self.expressions.keyword(call, at, "path"))
        checks, unknown = self._listed(call, at, Level.APPLICATION)
        return _Layer(path, checks, frozenset(), application.name, (*own, *installed), unknown)

    def _elements(self, placed: Placed | None) -> list[Placed]:
        return self.expressions.elements(*placed)[0] if placed else []

    def _listed(self, call: ast.Call, at: Position, level: Level) -> tuple[tuple[Check, ...], tuple[str, ...]]:
        guards = [found for key in ("guards",) if (found := self.expressions.keyword(call, at, key))]
        middleware = [found for key in ("middleware",) if (found := self.expressions.keyword(call, at, key))]
        checks, complete = self.checks.of_list(guards, level)
        others, _ = self.checks.of_list(middleware, Level.MIDDLEWARE)
        return (*checks, *others), () if complete else ("its list of guards cannot be resolved",)

    # Security backends

    def _installed_backends(self) -> Iterator[_Backend]:
        """Backends whose `on_app_init` is called with the configuration, in a plugin."""
        for call, at in self.expressions.calls("on_app_init"):
            if isinstance(call.func, ast.Attribute):
                yield from self._backend(call.func, at)

    def _backend(self, node: ast.expr, at: Position) -> Iterator[_Backend]:
        if not isinstance(node, ast.Attribute) or node.attr != "on_app_init":
            return
        for allocation in self.expressions.allocations(node.value, at):
            if allocation.family.name == "litestar_security":
                yield self._described(allocation)

    def _described(self, allocation: Allocation) -> _Backend:
        call, at = allocation.call, allocation.at
        bindings = [binding for bound in at.scope.bindings.values() for binding in bound if binding.node is call]
        names = (allocation.cls, *(f"{at.scope.name}.{binding.name}" for binding in bindings))
        if allocation.project_cls:
            names = (*names, allocation.project_cls.name)
        check = Check(names=(*names[1:], names[0]), level=Level.MIDDLEWARE, location=self.checks.location(call, at))
        exclude = self.expressions.texts(self.expressions.keyword(call, at, "exclude"))
        opt_out = self.expressions.text(self.expressions.keyword(call, at, "exclude_opt_key"))
        if unanchored := [pattern for pattern in exclude if not pattern.startswith("^")]:
            what = f"excludes `{'`, `'.join(unanchored)}` from {check.name}: they are found anywhere in a path"
            self.loose.append(Unresolved(what=what, module=at.scope.module.name, location=check.location))
        return _Backend(check, exclude, opt_out or _OPT_OUT)

    # Expansion

    def _expand(self, placed: Placed, layer: _Layer, depth: int) -> Iterator[Route]:
        elements, complete = self.expressions.elements(*placed)
        if not complete or not depth:
            self._unknown(*placed, layer)
        for node, at in elements if depth else ():
            if not isinstance(node, ast.Starred):
                yield from self._handler(node, at, layer, depth)

    def _handler(self, node: ast.expr, at: Position, layer: _Layer, depth: int) -> Iterator[Route]:
        routers = [found for found in self.expressions.allocations(node, at) if found.family.name == "litestar"]
        for router in routers:
            yield from self._router(router, layer, depth)
        values = self.model.infer(node, at)
        for value in values:
            cls = value.of if isinstance(value, InstanceType) else value
            if isinstance(cls, ClassType) and self._is_controller(cls):
                yield from self._controller(cls, layer)
            elif isinstance(value, FunctionType):
                yield from self._function(value.scope, layer, None)
        if not values and not routers:
            self._unknown(node, at, layer)

    def _unknown(self, node: ast.expr, at: Position, layer: _Layer) -> None:
        what = f"has the route handlers {ast.unparse(node)[:60]}, which cannot be resolved"
        place = self.checks.location(node, at)
        self.unresolved.append(Unresolved(what=what, module=at.scope.module.name, location=place, path=layer.path))

    def _router(self, router: Allocation, layer: _Layer, depth: int) -> Iterator[Route]:
        checks, unknown = self._listed(router.call, router.at, Level.ROUTER)
        path = self.expressions.text(self.expressions.argument(router.call, router.at, (0, "path")))
        inner = replace(
            layer,
            path=joined(layer.path, path),
            checks=(*checks, *layer.checks),
            options=layer.options | self._options(router.call, router.at),
            unknown=(*layer.unknown, *unknown),
        )
        if given := self.expressions.keyword(router.call, router.at, "route_handlers"):
            yield from self._expand(given, inner, depth - 1)

    def _options(self, call: ast.Call, at: Position) -> frozenset[str]:
        """The options that are set to true: by a keyword of their own, or in `opt={...}`."""
        found = {item.arg for item in call.keywords if item.arg and _is_true(item.value)}
        opt = self.expressions.keyword(call, at, "opt")
        return frozenset(found | _true_keys(opt[0] if opt else None))

    def _is_controller(self, cls: ClassType) -> bool:
        bases = [base.name for base in self.expressions.hierarchy.mro(cls) if isinstance(base, ExternalSymbol)]
        return any(is_one_of(name, route_facts().classes.controllers) for name in bases)

    def _controller(self, cls: ClassType, layer: _Layer) -> Iterator[Route]:
        path = self._attribute(cls, "path")
        guards, complete = self.checks.of_list(self._attributes(cls, "guards"), Level.CLASS)
        middleware, _ = self.checks.of_list(self._attributes(cls, "middleware"), Level.MIDDLEWARE)
        options = [_true_keys(node) for node, _ in self._attributes(cls, "opt")]
        inner = replace(
            layer,
            path=joined(layer.path, self.expressions.text(path)),
            checks=(*guards, *middleware, *layer.checks),
            options=layer.options.union(*options),
            unknown=(*layer.unknown, *(() if complete else ("its list of guards cannot be resolved",))),
        )
        seen = set[str]()
        for base in self.expressions.hierarchy.mro(cls):
            for scope in base.scope.children if isinstance(base, ClassType) else ():
                name = getattr(scope.node, "name", "")
                if name and name not in seen:
                    yield from self._function(scope, inner, cls)
            seen |= set(base.scope.bindings) if isinstance(base, ClassType) else set()

    def _attribute(self, cls: ClassType, name: str) -> Placed | None:
        return next(iter(self._attributes(cls, name)), None)

    def _attributes(self, cls: ClassType, name: str) -> list[Placed]:
        """The value of a class attribute in the first class of the method resolution order that has it."""
        for base in self.expressions.hierarchy.mro(cls):
            for binding in reversed(base.scope.bindings.get(name, [])) if isinstance(base, ClassType) else ():
                if isinstance(binding.node, ast.expr):
                    return [(binding.node, binding.at)]
        return []

    def _function(self, scope: Scope, layer: _Layer, cls: ClassType | None) -> Iterator[Route]:
        at = scope.at or scope.end
        for decorator in getattr(scope.node, "decorator_list", ()):
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            names = [value.name for value in self.model.infer(called, at) if isinstance(value, ExternalSymbol)]
            verb = next((last for name in names if (last := self._verb(name))), "")
            if verb:
                yield from self._decorated(scope, decorator, verb, layer, cls)

    def _verb(self, name: str) -> str:
        last = last_part(name)
        return last if name.startswith("litestar") and last in self.methods else ""

    def _decorated(
        self, scope: Scope, decorator: ast.expr, verb: str, layer: _Layer, cls: ClassType | None
    ) -> Iterator[Route]:
        at = scope.at or scope.end
        call = decorator if isinstance(decorator, ast.Call) else ast.Call(decorator, [], [])
        guards, unknown = self._listed(call, at, Level.ROUTE)
        wrappers = self.checks.of_decorators(scope, Level.DECORATOR, below=decorator)
        checks = (*wrappers, *guards, *layer.checks)
        options = layer.options | self._options(call, at)
        named = self.expressions.texts(self.expressions.keyword(call, at, "http_method")) if verb == "route" else ()
        methods = tuple(text.upper() for text in named) or self.methods[verb]
        inner = replace(layer, checks=checks, unknown=(*layer.unknown, *unknown))
        path = self.expressions.argument(call, at, (0, "path"))
        for text in (self.expressions.texts(path) or (UNKNOWN_PART,)) if path else ("",):
            template = joined(layer.path, text).rstrip("/") or "/"
            for method in methods:
                yield self._route(scope, cls, method, template, inner, options)

    def _route(  # noqa: PLR0913  # the handler, its path, and what runs before it
        self, scope: Scope, cls: ClassType | None, method: str, template: str, layer: _Layer, options: frozenset[str]
    ) -> Route:
        in_front, exemptions = self._in_front(layer, normalized(template), options)
        unknown = [*layer.unknown, *([PATH_REASON] if UNKNOWN_PART in template else [])]
        name = f"{cls.name}.{last_part(scope.name)}" if cls else scope.name
        return Route(
            method=method,
            path=normalized(template),
            template=template,
            handler=name,
            module=(cls.scope if cls else scope).module.name,
            location=self._location(scope, cls),
            framework="litestar",
            application=layer.application,
            checks=(*layer.checks, *in_front),
            exemptions=exemptions,
            unknown=tuple(dict.fromkeys(unknown)),
            scope=scope,
            owner=cls,
        )

    def _location(self, scope: Scope, cls: ClassType | None) -> Location:
        inherited = cls is not None and scope.parent is not cls.scope
        return self.handlers.location(cls.scope if cls and inherited else scope)

    def _in_front(
        self, layer: _Layer, path: str, options: frozenset[str]
    ) -> tuple[tuple[Check, ...], tuple[tuple[str, str], ...]]:
        """The security backends that a request of `path` passes through, and what takes it out of the others."""
        kept, exemptions, sample = list[Check](), list[tuple[str, str]](), _PARAMETER.sub("1", path)
        for backend in layer.backends:
            pattern = next((pattern for pattern in backend.exclude if _is_found(pattern, sample)), "")
            if backend.opt_out in options:
                exemptions.append((backend.check.name, f"{backend.opt_out} takes it out of {backend.check.name}"))
            elif pattern:
                anchored = "" if pattern.startswith("^") else ", which is not anchored,"
                why = f"the pattern `{pattern}`{anchored} takes it out of {backend.check.name}"
                exemptions.append((backend.check.name, why))
            else:
                kept.append(backend.check)
        return tuple(kept), tuple(exemptions)


def _is_found(pattern: str, path: str) -> bool:
    try:
        return bool(re.search(pattern, path))
    except re.error:
        return False


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _true_keys(node: ast.expr | None) -> set[str]:
    if not isinstance(node, ast.Dict):
        return set()
    pairs = zip(node.keys, node.values, strict=True)
    return {str(key.value) for key, value in pairs if isinstance(key, ast.Constant) and _is_true(value)}


__all__ = ["ANY", "LitestarRoutes"]
