"""Which module imports which, and what that lets each of them reach."""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple


class Link(NamedTuple):
    """`importer` imports `imported` at `line`."""

    importer: str
    imported: str
    line: int


@dataclass(frozen=True)
class ImportGraph:
    """The imports among `modules`, and from them to packages outside, each with its lines."""

    modules: frozenset[str]
    lines: Mapping[str, Mapping[str, tuple[int, ...]]]
    """importer -> imported -> the lines of the import statements, ascending."""

    def imported_by(self, module: str) -> Mapping[str, tuple[int, ...]]:
        """What `module` imports, and at which lines."""
        return self.lines.get(module, {})

    def links(self) -> Iterator[Link]:
        """Every import, sorted."""
        for importer in sorted(self.lines):
            for imported in sorted(self.lines[importer]):
                for line in self.lines[importer][imported]:
                    yield Link(importer, imported, line)

    @cached_property
    def importers(self) -> Mapping[str, tuple[str, ...]]:
        """Who imports each module, sorted."""
        importers: dict[str, list[str]] = {}
        for importer in sorted(self.lines):
            for imported in self.lines[importer]:
                importers.setdefault(imported, []).append(importer)
        return {imported: tuple(names) for imported, names in importers.items()}

    @cached_property
    def externals(self) -> frozenset[str]:
        """What is imported from outside."""
        return frozenset(self.importers.keys() - self.modules)

    def count(self, importers: Collection[str]) -> int:
        """How many import statements `importers` have."""
        return sum(sum(map(len, self.imported_by(name).values())) for name in importers)

    def without(self, links: Collection[Link]) -> "ImportGraph":
        """The same graph less `links`."""
        if not links:
            return self
        changed = {link.importer for link in links}
        removed = frozenset(links)
        lines = {
            importer: _kept(importer, imported, removed) if importer in changed else imported
            for importer, imported in self.lines.items()
        }
        return ImportGraph(self.modules, lines)

    def with_links(self, links: Collection[Link]) -> "ImportGraph":
        """The same graph and `links`."""
        if not links:
            return self
        lines = dict(self.lines)
        for importer, group in groupby(sorted(links), key=lambda link: link.importer):
            imported = dict(lines.get(importer, {}))
            for link in group:
                imported[link.imported] = tuple(sorted((*imported.get(link.imported, ()), link.line)))
            lines[importer] = imported
        return ImportGraph(self.modules, lines)


def _kept(
    importer: str, imported: Mapping[str, tuple[int, ...]], removed: frozenset[Link]
) -> Mapping[str, tuple[int, ...]]:
    left = {
        name: tuple(line for line in lines if Link(importer, name, line) not in removed)
        for name, lines in imported.items()
    }
    return {name: lines for name, lines in left.items() if lines}


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
