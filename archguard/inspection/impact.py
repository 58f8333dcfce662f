"""What depends on a module: who imports it directly and indirectly, and the routes and services that reach it.

Indirect importers are found by one search against the direction of imports. A route counts if the module of its handler
imports the module, directly or not: whether the handler really calls it is not followed, so there may be too many of
the known routes, never too few. Cost: that of the table of routes, once until the code changes, unless no
module that can reach it may declare any.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from archguard.codebase import Codebase
from archguard.config import Config
from archguard.dataclass import dataclass
from archguard.effects.interactions import ServiceMap
from archguard.effects.routes import find_route_table, web_modules
from archguard.inspection.module_lookup import contracts_about, find_place, groups_of
from archguard.inspection.paths import service_interactions
from archguard.model import Report
from archguard.reporters.phrases import counted, one_line

_ROUTES: Final = 20
"""More routes than this are a web application as a whole."""
_IMPORTERS: Final = 20
"""More importers than this are read by nobody; their components are counted."""


@dataclass(frozen=True, kw_only=True)
class Dependents:
    """Some modules, by component."""

    total: int
    """How many there are."""
    by_component: Mapping[str, int]
    """How many are in each component, or in each package outside of all components; the most first."""


@dataclass(frozen=True, kw_only=True)
class ReachingRoute:
    """A route whose handler can reach the module."""

    method: str
    """The method."""
    path: str
    """The path."""
    handler: str
    """The function, method or class that serves it."""


@dataclass(frozen=True, kw_only=True)
class Impact:
    """What depends on a module."""

    module: str
    """The module or component."""
    direct: Dependents
    """Who imports it."""
    importers: tuple[str, ...]
    """The first of those who import it."""
    indirect: Dependents
    """Who imports it directly or through others."""
    routes: tuple[ReachingRoute, ...]
    """The first of the routes that can reach it."""
    routes_total: int
    """How many there are."""
    services: tuple[str, ...]
    """The services that import it, or that call the service that it belongs to."""
    contracts: tuple[str, ...]
    """The contracts that check it, or name it."""
    violations: int
    """How many violations are in it, or about what it is imported for."""


def impact(config: Config, codebase: Codebase, report: Report, name: str) -> Impact:
    """What depends on the module, file or component `name`.

    Raises:
        ArchguardError: there is no such thing.
    """
    named = find_place(config, codebase, name)
    groups = groups_of(config, codebase)
    direct = _importers(codebase, named.modules) - named.modules
    indirect = _reaching(codebase, direct) - named.modules
    routes = sorted(_routes(codebase, indirect | named.modules), key=lambda it: (it.path, it.method, it.handler))
    about = [it for it in report.violations if not named.modules.isdisjoint((it.importer, it.imported))]
    return Impact(
        module=named.name,
        direct=_dependents(direct, groups),
        importers=tuple(sorted(direct)[:_IMPORTERS]),
        indirect=_dependents(indirect, groups),
        routes=tuple(routes[:_ROUTES]),
        routes_total=len(routes),
        services=tuple(sorted(_services(codebase, named.modules, indirect))),
        contracts=tuple(it.id for it in contracts_about(config, codebase, named.modules)),
        violations=len(about),
    )


def render(impact: Impact) -> str:
    """The answer as text."""
    facts = {
        "imported by": _tally(impact.direct),
        "directly or not by": _tally(impact.indirect),
        "modules that import it": _shortened(impact.importers, impact.direct.total),
        "routes that reach it": _shortened(
            [f"{route.method} {route.path}" for route in impact.routes], impact.routes_total
        ),
        "services that reach it": ", ".join(impact.services),
        "contracts": ", ".join(impact.contracts) or "no contract looks at it",
        "violations": counted(impact.violations, "violation") if impact.violations else "",
    }
    lines = (f"    {name + ':':<25}{one_line(fact)}" for name, fact in facts.items() if fact)
    return "\n".join((impact.module, *lines))


def _importers(codebase: Codebase, modules: Iterable[str]) -> frozenset[str]:
    return frozenset(it for module in modules for it in codebase.imports.importers.get(module, ()))


def _reaching(codebase: Codebase, modules: Collection[str]) -> frozenset[str]:
    """`modules`, and all that reach them along imports."""
    found, waiting = set(modules), list(modules)
    while waiting:
        for importer in codebase.imports.importers.get(waiting.pop(), ()):
            if importer not in found:
                found.add(importer)
                waiting.append(importer)
    return frozenset(found)


def _routes(codebase: Codebase, modules: frozenset[str]) -> Iterator[ReachingRoute]:
    # By the words in the files alone: the route table takes seconds on a large code base.
    if not web_modules(codebase, sorted(modules & codebase.sources.keys())):
        return
    for route in find_route_table(codebase).routes:
        if route.module in modules:
            yield ReachingRoute(method=route.method, path=route.path, handler=route.handler)


def _services(codebase: Codebase, modules: frozenset[str], reaching: Collection[str]) -> Iterator[str]:
    services = ServiceMap(codebase).modules
    own = {name for name, members in services.items() if members & modules}
    importing = {name for name, members in services.items() if not members.isdisjoint(reaching)}
    calling = {it.caller for it in service_interactions(codebase) if it.callee in own}
    yield from (importing | calling) - own


def _dependents(modules: Collection[str], groups: Mapping[str, str]) -> Dependents:
    counts = Counter(groups[module] for module in modules)
    return Dependents(
        total=len(modules), by_component=dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
    )


def _tally(dependents: Dependents) -> str:
    parts = ", ".join(f"{name} ({count})" for name, count in dependents.by_component.items())
    total = counted(dependents.total, "module")
    return f"{total}: {parts}" if parts else total


def _shortened(items: Collection[str], total: int) -> str:
    more = f" and {total - len(items)} more" if total > len(items) else ""
    return ", ".join(items) + more
