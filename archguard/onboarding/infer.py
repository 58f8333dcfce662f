"""What the code says of its own architecture: components and contracts that it keeps, or nearly."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from archguard.codebase import Codebase, Component, Pattern, Service
from archguard.onboarding.access_points import door_contracts
from archguard.onboarding.components import MOST_AGAINST, cycles, leaves_most_out, orders, says_much, sizes_of
from archguard.onboarding.layer_order import Level, count_imports, upwards
from archguard.onboarding.layout import Layout
from archguard.onboarding.pack_matcher import Fit, fitting_pack, roles
from archguard.onboarding.pattern_writer import one_or_many
from archguard.onboarding.proposal import Proposal, ProposedContract
from archguard.onboarding.service_calls import services_contract, with_hosts

FRAMEWORKS: Mapping[str, str] = {
    "fastapi": "FastAPI",
    "flask": "Flask",
    "django": "Django",
    "rest_framework": "Django REST framework",
    "starlette": "Starlette",
    "litestar": "Litestar",
    "aiohttp": "aiohttp",
    "tornado": "Tornado",
    "nameko": "Nameko",
    "celery": "Celery",
    "typer": "Typer",
    "click": "Click",
    "sqlalchemy": "SQLAlchemy",
    "sqlmodel": "SQLModel",
    "grpc": "gRPC",
}
"""What is worth telling, by the package that is imported."""


def frameworks(codebase: Codebase) -> tuple[str, ...]:
    """The packages of the frameworks that the code imports, in the order of `FRAMEWORKS`."""
    imported = {name.partition(".")[0] for name in codebase.imports.externals}
    return tuple(name for name in FRAMEWORKS if name in imported)


def propose(codebase: Codebase, root: Path, layout: Layout, project: Mapping[str, Any]) -> Proposal:
    """A configuration for `codebase`."""
    if layout.services:
        return _for_services(codebase, root, project)
    fit = fitting_pack(codebase, root, frameworks(codebase))
    found = fit.components if fit else _by_role(codebase, root)
    ordered = tuple(orders(codebase, found, "parts" if found else "layered"))
    if fit is None and found and not _in_parts(found) and any(map(says_much, ordered)):
        found, ordered = {}, tuple(orders(codebase, {}, "layered"))
    if found:
        ordered = tuple(filter(says_much, ordered))
    contracts = [
        *([_role_layers(found)] if found and not fit else []),
        *([] if fit and not _in_parts(found) and not leaves_most_out(codebase, found) else ordered),
    ]
    contracts += [] if contracts or (fit and "acyclic" in fit.kinds) else cycles(codebase)
    contracts += door_contracts(codebase, database=fit is None or "database" not in fit.kinds)
    contracts += [] if fit or contracts else [_without_test_tools(codebase)]
    return Proposal(project=project, extends=_extends(fit), components=_named(found), contracts=tuple(contracts))


def _named(components: Mapping[str, Component]) -> Mapping[str, Any]:
    """Components as the configuration says them."""
    return {
        name: {"modules": one_or_many(it.modules), "except": one_or_many(it.except_)}
        if it.except_
        else one_or_many(it.modules)
        for name, it in components.items()
    }


def _for_services(codebase: Codebase, root: Path, project: Mapping[str, Any]) -> Proposal:
    codebase = with_hosts(codebase)
    services, contract = services_contract(codebase)
    fit = fitting_pack(codebase, root, ())
    return Proposal(
        project=project,
        extends=_extends(fit),
        components=_named(fit.components) if fit else {},
        services={name: _says(service) for name, service in services.items()},
        contracts=(contract, *_shared_below(codebase), *door_contracts(codebase, database=True)),
    )


def _says(service: Service) -> Mapping[str, Any]:
    said = {
        "root": service.root,
        "packages": list(service.packages),
        "public": one_or_many(service.public),
        "hosts": one_or_many(service.hosts),
    }
    return {key: value for key, value in said.items() if value}


def _shared_below(codebase: Codebase) -> Iterator[ProposedContract]:
    shared = sorted({module.partition(".")[0] for module in codebase.sources if "::" not in module})
    if shared:
        keys = {
            "id": "shared-code-knows-no-service",
            "kind": "forbidden",
            "reason": "A library that knows a service drags it into every other service.",
            "modules": one_or_many(shared),
            "must_not_import": "*::*",
        }
        yield ProposedContract("What several services use.", keys)


def _extends(fit: Fit | None) -> tuple[str, ...]:
    return (f"archguard:{fit.pack}",) if fit else ()


def _by_role(codebase: Codebase, root: Path) -> Mapping[str, Component]:
    """The usual layers of a framework where they stand in each app, two of them at least, with few imports against."""
    for framework in frameworks(codebase):
        found = roles(codebase, root, framework)
        named = replace(codebase, components=found)
        units = {name: named.members((Pattern(name),)) for name in found}
        counts = count_imports(codebase.imports, units)
        against = upwards([Level((name,)) for name in units], counts)
        if counts:
            return found if against <= MOST_AGAINST * sum(counts.values()) else {}
    return {}


def _role_layers(found: Mapping[str, Component]) -> ProposedContract:
    keys = {
        "id": "layered",
        "kind": "layers",
        "reason": "What the code does must work from a request, a command and a task alike.",
        "layers": list(found),
    }
    return ProposedContract("The usual layers inside of each part.", keys)


def _in_parts(components: Mapping[str, Component]) -> bool:
    """Whether the same layers stand in each of several parts, which have an order of their own."""
    return any(not pattern.literal for component in components.values() for pattern in component.modules)


def _without_test_tools(codebase: Codebase) -> ProposedContract:
    """What holds of any code, where nothing else can be told of it."""
    keys = {
        "id": "no-test-tools",
        "kind": "external",
        "reason": "What only tests need is not there where the code runs.",
        "modules": one_or_many(sizes_of(codebase)),
        "deny": ["pytest", "unittest"],
    }
    return ProposedContract("A beginning: imports tell of no order here, and of no database or client.", keys)
