"""Find the interactions between the services of a project: one file per channel."""

from collections.abc import Collection, Iterator, Mapping

from archguard.codebase import Codebase, Pattern
from archguard.effects.catalogue.catalogue import semantic_model
from archguard.effects.interactions.hosts import find_hosts, hosts_outside
from archguard.effects.interactions.imports import Imports
from archguard.effects.interactions.interaction import WORDS, Channel, Interaction, ServiceMap, is_setting
from archguard.effects.interactions.messages import Messages
from archguard.effects.interactions.remote_calls import RemoteCalls
from archguard.effects.interactions.tables import Tables


def find_interactions(
    codebase: Codebase,
    services: ServiceMap,
    offers: Mapping[tuple[str, str], tuple[Pattern, ...]],
    channels: Collection[Channel],
) -> Iterator[Interaction]:
    """Yield every interaction between services over one of `channels`, without duplicates.

    Args:
        codebase: The code.
        services: The owners of modules, hosts, topics and tables.
        offers: The modules that may be imported, by (caller, callee).
        channels: The channels to search.
    """
    yield from dict.fromkeys(_every_interaction(codebase, services, offers, channels))


def _every_interaction(
    codebase: Codebase,
    services: ServiceMap,
    offers: Mapping[tuple[str, str], tuple[Pattern, ...]],
    channels: Collection[Channel],
) -> Iterator[Interaction]:
    if Channel.IMPORT in channels:
        yield from Imports(codebase, services, offers).interactions()
    model = semantic_model(codebase)
    for caller, modules in services.modules.items():
        sources = codebase.files(modules)
        yield from RemoteCalls(model, services, caller, sources, tuple(channels)).interactions()
        for source in sources:
            yield from Messages(model, services, source).interactions() if Channel.QUEUE in channels else ()
            yield from Tables(model, services, source).interactions() if Channel.TABLE in channels else ()


__all__ = [
    "WORDS",
    "Channel",
    "Interaction",
    "ServiceMap",
    "find_hosts",
    "find_interactions",
    "hosts_outside",
    "is_setting",
]
