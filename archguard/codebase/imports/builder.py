"""The import graph: what the files import, with names that packages pass on followed to where they are defined."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from archguard.codebase.imports.graph import ImportGraph, Link
from archguard.codebase.imports.grimp_scanner import ImportScanner, ScanResult
from archguard.codebase.imports.line_parser import absolute_names, names_in
from archguard.codebase.imports.reexports import Reexports
from archguard.codebase.imports.scan_cache import CachedScan, ScanCache
from archguard.codebase.imports.statements import Statements
from archguard.codebase.modules.discovery import Modules
from archguard.codebase.modules.namespace import ServiceNamespace, self_and_parents
from archguard.codebase.modules.pattern import Target
from archguard.codebase.modules.service_paths import ServicePaths
from archguard.codebase.parallel_map import parallel_map
from archguard.codebase.syntax.source import Source
from archguard.model import Problem

_WORTH_A_PROCESS = 500
"""So many files take a tenth of a second."""


@dataclass(frozen=True)
class BuiltGraph:
    """What the files import, and what could not be read."""

    graph: ImportGraph
    lazy: frozenset[Link]
    """The imports that say `lazy import`."""
    problems: tuple[Problem, ...]
    reexports: Reexports
    """Where the names are defined that packages pass on; nowhere else if these are not followed."""


def build_graph(  # noqa: PLR0913  # what is read, and how it is to be looked at
    root: Path,
    modules: Modules,
    externals: Collection[Target],
    excluded: frozenset[str],
    paths: ServicePaths,
    *,
    follow_reexports: bool,
    dynamic: bool,
) -> BuiltGraph:
    """Every import of `modules`.

    Args:
        root: The folder of the configuration.
        modules: The modules to read.
        externals: What is to be told from its top-level package, of what is outside of the project.
        excluded: What is to be told from its top-level package, of what is left out of the project.
        paths: Where the services are.
        follow_reexports: Whether `from package import name` counts as an import of the module that defines `name`.
        dynamic: Whether to look for `import_module("a.b")` and the like.
    """
    literal = frozenset(target.text for target in externals if target.literal)
    scanner = _GraphBuilder(root, modules, literal, excluded, dynamic)
    scanner.read_all()
    scanner.tell_apart([target for target in externals if not target.literal])
    scanner.follow_paths(paths)
    if follow_reexports:
        scanner.follow_reexports()
    return scanner.result()


@dataclass
class _GraphBuilder:
    """Collects what the files import."""

    root: Path
    modules: Modules
    externals: frozenset[str]
    excluded: frozenset[str]
    dynamic: bool
    found: ScanResult = field(default_factory=ScanResult)

    def __post_init__(self) -> None:
        self.sources = self.modules.sources
        self.statements = Statements(self.sources)
        self.known = self.sources.keys() | self.modules.namespaces | self.modules.opaque
        services = sorted({portion.service for portion in self.modules.package_roots})
        packages = {portion.package for portion in self.modules.package_roots}
        self.externals = frozenset(name for name in self.externals if not packages.intersection(self_and_parents(name)))
        self.views = {service: ServiceNamespace.of(service, self.modules.package_roots) for service in services}
        self.readers = {service: self._reader(view) for service, view in self.views.items()}
        self.reexports = Reexports({}, self.statements, self.known, self.views, follows=False)

    def _reader(self, view: ServiceNamespace) -> ImportScanner:
        return ImportScanner(self.modules, view, self.known, self.externals, self.excluded, self.dynamic)

    def read_all(self) -> None:
        """Read every file once."""
        kept = self._kept()
        kept.preset_markers(self.sources.values())
        unknown = [source for source in self.sources.values() if not self._knows(source, kept)]
        for found in parallel_map(self._read, unknown, _WORTH_A_PROCESS, native=True):
            self.found.add(found)
        for module, signs in self.found.markers.items():
            self.sources[module].preset_markers(signs)
        kept.save(self.sources.values(), self._told)

    def _read(self, sources: Sequence[Source]) -> ScanResult:
        found = ScanResult()
        for service, own in _by_service(sources):
            self.readers[service].read(own, found)
        return found

    def _knows(self, source: Source, kept: ScanCache) -> bool:
        """Take what was told of `source` before, if it was."""
        told = kept.cached(source)
        if told is not None and self.readers[source.service].is_for_grimp(source, self.found):
            self.found.by_grimp[source.module] = {imported: set(lines) for imported, lines in told.lines.items()}
            for imported, line, text in told.texts:
                self.found.into_packages[Link(source.module, imported, line)] = text
        return told is not None

    def tell_apart(self, targets: Collection[Target]) -> None:
        """Read the importers of what `targets` with wildcards may mean again, with what they do mean told apart."""
        roots = {target.text.partition(".")[0] for target in targets} - self.known
        lines = {
            (importer, line)
            for importer, found in self.found.by_grimp.items()
            for root in roots & found.keys()
            for line in found[root]
        }
        named = {target for importer, line in sorted(lines) for target in self.statements.targets_at(importer, line)}
        self.externals |= {unit for target in targets for name in named if (unit := target.unit(name))}
        self._read_again({importer for importer, _ in lines})

    def _read_again(self, modules: Collection[str]) -> None:
        into_packages = self.found.into_packages
        self.found.into_packages = {link: text for link, text in into_packages.items() if link.importer not in modules}
        for service, own in _by_service(self.sources[module] for module in modules):
            for source in own:
                del self.found.by_grimp[source.module]
            self._reader(self.views[service]).scan(own, self.found)

    def follow_paths(self, paths: ServicePaths) -> None:
        """Take imports that name the folder of a service to the modules of the service."""
        first_names = paths.first_names - self.known
        for importer, imported in self.found.by_grimp.items():
            for name in first_names & imported.keys():
                for line in sorted(imported[name]):
                    named = [paths.module(target, self.known) for target in self.statements.targets_at(importer, line)]
                    for module in {*named} - {"", importer}:
                        imported.setdefault(module, set()).add(line)
                    if all(named):
                        imported[name].discard(line)

    def follow_reexports(self) -> None:
        """Take imports of packages that only pass names on to the modules that define those."""
        imported = {link.imported for link in self.found.into_packages}
        packages = {module: self._lines(module) for module in imported}
        reexports = self.reexports = Reexports(packages, self.statements, self.known, self.views)
        for link, text in self.found.into_packages.items():
            names = self._names_in(link, text)
            origins = {origin for name in names for origin in reexports.origins(name) or (link.imported,)}
            if origins - {link.imported}:
                self._lead_to(link, origins)

    def _lines(self, module: str) -> Collection[int] | None:
        found = self.found.by_grimp.get(module)
        return None if found is None else {line for lines in found.values() for line in lines}

    def _names_in(self, link: Link, text: str) -> Iterator[str]:
        """What the statement behind `link` names in the package, or the package itself; none that is a module."""
        source = self.sources[link.importer]
        view = self.views[source.service]
        for target in map(view.qualified, self._targets(source, link.line, text)):
            inside = target.rpartition(".")[0] == link.imported and target not in self.known
            if inside or target == link.imported:
                yield target

    def _targets(self, source: Source, line: int, text: str) -> list[str]:
        written = names_in(text)
        if written is None:
            return self.statements.targets_at(source.module, line)
        return [found.target for found in absolute_names(written, source.package)]

    def _lead_to(self, link: Link, origins: AbstractSet[str]) -> None:
        """Take the import to `origins` in place of its package."""
        imported = self.found.by_grimp[link.importer]
        imported[link.imported].discard(link.line)
        for origin in origins - {link.importer}:
            imported.setdefault(origin, set()).add(link.line)
            if link in self.found.lazy:
                self.found.lazy.add(link._replace(imported=origin))

    def result(self) -> BuiltGraph:
        """What was found, in the graph's form."""
        found = self.found
        for link in found.by_ast:
            found.by_grimp.setdefault(link.importer, {}).setdefault(link.imported, set()).add(link.line)
        lines = {module: _ordered(found.by_grimp.pop(module, {})) for module in sorted(self.known)}
        graph = ImportGraph(frozenset(self.known), lines)
        return BuiltGraph(graph, frozenset(found.lazy), tuple(found.problems), self.reexports)

    def _kept(self) -> ScanCache:
        portions = [(one.service, one.package, str(one.directory)) for one in self.modules.package_roots]
        names = (self.known, self.modules.namespaces, self.modules.opaque, self.excluded)
        return ScanCache.load(self.root, (portions, sorted(self.externals)), [sorted(some) for some in names])

    def _told(self) -> dict[str, CachedScan]:
        lazy = {link.importer for link in self.found.lazy}
        texts: dict[str, list[tuple[str, int, str]]] = {}
        for link, text in self.found.into_packages.items():
            texts.setdefault(link.importer, []).append((link.imported, link.line, text))
        return {
            module: CachedScan({imported: [*lines] for imported, lines in found.items()}, texts.get(module, []))
            for module, found in self.found.by_grimp.items()
            if module not in lazy
        }


def _by_service(sources: Iterable[Source]) -> list[tuple[str, list[Source]]]:
    ordered = sorted(sources, key=lambda source: (source.service, source.module))
    return [(service, list(group)) for service, group in groupby(ordered, key=lambda source: source.service)]


def _ordered(found: Mapping[str, Collection[int]]) -> dict[str, tuple[int, ...]]:
    return {imported: tuple(sorted(found[imported])) for imported in sorted(found) if found[imported]}
