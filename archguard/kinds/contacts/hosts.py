"""Services that reach hosts which belong to none of the services of the project."""

from collections.abc import Iterator
from typing import Final

from archguard.codebase import Codebase, Source
from archguard.kinds.clients import Uses, catalogue, names_of
from archguard.kinds.contacts.contact import Contact, Territory, Way, is_setting
from archguard.kinds.reaching.hosts import Hosts, Named

_WAYS: Final = {**dict.fromkeys(("http", "https", "ws", "wss"), Way.HTTP), **dict.fromkeys(("grpc", "grpcs"), Way.RPC)}
"""The way that goes with a scheme; hosts of other schemes are reached over none of the ways that there are."""


def hosts_outside(
    codebase: Codebase, territory: Territory, caller: str, allowed: tuple[str, ...] = ()
) -> Iterator[tuple[Source, Named]]:
    """Every place where `caller` names a host that is neither one of the services' nor `allowed`, with its file."""
    names = names_of(codebase)
    inside = (host for service in codebase.services.values() for host in service.hosts if not is_setting(host))
    hosts, uses = Hosts(names, (*allowed, *inside)), Uses(names, catalogue(("http", "rpc")))
    for source in codebase.files(territory.modules[caller]):
        for named in hosts.of(source, uses.of(source)):
            yield source, named


def find_hosts(codebase: Codebase, territory: Territory) -> Iterator[Contact]:
    """Every place where a service names a host outside; the host is what is reached."""
    for caller in territory.modules:
        for source, named in hosts_outside(codebase, territory, caller):
            if way := _WAYS.get(named.url.scheme):
                yield Contact(
                    caller=caller,
                    callee=named.url.host,
                    way=way,
                    importer=source.module,
                    does=f"{named.deed} {named.url}",
                    location=named.location,
                    symbol=str(named.url),
                    confidence=named.confidence,
                )
