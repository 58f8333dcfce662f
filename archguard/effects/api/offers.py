"""The endpoints of the services of a project, from the route table, and those that frameworks make by themselves."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from archguard.codebase import Codebase
from archguard.codebase.package_data import load_package_tables
from archguard.dataclass import dataclass
from archguard.effects.api.endpoints import Endpoint, Offer
from archguard.effects.catalogue.catalogue import semantic_model
from archguard.effects.catalogue.routes import route_facts
from archguard.effects.interactions import ServiceMap
from archguard.effects.routes import Route, find_route_table
from archguard.effects.tracing import has_any
from archguard.semantics import StringValue


@dataclass(frozen=True, kw_only=True)
class ImplicitRoutes:
    """The routes that a framework makes by itself."""

    paths: tuple[str, ...]
    """The paths that answer a GET."""


def offers_of(codebase: Codebase, services: ServiceMap) -> Mapping[str, Offer]:
    """What each service of `codebase` offers."""
    table = find_route_table(codebase)
    endpoints: dict[str, list[Endpoint]] = {name: [] for name in services.modules}
    unresolved: dict[str, list[str]] = {name: [] for name in services.modules}
    operations = frozenset(route_facts().graphql.operations.values())  # a request to their view is no call of them
    for route in table.routes:
        service = services.owners.get(route.module, "")
        if service and route.method not in operations:
            endpoints[service].append(_endpoint(route, service))
    for missing in table.unresolved:
        if service := services.owners.get(missing.module, ""):
            unresolved[service].append(missing.path)
    for module in services.owners:
        unresolved[services.owners[module]] += _mounted_elsewhere(codebase, module)
    return {
        name: Offer(name, (*found, *_implicit(name, found)), _without_routes(unresolved[name], found))
        for name, found in endpoints.items()
    }


def _mounted_elsewhere(codebase: Codebase, module: str) -> Iterator[str]:
    """The paths below which `module` mounts what has no routes in the project: files, the admin pages of Django."""
    source = codebase.sources.get(module)
    if source is None or not has_any(source, ("mount(", "Mount(", ".urls")):
        return
    model = semantic_model(codebase)
    for scope in model.scope(module).walk():
        for path in scope.access_paths:
            for call in (access.call for access in path.accesses if access.call):
                match call:
                    case ast.Call(func=ast.Attribute(attr="mount") | ast.Name(id="Mount"), args=[prefix, *_]):
                        yield from _prefix(model.string_value(prefix, path.at))
                    case ast.Call(args=[prefix, ast.Attribute(attr="urls"), *_]):  # of a site, or of a router
                        yield from _prefix(model.string_value(prefix, path.at))


def _prefix(text: StringValue) -> Iterator[str]:
    """The path that `text` says; "" if it is unknown, nothing for the root, which is a catch-all."""
    path = text.beginning.strip("^/")
    if path or not text.complete:
        yield f"/{path}" if path else ""


def _without_routes(prefixes: list[str], endpoints: list[Endpoint]) -> tuple[str, ...]:
    """Those of `prefixes` below which no endpoint is known."""
    known = [endpoint.path for endpoint in endpoints]
    return tuple(
        it for it in dict.fromkeys(prefixes) if not it.strip("/") or not any(path.startswith(it) for path in known)
    )


def _endpoint(route: Route, service: str) -> Endpoint:
    return Endpoint(
        service=service,
        method=route.method,
        path=route.path,
        location=route.registration or route.location,
        handler=route.handler,
        module=route.module,
        framework=route.framework,
        function=route.function,
        cls=route.cls,
    )


def _implicit(service: str, endpoints: Iterable[Endpoint]) -> Iterator[Endpoint]:
    places = {endpoint.framework: endpoint.location for endpoint in reversed(tuple(endpoints))}
    known = _implicit_routes()
    for framework, location in places.items():
        for path in known[framework].paths if framework in known else ():
            yield Endpoint(
                service=service, method="GET", path=path, location=location, framework=framework, is_implicit=True
            )


@cache
def _implicit_routes() -> Mapping[str, ImplicitRoutes]:
    return load_package_tables(ImplicitRoutes, "archguard.effects.catalogue", "implicit_routes.toml")
