"""Find the interactions between the services of a project: one file per channel."""

from collections.abc import Collection, Iterator, Mapping

from archguard.codebase import Codebase, Pattern
from archguard.codebase.file_tasks import map_imports
from archguard.effects.interactions.hosts import find_hosts, hosts_outside
from archguard.effects.interactions.imports import Imports
from archguard.effects.interactions.in_files import interactions_in_files
from archguard.effects.interactions.interaction import WORDS, Channel, Interaction, ServiceMap, is_setting
from archguard.incremental.fingerprint import digest_of


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
        query = f"imports between services {digest_of(sorted((pair, *map(str, one)) for pair, one in offers.items()))}"
        found = Imports(codebase, services, offers)
        yield from map_imports(codebase, query, lambda: tuple(found.interactions()))
    yield from interactions_in_files(codebase, services, channels)


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
