"""Routes of Django and Django REST framework: urlconfs, views, view sets and routers.

How it works: the urlconfs that `ROOT_URLCONF` names are expanded, with all that they include; without such a setting,
every urlconf that no other includes. A class-based view of Django is one route for all methods, unless its methods are
decorated one by one; a view of Django REST framework is one route for each method; a view set one for each action.

Limits: `_MAX_DEPTH` urlconfs are nested, which also ends cycles.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from types import MappingProxyType

from archguard.codebase.scopes.scopes import Position, Scope
from archguard.dataclass import dataclass
from archguard.effects.catalogue.routes import is_one_of, route_facts, short
from archguard.effects.routes.checks import Checks, is_unresolved
from archguard.effects.routes.expressions import Allocation, Placed
from archguard.effects.routes.handlers import HTTP_METHODS, Handler, Handlers
from archguard.effects.routes.hierarchy import API_VIEW
from archguard.effects.routes.permissions import Asked, Permissions
from archguard.effects.routes.route import ANY, PATH_REASON, UNKNOWN_PART, Check, Level, Route, Unresolved, normalized
from archguard.effects.routes.settings import Settings
from archguard.model import Location
from archguard.model.names import last_part, top_package
from archguard.semantics import ClassType, ExternalSymbol, InstanceType, ModuleType, Type, qualified_name

_MAX_DEPTH = 12
_LOGIN_MIDDLEWARE = "LoginRequiredMiddleware"
_OPT_OUT = "login_not_required"


@dataclass(frozen=True)
class _Context:
    """What was collected on the way from the root urlconf."""

    prefix: str = ""
    urlconf: str = ""
    above: tuple[str, ...] = ()


@dataclass
class DjangoRoutes:
    """Expands the urlconfs of a code base."""

    checks: Checks
    handlers: Handlers
    modules: tuple[str, ...]
    """The modules that a urlconf can be."""
    urlconfs: tuple[str, ...]
    """Those that may define one."""
    settings: Settings
    unresolved: list[Unresolved] = field(default_factory=list)
    prefixes: dict[int, str] = field(default_factory=dict)
    """By the call that constructs it: the prefix of an application of another framework in a urlconf."""
    included: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.expressions = self.checks.expressions
        self.model = self.checks.model
        self.facts = route_facts().django
        self._defaults = self._default_permissions()
        self.permissions = Permissions(self.checks, self.handlers, self._defaults)
        self.middleware = self._middleware()

    def routes(self) -> list[Route]:
        """Every route of the root urlconfs."""
        roots = [module for name in self.settings.root_urlconfs() if (module := self._module(name, ""))]
        if roots:
            return [route for module in roots for route in self._urlconf(module, _Context(urlconf=module))]
        found = {module: list(self._urlconf(module, _Context(urlconf=module))) for module in self._all_urlconfs()}
        return [route for module, routes in found.items() if module not in self.included for route in routes]

    def _all_urlconfs(self) -> list[str]:
        return [module for module in self.urlconfs if self.model.scope(module).named("urlpatterns")]

    # Settings

    def _default_permissions(self) -> tuple[Check, ...]:
        permissions = Permissions(self.checks, self.handlers, ())
        lists = [
            tuple(permissions.of_name(name, self.checks.location(*self._with_place(placed))) for name, placed in names)
            for names in self.settings.default_permissions()
        ]
        return _every(list(dict.fromkeys(lists)))

    def _middleware(self) -> tuple[Check, ...]:
        permissions = Permissions(self.checks, self.handlers, ())
        lists = self.settings.middleware()
        # Only middleware that every settings module has: one without it may be the one in production.
        common = [name for name, _ in lists[0] if all(name in dict(other) for other in lists)] if lists else []
        places = dict(lists[0]) if lists else {}
        found = [permissions.of_name(name, self.checks.location(*self._with_place(places[name]))) for name in common]
        return self.checks.with_level(found, Level.MIDDLEWARE)

    def _with_place(self, placed: Placed) -> Placed:
        return placed

    # Urlconfs

    def _module(self, name: str, importer: str) -> str:
        """The module of the project that a urlconf is named by."""
        sources = self.expressions.codebase.sources
        for candidate in (name, self.model.resolver.find_module(name, importer or name)):
            if candidate in sources:
                return candidate
        # `config.urls` where the folder of the project is not a source root; only if one module can be meant.
        endings = [module for module in self.modules if module.endswith((f".{name}", f"::{name}"))]
        return endings[0] if len(endings) == 1 else ""

    def _urlconf(self, module: str, context: _Context) -> Iterator[Route]:
        if module in context.above or len(context.above) > _MAX_DEPTH:
            return
        scope = self.model.scope(module)
        inner = replace(context, above=(*context.above, module))
        yield from self._patterns(ast.Name("urlpatterns"), scope.end, inner)

    def _patterns(self, node: ast.expr, at: Position, context: _Context) -> Iterator[Route]:
        elements, _ = self.expressions.elements(node, at)
        for element, position in elements:
            if isinstance(element, ast.Starred):
                yield from self._other_patterns(element.value, position, context)
            else:
                yield from self._pattern(element, position, context)

    def _other_patterns(self, node: ast.expr, at: Position, context: _Context) -> Iterator[Route]:
        """Patterns that are no list: `router.urls`, `i18n_patterns(...)`, `static(...)`."""
        if isinstance(node, ast.Attribute) and node.attr in ("urls", "get_urls"):
            yield from self._router(node, at, context)
            return
        names = self.model.callees(node, at) if isinstance(node, ast.Call) else ()
        if isinstance(node, ast.Call) and not self.facts.patterns.isdisjoint(names):
            for argument in node.args:
                if isinstance(argument, ast.Call):
                    yield from self._pattern(argument, at, context)
                else:
                    yield from self._patterns(argument, at, context)
        elif self.facts.no_routes.isdisjoint(names):
            self._unknown(node, at, f"adds {ast.unparse(node)[:60]} to its patterns, which cannot be resolved", context)

    def _pattern(
        self, node: ast.expr, at: Position, context: _Context, passed: Mapping[str, Placed] = MappingProxyType({})
    ) -> Iterator[Route]:
        """The routes of one pattern; `passed` is what the function around it is called with."""
        if isinstance(node, ast.Name):
            for binding in self.expressions.assigned(node, at):
                if isinstance(binding.node, ast.Call):
                    yield from self._pattern(binding.node, binding.at, context)
            return
        names = self.model.callees(node, at) if isinstance(node, ast.Call) else ()
        if not isinstance(node, ast.Call) or (self.facts.path | self.facts.re_path).isdisjoint(names):
            made = list(self.expressions.returned_calls(node, at)) if isinstance(node, ast.Call) and not passed else []
            for result, place, arguments in made:
                yield from self._pattern(result, place, context, arguments)
            if not made:
                yield from self._other_patterns(node, at, context)
            return
        route = self.expressions.text_with(self.expressions.argument(node, at, (0, "route", "regex")), passed)
        view = self.expressions.argument(node, at, (1, "view"))
        view = next(iter(self.expressions.substituted(*view, passed)), view) if view else None
        template = _concatenated(context.prefix, route, is_regex=not self.facts.re_path.isdisjoint(names))
        inner = replace(context, prefix=template)
        if view is not None:
            yield from self._target(node, view, inner, at)

    def _target(self, node: ast.Call, view: Placed, context: _Context, at: Position) -> Iterator[Route]:
        target, position = view
        if isinstance(target, ast.Call) and not self.facts.include.isdisjoint(self.model.callees(target, position)):
            included = self.expressions.argument(target, position, (0, "arg"))
            if included:
                yield from self._include(*included, context)
            return
        if router := self._urls_of(target, position):
            yield from self._router(*router, context)
            return
        handlers = self.handlers.of(target, position)
        if not handlers:
            self._unknown(node, at, f"serves {ast.unparse(target)[:60]}, which cannot be resolved", context)
        for handler in handlers:
            yield from self._view(handler, context, node, at)

    def _urls_of(self, node: ast.expr, at: Position, depth: int = 3) -> tuple[ast.Attribute, Position] | None:
        """The expression `router.urls` that a view is, also by a variable."""
        for binding in self.expressions.assigned(node, at) if depth else ():
            if isinstance(binding.node, ast.Attribute) and (
                found := self._urls_of(binding.node, binding.at, depth - 1)
            ):
                return found
        return (node, at) if isinstance(node, ast.Attribute) and node.attr == "urls" else None

    def _include(self, node: ast.expr, at: Position, context: _Context) -> Iterator[Route]:
        if isinstance(node, ast.Tuple) and node.elts:
            yield from self._include(node.elts[0], at, context)
            return
        named = [(binding.node, binding.at) for binding in self.expressions.assigned(node, at) if not binding.path]
        pairs = [(value, place) for value, place in named if isinstance(value, ast.Tuple)]
        if len(pairs) == 1:  # `orders = ([path(...)], "orders")`, and `include(orders)`
            yield from self._include(*pairs[0], context)
            return
        modules = [value.name for value in self.model.infer(node, at) if isinstance(value, ModuleType)]
        text = self.model.string_value(node, at)
        if text.complete:
            module = self._module(text.beginning, at.scope.module.name)
            modules = [module] if module else []
            if not module:
                self._external_urlconf(text.beginning, node, at, context)
                return
        for module in modules:
            self.included.add(module)
            yield from self._urlconf(module, context)
        if not modules:
            yield from self._included_list(node, at, context)

    def _included_list(self, node: ast.expr, at: Position, context: _Context) -> Iterator[Route]:
        external = [qualified_name(value) for value in self.model.infer(node, at) if isinstance(value, ExternalSymbol)]
        if external and not isinstance(node, ast.Attribute | ast.List):
            self._external_urlconf(external[0], node, at, context)
        else:
            yield from self._patterns(node, at, context)

    def _external_urlconf(self, name: str, node: ast.expr, at: Position, context: _Context) -> None:
        if name not in self.facts.urlconfs:
            self._unknown(node, at, f"includes the urlconf {name}, which is outside of the project", context)

    def _unknown(self, node: ast.expr, at: Position, what: str, context: _Context) -> None:
        place = self.checks.location(node, at)
        self.unresolved.append(Unresolved(what=what, module=at.scope.module.name, location=place, path=context.prefix))

    # Views

    def _view(self, handler: Handler, context: _Context, node: ast.Call, at: Position) -> Iterator[Route]:
        make = _RouteMaker(self, handler, context, self.checks.location(node, at), at.scope.module.name)
        if handler.is_external:
            yield from self._external_view(handler, make)
        elif handler.cls is not None and handler.scope is handler.cls.scope:
            yield from self._class_view(handler, handler.cls, make)
        elif handler.scope is not None:
            yield from self._function_view(handler, handler.scope, make)

    def _external_view(self, handler: Handler, make: "_RouteMaker") -> Iterator[Route]:
        package = top_package(handler.name)
        own = Check(names=(handler.name,), level=Level.CLASS, location=make.registration)
        given = dict(handler.options).get("permission_classes")
        asked = self.checks.of_list([given], Level.ROUTE)[0] if given else ()
        is_rest = short(handler.name)[1].endswith("APIView") or package == "rest_framework"
        is_returned = handler.name.endswith(")")  # by a function such as `import_string`, which may return any view
        is_open = is_one_of(handler.name, self.facts.open_views) or (package == "django" and not is_returned)
        defaults = self._defaults if is_rest and not given and not is_open else ()
        is_known = is_open or (is_rest and not is_returned)
        unknown = () if is_known else (f"its view {handler.name} is outside of the project",)
        yield make.route(ANY, (own, *asked, *defaults), unknown)

    def _function_view(self, handler: Handler, scope: Scope, make: "_RouteMaker") -> Iterator[Route]:
        checks = [*self.checks.of_decorators(scope, Level.DECORATOR), *handler.checks]
        decorators = getattr(scope.node, "decorator_list", ())  # a lambda has none
        api_view = next((item for item in decorators if _called_name(item) == "api_view"), None)
        if api_view is None:
            for method in self._allowed_methods(scope) or (ANY,):
                yield make.route(method, checks, ())
            return
        asked = self.permissions.of_function(scope)
        listed = api_view.args[0] if isinstance(api_view, ast.Call) and api_view.args else None
        methods = self.expressions.texts((listed, scope.at or scope.end)) if listed is not None else ("GET",)
        own = [check for check in checks if last_part(check.name) not in ("permission_classes", "api_view")]
        for method in methods or (ANY,):
            yield make.route(method.upper(), (*own, *asked.checks), asked.unknown)

    def _allowed_methods(self, scope: Scope) -> tuple[str, ...]:
        """The methods that `@require_POST` or `@require_http_methods([...])` let pass; empty for all."""
        at = scope.at or scope.end
        for decorator in getattr(scope.node, "decorator_list", ()):
            name = _called_name(decorator)
            if name in ("require_POST", "require_GET"):
                return (name.removeprefix("require_"),)
            if name == "require_http_methods" and isinstance(decorator, ast.Call) and decorator.args:
                return tuple(text.upper() for text in self.expressions.texts((decorator.args[0], at)))
        return ()

    def _class_view(self, handler: Handler, cls: ClassType, make: "_RouteMaker") -> Iterator[Route]:
        mro = self.expressions.hierarchy.mro(cls)
        external = [base.name for base in mro if isinstance(base, ExternalSymbol)]
        if handler.actions:
            yield from self._bound_actions(handler, cls, make)
        elif API_VIEW in external or self._has_permissions(cls):
            yield from self._api_view(handler, cls, make)
        else:
            yield from self._plain_view(handler, cls, make)

    def _has_permissions(self, cls: ClassType) -> bool:
        """Whether it is a view of Django REST framework by its attributes, if a base from outside hides that."""
        mro = self.expressions.hierarchy.mro(cls)
        bodies = [base.scope.bindings for base in mro if isinstance(base, ClassType)]
        return any(name in body for body in bodies for name in ("permission_classes", "authentication_classes"))

    def _plain_view(self, handler: Handler, cls: ClassType, make: "_RouteMaker") -> Iterator[Route]:
        served = self._served_methods(cls, self.facts.generics)
        decorated = {name: self._method_checks(cls, scope) for name, (scope, _) in served.items()}
        checks, unknown = self._class_checks(cls, "")
        if not any(decorated.values()) and self.handlers.decorated_methods(cls).isdisjoint(served):
            yield make.route(ANY, (*checks, *handler.checks), unknown)
            return
        for name, (scope, holder) in served.items():
            checks, unknown = self._class_checks(cls, name)
            own = (*decorated[name], *checks, *handler.checks)
            yield make.method(name.upper(), name, scope, holder, own, unknown)

    def _method_checks(self, cls: ClassType, scope: Scope) -> tuple[Check, ...]:
        return () if scope is cls.scope else tuple(self.checks.of_decorators(scope, Level.DECORATOR))

    def _served_methods(
        self, cls: ClassType, generics: Mapping[str, tuple[str, ...]]
    ) -> dict[str, tuple[Scope, ClassType]]:
        """The HTTP methods of a view with what serves each: a function of the project, else the class itself."""
        found = {name: (scope, holder) for name, scope, holder in self.handlers.http_methods(cls)}
        by_name = {short(name): methods for name, methods in generics.items()}
        for base in self.expressions.hierarchy.mro(cls):
            for name in by_name.get(short(base.name), ()) if isinstance(base, ExternalSymbol) else ():
                found.setdefault(name, (cls.scope, cls))
        return {name: found[name] for name in HTTP_METHODS if name in found}

    def _class_checks(self, cls: ClassType, method: str) -> tuple[tuple[Check, ...], tuple[str, ...]]:
        checks, unknown = self.handlers.class_checks(cls, method)
        outside = [
            f"its base class {base.name} is outside of the project"
            for base in self.expressions.hierarchy.mro(cls)
            if isinstance(base, ExternalSymbol)
            and not is_unresolved(base)
            and top_package(base.name) not in self.facts.open_packages
        ]
        return checks, (*unknown, *outside)

    def _api_view(self, handler: Handler, cls: ClassType, make: "_RouteMaker") -> Iterator[Route]:
        served = self._served_methods(cls, route_facts().viewsets.generics)
        given = dict(handler.options).get("permission_classes")
        for name, method in served.items():
            yield self._api_route(handler, cls, name, method, given, make)
        if not served:
            yield self._api_route(handler, cls, ANY.lower(), (cls.scope, cls), given, make)

    def _api_route(  # noqa: PLR0913  # the class, its method, and how it is registered
        self,
        handler: Handler,
        cls: ClassType,
        name: str,
        method: tuple[Scope, ClassType],
        given: Placed | None,
        make: "_RouteMaker",
    ) -> Route:
        scope, holder = method
        asked = self.permissions.of_view(cls, name.upper(), given=given)
        checks, _ = self.handlers.class_checks(cls, name)
        decorators = self.checks.of_decorators(scope, Level.DECORATOR) if scope is not cls.scope else ()
        own = (*decorators, *asked.checks, *checks, *handler.checks)
        return make.method(name.upper(), name, scope, holder, own, asked.unknown)

    # View sets

    def _bound_actions(self, handler: Handler, cls: ClassType, make: "_RouteMaker") -> Iterator[Route]:
        given = dict(handler.options).get("permission_classes")
        for method, action in handler.actions:
            yield self._action_route(handler, cls, action, method.upper(), given, make)

    def _action_route(  # noqa: PLR0913  # the class, its action, and how it is registered
        self, handler: Handler, cls: ClassType, action: str, method: str, given: Placed | None, make: "_RouteMaker"
    ) -> Route:
        asked = self.permissions.of_view(cls, method, action, given)
        checks, unknown = self.handlers.class_checks(cls, action)
        scope, holder, _ = self.handlers.method(cls, action)
        decorators = self.checks.of_decorators(scope, Level.DECORATOR) if scope else ()
        reasons = tuple(reason for reason in (*asked.unknown, *unknown) if reason)
        own = (*decorators, *asked.checks, *checks, *handler.checks)
        return make.method(method, action, scope or cls.scope, holder or cls, own, reasons)

    def _router(self, node: ast.Attribute, at: Position, context: _Context) -> Iterator[Route]:
        """The routes of `router.urls`."""
        allocations = self.expressions.allocations(node.value, at)
        for allocation in allocations:
            if allocation.family.name == "rest_framework":
                yield from self._registered(allocation, context)
            else:
                self.prefixes[id(allocation.call)] = context.prefix
        if not allocations:
            names = {name for value in self.model.infer(node.value, at) for name in self._class_names(value)}
            known = self.facts.urlconfs
            if not any(f"{name}.urls" in known for name in names):
                self._unknown(node, at, f"includes {ast.unparse(node)[:60]}, which cannot be resolved", context)

    def _class_names(self, value: Type) -> list[str]:
        """The name of what an object is, and those of its bases."""
        cls = value.of if isinstance(value, InstanceType) else value
        bases = self.expressions.hierarchy.mro(cls) if isinstance(cls, ClassType) else ()
        return [qualified_name(value), *(base.name for base in bases)]

    def _registered(self, router: Allocation, context: _Context) -> Iterator[Route]:
        for call, at in self.expressions.calls("register"):
            if isinstance(call.func, ast.Attribute) and router in self._routers(call.func.value, at):
                yield from self._registration(router, call, at, context)
        for call, at in self.expressions.calls("extend"):  # `router.registry.extend(other.registry)`
            match call:
                case ast.Call(
                    func=ast.Attribute(value=ast.Attribute(value=into, attr="registry")),
                    args=[ast.Attribute(value=source, attr="registry")],
                ) if router in self._routers(into, at):
                    for other in self._routers(source, at):
                        yield from self._registered(other, context)

    def _routers(self, node: ast.expr, at: Position) -> tuple[Allocation, ...]:
        return self.expressions.allocations(node, at)

    def _registration(self, router: Allocation, call: ast.Call, at: Position, context: _Context) -> Iterator[Route]:
        prefix = self._nested_prefix(router) + self.expressions.text(self.expressions.argument(call, at, (0, "prefix")))
        view = self.expressions.argument(call, at, (1, "viewset"))
        handlers = self.handlers.of(*view) if view else ()
        if not handlers:
            self._unknown(call, at, "registers a view set that cannot be resolved", context)
        slash = self._trailing_slash(router)
        for handler in handlers:
            inner = replace(context, prefix=_concatenated(context.prefix, prefix, is_regex=True))
            place, module = self.checks.location(call, at), at.scope.module.name
            make = _RouteMaker(self, handler, inner, place, module, slash, is_at_root=not prefix)
            if handler.cls is None:
                yield make.route(ANY, (), (f"its view set {handler.name} is outside of the project",))
            else:
                yield from self._view_set(handler, handler.cls, make)

    def _nested_prefix(self, router: Allocation) -> str:
        """What a nested router (`NestedSimpleRouter(router, "domains", lookup="domain")`) stands below."""
        parent = self.expressions.argument(router.call, router.at, ("parent_prefix", 1))
        if not parent or not short(router.cls)[1].startswith("Nested"):
            return ""
        lookup = self.expressions.text(self.expressions.argument(router.call, router.at, ("lookup",))) or "nested"
        return f"{self.expressions.text(parent)}/(?P<{lookup}_pk>[^/.]+)/".removeprefix("/")

    def _trailing_slash(self, router: Allocation) -> str:
        for node, _ in self.expressions.constructor_argument(router, ("trailing_slash",)):
            if isinstance(node, ast.Constant) and node.value is False:
                return ""
        return "/"

    def _view_set(self, handler: Handler, cls: ClassType, make: "_RouteMaker") -> Iterator[Route]:
        actions = route_facts().viewsets.actions
        inherited = self._inherited_actions(cls)
        lookup = self._lookup(cls)
        for action, facts in actions.items():
            scope, _, _ = self.handlers.method(cls, action)
            if scope is not None or action in inherited:
                path = f"/{lookup}" if facts.detail else ""
                yield self._action_route(handler, cls, action, facts.method, None, make.below(path))
        for extra in self._extra_actions(cls):
            path = f"/{lookup}/{extra.path}" if extra.detail else f"/{extra.path}"
            for method in extra.methods:
                yield self._action_route(handler, cls, extra.function, method, extra.permissions, make.below(path))
        yield from self._outside_actions(cls, make, known=bool(inherited))

    def _outside_actions(self, cls: ClassType, make: "_RouteMaker", *, known: bool) -> Iterator[Route]:
        """One route for the actions that a base class from outside adds: which ones they are is not known."""
        mro = self.expressions.hierarchy.mro(cls)
        names = [base.name for base in mro if isinstance(base, ExternalSymbol)]
        outside = [name for name in names if top_package(name) not in self.facts.open_packages]
        if not known and any(name.endswith(("ViewSet", "APIView")) for name in outside):
            asked = self.permissions.of_view(cls, ANY)
            yield make.route(ANY, asked.checks, asked.unknown)

    def _inherited_actions(self, cls: ClassType) -> frozenset[str]:
        mixins = {short(name): actions for name, actions in route_facts().viewsets.mixins.items()}
        bases = [base.name for base in self.expressions.hierarchy.mro(cls) if isinstance(base, ExternalSymbol)]
        return frozenset(action for name in bases for action in mixins.get(short(name), ()))

    def _lookup(self, cls: ClassType) -> str:
        for name in ("lookup_url_kwarg", "lookup_field"):
            for base in self.expressions.hierarchy.mro(cls):
                for binding in base.scope.bindings.get(name, ()) if isinstance(base, ClassType) else ():
                    if isinstance(binding.node, ast.expr):
                        return f"(?P<{self.expressions.text((binding.node, binding.at)) or 'pk'}>[^/.]+)"
        return "(?P<pk>[^/.]+)"

    def _extra_actions(self, cls: ClassType) -> Iterator["_Action"]:
        """The actions with a decorator; a class that overrides one without the decorator takes it away."""
        seen = set[str]()
        for base in self.expressions.hierarchy.mro(cls):
            if not isinstance(base, ClassType):
                continue
            for scope in base.scope.children:
                found = self._action(base, scope)
                if found and found.original not in seen:
                    yield found
            seen |= set(base.scope.bindings)

    def _action(self, cls: ClassType, scope: Scope) -> "_Action | None":
        at = scope.at or scope.end
        for decorator in getattr(scope.node, "decorator_list", ()):
            name = _called_name(decorator)
            if name in ("action", "detail_route", "list_route") and isinstance(decorator, ast.Call):
                return self._described(decorator, at, scope, name)
            if isinstance(decorator, ast.Attribute) and _called_name(decorator.value) == "mapping":
                return self._mapped(cls, decorator, scope)
        return None

    def _described(self, decorator: ast.Call, at: Position, scope: Scope, name: str) -> "_Action":
        detail = self.expressions.keyword(decorator, at, "detail")
        is_detail = name == "detail_route" or bool(detail and isinstance(detail[0], ast.Constant) and detail[0].value)
        methods = self.expressions.texts(self.expressions.argument(decorator, at, (0, "methods")))
        path = self.expressions.keyword(decorator, at, "url_path")
        function: str = scope.node.name  # type: ignore[union-attr]
        return _Action(
            function,
            tuple(method.upper() for method in methods) or ("GET",),
            self.expressions.text(path) if path else function,
            is_detail,
            self.expressions.keyword(decorator, at, "permission_classes"),
            function,
        )

    def _mapped(self, cls: ClassType, decorator: ast.Attribute, scope: Scope) -> "_Action | None":
        """`@report.mapping.delete` serves a further method at the path of the action `report`."""
        mapping = decorator.value
        owner = mapping.value if isinstance(mapping, ast.Attribute) else None
        original = owner.id if isinstance(owner, ast.Name) else ""
        for other in cls.scope.children:
            if getattr(other.node, "name", "") == original and (found := self._action(cls, other)):
                function: str = scope.node.name  # type: ignore[union-attr]
                return replace(found, function=function, methods=(decorator.attr.upper(),), original=original)
        return None


@dataclass(frozen=True)
class _Action:
    """An extra action of a view set."""

    function: str
    methods: tuple[str, ...]
    path: str
    detail: bool
    permissions: Placed | None
    original: str
    """The function with the decorator `@action`, whose path it shares."""


@dataclass(frozen=True)
class _RouteMaker:
    """Makes the routes of one registration."""

    urls: DjangoRoutes
    handler: Handler
    context: _Context
    registration: Location
    module: str
    slash: str = ""
    is_at_root: bool = False
    """Whether a view set is registered without a prefix, so that its paths begin with no slash of their own."""

    def below(self, path: str) -> "_RouteMaker":
        """A maker for a path below this one."""
        if self.is_at_root:
            slash = self.slash if path else ""
            inner = replace(self.context, prefix=f"{self.context.prefix}{path.removeprefix('/')}")
            return replace(self, context=inner, slash=slash)
        return replace(self, context=replace(self.context, prefix=f"{self.context.prefix}{path}"))

    def method(  # noqa: PLR0913  # the function, and what runs before it
        self,
        method: str,
        name: str,
        scope: Scope,
        holder: ClassType,
        checks: Iterable[Check],
        unknown: tuple[str, ...],
    ) -> Route:
        """The route of one method of the class; an inherited one stands at the class itself."""
        cls = self.handler.cls
        assert cls is not None  # noqa: S101  # only classes have methods
        is_own = holder.scope is cls.scope and scope is not cls.scope
        route = self.route(method, checks, unknown)
        place = self.urls.handlers.location(scope) if is_own else route.location
        suffix = "" if method == ANY else f".{name}"
        function = scope if scope is not cls.scope else None
        return replace(route, handler=f"{cls.name}{suffix}", location=place, scope=function)

    def route(self, method: str, checks: Iterable[Check], unknown: tuple[str, ...]) -> Route:
        """The route of the handler as a whole."""
        handler, template = self.handler, f"{self.context.prefix}{self.slash}" or "/"
        template = template if template.startswith(("/", "^")) else f"/{template}"
        every, exemptions = self._with_middleware(tuple(checks))
        reasons = [*unknown, *([PATH_REASON] if UNKNOWN_PART in template else [])]
        return Route(
            method=method,
            path=normalized(template),
            template=template,
            handler=handler.name,
            module=self.module if handler.is_external else handler.module,
            location=handler.location or self.registration,
            registration=self.registration if handler.location else None,
            framework="django",
            application=self.context.urlconf,
            checks=every,
            exemptions=exemptions,
            unknown=tuple(dict.fromkeys(reasons)),
            scope=handler.scope,
            owner=handler.cls,
        )

    def _with_middleware(self, checks: tuple[Check, ...]) -> tuple[tuple[Check, ...], tuple[tuple[str, str], ...]]:
        """`checks` with the middleware in front, and what takes the view out of it."""
        opted_out = any(_OPT_OUT in name for check in checks for name in check.names)
        skipped = [check for check in self.urls.middleware if opted_out and check.name.endswith(_LOGIN_MIDDLEWARE)]
        kept = [check for check in self.urls.middleware if check not in skipped]
        exemptions = tuple((check.name, f"{_OPT_OUT} takes it out of {check.name}") for check in skipped)
        return (*checks, *kept), exemptions


def _every(lists: list[tuple[Check, ...]]) -> tuple[Check, ...]:
    """One check that each of `lists` must guard for."""
    if len(lists) <= 1:
        return lists[0] if lists else ()
    if not all(lists):
        return ()
    place = lists[0][0].location
    sides = tuple(Check(names=(), level=Level.DEFAULT, location=place, inner=checks) for checks in lists)
    return (Check(names=(), level=Level.DEFAULT, location=place, alternatives=sides),)


def _called_name(node: ast.expr) -> str:
    called = node.func if isinstance(node, ast.Call) else node
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _concatenated(prefix: str, route: str, *, is_regex: bool) -> str:
    """`route` below `prefix`; the anchor of an inner regular expression is dropped."""
    text = re.sub(r"^\^", "", route) if is_regex and prefix else route
    if not prefix:
        return text if text.startswith(("^", "/")) else f"/{text}"
    return f"{prefix}{text}"


__all__ = ["Asked", "DjangoRoutes"]
