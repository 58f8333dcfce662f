"""Services that reach hosts which belong to none of the services of the project."""

from collections.abc import Iterator
from typing import Final

from archguard.codebase import Codebase, Source
from archguard.effects.catalogue.catalogue import load_catalogue, semantic_model
from archguard.effects.client_calls import ClientCallFinder
from archguard.effects.hosts import Hosts, NamedHost
from archguard.effects.interactions.interaction import Channel, Interaction, ServiceMap, is_setting

_WAYS: Final = {
    **dict.fromkeys(("http", "https", "ws", "wss"), Channel.HTTP),
    **dict.fromkeys(("grpc", "grpcs"), Channel.RPC),
}
"""The way that goes with a scheme; hosts of other schemes are reached over none of the ways that there are."""


def hosts_outside(
    codebase: Codebase, services: ServiceMap, caller: str, allowed: tuple[str, ...] = ()
) -> Iterator[tuple[Source, NamedHost]]:
    """Every place where `caller` names a host that is neither one of the services' nor `allowed`, with its file."""
    names = semantic_model(codebase)
    inside = (host for service in codebase.services.values() for host in service.hosts if not is_setting(host))
    hosts, uses = Hosts(names, (*allowed, *inside)), ClientCallFinder(names, load_catalogue(("http", "rpc")))
    for source in codebase.files(services.modules[caller]):
        for named in hosts.of(source, uses.of(source)):
            yield source, named


def find_hosts(codebase: Codebase, services: ServiceMap) -> Iterator[Interaction]:
    """Every place where a service names a host outside; the host is what is reached."""
    for caller in services.modules:
        for source, named in hosts_outside(codebase, services, caller):
            if way := _WAYS.get(named.url.scheme):
                yield Interaction(
                    caller=caller,
                    callee=named.url.host,
                    channel=way,
                    importer=source.module,
                    does=f"{named.action} {named.url}",
                    location=named.location,
                    symbol=str(named.url),
                    confidence=named.confidence,
                )
