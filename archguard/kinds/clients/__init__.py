"""The libraries through which code reaches outside: databases, caches, HTTP, RPC, queues, cloud, mail, sockets.

What is known of them stands in one TOML file a channel. `catalogue(channels, extensions)` says what an import, a call
or a method has to do with them; `names_of(codebase, extensions)` follows the names of the code to them;
`Uses(names, catalogue).of(module)` finds every use of them in a module.
"""

from archguard.kinds.client import CHANNELS, Client
from archguard.kinds.clients.catalogue import (
    Catalogue,
    Extensions,
    clients_of,
    is_unknown_library,
    library,
    load_catalogue,
    semantic_model,
)
from archguard.kinds.clients.relevance import Relevance, find_relevant
from archguard.kinds.clients.uses import CallKind, ClientCall, ClientCallFinder, is_verb

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
