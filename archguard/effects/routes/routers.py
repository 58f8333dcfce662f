"""Routes of frameworks that register handlers on objects: FastAPI, Starlette, Flask and its extensions, aiohttp, Sanic.

How it works: each call and decorator that registers, mounts or hooks is recorded on the allocations (`expressions.py`)
that its receiver can be. Then each application is expanded: its own registrations, and those of what it mounts, with
the prefixes and checks that are collected on the way. A router that is mounted twice gives its routes twice. A router
that nothing mounts has no routes, unless some mount could not be resolved: then its routes are unknown.

Limits: `_MAX_DEPTH` routers are nested in each other, which also ends cycles.

Cost: one pass over the files that contain the words of a framework, and one allocation search for each registration.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from types import MappingProxyType

from archguard.codebase.scopes.access_paths import Access
from archguard.codebase.scopes.scopes import AccessPath, Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.catalogue.routes import Family, Mount, Registration, is_one_of, route_facts
from archguard.effects.routes.checks import Checks
from archguard.effects.routes.expressions import Allocation, Expressions, Placed
from archguard.effects.routes.handlers import HTTP_METHODS, Handler, Handlers
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
from archguard.model.names import last_part, parent_name, service_of, top_package
from archguard.semantics import ClassType, ExternalSymbol, InstanceType, qualified_name

_MAX_DEPTH = 12
_OBJECT_NAME = re.compile(r"(?:.*_)?(?:app|application|router|routes|blueprint|blp|bp|api|ns|namespace)$")
_AMBIGUOUS = "it cannot be told which of several applications it is registered on"
_NOTHING: Mapping[str, Placed] = MappingProxyType({})
"""What is passed to a registration whose names stand for themselves."""
_STATIC = frozenset({"StaticFiles", "Admin"})
"""Applications from outside that serve files, or have a login of their own."""


@dataclass(frozen=True)
class _Entry:
    """A handler under a path of an object."""

    path: str
    methods: tuple[str, ...]
    handler: Handler
    checks: tuple[Check, ...]
    registration: Location
    module: str
    endpoint: str = ""
    decorator: ast.expr | None = None
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Child:
    """An object below a prefix of another one."""

    allocation: Allocation
    prefix: str | None
    """None if the prefix of the child itself holds."""
    checks: tuple[Check, ...]
    replaces: bool = False


@dataclass
class _Node:
    """What is recorded of one allocation."""

    entries: list[_Entry] = field(default_factory=list)
    children: list[_Child] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    application_checks: list[Check] = field(default_factory=list)

    def take(self, other: "_Node") -> None:
        """Add what is recorded of `other`, which turns out to be the same object."""
        self.entries += other.entries
        self.children += other.children
        self.checks += other.checks
        self.application_checks += other.application_checks


@dataclass(frozen=True)
class _Context:
    """What was collected on the way from the application to an object."""

    prefix: str = ""
    checks: tuple[Check, ...] = ()
    included: tuple[Check, ...] = ()
    """Those of the nearest mount, where they replace what the mounted router has."""
    application: str = ""
    blueprint: str = ""
    unknown: tuple[str, ...] = ()


class Routers:
    """Collects the objects with routes of a code base, and expands them."""

    def __init__(self, expressions: Expressions, checks: Checks, handlers: Handlers) -> None:
        self.expressions = expressions
        self.model = expressions.model
        self.checks = checks
        self.handlers = handlers
        self.facts = route_facts()
        self.nodes: dict[Allocation, _Node] = {}
        self.unresolved: list[Unresolved] = []
        self._has_unresolved_mounts = False
        self._anonymous: dict[tuple[str, str], ast.Call] = {}
        self._ambiguous = set[Allocation]()
        self._words = frozenset({"init_app"}).union(*(family.words for family in self.facts.named_families))

    def collect(self, modules: Iterable[str]) -> None:
        """Record what the files of `modules` register, mount and hook."""
        for module in modules:
            for scope in self.model.scope(module).walk():
                self._decorators(scope)
                self._calls(scope)

    def has_any(self, module: str) -> bool:
        """Whether the file of `module` may register, mount or hook anything, or constructs something that has routes.

        What is left out records nothing in `collect`.
        """
        return any(self._has_any(scope) for scope in self.model.scope(module).walk())

    def _has_any(self, scope: Scope) -> bool:
        decorators = {id(node): node for child in scope.children for node in getattr(child.node, "decorator_list", ())}
        if any(next(self._called_methods(node, scope.end), None) for node in decorators.values()):
            return True
        for path in scope.access_paths:
            for access in path.accesses:
                call = access.call
                if call is None or id(call) in decorators:
                    continue
                if access.name in self._words and isinstance(call.func, ast.Attribute):
                    # `orders.get("/x")` may be any dictionary or client. `app.get("/x")(handler)`, or a decorator, is a
                    # registration.
                    if access.name not in HTTP_METHODS or _is_called(call, path):
                        return True
                elif _adds_routes(access) or (access.name[:1].isupper() and self._constructs(call, path.at)):
                    return True
        return False

    def _constructs(self, call: ast.Call, at: Position) -> bool:
        return self._may_construct(call, at) and any(
            allocation.call is call for allocation in self.expressions.allocations(call, at)
        )

    # Recording

    def _decorators(self, scope: Scope) -> None:
        for child in scope.children:
            for decorator in getattr(child.node, "decorator_list", ()):
                for called, at in self._called_methods(decorator, child.at) if child.at else ():
                    self._decorator(child, decorator, called, at)

    def _called_methods(self, decorator: ast.expr, at: Position) -> Iterator[tuple[ast.Attribute, Position]]:
        """The method of an object with routes that a decorator is, also by a variable: `get = router.get`."""
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(called, ast.Attribute) and called.attr in self._words:
            yield called, at
        is_variable = isinstance(called, ast.Name) and called is not decorator
        for binding in self.expressions.assigned(called, at) if is_variable else ():
            if isinstance(binding.node, ast.Attribute) and binding.node.attr in self._words:
                yield binding.node, binding.at

    def _decorator(self, child: Scope, decorator: ast.expr, called: ast.Attribute, at: Position) -> None:
        for allocation in self._receivers(called, at, decorator, decorates=True):
            family = allocation.family
            registration = family.registration(called.attr)
            if isinstance(decorator, ast.Call) and registration and not registration.handler:
                handler = self.handlers.of_scope(
                    child, ClassType(child.name, child) if isinstance(child.node, ast.ClassDef) else None
                )
                self._register(allocation, registration, decorator, child.at or at, handler, decorator)
            elif called.attr in family.hooks | family.application_hooks | family.middleware_decorators:
                self._hook(allocation, called.attr, child, decorator)

    def _hook(self, allocation: Allocation, word: str, function: Scope, decorator: ast.expr) -> None:
        family = allocation.family
        level = Level.MIDDLEWARE if word in family.middleware_decorators else Level.HOOK
        check = self._function_check(function, level, decorator)
        node = self._node(allocation)
        (node.application_checks if word in family.application_hooks else node.checks).append(check)

    def _function_check(self, function: Scope, level: Level, decorator: ast.expr | None) -> Check:
        inner = (
            *self.checks.of_parameters(function, level),
            *self.checks.of_decorators(function, level, below=decorator),
            *self.called(function, level),
        )
        return Check(names=(function.name,), level=level, location=self.handlers.location(function), inner=inner)

    def called(self, function: Scope, level: Level) -> Iterator[Check]:
        """What a hook calls as a statement of its own: `verify_jwt_in_request()`; its result or exception decides."""
        node = function.whole
        body = node.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else []
        if isinstance(node, ast.Lambda):
            # A lambda as a hook: what it evaluates to is what it returns.
            body = [ast.Return(node.body)]
        for statement in body:
            value = statement.value if isinstance(statement, ast.Expr | ast.Return) else None
            value = value.value if isinstance(value, ast.Await) else value
            if isinstance(value, ast.Call):
                yield self.checks.of(value, function.end, level)

    def _calls(self, scope: Scope) -> None:
        decorators = {
            id(decorator) for child in scope.children for decorator in getattr(child.node, "decorator_list", ())
        }
        for path in scope.access_paths:
            for access in path.accesses:
                call = access.call
                if call is None or id(call) in decorators:
                    continue
                if access.name in HTTP_METHODS and not _is_called(call, path):
                    continue  # a dictionary or a client; as a decorator it would be called with the handler
                if access.name in self._words and isinstance(call.func, ast.Attribute):
                    self._call(call, call.func, path.at)
                elif _adds_routes(access):
                    self._added_routes(call, access, path.at)
                elif access.name[:1].isupper():
                    self._construction(call, path.at)

    def _call(self, call: ast.Call, called: ast.Attribute, at: Position) -> None:
        if self._implements_registration(at.scope):
            return
        sites = list(self.expressions.sites(called.value, at)) or list(self.expressions.rows(call, at))
        sites = sites or self._sites_of_method(called, at)
        for passed in sites:
            for placed in self.expressions.substituted(called.value, at, passed):
                receivers = self.expressions.allocations(*placed)
                for allocation in receivers or self._unallocated(called, at, call, decorates=False):
                    self._call_of(allocation, call, called, at, passed)
        if not sites:
            for allocation in self._receivers(called, at, call):
                self._call_of(allocation, call, called, at, _NOTHING)
        if called.attr == "init_app" and call.args:
            self._attach(call, called, at)

    def _sites_of_method(self, called: ast.Attribute, at: Position) -> list[Mapping[str, Placed]]:
        """What the calls of a method pass that registers on an object of `self`: `def add(self, view, *paths)`."""
        root = called.value.value if isinstance(called.value, ast.Attribute) else None
        is_registration = any(family.registration(called.attr) for family in self.facts.named_families)
        if not is_registration or not isinstance(root, ast.Name) or root.id != "self":
            return []
        arguments = getattr(at.scope.node, "args", None)
        names = [item.arg for item in arguments.args[1:]] if arguments else []
        return next(filter(None, (list(self.expressions.sites(ast.Name(name), at)) for name in names)), [])

    def _implements_registration(self, scope: Scope | None) -> bool:
        """Whether `scope` is inside of a method by which a router of the project registers what it is passed.

        `def post(self, path)` of a subclass: its uses are registrations, as those of the method that it overrides.
        """
        while scope is not None and scope.parent is not None:
            if isinstance(scope.parent.node, ast.ClassDef):
                base = self.expressions.framework_base(ClassType(scope.parent.name, scope.parent))
                name = last_part(scope.name)
                return base is not None and (base[1].registration(name) is not None or name in base[1].mounts)
            scope = scope.parent
        return False

    def _call_of(
        self,
        allocation: Allocation,
        call: ast.Call,
        called: ast.Attribute,
        at: Position,
        passed: Mapping[str, Placed],
    ) -> None:
        """What a call of a method of `allocation` registers; `passed` is what the function around it is passed."""
        family = allocation.family
        if (registration := family.registration(called.attr)) and registration.handler:
            self._registration_call(allocation, registration, call, at, passed)
        elif mount := family.mounts.get(called.attr):
            self._mount(allocation, mount, call, at, passed)
        elif called.attr in family.middleware:
            self._middleware(allocation, call, at)
        elif called.attr in family.hooks | family.application_hooks and call.args:
            check = self._hook_argument(call.args[0], at)
            node = self._node(allocation)
            (node.application_checks if called.attr in family.application_hooks else node.checks).append(check)
        elif registration and not registration.handler:
            self._applied_decorator(allocation, registration, call, at, passed)
        elif called.attr in family.untracked:
            self._unknown(call, at, f"registers by {called.attr}, whose routes are not followed")

    def _hook_argument(self, node: ast.expr, at: Position) -> Check:
        for value in self.model.infer(node, at):
            scope = getattr(value, "scope", None)
            if isinstance(scope, Scope):
                return self._function_check(scope, Level.HOOK, None)
        return self.checks.of(node, at, Level.HOOK)

    def _added_routes(self, call: ast.Call, access: Access, at: Position) -> None:
        """`app.router.routes.append(Route(...))`."""
        owner = access.owner.value if isinstance(access.owner, ast.Attribute) else None
        for parent in self.expressions.allocations(owner, at) if owner and call.args else ():
            if access.name == "extend":
                self._listed_routes(parent, (call.args[-1], at), "", ())
            elif not self._list_entry(parent, call.args[-1], at, "", ()):
                self._unknown(call, at, f"adds {ast.unparse(call.args[-1])} to its routes, which cannot be resolved")

    def _applied_decorator(
        self,
        allocation: Allocation,
        registration: Registration,
        call: ast.Call,
        at: Position,
        passed: Mapping[str, Placed],
    ) -> None:
        """A decorator that is called with the handler: `app.route("/")(index)`."""
        outer = next(
            (
                access.call
                for path in at.scope.access_paths
                for access in path.accesses
                if access.call and access.call.func is call and access.call.args
            ),
            None,
        )
        for placed in self.expressions.substituted(outer.args[0], at, passed) if outer else ():
            for handler in self.handlers.of(*placed):
                self._register(allocation, registration, call, at, handler, None, passed)

    def _registration_call(
        self,
        allocation: Allocation,
        registration: Registration,
        call: ast.Call,
        at: Position,
        passed: Mapping[str, Placed],
    ) -> None:
        placed = self.expressions.argument(call, at, registration.handler)
        if placed is None:
            return
        found = self.expressions.substituted(*placed, passed)
        handlers = [handler for node, position in found for handler in self.handlers.of_call(node, position, passed)]
        for handler in handlers or [self._unresolved(placed[0], at)]:
            self._register(allocation, registration, call, at, handler, None, passed)

    def _unresolved(self, node: ast.expr, at: Position) -> Handler:
        """What serves a route whose handler cannot be resolved: its path and method are known all the same."""
        text = ast.unparse(node)
        return Handler(text, at.scope.module.name, None, unknown=(f"its handler {text} cannot be resolved",))

    def _register(  # noqa: PLR0913  # the object, the call and the handler
        self,
        allocation: Allocation,
        registration: Registration,
        call: ast.Call,
        at: Position,
        handler: Handler,
        decorator: ast.expr | None,
        passed: Mapping[str, Placed] = _NOTHING,
    ) -> None:
        family = allocation.family
        listed = [found for key in family.checks if (found := self.expressions.keyword(call, at, key)) is not None]
        checks, complete = self._listed(listed, Level.ROUTE, family)
        endpoint = self.expressions.keyword(call, at, "endpoint")
        for path in self._paths(registration, call, at, passed):
            self._node(allocation).entries.append(
                _Entry(
                    path=path,
                    methods=self._methods(registration, call, at, passed),
                    handler=handler,
                    checks=checks,
                    registration=self.checks.location(call, at),
                    module=at.scope.module.name,
                    endpoint=self.expressions.text(endpoint) if endpoint and family.name == "flask" else "",
                    decorator=decorator,
                    unknown=handler.unknown if complete else ("its list of dependencies cannot be resolved",),
                )
            )

    def _listed(self, placed: list[Placed], level: Level, family: Family) -> tuple[tuple[Check, ...], bool]:
        if family.name != "ninja":
            return self.checks.of_list(placed, level)
        return tuple(self._one_of(node, at, level) for node, at in placed), True

    def _one_of(self, node: ast.expr, at: Position, level: Level) -> Check:
        """The check of `auth=` in Django Ninja: one or several, of which one must pass."""
        place = self.checks.location(node, at)
        if isinstance(node, ast.Constant) and node.value is None:
            return Check(names=("ninja.no_auth",), level=level, location=place)
        sides = [self.checks.of(item, position, level) for item, position in self.checks.elements_or_self(node, at)]
        return sides[0] if len(sides) == 1 else Check(names=(), level=level, location=place, alternatives=tuple(sides))

    def _paths(
        self, registration: Registration, call: ast.Call, at: Position, passed: Mapping[str, Placed]
    ) -> Iterator[str]:
        takes_several = registration.path == (0, "rule", "urls") and not registration.handler  # as flask-restx does
        if registration.handler and registration.handler[0] == 0 and registration.path and registration.path[0] == 1:
            texts = call.args[1:] or [item.value for item in call.keywords if item.arg in registration.path]
            nodes = [(node, at) for node in texts]
        else:
            placed = self.expressions.argument(call, at, registration.path)
            if placed is None:
                yield ""
                return
            nodes = [placed, *((node, at) for node in (call.args[1:] if takes_several else ()))]
        for node, position in nodes:
            for found in self.expressions.substituted(node, position, passed):
                yield self.expressions.text(found)

    def _methods(
        self, registration: Registration, call: ast.Call, at: Position, passed: Mapping[str, Placed] = _NOTHING
    ) -> tuple[str, ...]:
        named = self.expressions.argument(call, at, registration.method) if registration.method else None
        given = named or self.expressions.keyword(call, at, "methods")
        given = next(iter(self.expressions.substituted(*given, passed)), given) if given else None
        found = tuple(text.upper() for text in self.expressions.texts(given))
        # `methods=METHODS` that cannot be read: any method may be served.
        if given and not found:
            return (ANY,)
        return tuple(ANY if text == "*" else text for text in found) or registration.methods

    def _mount(
        self, parent: Allocation, mount: Mount, call: ast.Call, at: Position, passed: Mapping[str, Placed]
    ) -> None:
        placed = self.expressions.argument(call, at, mount.child)
        if placed is None:
            return
        prefix = self.expressions.argument(call, at, mount.prefix) if mount.prefix else None
        prefix = next(iter(self.expressions.substituted(*prefix, passed)), prefix) if prefix else None
        named = [self.expressions.keyword(call, at, key, passed) for key in parent.family.checks]
        listed = [value for found in named if found for value in self.expressions.substituted(*found, passed)]
        checks, complete = self._listed(listed, Level.INCLUDE, parent.family)
        if not complete:
            checks = (
                *checks,
                Check(names=(), level=Level.INCLUDE, location=self.checks.location(call, at), has_unknown=True),
            )
        text = self.expressions.text(prefix) if prefix else None
        for mounted in self.expressions.substituted(*placed, passed):
            children = self.expressions.allocations(*mounted)
            for child in children:
                self._node(parent).children.append(_Child(child, text, checks, mount.replaces))
            if not children and not self._mount_entries(parent, mounted, text or "", checks):
                self._mount_external(parent, mounted, call, at, text or "", checks)

    def _graph(
        self, parent: Allocation, placed: Placed, call: ast.Call, prefix: str, checks: tuple[Check, ...]
    ) -> None:
        """What serves a schema of GraphQL is a route of its own; its dependencies stand in its constructor."""
        node, at = placed
        made = [node, *(binding.node for binding in self.expressions.assigned(node, at))]
        calls = [found for found in made if isinstance(found, ast.Call)]
        listed = [
            found for constructor in calls if (found := self.expressions.keyword(constructor, at, "dependencies"))
        ]
        getters = [
            found for constructor in calls if (found := self.expressions.keyword(constructor, at, "context_getter"))
        ]
        own = (
            *self.checks.of_list(listed, Level.ROUTER)[0],
            *(self.checks.of(*found, Level.ROUTER) for found in getters),
        )
        names = [qualified_name(value) for value in self.model.infer(node, at)]
        handler = Handler(names[0], parent_name(names[0]), None)
        place = self.checks.location(call, at)
        entry = _Entry(prefix or "/", (ANY,), handler, (*own, *checks), place, at.scope.module.name)
        self._node(parent).entries.append(entry)

    def _mount_external(  # noqa: PLR0913  # the mount and what it puts in front
        self,
        parent: Allocation,
        placed: Placed,
        call: ast.Call,
        at: Position,
        prefix: str,
        checks: tuple[Check, ...],
    ) -> None:
        node, position = placed
        values = [getattr(value, "of", value) for value in self.model.infer(node, position)]
        classes = [value for value in values if isinstance(value, ClassType)]
        inherited = [base for cls in classes for base in self.expressions.hierarchy.mro(cls)]
        external = [value for value in (*values, *inherited) if not isinstance(value, ClassType)]
        names = [qualified_name(value) for value in external]
        if any(last_part(name) in _STATIC for name in names):
            return
        if any(is_one_of(name, self.facts.graphql.views) for name in names):
            self._graph(parent, placed, call, prefix, checks)
            return
        # What is mounted may be any router of the project that nothing else mounts.
        if any(map(self.facts.family, names)) or (not names and not isinstance(node, ast.Call)):
            self._has_unresolved_mounts = True
        self._unknown(call, at, f"mounts {ast.unparse(node)}, which cannot be resolved", prefix)

    def _mount_entries(self, parent: Allocation, placed: Placed, prefix: str, checks: tuple[Check, ...]) -> bool:
        """The entries of a list of routes, `routes=[Route(...), Mount(...)]`; False if there are none."""
        elements, complete = self.expressions.elements(*placed)
        known = False
        for node, at in elements:
            if isinstance(node, ast.Starred):
                children = self._routers_of(node.value, at)
                self._node(parent).children.extend(_Child(child, prefix or None, checks) for child in children)
                known = bool(children) or known
            else:
                known = self._list_entry(parent, node, at, prefix, checks) or known
        return known or (complete and bool(isinstance(placed[0], ast.List | ast.Tuple)))

    def _routers_of(self, node: ast.expr, at: Position) -> tuple[Allocation, ...]:
        """The routers whose routes `node` is: `router.routes`."""
        is_list = isinstance(node, ast.Attribute) and node.attr == "routes"
        return self.expressions.allocations(node.value, at) if is_list else ()  # type: ignore[attr-defined]

    def _listed_routes(self, parent: Allocation, placed: Placed, prefix: str, checks: tuple[Check, ...]) -> None:
        """The entries of an argument that is a list of routes; what cannot be resolved of it is unknown."""
        self._mount_entries(parent, placed, prefix, checks)
        for node, at in self.expressions.elements(*placed)[0]:
            if isinstance(node, ast.Starred) and not self._routers_of(node.value, at):
                self._has_unresolved_mounts = True
                self._unknown(node.value, at, f"has routes that cannot be resolved: {ast.unparse(node.value)}", prefix)

    def _list_entry(
        self, parent: Allocation, node: ast.expr, at: Position, prefix: str, checks: tuple[Check, ...]
    ) -> bool:
        if isinstance(node, ast.Name | ast.Attribute):
            for binding in self.expressions.assigned(node, at):
                if isinstance(binding.node, ast.Call):
                    return self._list_entry(parent, binding.node, binding.at, prefix, checks)
        entries = (
            [self.facts.entry(name) for name in self.model.callees(node, at)] if isinstance(node, ast.Call) else []
        )
        if isinstance(node, ast.Call) and isinstance(entry := next(filter(None, entries), None), Registration):
            return self._entry_handler(parent, entry, node, at, prefix, checks)
        if isinstance(node, ast.Call) and isinstance(entry, Mount):
            below = joined(prefix, self.expressions.text(self.expressions.argument(node, at, entry.prefix)))
            own = [found for key in ("middleware",) if (found := self.expressions.keyword(node, at, key))]
            inner = (*checks, *self.checks.of_list(own, Level.MIDDLEWARE)[0])
            if listed := self.expressions.keyword(node, at, "routes"):
                self._listed_routes(parent, listed, below, inner)
                return True
            child = self.expressions.argument(node, at, entry.child)
            allocations = self.expressions.allocations(*child) if child else ()
            for allocation in allocations:
                self._node(parent).children.append(_Child(allocation, below, inner))
            if child and not allocations:
                self._mount_external(parent, child, node, at, below, inner)
            return True
        allocations = self.expressions.allocations(node, at)
        for allocation in allocations:
            self._node(parent).children.append(_Child(allocation, prefix or None, checks))
        return bool(allocations)

    def _entry_handler(  # noqa: PLR0913  # the list, the entry and what surrounds it
        self,
        parent: Allocation,
        entry: Registration,
        node: ast.Call,
        at: Position,
        prefix: str,
        checks: tuple[Check, ...],
    ) -> bool:
        placed = self.expressions.argument(node, at, entry.handler)
        handlers = self.handlers.of(*placed) if placed else ()
        own = [found for key in ("dependencies", "middleware") if (found := self.expressions.keyword(node, at, key))]
        listed = self.checks.of_list(own, Level.ROUTE)[0]
        for handler in handlers or ((self._unresolved(placed[0], at),) if placed else ()):
            path = joined(prefix, self.expressions.text(self.expressions.argument(node, at, entry.path)))
            methods, place = self._methods(entry, node, at), self.checks.location(node, at)
            self._node(parent).entries.append(
                _Entry(path, methods, handler, (*listed, *checks), place, at.scope.module.name, unknown=handler.unknown)
            )
        return True

    def _middleware(self, allocation: Allocation, call: ast.Call, at: Position) -> None:
        if call.args or call.keywords:
            self._node(allocation).checks.append(
                self.checks.of(call.args[0] if call.args else call.keywords[0].value, at, Level.MIDDLEWARE)
            )

    def _construction(self, call: ast.Call, at: Position) -> None:
        """The lists of routes and middleware that a constructor takes, and the object that it attaches itself to."""
        if not self._may_construct(call, at):
            return
        for allocation in self.expressions.allocations(call, at):
            # The call returns a router that was made elsewhere, where it is recorded.
            if allocation.call is not call:
                continue
            self._node(allocation)
            for key in allocation.family.entries:
                for placed in self.expressions.constructor_argument(allocation, (key,)):
                    self._listed_routes(allocation, placed, "", ())
            places = allocation.family.attachment(allocation.cls)
            if places and (placed_parent := self.expressions.argument(call, at, places)):
                for parent in self.expressions.allocations(*placed_parent):
                    self._node(parent).children.append(_Child(allocation, None, ()))

    def _may_construct(self, call: ast.Call, at: Position) -> bool:
        return any(
            isinstance(value, ClassType) or (isinstance(value, ExternalSymbol) and self.facts.family(value.name))
            for value in self.model.infer(call.func, at)
        )

    def _attach(self, call: ast.Call, called: ast.Attribute, at: Position) -> None:
        """`api.init_app(app)`: what `api` holds is on `app`."""
        for child in self.expressions.allocations(called.value, at):
            if child.family.attachment(child.cls):
                for parent in self.expressions.allocations(call.args[0], at):
                    self._node(parent).children.append(_Child(child, None, ()))

    def _receivers(
        self, called: ast.Attribute, at: Position, node: ast.expr, *, decorates: bool = False
    ) -> tuple[Allocation, ...]:
        found = self.expressions.allocations(called.value, at)
        return found or self._unallocated(called, at, node, decorates=decorates)

    def _unallocated(
        self, called: ast.Attribute, at: Position, node: ast.expr, *, decorates: bool
    ) -> tuple[Allocation, ...]:
        """An object whose class is known, but not where it is constructed: a parameter `app: FastAPI`."""
        for value in self.model.infer(called.value, at):
            if isinstance(value, InstanceType):
                bases = self.expressions.hierarchy.mro(value.of) if isinstance(value.of, ClassType) else (value.of,)
                for base in bases:
                    if isinstance(base, ExternalSymbol) and (family := self.facts.family(base.name)):
                        any_of = value.of if isinstance(value.of, ClassType) else None
                        return (replace(self._pseudo(base.name, family, at), any_of=any_of),)
        if isinstance(node, ast.Call) and not self.model.infer(called.value, at):
            if family := self._mounted_family(called, at, node):
                return (self._pseudo(min(family.applications), family, at),)
            last = called.value.attr if isinstance(called.value, ast.Attribute) else getattr(called.value, "id", "")
            path = self.expressions.text((node.args[0], at)) if node.args else ""
            is_client_call = called.attr in HTTP_METHODS and not decorates  # `api.get("/orders")`
            if _OBJECT_NAME.match(last.lower()) and path.startswith("/") and not is_client_call:
                family = next(family for family in self.facts.named_families if called.attr in family.words)
                return (self._pseudo(f"{family.name}.Router", family, at),)
        return ()

    def _mounted_family(self, called: ast.Attribute, at: Position, call: ast.Call) -> Family | None:
        """The family of the router that `app.include_router(router)` mounts, if that of `app` is unknown."""
        for family in self.facts.named_families:
            mount = family.mounts.get(called.attr)
            child = self.expressions.argument(call, at, mount.child) if mount else None
            for allocation in self.expressions.allocations(*child) if child else ():
                if allocation.family is family:
                    return family
        return None

    def _pseudo(self, cls: str, family: Family, at: Position) -> Allocation:
        key = (cls, at.scope.name)
        call = self._anonymous.setdefault(key, ast.Call(ast.Name(cls), [], []))
        return Allocation(call, at, cls, family)

    def _node(self, allocation: Allocation) -> _Node:
        return self.nodes.setdefault(allocation, _Node())

    def _unknown(self, node: ast.expr, at: Position, what: str, prefix: str = "") -> None:
        self.unresolved.append(
            Unresolved(what=what, module=at.scope.module.name, location=self.checks.location(node, at), path=prefix)
        )

    # Expansion

    def routes(self, prefixes: Mapping[int, str]) -> Iterator[Route]:
        """The routes of every application, and of routers that nothing mounts if a mount cannot be resolved.

        `prefixes` are those of applications that a urlconf of Django includes, by the call that constructs them.
        """
        # By the call that constructs it: one router may be known by several allocations, one for each way that leads to
        # it.
        self._adopt()
        mounted = {id(child.allocation.call) for node in self.nodes.values() for child in node.children}
        roots = dict[int, Allocation]()
        for allocation in self.nodes:
            roots.setdefault(id(allocation.call), replace(allocation, owner=None, factory=None))
        has_applications = {allocation.family.name for allocation in roots.values() if allocation.is_application}
        classes = {allocation.project_cls for allocation in roots.values()} - {None}
        for key, allocation in roots.items():
            if key in mounted or self._is_covered(allocation, classes):
                continue
            if allocation.is_application:
                unknown = (_AMBIGUOUS,) if allocation in self._ambiguous else ()
                context = _Context(prefixes.get(key, ""), application=allocation.name, unknown=unknown)
                yield from self._expand(allocation, context, ())
            # A package of routers without an application is one that others mount. Beside an application that mounts
            # others, a router that nobody mounts serves nothing.
            elif allocation.family.name not in has_applications or self._is_needed(allocation):
                unknown = ("no application is found that includes its router",)
                yield from self._expand(allocation, _Context(unknown=unknown if has_applications else ()), ())

    def _adopt(self) -> None:
        """Give what is registered on an application that cannot be found to the only one that it can be."""
        applications = [allocation for allocation in self.nodes if allocation.is_application]
        lost = [item for item in applications if self._is_anonymous(item) and item.any_of is None]
        known = {id(item.call): item for item in applications if not self._is_anonymous(item)}
        for allocation in lost:
            same = [item for item in known.values() if item.family is allocation.family]
            near = [item for item in same if _service(item) == _service(allocation)] or same
            if len(near) == 1:
                self._node(near[0]).take(self.nodes.pop(allocation))
            elif any(self._has_own_checks(item) for item in near):
                self._ambiguous.add(allocation)

    def _is_anonymous(self, allocation: Allocation) -> bool:
        return any(allocation.call is call for call in self._anonymous.values())

    def _has_own_checks(self, application: Allocation) -> bool:
        """Whether the project puts checks of its own in front of all routes of an application."""
        checks, _ = self._own_checks(application, list(self._matching(application)))
        names = [name for check in (*checks, *self._application_checks(application, ())) for name in check.names]
        packages = {top_package(module) for module in self.expressions.modules}
        return any(top_package(name) in packages for name in names)

    def _is_covered(self, allocation: Allocation, classes: Iterable[ClassType | None]) -> bool:
        """Whether it stands for any object of a class, of which objects are known."""
        return allocation.any_of is not None and any(
            allocation.any_of in self.expressions.hierarchy.mro(cls) for cls in classes if cls
        )

    def _is_needed(self, allocation: Allocation) -> bool:
        return self._has_unresolved_mounts or id(allocation.call) in map(id, self._anonymous.values())

    def _matching(self, allocation: Allocation) -> Iterator[_Node]:
        """What is recorded of `allocation`, in any context that may be this one."""
        for known, node in self.nodes.items():
            if (known.call is allocation.call and self._may_be(known, allocation)) or (
                known.any_of
                and allocation.project_cls
                and known.any_of in self.expressions.hierarchy.mro(allocation.project_cls)
            ):
                yield node

    def _may_be(self, known: Allocation, wanted: Allocation) -> bool:
        owners = (
            known.owner is None or wanted.owner is None or known.owner in self.expressions.hierarchy.mro(wanted.owner)
        )
        return owners and (known.factory is None or wanted.factory is None or known.factory is wanted.factory)

    def _expand(self, allocation: Allocation, context: _Context, above: tuple[Allocation, ...]) -> Iterator[Route]:
        if allocation in above or len(above) == _MAX_DEPTH:
            return
        nodes = list(self._matching(allocation))
        checks, unknown = self._own_checks(allocation, nodes)
        if not above:
            checks = (*checks, *self._application_checks(allocation, ()))
        # In Django Ninja and the like, the nearest `auth` replaces all others; elsewhere all must pass.
        nearest = context.included or (checks if _has_auth(checks) else context.checks)
        every = (*checks, *context.checks) if allocation.family.inherits_checks else nearest
        context = replace(context, checks=every, unknown=(*context.unknown, *unknown))
        name = self._blueprint_name(allocation)
        context = replace(context, blueprint=f"{context.blueprint}.{name}".strip(".") if name else context.blueprint)
        for node in nodes:
            for entry in node.entries:
                yield from self._entry_routes(entry, allocation, context)
            for child in node.children:
                # `register_blueprint(bp, url_prefix=...)` overrides the prefix that the blueprint has;
                # `include_router(prefix=...)` adds to it.
                own = "" if child.replaces and child.prefix is not None else self._own_prefix(child.allocation)
                prefix = (
                    joined(context.prefix, child.prefix or "", own) if context.prefix or child.prefix or own else ""
                )
                inherits = allocation.family.inherits_checks
                inner = replace(
                    context,
                    prefix=prefix,
                    checks=(*child.checks, *context.checks) if inherits else context.checks,
                    included=() if inherits else child.checks,
                )
                yield from self._expand(child.allocation, inner, (*above, allocation))

    def _application_checks(self, allocation: Allocation, above: tuple[Allocation, ...]) -> Iterator[Check]:
        """The hooks that blueprints put on the whole application."""
        if allocation in above:
            return
        for node in self._matching(allocation):
            yield from node.application_checks
            for child in node.children:
                yield from self._application_checks(child.allocation, (*above, allocation))

    def _own_checks(self, allocation: Allocation, nodes: list[_Node]) -> tuple[tuple[Check, ...], tuple[str, ...]]:
        level = Level.APPLICATION if allocation.is_application else Level.ROUTER
        family, found, complete = allocation.family, list[Check](), True
        for key in family.checks:
            placed = list(self.expressions.constructor_argument(allocation, (key,)))
            checks, is_complete = self._listed(placed, level, family)
            found += checks
            complete = complete and is_complete
        for key in family.middlewares:
            placed = list(self.expressions.constructor_argument(allocation, (key,)))
            found += self.checks.of_list(placed, Level.MIDDLEWARE)[0]
        found += [check for node in nodes for check in node.checks]
        return tuple(found), () if complete else ("the list of dependencies of its router cannot be resolved",)

    def _own_prefix(self, allocation: Allocation) -> str:
        if allocation.cls.endswith(".Namespace"):
            path = self.expressions.argument(allocation.call, allocation.at, ("path",))
            name = self.expressions.argument(allocation.call, allocation.at, (0, "name"))
            return self.expressions.text(path) if path else f"/{self.expressions.text(name)}"
        found = self.expressions.constructor_argument(allocation, allocation.family.prefix)
        return self.expressions.text(found[0], allocation) if found else ""

    def _blueprint_name(self, allocation: Allocation) -> str:
        if allocation.family.name != "flask" or allocation.is_application or not allocation.cls.endswith("Blueprint"):
            return ""
        return self.expressions.text(self.expressions.argument(allocation.call, allocation.at, (0, "name")))

    def _entry_routes(self, entry: _Entry, allocation: Allocation, context: _Context) -> Iterator[Route]:
        prefix = context.prefix or self._root_prefix(allocation, context)
        path = entry.path if entry.path or not prefix else ""
        template = joined(prefix, path) if prefix else (path or "/")
        unknown = [*context.unknown, *entry.unknown]
        if UNKNOWN_PART in template:
            unknown.append(PATH_REASON)
        inherits = allocation.family.inherits_checks or not _has_auth(entry.checks)
        for method, handler, checks, reasons in self._served(entry, allocation):
            endpoint = entry.endpoint or last_part(handler.name)
            yield Route(
                method=method,
                path=normalized(template),
                template=template,
                handler=handler.name,
                module=entry.module if handler.is_external else handler.module,
                location=handler.location or entry.registration,
                registration=entry.registration if handler.location else None,
                framework=allocation.family.name,
                application=context.application,
                endpoint=f"{context.blueprint}.{endpoint}".strip("."),
                checks=(*checks, *entry.checks, *(context.checks if inherits else ())),
                unknown=tuple(dict.fromkeys((*unknown, *reasons))),
                scope=handler.scope,
                owner=handler.cls,
            )

    def _root_prefix(self, allocation: Allocation, context: _Context) -> str:
        """The prefix of a router that is expanded by itself."""
        return "" if context.application or allocation.is_application else self._own_prefix(allocation)

    def _served(
        self, entry: _Entry, allocation: Allocation
    ) -> Iterator[tuple[str, Handler, tuple[Check, ...], tuple[str, ...]]]:
        """Each method that a handler serves, with the function that does, and its checks."""
        handler = entry.handler
        if handler.cls is not None and handler.scope is handler.cls.scope:
            yield from self._class_methods(entry, handler, handler.cls)
            return
        checks = self._function_checks(entry, allocation)
        for method in entry.methods:
            yield method, handler, checks, ()

    def _function_checks(self, entry: _Entry, allocation: Allocation) -> tuple[Check, ...]:
        handler = entry.handler
        if handler.scope is None:
            return handler.checks
        found = list(self.checks.of_decorators(handler.scope, Level.DECORATOR, below=entry.decorator))
        if allocation.family.name == "fastapi":
            found += self.checks.of_parameters(handler.scope)
            found += self._class_dependencies(handler.scope)
        return (*found, *handler.checks)

    def _class_dependencies(self, function: Scope) -> Iterator[Check]:
        """What a class-based view depends on.

        `@cbv(router)` injects the attributes that are annotated, and the arguments of `__init__`.
        """
        outer = function.parent
        if outer is None or not isinstance(outer.node, ast.ClassDef) or not self._is_class_view(outer):
            return
        cls, seen = ClassType(outer.name, outer), set[str]()
        for base in self.expressions.hierarchy.mro(cls):
            bodies = base.scope.bindings if isinstance(base, ClassType) else {}
            for binding in (bindings[-1] for name, bindings in bodies.items() if name not in seen):
                default = binding.node if isinstance(binding.node, ast.expr) else None
                for marker, at in self.checks.markers(binding.annotation, default, binding.at):
                    if binding.annotation is not None:
                        yield self.checks.of(marker, at, Level.CLASS)
            seen |= set(bodies)
        constructor, _, _ = self.handlers.method(cls, "__init__")
        yield from self.checks.of_parameters(constructor, Level.CLASS) if constructor else ()

    def _is_class_view(self, cls: Scope) -> bool:
        """Whether a decorator of the class is passed a router, whatever the decorator is called."""
        decorators = [node for node in getattr(cls.node, "decorator_list", ()) if isinstance(node, ast.Call)]
        arguments = (argument for call in decorators for argument in call.args)
        return any(self.expressions.allocations(argument, cls.at or cls.end) for argument in arguments)

    def _class_methods(
        self, entry: _Entry, handler: Handler, cls: ClassType
    ) -> Iterator[tuple[str, Handler, tuple[Check, ...], tuple[str, ...]]]:
        served = list(self.handlers.http_methods(cls))
        allowed = {method for method in entry.methods if method != ANY} if "methods" in _keywords(entry) else set()
        for name, scope, holder in served:
            method = name.upper()
            if (allowed and method not in allowed) or (
                name in ("head", "options") and len(served) > 1 and name == "options"
            ):
                continue
            class_checks, unknown = self.handlers.class_checks(cls, name)
            own = self.checks.of_decorators(scope, Level.DECORATOR)
            listed = [
                check
                for attribute in ("decorators", "method_decorators")
                for check in self.handlers.listed_decorators(cls, attribute, name)
            ]
            parameters = self.checks.of_parameters(scope)
            wrappers = (
                self.checks.of_decorators(cls.scope, Level.CLASS, below=entry.decorator) if entry.decorator else ()
            )
            inherited = holder.scope is not cls.scope
            serving = replace(
                handler,
                name=f"{cls.name}.{name}",
                location=self.handlers.location(cls.scope if inherited else scope),
                scope=scope,
            )
            checks = (*own, *parameters, *listed, *class_checks, *wrappers, *handler.checks)
            yield method, serving, checks, unknown
        if not served:
            class_checks, unknown = self.handlers.class_checks(cls, "dispatch_request")
            listed = list(self.handlers.listed_decorators(cls, "decorators", "dispatch_request"))
            methods = self._class_attribute_methods(cls) or entry.methods or (ANY,)
            scope_of, _, _ = self.handlers.method(cls, "dispatch_request")
            outer = tuple(self.checks.of_decorators(scope_of, Level.DECORATOR)) if scope_of else ()
            for method in methods:
                yield method, handler, (*outer, *listed, *class_checks, *handler.checks), unknown

    def _class_attribute_methods(self, cls: ClassType) -> tuple[str, ...]:
        for base in self.expressions.hierarchy.mro(cls):
            for binding in base.scope.bindings.get("methods", ()) if isinstance(base, ClassType) else ():
                if isinstance(binding.node, ast.expr):
                    return tuple(text.upper() for text in self.expressions.texts((binding.node, binding.at)))
        return ()


def _service(allocation: Allocation) -> str:
    module = allocation.at.scope.module.name
    return service_of(module) or top_package(module)


def _adds_routes(access: Access) -> bool:
    is_list = isinstance(access.owner, ast.Attribute) and access.owner.attr == "routes"
    return is_list and access.name in ("append", "extend", "insert")


def _is_called(call: ast.Call, path: AccessPath) -> bool:
    """Whether what `call` returns is called."""
    return any(other.call and other.call.func is call for other in path.accesses)


def _keywords(entry: _Entry) -> tuple[str, ...]:
    """Whether the registration limits the methods: more or others than the default."""
    return ("methods",) if entry.methods not in (("GET",), (ANY,)) else ()


def _has_auth(checks: tuple[Check, ...]) -> bool:
    return any(check.level in (Level.ROUTER, Level.ROUTE, Level.APPLICATION) for check in checks)
