"""Find the external hosts that services name: hosts that belong to no service of the project."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from archguard.codebase import Codebase, Source
from archguard.codebase.file_tasks import map_files
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
    found = map_files(codebase, f"hosts but {allowed}", partial(_finder, allowed), services.modules[caller])
    for module, hosts in found.items():
        yield from ((codebase.sources[module], named) for named in hosts)


def _finder(allowed: tuple[str, ...], codebase: Codebase) -> Callable[[Source], tuple[NamedHost, ...]]:
    """The function that finds the hosts outside in one file, in a worker."""
    model = semantic_model(codebase)
    own_hosts = (host for service in codebase.services.values() for host in service.hosts if not is_setting(host))
    hosts, finder = Hosts(model, (*allowed, *own_hosts)), ClientCallFinder(model, load_catalogue(("http", "rpc")))
    return lambda source: tuple(hosts.of(source, finder.of(source)))


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
