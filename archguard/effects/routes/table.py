"""The route table of a code base: `find_routes`, and `find_route_table` with what could not be resolved.

How it works: files with the words of a web framework are parsed; tests are left out, since what they serve is not in
operation. One module a framework (or family of frameworks) adds its routes. The result is memoized per code base, and
does not depend on the order of files.

The table is kept from run to run while all that it depends on is as it was, as a whole: what a router has depends on
what mounts it. Which files register anything is found, and kept, file by file, so that an edit of any other file leaves
the table.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from functools import partial

from archguard.codebase import Codebase, Source
from archguard.codebase.file_tasks import map_files, map_program, scan_files
from archguard.codebase.memo import per_codebase
from archguard.dataclass import dataclass
from archguard.effects.catalogue.catalogue import semantic_model
from archguard.effects.routes.checks import Checks
from archguard.effects.routes.django import DjangoRoutes
from archguard.effects.routes.exemptions import Exemptions
from archguard.effects.routes.expressions import Expressions, served_modules
from archguard.effects.routes.graphql import GraphqlResolvers
from archguard.effects.routes.handlers import Handlers
from archguard.effects.routes.litestar import LitestarRoutes
from archguard.effects.routes.nameko import NamekoRoutes
from archguard.effects.routes.remote_procedures import RemoteProcedures
from archguard.effects.routes.route import Check, Level, Route, RouteTable, ScopePlace
from archguard.effects.routes.routers import Routers
from archguard.effects.routes.settings import Settings
from archguard.effects.routes.tornado import TornadoRoutes
from archguard.effects.tracing import content_of
from archguard.incremental.fingerprint import digest_of
from archguard.semantics import scan_program

_WORDS = re.compile(
    rb"\b(?:fastapi|starlette|flask\w*|connexion|quart\w*|apiflask|django|rest_framework\w*|litestar|tornado|aiohttp|sanic|ninja"
    rb"|grpc|nameko|strawberry\w*|graphene\w*|ariadne\w*|urlpatterns)\b|@[\w.]+\.(?:get|post|put|patch|delete|route|api_route|websocket|view)\("
    rb"|\.(?:include_router|register_blueprint|add_url_rule|add_api_route|add_resource|before_request|add_middleware|mount)\("
)

_IN_FRONT = (Level.HOOK, Level.MIDDLEWARE)


def find_routes(codebase: Codebase) -> tuple[Route, ...]:
    """Every route of `codebase`, sorted by path, method and handler."""
    return find_route_table(codebase).routes


@per_codebase
def find_route_table(codebase: Codebase) -> RouteTable:
    """The routes of `codebase`, and what could not be resolved (memoized per codebase)."""
    scan_program(codebase)  # before the workers need it
    files = _Files.of(codebase)
    table = map_program(codebase, "routes", partial(_assembled, codebase, files), digest_of([files]), _places)
    return replace(table, modules=files.web)


def web_modules(codebase: Codebase, modules: Iterable[str]) -> tuple[str, ...]:
    """Those of `modules` that may declare routes, by the words in their files."""
    return tuple(module for module in modules if _words(codebase.sources[module]) is not None)


@dataclass(frozen=True)
class _Files:
    """The modules that may have to do with routes, by what their files hold."""

    web: tuple[str, ...]
    registering: tuple[str, ...]
    """Those that register, mount or construct something that has routes."""
    urlconfs: tuple[str, ...]
    settings: tuple[str, ...]
    tornado: tuple[str, ...]
    servicers: tuple[str, ...]
    nameko: tuple[str, ...]
    graphql: tuple[str, ...]

    @classmethod
    def of(cls, codebase: Codebase) -> "_Files":
        """The modules of `codebase`."""
        words = scan_files(codebase, "words of web frameworks", _words, served_modules(codebase))
        web = sorted(words)
        registering = map_files(codebase, "registers routes", _start_registers, web)
        has_tornado = any(_Word.TORNADO in found for found in words.values())

        def with_word(word: _Word) -> tuple[str, ...]:
            return tuple(name for name in web if word in words[name])

        return cls(
            web=tuple(web),
            registering=tuple(name for name in web if registering[name]),
            urlconfs=with_word(_Word.URLCONF),
            settings=with_word(_Word.SETTING),
            tornado=with_word(_Word.HANDLER) if has_tornado else (),
            servicers=with_word(_Word.SERVICER),
            nameko=tuple(web) if with_word(_Word.NAMEKO) else (),
            graphql=with_word(_Word.GRAPHQL),
        )


class _Word(StrEnum):
    """What a file with words of a web framework holds besides."""

    URLCONF = "urlpatterns"
    SETTING = "ROOT_URLCONF|MIDDLEWARE|REST_FRAMEWORK"
    TORNADO = "tornado"
    HANDLER = "andler"
    SERVICER = "Servicer_to_server"
    NAMEKO = "nameko"
    GRAPHQL = "strawberry|graphene|ariadne"


def _words(source: Source) -> tuple[str, ...] | None:
    """The words that a file holds; None if it holds none of a web framework."""
    content = content_of(source)
    if not _WORDS.search(content):
        return None
    return ("", *(word for word in _Word if re.search(word.encode(), content)))


def _start_registers(codebase: Codebase) -> Callable[[Source], bool]:
    expressions = Expressions(codebase, semantic_model(codebase))
    checks = Checks(expressions)
    routers = Routers(expressions, checks, Handlers(checks))
    return lambda source: routers.has_any(source.module)


def _assembled(codebase: Codebase, files: _Files) -> RouteTable:
    expressions = Expressions(codebase, semantic_model(codebase))
    checks = Checks(expressions)
    handlers = Handlers(checks)
    routers = Routers(expressions, checks, handlers)
    routers.collect(files.registering)
    django = DjangoRoutes(checks, handlers, files.web, files.urlconfs, Settings(expressions, files.settings))
    routes = django.routes()
    routes += routers.routes(django.prefixes)
    litestar = LitestarRoutes(checks, handlers)
    routes += litestar.routes()
    routes += TornadoRoutes(checks, handlers, files.tornado).routes()
    routes += RemoteProcedures(checks, handlers, files.servicers).routes()
    routes += NamekoRoutes(checks, handlers, files.nameko).routes()
    exemptions = Exemptions(expressions)
    served = [_without_exempt(exemptions, route) for route in routes]
    graphql = GraphqlResolvers(checks, handlers, files.graphql)
    found = sorted((*served, *graphql.routes(served)), key=_sort_key)
    unresolved = [*routers.unresolved, *django.unresolved, *litestar.unresolved, *graphql.unresolved]
    unknown = sorted(unresolved, key=lambda item: (item.location, item.what))
    loose = tuple(dict.fromkeys(litestar.loose))
    distinct = tuple(map(_as_kept, dict.fromkeys(found)))
    return RouteTable(distinct, tuple(dict.fromkeys(unknown)), loose)


def _as_kept(route: Route) -> Route:
    """`route` without syntax trees."""
    owner = route.owner.scope if route.owner else None
    return replace(route, scope=None, owner=None, function=ScopePlace.of(route.scope), cls=ScopePlace.of(owner))


def _places(table: RouteTable) -> Iterator[str]:
    """The files of which the table holds places."""
    pending = list[Check]()
    for route in table.routes:
        yield from (place.path for place in (route.location, route.registration) if place)
        pending += route.checks
    while pending:
        check = pending.pop()
        yield check.location.path
        pending += [*check.inner, *check.alternatives]
    yield from (found.location.path for found in (*table.unresolved, *table.loose))


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
