"""The libraries through which code reaches outside: databases, caches, HTTP, RPC, queues, cloud, mail, sockets.

What is known of them stands in one TOML file a channel. `catalogue(channels, extensions)` says what an import, a call
or a method has to do with them; `names_of(codebase, extensions)` follows the names of the code to them;
`Uses(names, catalogue).of(module)` finds every use of them in a module.
"""

from archguard.kinds.client import CHANNELS, Client
from archguard.kinds.clients.catalogue import (
    Catalogue,
    Extensions,
    catalogue,
    clients_of,
    is_unlisted,
    library,
    names_of,
)
from archguard.kinds.clients.relevance import Relevance, relevance
from archguard.kinds.clients.uses import How, Use, Uses, is_verb

__all__ = [
    "CHANNELS",
    "Catalogue",
    "Client",
    "Extensions",
    "How",
    "Relevance",
    "Use",
    "Uses",
    "catalogue",
    "clients_of",
    "is_unlisted",
    "is_verb",
    "library",
    "names_of",
    "relevance",
]
