"""Infer a configuration from the code: components and contracts that the code already satisfies, or nearly.

How it works: if a shipped pack fits, extend it and define its components. Otherwise propose the order of packages that
the fewest imports violate, or the usual layers of a framework repeated in each part; then access points to databases
and external systems. Cycle contracts are proposed only if nothing else orders the code. A code base of services gets a
contract on which service calls which.

Cost: dominated by the trial checks of packs and access points, each a check of the whole code.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from archguard.codebase import Codebase, Component, Pattern, Service
from archguard.onboarding.access_points import access_contracts
from archguard.onboarding.components import (
    MAX_SHARE_AGAINST,
    cycle_contracts,
    is_informative,
    omits_most_parts,
    order_contracts,
    sizes_of,
)
from archguard.onboarding.layer_order import Level, count_imports, upwards
from archguard.onboarding.layout import Layout
from archguard.onboarding.pack_matcher import Fit, fitting_pack, roles
from archguard.onboarding.pattern_writer import one_or_many
from archguard.onboarding.proposal import Proposal, ProposedContract
from archguard.onboarding.service_calls import services_contract, with_hosts
from archguard.onboarding.usual_names import USUAL_NAMES

FRAMEWORKS: Mapping[str, str] = USUAL_NAMES.frameworks
"""The display names of frameworks that `init` reports, by imported package."""


def frameworks(codebase: Codebase) -> tuple[str, ...]:
    """The packages of the frameworks that the code imports, in the order of `FRAMEWORKS`."""
    imported = {name.partition(".")[0] for name in codebase.imports.externals}
    return tuple(name for name in FRAMEWORKS if name in imported)


def propose(codebase: Codebase, root: Path, layout: Layout, project: Mapping[str, Any]) -> Proposal:
    """Infer a configuration for `codebase`."""
    if layout.services:
        return _for_services(codebase, root, project)
    fit = fitting_pack(codebase, root, frameworks(codebase))
    components = fit.components if fit else _by_role(codebase, root)
    ordered = tuple(order_contracts(codebase, components, "parts" if components else "layered"))
    if fit is None and components and not _repeat_in_parts(components) and any(map(is_informative, ordered)):
        components, ordered = {}, tuple(order_contracts(codebase, {}, "layered"))
    if components:
        ordered = tuple(filter(is_informative, ordered))
    contracts = [
        *([_role_layers(components)] if components and not fit else []),
        *([] if fit and not _repeat_in_parts(components) and not omits_most_parts(codebase, components) else ordered),
    ]
    contracts += [] if contracts or (fit and "acyclic" in fit.kinds) else cycle_contracts(codebase)
    contracts += access_contracts(codebase, database=fit is None or "database" not in fit.kinds)
    contracts += [] if fit or contracts else [_no_test_tools_contract(codebase)]
    return Proposal(
        project=project, extends=_extends(fit), components=_component_config(components), contracts=tuple(contracts)
    )


def _component_config(components: Mapping[str, Component]) -> Mapping[str, Any]:
    """Components in the form of the configuration."""
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
        components=_component_config(fit.components) if fit else {},
        services={name: _service_config(service) for name, service in services.items()},
        contracts=(contract, *_shared_code_contract(codebase), *access_contracts(codebase, database=True)),
    )


def _service_config(service: Service) -> Mapping[str, Any]:
    config = {
        "root": service.root,
        "packages": list(service.packages),
        "public": one_or_many(service.public),
        "hosts": one_or_many(service.hosts),
    }
    return {key: value for key, value in config.items() if value}


def _shared_code_contract(codebase: Codebase) -> Iterator[ProposedContract]:
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
    """The layers of the framework's pack as components, if few imports go against their order; {} otherwise."""
    for framework in frameworks(codebase):
        components = roles(codebase, root, framework)
        named = replace(codebase, components=components)
        units = {name: named.members((Pattern(name),)) for name in components}
        counts = count_imports(codebase.imports, units)
        against = upwards([Level((name,)) for name in units], counts)
        if counts:
            return components if against <= MAX_SHARE_AGAINST * sum(counts.values()) else {}
    return {}


def _role_layers(components: Mapping[str, Component]) -> ProposedContract:
    keys = {
        "id": "layered",
        "kind": "layers",
        "reason": "What the code does must work from a request, a command and a task alike.",
        "layers": list(components),
    }
    return ProposedContract("The usual layers inside of each part.", keys)


def _repeat_in_parts(components: Mapping[str, Component]) -> bool:
    """Whether the layers repeat in several parts, by patterns with wildcards; the parts then have an order, too."""
    return any(not pattern.literal for component in components.values() for pattern in component.modules)


def _no_test_tools_contract(codebase: Codebase) -> ProposedContract:
    """A contract for any code, where nothing else could be inferred."""
    keys = {
        "id": "no-test-tools",
        "kind": "external",
        "reason": "What only tests need is not there where the code runs.",
        "modules": one_or_many(sizes_of(codebase)),
        "deny": ["pytest", "unittest"],
    }
    return ProposedContract("A beginning: imports tell of no order here, and of no database or client.", keys)
