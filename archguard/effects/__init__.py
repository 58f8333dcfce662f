"""The libraries through which code reaches outside: databases, caches, HTTP, RPC, queues, cloud, mail, sockets.

What is known of them stands in one TOML file a channel. `catalogue(channels, extensions)` says what an import, a call
or a method has to do with them; `names_of(codebase, extensions)` follows the names of the code to them;
`Uses(names, catalogue).of(module)` finds every use of them in a module.

A name is imported when it is used: a check of imports needs none of this.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from archguard.effects.catalogue.catalogue import (
        Catalogue,
        Extensions,
        clients_of,
        is_unknown_library,
        library,
        load_catalogue,
        semantic_model,
    )
    from archguard.effects.catalogue.client import CHANNELS, Client
    from archguard.effects.client_calls import CallKind, ClientCall, ClientCallFinder, is_verb
    from archguard.effects.prefilter import Relevance, find_relevant

_HOMES: Final = {
    "catalogue.catalogue": (
        "Catalogue",
        "Extensions",
        "clients_of",
        "is_unknown_library",
        "library",
        "load_catalogue",
        "semantic_model",
    ),
    "catalogue.client": ("CHANNELS", "Client"),
    "client_calls": ("CallKind", "ClientCall", "ClientCallFinder", "is_verb"),
    "prefilter": ("Relevance", "find_relevant"),
}

__all__ = [
    "CHANNELS",
    "CallKind",
    "Catalogue",
    "Client",
    "ClientCall",
    "ClientCallFinder",
    "Extensions",
    "Relevance",
    "clients_of",
    "find_relevant",
    "is_unknown_library",
    "is_verb",
    "library",
    "load_catalogue",
    "semantic_model",
]


def __getattr__(name: str) -> object:
    home = next((home for home, names in _HOMES.items() if name in names), None)
    if home is None:
        raise AttributeError(f"module 'archguard.effects' has no attribute '{name}'")
    return getattr(import_module(f"archguard.effects.{home}"), name)
