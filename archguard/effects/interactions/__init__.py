"""Where services reach each other: one file a way."""

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
    ways: Collection[Channel],
) -> Iterator[Interaction]:
    """Every place where a service reaches another one over one of `ways`, each once.

    Args:
        codebase: The code.
        services: What belongs to whom.
        offers: What may be imported, by (caller, callee).
        ways: What is looked at.
    """
    yield from dict.fromkeys(_all(codebase, services, offers, ways))


def _all(
    codebase: Codebase,
    services: ServiceMap,
    offers: Mapping[tuple[str, str], tuple[Pattern, ...]],
    ways: Collection[Channel],
) -> Iterator[Interaction]:
    if Channel.IMPORT in ways:
        yield from Imports(codebase, services, offers).interactions()
    names = semantic_model(codebase)
    for caller, modules in services.modules.items():
        sources = codebase.files(modules)
        yield from RemoteCalls(names, services, caller, sources, tuple(ways)).interactions()
        for source in sources:
            yield from Messages(names, services, source).interactions() if Channel.QUEUE in ways else ()
            yield from Tables(names, services, source).interactions() if Channel.TABLE in ways else ()


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
