"""Build the import graph of a code base.

1. `read_all`: scan every file, in parallel, except those whose scan is cached (`import_scanner`).
2. `distinguish_externals`: scan the importers of externals with wildcards (`google.*`) again, with their names known.
3. `follow_paths`: map imports by the folder of a service to the modules of the service.
4. `follow_reexports`: replace imports of a package by the modules that define the imported names.

Cost: nearly all of it is the scan, 0.2 ms per file and core; cached scans skip it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import field
from itertools import groupby
from pathlib import Path

from archguard.codebase.imports.graph import ImportGraph, Link
from archguard.codebase.imports.import_scanner import ImportScanner, ScanResult
from archguard.codebase.imports.line_parser import absolute_names, names_in
from archguard.codebase.imports.reexports import Reexports
from archguard.codebase.imports.scan_cache import CachedScan, KnownNames, ScanCache
from archguard.codebase.imports.statements import Statements
from archguard.codebase.modules.discovery import Modules
from archguard.codebase.modules.namespace import ServiceNamespace
from archguard.codebase.modules.pattern import Target
from archguard.codebase.modules.service_paths import ServicePaths
from archguard.codebase.parallel_map import parallel_map
from archguard.codebase.syntax.source import Source
from archguard.dataclass import dataclass
from archguard.model import Problem
from archguard.model.names import ModuleName, parent_name, self_and_parents, top_package

_FILES_PER_PROCESS = 500
"""Files per process at least: these take a tenth of a second to scan; for fewer, a fork does not pay."""


@dataclass(frozen=True)
class BuiltGraph:
    """The import graph, with what else the scan has found."""

    graph: ImportGraph
    lazy: frozenset[Link]
    """The imports by a `lazy import` statement (PEP 810)."""
    problems: tuple[Problem, ...]
    reexports: Reexports
    """Resolves re-exported names; without `follow_reexports`, every name to itself."""
    externals: frozenset[ModuleName]
    """The external modules that are distinguished from their top-level package."""


def build_graph(  # noqa: PLR0913  # each is one setting of the configuration
    root: Path,
    modules: Modules,
    externals: Collection[Target],
    excluded: frozenset[ModuleName],
    paths: ServicePaths,
    *,
    follow_reexports: bool,
    dynamic: bool,
) -> BuiltGraph:
    """Build the graph of the imports of `modules`.

    Args:
        root: The folder of the configuration.
        modules: The modules to read.
        externals: External modules to distinguish from their top-level package, such as `google.cloud.storage`.
        excluded: Modules excluded from the project, to distinguish from their top-level package.
        paths: Resolves imports by the folder of a service.
        follow_reexports: Whether `from package import name` counts as an import of the module that defines `name`.
        dynamic: Whether to extract `import_module("a.b")` and the like.
    """
    literal = frozenset(target.text for target in externals if target.literal)
    builder = _GraphBuilder(root, modules, literal, excluded, dynamic)
    builder.read_all()
    builder.distinguish_externals([target for target in externals if not target.literal])
    builder.follow_paths(paths)
    if follow_reexports:
        builder.follow_reexports()
    return builder.result()


@dataclass
class _GraphBuilder:
    """Collects the imports of all files, phase by phase; see the module docstring."""

    root: Path
    modules: Modules
    externals: frozenset[ModuleName]
    excluded: frozenset[ModuleName]
    dynamic: bool
    found: ScanResult = field(default_factory=ScanResult)

    def __post_init__(self) -> None:
        self.sources = self.modules.sources
        self.statements = Statements(self.sources)
        self.known = self.sources.keys() | self.modules.namespaces | self.modules.opaque
        services = sorted({portion.service for portion in self.modules.package_roots})
        packages = {portion.package for portion in self.modules.package_roots}
        # grimp takes a name for external or internal, never both: those below a package of the project are internal.
        self.externals = frozenset(name for name in self.externals if not packages.intersection(self_and_parents(name)))
        self.views = {service: ServiceNamespace.of(service, self.modules.package_roots) for service in services}
        self.scanners = {service: self._scanner(view) for service, view in self.views.items()}
        self.reexports = Reexports({}, self.statements, self.known, self.views, follows=False)

    def _scanner(self, view: ServiceNamespace) -> ImportScanner:
        return ImportScanner(self.modules, view, self.known, self.externals, self.excluded, self.dynamic)

    def read_all(self) -> None:
        """Scan every file whose scan is not cached."""
        cache = self._load_cache()
        cache.preset_markers(self.sources.values())
        unknown = [source for source in self.sources.values() if not self._take_cached(source, cache)]
        for found in parallel_map(self._read, unknown, _FILES_PER_PROCESS, native=True):
            self.found.add(found)
        for module, markers in self.found.markers.items():
            self.sources[module].preset_markers(markers)
        cache.save(self.sources.values(), self._scans)

    def _read(self, sources: Sequence[Source]) -> ScanResult:
        found = ScanResult()
        for service, own in _by_service(sources):
            self.scanners[service].read(own, found)
        return found

    def _take_cached(self, source: Source, cache: ScanCache) -> bool:
        """Take the cached scan of `source`, if there is one."""
        scan = cache.cached(source)
        if scan is not None and self.scanners[source.service].is_for_grimp(source, self.found):
            self.found.by_grimp[source.module] = {imported: set(lines) for imported, lines in scan.lines.items()}
            for imported, line, text in scan.texts:
                self.found.into_packages[Link(source.module, imported, line)] = text
        return scan is not None

    def distinguish_externals(self, targets: Collection[Target]) -> None:
        """Resolve `targets` with wildcards to the imported names that they match, and scan their importers again.

        Only the imports tell which names a wildcard matches, and grimp distinguishes only names that it knows.
        """
        roots = {top_package(target.text) for target in targets} - self.known
        lines = {
            (importer, line)
            for importer, found in self.found.by_grimp.items()
            for root in roots & found.keys()
            for line in found[root]
        }
        named = {target for importer, line in sorted(lines) for target in self.statements.targets_at(importer, line)}
        self.externals |= {unit for target in targets for name in named if (unit := target.unit(name))}
        self._rescan({importer for importer, _ in lines})

    def _rescan(self, modules: Collection[ModuleName]) -> None:
        into_packages = self.found.into_packages
        self.found.into_packages = {link: text for link, text in into_packages.items() if link.importer not in modules}
        for service, own in _by_service(self.sources[module] for module in modules):
            for source in own:
                # The rows that are dropped here are scanned anew just below.
                del self.found.by_grimp[source.module]
            self._scanner(self.views[service]).scan(own, self.found)

    def follow_paths(self, paths: ServicePaths) -> None:
        """Map imports by the folder of a service to the modules of the service."""
        first_names = paths.first_names - self.known
        for importer, imported in self.found.by_grimp.items():
            for name in first_names & imported.keys():
                for line in sorted(imported[name]):
                    named = [paths.module(target, self.known) for target in self.statements.targets_at(importer, line)]
                    for module in {*named} - {"", importer}:
                        imported.setdefault(module, set()).add(line)
                    # One that could not be mapped stays an import of the folder, so that no import is lost.
                    if all(named):
                        imported[name].discard(line)

    def follow_reexports(self) -> None:
        """Replace imports of a package by imports of the modules that define the names."""
        imported = {link.imported for link in self.found.into_packages}
        packages = {module: self._lines(module) for module in imported}
        reexports = self.reexports = Reexports(packages, self.statements, self.known, self.views)
        for link, text in self.found.into_packages.items():
            names = self._names_in(link, text)
            origins = {origin for name in names for origin in reexports.origins(name) or (link.imported,)}
            # If only the package itself defines what is named, the import stays as it is.
            if origins - {link.imported}:
                self._redirect(link, origins)

    def _lines(self, module: ModuleName) -> Collection[int] | None:
        found = self.found.by_grimp.get(module)
        return None if found is None else {line for lines in found.values() for line in lines}

    def _names_in(self, link: Link, text: str) -> Iterator[str]:
        """The names that the statement of `link` imports from the package, or the package itself; no modules."""
        source = self.sources[link.importer]
        view = self.views[source.service]
        for target in map(view.qualified, self._targets(source, link.line, text)):
            inside = parent_name(target) == link.imported and target not in self.known
            if inside or target == link.imported:
                yield target

    def _targets(self, source: Source, line: int, text: str) -> list[str]:
        written = names_in(text)
        if written is None:
            return self.statements.targets_at(source.module, line)
        return [found.target for found in absolute_names(written, source.package)]

    def _redirect(self, link: Link, origins: AbstractSet[str]) -> None:
        """Replace the import of the package by imports of `origins`."""
        imported = self.found.by_grimp[link.importer]
        imported[link.imported].discard(link.line)
        for origin in origins - {link.importer}:
            imported.setdefault(origin, set()).add(link.line)
            if link in self.found.lazy:
                self.found.lazy.add(link._replace(imported=origin))

    def result(self) -> BuiltGraph:
        """The graph of all imports found."""
        found = self.found
        for link in found.by_ast:
            found.by_grimp.setdefault(link.importer, {}).setdefault(link.imported, set()).add(link.line)
        # Taken out one by one, so that both forms are not in memory at once.
        lines = {module: _ordered(found.by_grimp.pop(module, {})) for module in sorted(self.known)}
        graph = ImportGraph(frozenset(self.known), lines)
        return BuiltGraph(graph, frozenset(found.lazy), tuple(found.problems), self.reexports, self.externals)

    def _load_cache(self) -> ScanCache:
        portions = [(one.service, one.package, str(one.directory)) for one in self.modules.package_roots]
        packages = sorted(source.module for source in self.sources.values() if source.is_package)
        others = [sorted(some) for some in (self.modules.namespaces, self.modules.opaque, self.excluded)]
        names = KnownNames(sorted(self.known), packages, others)
        return ScanCache.load(self.root, (portions, sorted(self.externals)), names)

    def _scans(self) -> dict[str, CachedScan]:
        lazy = {link.importer for link in self.found.lazy}
        texts: dict[str, list[tuple[str, int, str]]] = {}
        for link, text in self.found.into_packages.items():
            texts.setdefault(link.importer, []).append((link.imported, link.line, text))
        return {
            module: CachedScan({imported: [*lines] for imported, lines in found.items()}, texts.get(module, []))
            for module, found in self.found.by_grimp.items()
            # A row has no place for `lazy`, and few files have such imports: they are scanned each time.
            if module not in lazy
        }


def _by_service(sources: Iterable[Source]) -> list[tuple[str, list[Source]]]:
    ordered = sorted(sources, key=lambda source: (source.service, source.module))
    return [(service, list(group)) for service, group in groupby(ordered, key=lambda source: source.service)]


def _ordered(found: Mapping[str, Collection[int]]) -> dict[str, tuple[int, ...]]:
    return {imported: tuple(sorted(found[imported])) for imported in sorted(found) if found[imported]}
