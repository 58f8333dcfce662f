"""The route table of a code base: `find_routes`, and `find_route_table` with what could not be resolved.

How it works: files with the words of a web framework are parsed; tests are left out, since what they serve is not in
operation. One module a framework (or family of frameworks) adds its routes. The result is memoized per code base, and
does not depend on the order of files.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from archguard.codebase import Codebase, SourceError
from archguard.effects.catalogue.catalogue import semantic_model
from archguard.effects.routes.checks import Checks
from archguard.effects.routes.django import DjangoRoutes
from archguard.effects.routes.exemptions import Exemptions
from archguard.effects.routes.expressions import Expressions
from archguard.effects.routes.handlers import Handlers
from archguard.effects.routes.litestar import LitestarRoutes
from archguard.effects.routes.remote_procedures import RemoteProcedures
from archguard.effects.routes.route import Level, Route, RouteTable
from archguard.effects.routes.routers import Routers
from archguard.effects.routes.tornado import TornadoRoutes

_WORDS = re.compile(
    rb"\b(?:fastapi|starlette|flask\w*|quart\w*|apiflask|django|rest_framework\w*|litestar|tornado|aiohttp|sanic|ninja"
    rb"|grpc|strawberry|urlpatterns)\b|@[\w.]+\.(?:get|post|put|patch|delete|route|api_route|websocket|view)\("
    rb"|\.(?:include_router|register_blueprint|add_url_rule|add_api_route|add_resource|before_request|add_middleware|mount)\("
)

_IN_FRONT = (Level.HOOK, Level.MIDDLEWARE)


def find_routes(codebase: Codebase) -> tuple[Route, ...]:
    """Every route of `codebase`, sorted by path, method and handler."""
    return find_route_table(codebase).routes


def find_route_table(codebase: Codebase) -> RouteTable:
    """The routes of `codebase`, and what could not be resolved (memoized per codebase)."""
    key = "routes"
    if key not in codebase.memo:
        codebase.memo[key] = _table(codebase)
    found: RouteTable = codebase.memo[key]
    return found


def web_modules(codebase: Codebase, modules: Iterable[str]) -> tuple[str, ...]:
    """Those of `modules` that may declare routes, by the words in their files."""
    return tuple(module for module in modules if _may_declare_routes(codebase, module))


def _may_declare_routes(codebase: Codebase, module: str) -> bool:
    try:
        return bool(_WORDS.search(codebase.sources[module].content))
    except SourceError:
        return False


def _table(codebase: Codebase) -> RouteTable:
    expressions = Expressions(codebase, semantic_model(codebase))
    checks = Checks(expressions)
    handlers = Handlers(checks)
    modules = web_modules(codebase, expressions.modules)
    routers = Routers(expressions, checks, handlers)
    routers.collect(modules)
    django = DjangoRoutes(checks, handlers, modules)
    routes = django.routes()
    routes += routers.routes(django.prefixes)
    litestar = LitestarRoutes(checks, handlers)
    routes += litestar.routes()
    routes += TornadoRoutes(checks, handlers, modules).routes()
    routes += RemoteProcedures(checks, handlers, modules).routes()
    unresolved = [*routers.unresolved, *django.unresolved, *litestar.unresolved]
    exemptions = Exemptions(expressions)
    found = sorted((_without_exempt(exemptions, route) for route in routes), key=_sort_key)
    unknown = sorted(unresolved, key=lambda item: (item.location, item.what))
    loose = tuple(dict.fromkeys(litestar.loose))
    return RouteTable(tuple(dict.fromkeys(found)), tuple(dict.fromkeys(unknown)), loose, modules)


def _without_exempt(exemptions: Exemptions, route: Route) -> Route:
    """`route` without the hooks and middleware that let all of its requests pass."""
    in_front = [check for check in route.checks if check.level in _IN_FRONT]
    passing = [check for check in in_front if exemptions.passes(check.name, route)]
    if not passing:
        return route
    exempt = dict.fromkeys((check.name, f"{check.name} lets it pass") for check in passing)
    checks = tuple(check for check in route.checks if check not in passing)
    return replace(route, checks=checks, exemptions=(*route.exemptions, *exempt))


def _sort_key(route: Route) -> tuple[object, ...]:
    return (route.path, route.method, route.handler, route.location, route.template, route.application)
