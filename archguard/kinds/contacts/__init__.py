"""Where services reach each other: one file a way."""

from collections.abc import Collection, Iterator, Mapping

from archguard.codebase import Codebase, Pattern
from archguard.kinds.clients import names_of
from archguard.kinds.contacts.addresses import Addresses
from archguard.kinds.contacts.contact import WORDS, Contact, Territory, Way, is_setting
from archguard.kinds.contacts.hosts import find_hosts, hosts_outside
from archguard.kinds.contacts.imports import Imports
from archguard.kinds.contacts.messages import Messages
from archguard.kinds.contacts.tables import Tables


def find_contacts(
    codebase: Codebase,
    territory: Territory,
    offers: Mapping[tuple[str, str], tuple[Pattern, ...]],
    ways: Collection[Way],
) -> Iterator[Contact]:
    """Every place where a service reaches another one over one of `ways`, each once.

    Args:
        codebase: The code.
        territory: What belongs to whom.
        offers: What may be imported, by (caller, callee).
        ways: What is looked at.
    """
    yield from dict.fromkeys(_all(codebase, territory, offers, ways))


def _all(
    codebase: Codebase,
    territory: Territory,
    offers: Mapping[tuple[str, str], tuple[Pattern, ...]],
    ways: Collection[Way],
) -> Iterator[Contact]:
    if Way.IMPORT in ways:
        yield from Imports(codebase, territory, offers).contacts()
    names = names_of(codebase)
    for caller, modules in territory.modules.items():
        sources = codebase.files(modules)
        yield from Addresses(names, territory, caller, sources, tuple(ways)).contacts()
        for source in sources:
            yield from Messages(names, territory, source).contacts() if Way.QUEUE in ways else ()
            yield from Tables(names, territory, source).contacts() if Way.TABLE in ways else ()


__all__ = ["WORDS", "Contact", "Territory", "Way", "find_contacts", "find_hosts", "hosts_outside", "is_setting"]
