"""One interaction between services, and the mapping of modules, hosts, topics and tables to their owners."""

from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TypeAlias

from archguard.codebase import Codebase, Pattern, Service
from archguard.dataclass import dataclass
from archguard.effects.urls import Url
from archguard.model import Confidence, Location, Step
from archguard.model.names import is_below

Owners: TypeAlias = tuple[str, ...]
"""The services that own something: mostly one or none, several if their patterns match equally well."""


class Channel(StrEnum):
    """How a service reaches another one."""

    IMPORT = "import"
    """By importing its modules."""
    HTTP = "http"
    """By a request to one of its hosts."""
    RPC = "rpc"
    """By a remote call: gRPC to one of its hosts, a proxy of nameko by its name."""
    QUEUE = "queue"
    """By a message to one of its topics, queues or tasks."""
    TABLE = "table"
    """By reading or writing its tables."""


WORDS = {
    Channel.IMPORT: "imports",
    Channel.HTTP: "HTTP",
    Channel.RPC: "RPC",
    Channel.QUEUE: "a queue",
    Channel.TABLE: "a table",
}
"""Each channel as it follows "over" in messages."""


@dataclass(frozen=True, kw_only=True)
class Interaction:
    """A place where code of the service `caller` reaches the service `callee`."""

    caller: str
    callee: str
    channel: Channel
    importer: str
    """The module that contains the place."""
    does: str
    """A verb phrase that follows "must not" in messages: `import payments::app.models`."""
    location: Location
    imported: str = ""
    symbol: str = ""
    unpublished: bool = False
    """Whether it imports something that `callee` does not offer to `caller`."""
    chain: tuple[Step, ...] = field(default=(), compare=False)
    confidence: Confidence = Confidence.CERTAIN


@dataclass(frozen=True)
class ServiceMap:
    """The owners of the modules, hosts, topics and tables of a codebase."""

    codebase: Codebase

    @cached_property
    def modules(self) -> Mapping[str, frozenset[str]]:
        """The modules of each service."""
        names = sorted(self.codebase.services)
        return {name: self.codebase.units(Pattern(name))[name] for name in names}

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """The service of each module; modules without a service are absent."""
        return {module: name for name, modules in self.modules.items() for module in modules}

    def of_module(self, module: str) -> tuple[str, ...]:
        """The services of `module`: one or none, several only if the configuration is wrong."""
        return tuple(name for name, modules in self.modules.items() if module in modules)

    def shared(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the topmost modules that belong to several services, with these services."""
        above = ""
        for module in sorted(self.owners):
            found = tuple(name for name, modules in self.modules.items() if module in modules)
            if len(found) > 1 and not (above and is_below(module, above)):
                above = module
                yield module, found

    def owners_of_host(self, url: Url) -> Owners:
        """The services that `url` leads to."""
        return self._owners(
            {name: [host for host in service.hosts if url.matches(host)] for name, service in self._services()}
        )

    def owners_of_setting(self, name: str) -> Owners:
        """The services whose address the setting `name` holds."""
        return tuple(owner for owner, service in self._services() if name.upper() in filter(is_setting, service.hosts))

    def owners_of_topic(self, topic: str) -> Owners:
        """The services that consume `topic`."""
        return self._owners({name: _matching(topic, service.topics) for name, service in self._services()})

    def owners_of_table(self, table: str) -> Owners:
        """The services that own `table`, matched with and without its schema."""
        plain = table.rpartition(".")[2]
        return self._owners(
            {
                name: [*_matching(table, service.tables), *_matching(plain, service.tables)]
                for name, service in self._services()
            }
        )

    def _services(self) -> Iterator[tuple[str, Service]]:
        yield from sorted(self.codebase.services.items())

    def _owners(self, found: Mapping[str, list[str]]) -> Owners:
        """The services with the most specific matching pattern: `payment_log` rather than `payment_*`."""
        longest = {name: max(map(_specificity, patterns)) for name, patterns in found.items() if patterns}
        return tuple(name for name in longest if longest[name] == max(longest.values()))


def is_setting(host: str) -> bool:
    """Whether an entry among `hosts` is the name of a setting that holds the address: `PAYMENTS_URL`."""
    return host.isupper() and host.isidentifier()


def _matching(name: str, patterns: tuple[str, ...]) -> list[str]:
    return [pattern for pattern in patterns if fnmatchcase(name.lower(), pattern.lower())]


def _specificity(pattern: str) -> tuple[bool, int]:
    return "*" not in pattern, len(pattern)
