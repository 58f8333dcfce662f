"""Find the external hosts that services name: hosts that belong to no service of the project."""

from collections.abc import Iterator
from typing import Final

from archguard.codebase import Codebase, Source
from archguard.effects.catalogue.catalogue import load_catalogue, semantic_model
from archguard.effects.client_calls import ClientCallFinder
from archguard.effects.hosts import Hosts, NamedHost
from archguard.effects.interactions.interaction import Channel, Interaction, ServiceMap, is_setting

_CHANNELS: Final = {
    **dict.fromkeys(("http", "https", "ws", "wss"), Channel.HTTP),
    **dict.fromkeys(("grpc", "grpcs"), Channel.RPC),
}
"""The channel of a scheme; hosts of other schemes have no channel and are not reported."""


def hosts_outside(
    codebase: Codebase, services: ServiceMap, caller: str, allowed: tuple[str, ...] = ()
) -> Iterator[tuple[Source, NamedHost]]:
    """Yield every host that `caller` names and that is neither a service's nor `allowed`, with its file."""
    model = semantic_model(codebase)
    own_hosts = (host for service in codebase.services.values() for host in service.hosts if not is_setting(host))
    hosts, finder = Hosts(model, (*allowed, *own_hosts)), ClientCallFinder(model, load_catalogue(("http", "rpc")))
    for source in codebase.files(services.modules[caller]):
        for named in hosts.of(source, finder.of(source)):
            yield source, named


def find_hosts(codebase: Codebase, services: ServiceMap) -> Iterator[Interaction]:
    """Yield an interaction for every external host that a service names, with the host as the callee."""
    for caller in services.modules:
        for source, named in hosts_outside(codebase, services, caller):
            if channel := _CHANNELS.get(named.url.scheme):
                yield Interaction(
                    caller=caller,
                    callee=named.url.host,
                    channel=channel,
                    importer=source.module,
                    does=f"{named.action} {named.url}",
                    location=named.location,
                    symbol=str(named.url),
                    confidence=named.confidence,
                )
