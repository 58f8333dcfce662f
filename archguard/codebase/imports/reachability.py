"""Which modules reach which others through imports, and the shortest paths that a contract forbids.

Targets are labelled with bits, so that one breadth-first sweep over the reversed graph answers for all of them:
`closure` costs one visit a module for each time that its bits grow, in practice about one pass over the edges. A path
is only searched for where a forbidden bit is found.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from archguard.codebase.imports.graph import ImportGraph, Link

ALL_BITS = -1
"""All bits: nothing leads on from a module that blocks it."""

_MOST = 20
"""Up to so many things that one import leads to are violations of their own."""


@dataclass(frozen=True)
class Reachability:
    """Which labelled modules each module reaches. Labels are bits, so that one sweep answers for all of them."""

    graph: ImportGraph
    labels: Mapping[str, int]
    """The bits of the modules that may be reached."""
    barriers: Mapping[str, int]
    """The bits that lead no further than to this module."""
    then: "Reachability | None" = None
    """Where to go on from a labelled module, when that is only on the way."""

    @cached_property
    def closure(self) -> Mapping[str, int]:
        """The bits of what each module is, or reaches through modules that do not block them."""
        masks = dict(self.labels)
        queue = deque(sorted(masks))
        while queue:
            module = queue.popleft()
            for importer in self.graph.importers.get(module, ()):
                known = masks.get(importer, 0)
                passed = masks[module] & ~self.barriers.get(importer, 0)
                if passed & ~known:
                    masks[importer] = known | passed
                    queue.append(importer)
        return masks

    def chain(self, module: str, bit: int) -> tuple[str, ...]:
        """A shortest way from `module` to one that is labelled `bit`, both ends included."""
        chain = [module]
        while not self.labels.get(chain[-1], 0) & bit:
            chain.append(self._nearer(bit)[chain[-1]])
        return (*chain, *self.then.chain(chain[-1], bit)[1:]) if self.then else tuple(chain)

    def _nearer(self, bit: int) -> Mapping[str, str]:
        if bit not in self._ways:
            self._ways[bit] = self._search(bit)
        return self._ways[bit]

    def _search(self, bit: int) -> Mapping[str, str]:
        """Breadth first from the labelled modules backwards: the next module on a shortest way."""
        goals = sorted(module for module, mask in self.labels.items() if mask & bit)
        nearer: dict[str, str] = {}
        queue = deque(goals)
        while queue:
            module = queue.popleft()
            for importer in self.graph.importers.get(module, ()):
                if importer not in nearer and not (self.barriers.get(importer, 0) | self.labels.get(importer, 0)) & bit:
                    nearer[importer] = module
                    queue.append(importer)
        return nearer

    @cached_property
    def _ways(self) -> dict[int, Mapping[str, str]]:
        return {}


@dataclass(frozen=True)
class ReachabilityRule:
    """Imports that are forbidden since they are, or lead to, something that the importer must not reach."""

    reachability: Reachability
    forbidden: Mapping[str, int]
    """The bits that each module must not reach."""
    indirect: bool = True
    """Whether an import counts that leads there through other modules."""

    @property
    def targets_mask(self) -> Mapping[str, int]:
        """The bits for which an import of each module counts."""
        return self.reachability.closure if self.indirect else self.reachability.labels

    @cached_property
    def sources_mask(self) -> Mapping[str, int]:
        """The bits that each module must not reach, or must not lead others to that must not.

        An import lies on a forbidden way if, and only if, what holds the importer is reached by the imported.
        """
        held = {module: bits for module, bits in self.forbidden.items() if bits}
        queue = deque(sorted(held) if self.indirect else ())
        while queue:
            module = queue.popleft()
            for imported in self.reachability.graph.imported_by(module):
                passed = held[module] & ~self.reachability.barriers.get(imported, 0)
                if passed & ~held.get(imported, 0):
                    held[imported] = held.get(imported, 0) | passed
                    queue.append(imported)
        return held


@dataclass(frozen=True)
class ForbiddenPath:
    """An import that is forbidden, and a way from it to what must not be reached."""

    link: Link
    chain: tuple[str, ...]
    """All modules on the way, the importer first; two of them when the import itself is forbidden."""
    bit: int
    """The label of what is reached."""
    more: int = 0
    """How many others the import leads to, where they are too many to tell one by one."""

    @property
    def position(self) -> int:
        """The position of what is reached among the units that were labelled."""
        return self.bit.bit_length() - 1


def labelled(units: Collection[Collection[str]]) -> dict[str, int]:
    """A bit for each unit, on each of its modules."""
    labels: dict[str, int] = {}
    for position, unit in enumerate(units):
        for module in unit:
            labels[module] = labels.get(module, 0) | 1 << position
    return labels


def find_forbidden_paths(
    reach: Reachability, forbidden: Mapping[str, int], *, indirect: bool, most: int = _MOST
) -> Iterator[ForbiddenPath]:
    """Every import by a module of `forbidden` that is, or leads to, something with a bit that is forbidden to it.

    An import that leads to more than `most` things is one route, to the first of them. So is one of something that
    belongs to several of them: sets of what is forbidden may overlap, and the import itself is wrong only once.
    """
    reached = reach.closure if indirect else reach.labels
    for importer in sorted(forbidden):
        lines = reach.graph.imported_by(importer)
        for imported in sorted(name for name in lines if reached.get(name, 0) & forbidden[importer]):
            bits = _told_apart(reached[imported] & forbidden[importer], reach.labels.get(imported, 0))
            more = bits.bit_count() - 1 if bits.bit_count() > most else 0
            for bit in _bits(bits & -bits if more else bits):
                chain = (importer, *reach.chain(imported, bit))
                for line in lines[imported]:
                    yield ForbiddenPath(Link(importer, imported, line), chain, bit, more)


def _told_apart(bits: int, own: int) -> int:
    """`bits` with the lowest alone of those that the imported module has of its `own`."""
    direct = bits & own
    return bits & ~direct | direct & -direct


def _bits(mask: int) -> Iterator[int]:
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit
