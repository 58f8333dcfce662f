"""The route table: every route of a code base, what serves it, and the checks that run before it.

1. `expressions` follows values to the objects that hold routes, `hierarchy` orders classes, `handlers` finds what
   serves a route, and `checks` what runs before it.
2. One module a family of frameworks assembles its routes: `routers` (FastAPI, Starlette, Flask, aiohttp, Sanic, Ninja),
   `django` with `settings` and `permissions`, `litestar`, `tornado`, `remote_procedures` (gRPC), and `graphql`, whose
   resolvers stand below the routes of the others.
3. `exemptions` takes off hooks and middleware that let a route pass, by the `conditions` that the route decides.
4. `table.find_routes(codebase)` gives all routes; `guards.GuardSet` tells which of their checks are guards.

The facts on frameworks are in `catalogue/routes.toml` and `catalogue/guards.toml`, which `catalogue.routes` and
`catalogue.guards` read.
"""

from archguard.effects.routes.guards import GuardSet, GuardSpec, Protection
from archguard.effects.routes.route import ANY, Check, Level, Route, RouteTable, Unresolved
from archguard.effects.routes.table import find_route_table, find_routes, web_modules

__all__ = [
    "ANY",
    "Check",
    "GuardSet",
    "GuardSpec",
    "Level",
    "Protection",
    "Route",
    "RouteTable",
    "Unresolved",
    "find_route_table",
    "find_routes",
    "web_modules",
]
