"""How one set of modules reaches another today: by imports, and where a service calls another one at the end.

Calls, messages and tables of other services are added to the import graph, as imports of a node for the service, the
way and what is named. Such a node leads no further: which of its modules a service answers with is not known.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from archguard.codebase import Codebase, ImportGraph, Link, Reachability
from archguard.codebase.imports.reachability import ALL_BITS, find_forbidden_paths, labelled
from archguard.effects.interactions import Channel, Interaction, ServiceMap, find_interactions

CALLS = tuple(way for way in Channel if way is not Channel.IMPORT)
"""The ways over which services reach each other without importing anything."""


@dataclass(frozen=True)
class Hop:
    """A step of a way: an import, or what a line of code does to reach another service."""

    importer: str
    imported: str
    """The module; of a call, a message or a table, the service."""
    path: str
    line: int
    way: Channel = Channel.IMPORT
    symbol: str = ""
    """The address, the topic or the table; "" for an import."""


Chain = tuple[Hop, ...]


@dataclass(frozen=True)
class Ways:
    """The ways from `sources` to `targets` (disjoint sets of modules)."""

    codebase: Codebase
    sources: frozenset[str]
    targets: frozenset[str]
    contacts: Mapping[Link, Interaction]
    """The calls between services, by what stands for them in the graph."""

    @classmethod
    def between(cls, codebase: Codebase, sources: frozenset[str], targets: frozenset[str]) -> "Ways":
        """The ways by imports; and by calls, if there are services."""
        return cls(codebase, sources, targets, dict(_ends(calls_of_services(codebase))))

    def chains(self) -> tuple[Chain, ...]:
        """A shortest chain for each import that leads to `targets`, and each call of a service that is among them."""
        return self._chains([self.targets, *self._ends(self._whole)])

    def calls(self) -> tuple[Chain, ...]:
        """The same for calls of services of which `targets` are only a part, and may or may not be what is called."""
        return self._chains(self._ends(self._touched - self._whole))

    def cut(self) -> tuple[Hop, ...]:
        """As few imports and calls as possible without which none of `chains` is left."""
        from archguard.codebase.metrics.coupling import min_cut  # noqa: PLC0415  # networkx takes 130 ms

        ends = frozenset().union(self.targets, *self._ends(self._whole))
        return tuple(map(self._hop, min_cut(self._graph, self.sources, ends)))

    @cached_property
    def _graph(self) -> ImportGraph:
        return self.codebase.imports.with_links(tuple(self.contacts))

    @cached_property
    def _touched(self) -> frozenset[str]:
        """The services that have some of the targets."""
        modules = ServiceMap(self.codebase).modules
        return frozenset(name for name, unit in modules.items() if unit & self.targets)

    @cached_property
    def _whole(self) -> frozenset[str]:
        modules = ServiceMap(self.codebase).modules
        return frozenset(name for name in self._touched if modules[name] <= self.targets | self.sources)

    def _ends(self, services: Collection[str]) -> list[frozenset[str]]:
        """What stands for `services`, way by way, so that each way is found beside shorter ones."""
        return [
            frozenset(
                link.imported for link, it in self.contacts.items() if it.channel is way and it.callee in services
            )
            for way in CALLS
        ]

    def _chains(self, ends: Collection[frozenset[str]]) -> tuple[Chain, ...]:
        labels = labelled(ends)
        reach = Reachability(self._graph, labels, dict.fromkeys(self.sources, ALL_BITS))
        routes = find_forbidden_paths(reach, dict.fromkeys(self.sources, (1 << len(ends)) - 1), indirect=True)
        names = sorted({route.chain for route in routes}, key=lambda chain: (len(chain), chain))
        return tuple(tuple(self._hops(chain)) for chain in names)

    def _hops(self, names: tuple[str, ...]) -> Iterator[Hop]:
        for one, other in pairwise(names):
            yield self._hop(Link(one, other, self._graph.imported_by(one)[other][0]))

    def _hop(self, link: Link) -> Hop:
        place = self.codebase.display_path(link.importer), link.line
        if contact := self.contacts.get(link):
            return Hop(link.importer, contact.callee, *place, contact.channel, contact.symbol)
        return Hop(link.importer, link.imported, *place)


def calls_of_services(codebase: Codebase) -> tuple[Interaction, ...]:
    """What services do to reach each other, apart from imports, once for each line, service and way."""
    if not codebase.services:
        return ()
    found: dict[tuple[str, str, Channel, int], list[Interaction]] = {}
    for contact in find_interactions(codebase, ServiceMap(codebase), {}, CALLS):
        found.setdefault((contact.importer, contact.callee, contact.channel, contact.location.line), []).append(contact)
    return tuple(replace(it[0], symbol=", ".join(sorted({each.symbol for each in it}))) for it in found.values())


def _ends(contacts: Iterable[Interaction]) -> Iterator[tuple[Link, Interaction]]:
    for contact in contacts:
        end = "\0".join((contact.callee, contact.channel, contact.symbol))  # no module has such a name
        yield Link(contact.importer, end, contact.location.line), contact
