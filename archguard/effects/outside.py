"""What code names of the outside: hosts, queues and tables, whether or not a contract is about them.

Only the files that are asked for are searched, so that a change costs by its size; what they name may be defined in
others, which inference follows.
"""

from collections.abc import Iterable
from functools import cached_property

from archguard.codebase import Codebase, Source, SourceError
from archguard.dataclass import dataclass
from archguard.effects.catalogue.catalogue import load_catalogue, semantic_model
from archguard.effects.client_calls import ClientCallFinder
from archguard.effects.hosts import Hosts
from archguard.effects.interactions import ServiceMap
from archguard.effects.interactions.messages import Messages
from archguard.effects.interactions.tables import Tables
from archguard.semantics import SemanticModel


@dataclass(frozen=True)
class OutsideNames:
    """The names of the outside in `codebase`."""

    codebase: Codebase

    def of(self, sources: Iterable[Source]) -> frozenset[tuple[str, str]]:
        """Each name in `sources` with its sort: `host`, `queue` or `table`. Files that cannot be parsed have none."""
        found: set[tuple[str, str]] = set()
        for source in sources:
            try:
                source.tree  # noqa: B018  # raises if it cannot be parsed
            except SourceError:
                continue
            found |= {("host", name) for name in self._hosts(source)}
            found |= {("queue", name) for name in Messages(self._model, self._services, source).topics()}
            found |= {("table", use.table) for use in Tables(self._model, self._services, source).uses()}
        return frozenset(found)

    def _hosts(self, source: Source) -> frozenset[str]:
        named = Hosts(self._model, ()).of(source, self._finder.of(source)) if b"//" in source.content else ()
        return frozenset(it.url.host for it in named)

    @cached_property
    def _model(self) -> SemanticModel:
        return semantic_model(self.codebase)

    @cached_property
    def _services(self) -> ServiceMap:
        return ServiceMap(self.codebase)

    @cached_property
    def _finder(self) -> ClientCallFinder:
        return ClientCallFinder(self._model, load_catalogue(("http", "rpc")))
