"""Reachability in the import graph, and the shortest paths that a contract forbids.

Each target is one bit of an integer. A worklist over the reversed graph propagates the bits of all targets at once, so
`closure` is a fixed point: a module is visited again only when it gains a bit, in practice about one pass over the
edges. A shortest path is searched, breadth first, only where a forbidden bit is found.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from archguard.codebase.imports.graph import ImportGraph, Link
from archguard.dataclass import dataclass
from archguard.model.names import ModuleName

ALL_BITS = -1
"""All bits: a barrier that no path passes through."""

_MAX_LISTED_TARGETS = 20
"""An import that reaches more targets than this is one violation: a list of all would hide the import itself."""


@dataclass(frozen=True)
class Reachability:
    """The labelled modules that each module reaches. A label is one bit; see the module docstring."""

    graph: ImportGraph
    labels: Mapping[str, int]
    """The bits of each target module."""
    barriers: Mapping[str, int]
    """The bits that do not propagate through each module: paths to those targets must not pass it."""
    then: "Reachability | None" = None
    """The second leg of a path, if the labelled modules are only intermediate (`via`)."""

    @cached_property
    def closure(self) -> Mapping[str, int]:
        """The bits of the targets that each module is, or reaches without passing a barrier."""
        masks = dict(self.labels)
        # Sorted, so that modules are visited in the same order in each process; the fixed point itself is the same for
        # any order.
        queue = deque(sorted(masks))
        while queue:
            module = queue.popleft()
            for importer in self.graph.importers.get(module, ()):
                known = masks.get(importer, 0)
                passed = masks[module] & ~self.barriers.get(importer, 0)
                # Bits are only ever added, and there are finitely many: this is why it ends, cycles of imports
                # included.
                if passed & ~known:
                    masks[importer] = known | passed
                    queue.append(importer)
        return masks

    def chain(self, module: ModuleName, bit: int) -> tuple[str, ...]:
        """A shortest path from `module` to one that is labelled `bit`, both ends included."""
        chain = [module]
        while not self.labels.get(chain[-1], 0) & bit:
            chain.append(self._next_hops(bit)[chain[-1]])
        return (*chain, *self.then.chain(chain[-1], bit)[1:]) if self.then else tuple(chain)

    def _next_hops(self, bit: int) -> Mapping[str, str]:
        if bit not in self._next_hops_by_bit:
            self._next_hops_by_bit[bit] = self._search_next_hops(bit)
        return self._next_hops_by_bit[bit]

    def _search_next_hops(self, bit: int) -> Mapping[str, str]:
        """The next module on a shortest path to `bit`: breadth first, backwards from the labelled modules."""
        goals = sorted(module for module, mask in self.labels.items() if mask & bit)
        next_hop: dict[str, str] = {}
        queue = deque(goals)
        while queue:
            module = queue.popleft()
            for importer in self.graph.importers.get(module, ()):
                if (
                    importer not in next_hop
                    # A shortest path never leads through another module of the target: it would end there.
                    and not (self.barriers.get(importer, 0) | self.labels.get(importer, 0)) & bit
                ):
                    next_hop[importer] = module
                    queue.append(importer)
        return next_hop

    @cached_property
    def _next_hops_by_bit(self) -> dict[int, Mapping[str, str]]:
        return {}


@dataclass(frozen=True)
class ReachabilityRule:
    """Forbids the imports by which a module reaches, directly or indirectly, a target that it must not reach."""

    reachability: Reachability
    forbidden: Mapping[str, int]
    """The bits that each module must not reach."""
    indirect: bool = True
    """Whether paths through other modules count."""

    @property
    def targets_mask(self) -> Mapping[str, int]:
        """The bits of the targets that an import of each module reaches."""
        return self.reachability.closure if self.indirect else self.reachability.labels

    @cached_property
    def sources_mask(self) -> Mapping[str, int]:
        """The bits that each module, or a module that reaches it, must not reach.

        An import lies on a forbidden path if and only if the sources mask of the importer and the targets mask of the
        imported module share a bit.
        """
        masks = {module: bits for module, bits in self.forbidden.items() if bits}
        # Downwards, from the modules that are restricted to what they import: the reverse of `closure`.
        queue = deque(sorted(masks) if self.indirect else ())
        while queue:
            module = queue.popleft()
            for imported in self.reachability.graph.imported_by(module):
                passed = masks[module] & ~self.reachability.barriers.get(imported, 0)
                if passed & ~masks.get(imported, 0):
                    masks[imported] = masks.get(imported, 0) | passed
                    queue.append(imported)
        return masks


@dataclass(frozen=True)
class ForbiddenPath:
    """A forbidden import, and a shortest path from it to the forbidden target."""

    link: Link
    chain: tuple[str, ...]
    """The modules on the path, the importer first; two of them if the import itself is forbidden."""
    bit: int
    """The label of the target."""
    more: int
    """How many more targets the import reaches, if they are too many to list."""

    @property
    def position(self) -> int:
        """The index of the target among the units that `labelled` was called with."""
        return self.bit.bit_length() - 1


def labelled(units: Collection[Collection[str]]) -> dict[str, int]:
    """Label each module with the bits of its units: bit n for the n-th unit."""
    labels: dict[str, int] = {}
    for position, unit in enumerate(units):
        for module in unit:
            labels[module] = labels.get(module, 0) | 1 << position
    return labels


def find_forbidden_paths(
    reach: Reachability, forbidden: Mapping[str, int], *, indirect: bool, most: int = _MAX_LISTED_TARGETS
) -> Iterator[ForbiddenPath]:
    """Every import of a module in `forbidden` that reaches a target whose bit is forbidden to the module.

    An import that reaches more than `most` targets gives one path, to the first of them. So does an import of a module
    that belongs to several targets: forbidden sets may overlap, and the import itself is wrong only once.
    """
    reached = reach.closure if indirect else reach.labels
    for importer in sorted(forbidden):
        lines = reach.graph.imported_by(importer)
        for imported in sorted(name for name in lines if reached.get(name, 0) & forbidden[importer]):
            bits = _one_direct_bit(reached[imported] & forbidden[importer], reach.labels.get(imported, 0))
            more = bits.bit_count() - 1 if bits.bit_count() > most else 0
            for bit in _bits(bits & -bits if more else bits):
                chain = (importer, *reach.chain(imported, bit))
                for line in lines[imported]:
                    yield ForbiddenPath(Link(importer, imported, line), chain, bit, more)


def _one_direct_bit(bits: int, own: int) -> int:
    """`bits`, but of the labels of the imported module itself (`own`) only the lowest one."""
    # `x & -x` is the lowest bit of x, in two's complement.
    direct = bits & own
    return bits & ~direct | direct & -direct


def _bits(mask: int) -> Iterator[int]:
    while mask:
        bit = mask & -mask
        yield bit
        mask ^= bit
