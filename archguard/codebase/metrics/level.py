"""A level of units that are compared with each other: the components, the services, or the packages."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from archguard.codebase.codebase import Codebase
from archguard.codebase.facts import ClassCounts
from archguard.codebase.file_tasks import scan_files
from archguard.codebase.metrics.coupling import Coupling
from archguard.codebase.metrics.unit import Unit
from archguard.codebase.metrics.whole import Whole
from archguard.codebase.syntax.source import Source, SourceError
from archguard.dataclass import dataclass
from archguard.model.names import ModuleName, QualifiedName, shortened


@dataclass(frozen=True)
class Edge:
    """The imports of one unit by another."""

    importer: ModuleName
    """The importing unit."""
    imported: QualifiedName
    """The imported unit."""
    imports: int
    """How many imports there are."""


@dataclass(frozen=True)
class Level:
    """Disjoint sets of modules by name. Imports of modules in none of them are not counted."""

    name: str
    codebase: Codebase
    members: Mapping[str, frozenset[str]]

    @property
    def count(self) -> int:
        """How many units there are."""
        return len(self.members)

    @property
    def edges(self) -> tuple[Edge, ...]:
        """The imports between units."""
        return tuple(Edge(*units, len(links)) for units, links in self.coupling.links.items())

    @cached_property
    def coupling(self) -> Coupling:
        """The direct imports between the units."""
        return Coupling(self.codebase.imports, self.members)

    @cached_property
    def whole(self) -> Whole:
        """The metrics of the whole graph of units."""
        graph: dict[str, set[str]] = {name: set() for name in sorted(self.members)}
        for importer, imported in self.coupling.links:
            graph[importer].add(imported)
        return Whole(graph)

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The metrics of each unit."""
        return tuple(map(self.unit, self.members))

    def unit(self, name: str) -> Unit:
        """The metrics of the unit `name`."""
        classes = sum((self._classes.get(module, ClassCounts()) for module in self.members[name]), ClassCounts())
        return replace(self.coupled(name), classes=classes.every, abstract_classes=classes.abstract)

    @cached_property
    def _classes(self) -> Mapping[str, ClassCounts]:
        return classes_in(self.codebase)

    def coupled(self, name: str) -> Unit:
        """The metrics without class counts, for which files would have to be read."""
        return Unit(
            name=name,
            modules=len(self.members[name]),
            afferent=len(self._importers[name]),
            efferent=len(self.whole.graph[name]),
        )

    @cached_property
    def _importers(self) -> Mapping[str, Collection[str]]:
        importers = defaultdict[str, set[str]](set)
        for importer, imported in self.coupling.links:
            importers[imported].add(importer)
        return importers


def classes_in(codebase: Codebase) -> Mapping[str, ClassCounts]:
    """The class counts of modules, without those of modules that cannot be parsed, which are reported elsewhere."""
    return scan_files(codebase, "top-level classes", _classes_of)


def _classes_of(source: Source) -> ClassCounts | None:
    try:
        return ClassCounts.extract(source)
    except SourceError:
        return None


def packages(modules: Iterable[ModuleName], depth: int) -> Mapping[str, frozenset[str]]:
    """The packages (and modules) `depth` levels below the top-level ones, each with all below it, sorted.

    Modules above that level, such as the `__init__` of a top-level package, are units of their own.
    """
    units: dict[str, set[str]] = {}
    for module in sorted(modules):
        units.setdefault(shortened(module, depth + 1), set()).add(module)
    return {name: frozenset(found) for name, found in units.items()}
