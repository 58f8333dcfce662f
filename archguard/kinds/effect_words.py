"""The words by which rules of `effects` name effects, and how messages name them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from archguard.effects.call_effects import Reached
from archguard.effects.catalogue.operations import Operation
from archguard.effects.table import Effect

_HTTP = ("http", "saas", "cloud")
_REMOTE = ("http", "rpc", "cloud", "saas", "network", "email")
EFFECT_WORDS: Final = (
    "query",
    "read",
    "write",
    "commit",
    "rollback",
    "http",
    "queue",
    "email",
    "rpc",
    "cloud",
    "saas",
    "network",
    "cache",
    "remote",
    "file",
    "process",
    "sleep",
    "blocking",
)
"""`query` is a statement that reads or writes; `http` includes SDKs of web services (`saas`, `cloud`); `remote` is all
that leaves for another host, without databases, caches and queues; `blocking` is what the event loop waits for."""

_DATABASE_WORDS: Mapping[Operation, tuple[str, ...]] = {
    Operation.READ: ("query", "read"),
    Operation.WRITE: ("query", "write"),
    Operation.COMMIT: ("commit",),
    Operation.ROLLBACK: ("rollback",),
    Operation.BEGIN: (),
}
_CHANNELS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("query", "read", "write", "commit", "rollback"), ("database",)),
    "http": _HTTP,
    "remote": _REMOTE,
}
"""The channels of words that are not the name of one."""
_PHRASES: Mapping[str, str] = {
    "read": "query the database",
    "write": "write to the database",
    "query": "query the database",
    "commit": "commit",
    "rollback": "roll back",
    "http": "send requests",
    "queue": "send messages to a queue",
    "email": "send mail",
    "rpc": "call a remote procedure",
    "cloud": "call a cloud service",
    "saas": "call a web service",
    "network": "use the network",
    "cache": "access a cache",
    "file": "access files",
    "process": "run processes",
    "sleep": "sleep",
    "blocking": "block the event loop",
}


def words_of(effect: Effect, *, blocks: bool) -> frozenset[str]:
    """The words of rules that mean `effect`; `blocks` tells whether the caller waits for it."""
    words = ("blocking",) if blocks else ()
    if effect.channel == "database":
        return frozenset((*words, *_DATABASE_WORDS.get(effect.operation, ())))
    is_http = effect.channel in _HTTP
    remote = ("remote", *(("http",) if is_http else ())) if effect.channel in _REMOTE else ()
    return frozenset((*words, effect.channel, *remote))


def may_be_lazy(words: Collection[str]) -> bool:
    """Whether queries that are executed lazily are among what `words` mean."""
    return not {"query", "read", "blocking"}.isdisjoint(words)


def channels_of(words: Iterable[str]) -> frozenset[str]:
    """The channels of the effects that `words` mean."""
    return frozenset(channel for word in words for channel in _CHANNELS.get(word, (word,)))


def phrase(found: Sequence[Reached], forbidden: Iterable[str]) -> str:
    """What happens, in words that follow "must not": `query the database, commit`."""
    if "blocking" in forbidden and any(reached.blocks for reached in found):
        return _PHRASES["blocking"]
    named = (_name_of(reached.effect) for reached in found)
    return " and ".join(dict.fromkeys(_PHRASES[name] for name in named))


def _name_of(effect: Effect) -> str:
    return str(effect.operation) if effect.channel == "database" else effect.channel
