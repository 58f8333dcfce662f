"""Find the paths by which one set of modules reaches another: import paths, and those that end with a service call.

Calls, messages and tables of other services are added to the import graph as imports of a synthetic node, one for each
service, channel and symbol. These nodes have no outgoing edges: which modules of a service handle a call is not known.
So a call ends a path, and it counts fully only if the targets cover the whole service. Cost: one reachability search
over the graph, and one minimum cut.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

from archguard.codebase import Codebase, ImportGraph, Link, Reachability
from archguard.codebase.imports.reachability import ALL_BITS, find_forbidden_paths, labelled
from archguard.dataclass import dataclass
from archguard.effects.interactions import Channel, Interaction, ServiceMap, find_interactions

CALLS = tuple(channel for channel in Channel if channel is not Channel.IMPORT)
"""The channels over which services interact without imports."""


@dataclass(frozen=True)
class Hop:
    """A step of a path: an import, or a line of code that calls another service."""

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
class Paths:
    """The paths from `sources` to `targets`, which are disjoint sets of modules."""

    codebase: Codebase
    sources: frozenset[str]
    targets: frozenset[str]
    interactions: Mapping[Link, Interaction]
    """The calls between services, by their edges in the graph."""

    @classmethod
    def between(cls, codebase: Codebase, sources: frozenset[str], targets: frozenset[str]) -> "Paths":
        """The paths over imports and, if there are services, calls."""
        return cls(codebase, sources, targets, dict(_edges(service_interactions(codebase))))

    def chains(self) -> tuple[Chain, ...]:
        """A shortest path for each first import that leads to `targets`, and for each call of a service in them."""
        return self._chains([self.targets, *self._service_nodes(self._covered)])

    def calls(self) -> tuple[Chain, ...]:
        """The same for calls of services that `targets` cover in part: they may or may not handle the call."""
        return self._chains(self._service_nodes(self._overlapping - self._covered))

    def cut(self) -> tuple[Hop, ...]:
        """A minimum cut: the fewest imports and calls without which none of `chains` remains."""
        from archguard.codebase.metrics.coupling import min_cut  # noqa: PLC0415  # networkx takes 130 ms

        ends = frozenset().union(self.targets, *self._service_nodes(self._covered))
        return tuple(map(self._hop, min_cut(self._graph, self.sources, ends)))

    @cached_property
    def _graph(self) -> ImportGraph:
        return self.codebase.imports.with_links(tuple(self.interactions))

    @cached_property
    def _overlapping(self) -> frozenset[str]:
        """The services that contain some of the targets."""
        modules = ServiceMap(self.codebase).modules
        return frozenset(name for name, unit in modules.items() if unit & self.targets)

    @cached_property
    def _covered(self) -> frozenset[str]:
        """The services without modules beyond the targets and sources, so that a call of one reaches a target."""
        modules = ServiceMap(self.codebase).modules
        return frozenset(name for name in self._overlapping if modules[name] <= self.targets | self.sources)

    def _service_nodes(self, services: Collection[str]) -> list[frozenset[str]]:
        """The nodes of `services`, one set for each channel, so that a short path over one does not hide another."""
        return [
            frozenset(
                link.imported
                for link, it in self.interactions.items()
                if it.channel is channel and it.callee in services
            )
            for channel in CALLS
        ]

    def _chains(self, ends: Collection[frozenset[str]]) -> tuple[Chain, ...]:
        labels = labelled(ends)
        reachability = Reachability(self._graph, labels, dict.fromkeys(self.sources, ALL_BITS))
        paths = find_forbidden_paths(reachability, dict.fromkeys(self.sources, (1 << len(ends)) - 1), indirect=True)
        names = sorted({path.chain for path in paths}, key=lambda chain: (len(chain), chain))
        return tuple(tuple(self._hops(chain)) for chain in names)

    def _hops(self, names: tuple[str, ...]) -> Iterator[Hop]:
        for one, other in pairwise(names):
            yield self._hop(Link(one, other, self._graph.imported_by(one)[other][0]))

    def _hop(self, link: Link) -> Hop:
        place = self.codebase.display_path(link.importer), link.line
        if found := self.interactions.get(link):
            return Hop(link.importer, found.callee, *place, found.channel, found.symbol)
        return Hop(link.importer, link.imported, *place)


def service_interactions(codebase: Codebase) -> tuple[Interaction, ...]:
    """The interactions between services other than imports: one for each line, callee and channel."""
    if not codebase.services:
        return ()
    found: dict[tuple[str, str, Channel, int], list[Interaction]] = {}
    for it in find_interactions(codebase, ServiceMap(codebase), {}, CALLS):
        found.setdefault((it.importer, it.callee, it.channel, it.location.line), []).append(it)
    return tuple(replace(same[0], symbol=", ".join(sorted({each.symbol for each in same}))) for same in found.values())


def _edges(interactions: Iterable[Interaction]) -> Iterator[tuple[Link, Interaction]]:
    for it in interactions:
        node = "\0".join((it.callee, it.channel, it.symbol))  # no module has such a name
        yield Link(it.importer, node, it.location.line), it
