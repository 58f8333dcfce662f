"""The import graph: modules as nodes, import statements with their lines as edges."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from archguard.dataclass import dataclass
from archguard.incremental.fingerprint import content_digest
from archguard.model.names import ModuleName, QualifiedName


class Link(NamedTuple):
    """`importer` imports `imported` at `line`."""

    importer: ModuleName
    imported: QualifiedName
    line: int


@dataclass(frozen=True)
class ImportGraph:
    """The imports among `modules`, and from them to packages outside, each with its lines."""

    modules: frozenset[ModuleName]
    lines: Mapping[str, Mapping[str, tuple[int, ...]]]
    """importer -> imported -> the lines of the import statements, ascending."""

    def imported_by(self, module: ModuleName) -> Mapping[str, tuple[int, ...]]:
        """The modules that `module` imports, each with its lines."""
        return self.lines.get(module, {})

    def links(self, importers: Iterable[ModuleName] | None = None) -> Iterator[Link]:
        """Every import of `importers`, by default of all, sorted."""
        for importer in sorted(self.lines if importers is None else importers):
            for imported, lines in sorted(self.imported_by(importer).items()):
                for line in lines:
                    yield Link(importer, imported, line)

    @cached_property
    def importers(self) -> Mapping[str, tuple[str, ...]]:
        """The importers of each module, sorted."""
        importers: dict[str, list[str]] = {}
        for importer in sorted(self.lines):
            for imported in self.lines[importer]:
                importers.setdefault(imported, []).append(importer)
        return {imported: tuple(names) for imported, names in importers.items()}

    @cached_property
    def externals(self) -> frozenset[ModuleName]:
        """The imported modules outside of the project."""
        return frozenset(self.importers.keys() - self.modules)

    @cached_property
    def digest(self) -> str:
        """A digest of which modules import which others, whatever the lines."""
        text = "\n".join(" ".join((importer, *sorted(imported))) for importer, imported in sorted(self.lines.items()))
        return content_digest(text.encode("utf-8", "surrogatepass"))

    @cached_property
    def digest_with_lines(self) -> str:
        """A digest of all modules and imports with their lines."""
        lines = (f"{importer} {sorted(imported.items())}" for importer, imported in sorted(self.lines.items()))
        text = "\n".join((" ".join(sorted(self.modules)), *lines))
        return content_digest(text.encode("utf-8", "surrogatepass"))

    def count(self, importers: Collection[ModuleName]) -> int:
        """How many import statements `importers` have."""
        counts = self._counts
        return sum(counts.get(name, 0) for name in importers)

    @cached_property
    def _counts(self) -> Mapping[str, int]:
        return {importer: sum(map(len, imported.values())) for importer, imported in self.lines.items()}

    def without(self, links: Collection[Link]) -> "ImportGraph":
        """A copy of the graph without `links`."""
        if not links:
            return self
        changed = {link.importer for link in links}
        removed = frozenset(links)
        lines = {
            importer: _remaining(importer, imported, removed) if importer in changed else imported
            for importer, imported in self.lines.items()
        }
        return ImportGraph(self.modules, lines)

    def with_links(self, links: Collection[Link]) -> "ImportGraph":
        """A copy of the graph with `links` added."""
        if not links:
            return self
        lines = dict(self.lines)
        for importer, group in groupby(sorted(links), key=lambda link: link.importer):
            imported = dict(lines.get(importer, {}))
            for link in group:
                imported[link.imported] = tuple(sorted((*imported.get(link.imported, ()), link.line)))
            lines[importer] = imported
        return ImportGraph(self.modules, lines)


def _remaining(
    importer: ModuleName, imported: Mapping[str, tuple[int, ...]], removed: frozenset[Link]
) -> Mapping[str, tuple[int, ...]]:
    remaining = {
        name: tuple(line for line in lines if Link(importer, name, line) not in removed)
        for name, lines in imported.items()
    }
    return {name: lines for name, lines in remaining.items() if lines}
