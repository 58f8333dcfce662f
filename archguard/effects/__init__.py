"""Effect analysis: where code reaches databases, caches, HTTP, RPC, queues, cloud services, mail and sockets.

The phases, in order:

1. `catalogue/` holds the facts about client libraries, one TOML file per channel, and naming conventions.
   `load_catalogue(channels, extensions)` returns a `Catalogue` that classifies imports, calls and methods.
2. `prefilter` (for `database`) and `client_flow` (for `gateway`) select the modules that can use a client, so that the
   others are never parsed.
3. `ClientCallFinder(semantic_model(codebase, extensions), catalogue).of(source)` yields each client call of a module.
4. `database`, `outbound`, `hosts`, `timeouts` and `entry_points` turn these into the effects that contracts check;
   `interactions/` attributes them to the services of a project.

The names of this package are imported lazily: a check of imports alone does not load the semantic model.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from archguard.effects.catalogue.catalogue import (
        AddedClients,
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
        "AddedClients",
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
    "AddedClients",
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
