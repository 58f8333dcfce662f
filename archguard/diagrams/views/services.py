"""The services, and how they call each other and external hosts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from archguard.codebase import Codebase, Link
from archguard.diagrams.node_selection import REST, Outline, Part, loose, package_depth, packages, part
from archguard.diagrams.view import NodeKind, View
from archguard.diagrams.view_builder import draw
from archguard.diagrams.views.request import Request
from archguard.effects.interactions import Channel, Interaction, ServiceMap, find_hosts, find_interactions
from archguard.errors import ArchguardError
from archguard.model import Report, Violation


def view(request: Request) -> View:
    """The services, shared packages and external hosts, with one arrow per pair and channel.

    Raises:
        ArchguardError: there are no services.
    """
    service_map = _service_map(request.codebase)
    parts = _parts(request, service_map)
    room = None if request.limit is None else request.limit - len(parts)
    found = tuple(find_hosts(request.codebase, service_map))
    names = _host_names(found, frozenset(it.node.name for it in parts), room)
    hosts = (replace(it, callee=names[it.callee]) for it in found)
    return _drawn(request, service_map, (*parts, *_host_parts(request.codebase, names)), hosts)


def among(request: Request) -> View:
    """The same without external hosts, for a matrix: hosts have no dependencies of their own.

    Raises:
        ArchguardError: there are no services.
    """
    service_map = _service_map(request.codebase)
    return _drawn(request, service_map, _parts(request, service_map), ())


def _service_map(codebase: Codebase) -> ServiceMap:
    if not codebase.services:
        raise ArchguardError("there are no services to draw", "declare them under `services:`, or use --view packages")
    return ServiceMap(codebase)


def _parts(request: Request, service_map: ServiceMap) -> tuple[Part, ...]:
    codebase = request.codebase
    services = (part(codebase, name, unit, NodeKind.SERVICE) for name, unit in service_map.modules.items())
    shared, _ = packages(codebase, codebase.modules - service_map.owners.keys(), package_depth(codebase) - 1)
    return (*services, *loose(codebase, shared))


def _drawn(request: Request, services: ServiceMap, parts: Iterable[Part], hosts: Iterable[Interaction]) -> View:
    found = tuple(find_interactions(request.codebase, services, {}, tuple(Channel)))
    by_path = dict(_by_path(request.codebase, found))
    codebase = _with_modules(request.codebase, by_path)
    others = (it for it in found if it.channel is not Channel.IMPORT)  # `draw` takes imports from the import graph
    outline = Outline(title=f"{request.project}: services", parts=tuple(parts))
    return draw(codebase, _renamed(request.report, by_path), outline, (*others, *hosts))


def _host_names(contacts: Iterable[Interaction], taken: frozenset[str], room: int | None) -> Mapping[str, str]:
    """The node name of each host; hosts beyond `room` share one node, those with the fewest mentions first."""
    counts = Counter(it.callee for it in contacts)
    ranked = sorted(counts, key=lambda host: (-counts[host], host))
    own = len(ranked) if room is None or len(ranked) <= room else max(0, room - 1)
    names = {host: f"//{host}" if host in taken else host for host in ranked[:own]}
    return names | dict.fromkeys(ranked[own:], REST)


def _host_parts(codebase: Codebase, names: Mapping[str, str]) -> Iterator[Part]:
    folded = [host for host, name in names.items() if name == REST]
    for host, name in names.items():
        if name != REST:
            yield part(codebase, name, (), NodeKind.EXTERNAL, label=host)
    if folded:
        yield part(codebase, REST, (), NodeKind.REST, label=f"{len(folded)} more hosts")


def _by_path(codebase: Codebase, contacts: Iterable[Interaction]) -> Iterator[tuple[Link, Link]]:
    """Imports by repository path, each with the import of the module that it resolves to."""
    for contact in contacts:
        for step in contact.chain[:1] if contact.channel is Channel.IMPORT else ():
            if step.imported not in codebase.modules:
                link = Link(step.importer, step.imported, step.line)
                yield link, link._replace(imported=contact.imported)


def _with_modules(codebase: Codebase, by_path: Mapping[Link, Link]) -> Codebase:
    """Replace imports by repository path with the imports that they resolve to."""
    return replace(codebase, imports=codebase.imports.without(by_path).with_links(tuple(by_path.values())))


def _renamed(report: Report, by_path: Mapping[Link, Link]) -> Report:
    """Apply the same replacement to the violations of `report`, so that they match the arrows."""
    return report.with_violations(tuple(_with_module(violation, by_path) for violation in report.violations))


def _with_module(violation: Violation, by_path: Mapping[Link, Link]) -> Violation:
    first = violation.chain[0] if violation.chain else None
    found = by_path.get(Link(first.importer, first.imported, first.line)) if first else None
    if not (first and found):
        return violation
    return replace(violation, chain=(replace(first, imported=found.imported), *violation.chain[1:]))
