"""Scan the imports of files with grimp. The only module that imports grimp.

grimp's own `build_graph` looks packages up in `sys.path`, silently drops folders without `__init__.py`, knows only one
package of a name, and stops at the first file that it cannot parse. Its scanner has none of these limits, so archguard
finds the modules itself and passes them to `grimp.application.scanning`. The scanner resolves an import to the deepest
module that it knows, or else to the top-level package. So names to distinguish that are no modules of the graph
(`google.cloud.storage`, a re-exported name, an excluded module) are passed to it as modules too.

Four kinds of files are parsed by `ast` instead, or in addition: those with dynamic imports, with relative imports that
leave the top-level package (grimp aborts there), shadowed by a file of the same name, or with very long import lines.
"""

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from grimp.application.ports.modulefinder import FoundPackage, ModuleFile
from grimp.application.scanning import scan_imports
from grimp.domain.valueobjects import DirectImport, Module
from grimp.exceptions import SourceSyntaxError

from archguard.codebase.imports.dynamic import DYNAMIC, unfollowed_imports
from archguard.codebase.imports.extract import Import, ImportTrait
from archguard.codebase.imports.graph import Link
from archguard.codebase.imports.line_parser import names_in, text_at
from archguard.codebase.imports.statements import Statements
from archguard.codebase.modules.discovery import Modules, PackageRoot
from archguard.codebase.modules.namespace import ServiceNamespace, self_and_parents
from archguard.codebase.syntax.source import LONG_IMPORT, Draft, Source, SourceError
from archguard.model import Problem

_BATCH_SIZE = 1700
"""Files per call of grimp, whose memory grows with the batch."""
_MAX_BATCHES = 8
"""A batch is at least an eighth of the project: grimp is passed all modules for each batch, which takes time too."""
os.environ.setdefault("RUST_MIN_STACK", str(64 << 20))  # grimp parses by recursion; an overflow kills the process


@dataclass
class ScanResult:
    """The imports of some files: `by_grimp` those of whole files, `by_ast` those that grimp misses."""

    by_grimp: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    """importer -> imported -> lines."""
    by_ast: set[Link] = field(default_factory=set)
    into_packages: dict[Link, str] = field(default_factory=dict)
    """The statement of each import of a package in the project; the package may re-export the imported names."""
    lazy: set[Link] = field(default_factory=set)
    """The imports by a `lazy import` statement (PEP 810)."""
    problems: list[Problem] = field(default_factory=list)
    """Files, and parts of files, that could not be read."""
    markers: dict[str, frozenset[bytes]] = field(default_factory=dict)
    """The markers of each file, by module."""

    def add(self, other: "ScanResult") -> None:
        """Merge `other` into this result."""
        self.by_grimp |= other.by_grimp
        self.by_ast |= other.by_ast
        self.into_packages |= other.into_packages
        self.lazy |= other.lazy
        self.problems += other.problems
        self.markers |= other.markers

    def report(self, code: str, error: SourceError) -> None:
        """Add a problem with a file."""
        self.problems.append(error.problem(code))


@dataclass(frozen=True)
class ImportScanner:
    """Scans files of one service; the same name may mean other modules in another service."""

    modules: Modules
    namespace: ServiceNamespace
    known: Collection[str]
    """Every module of the project."""
    externals: frozenset[str]
    """External modules to distinguish from their top-level package."""
    excluded: frozenset[str]
    """Excluded modules to distinguish from their top-level package."""
    dynamic: bool
    """Whether to extract `import_module("a.b")` and the like."""
    _names: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    """The qualified names of the names that grimp has returned."""

    def read(self, sources: Sequence[Source], found: ScanResult) -> None:
        """Add the imports of `sources` to `found`."""
        self.scan([source for source in sources if self.is_for_grimp(source, found)], found)

    def is_for_grimp(self, source: Source, found: ScanResult) -> bool:
        """Whether grimp can scan `source`; adds the imports that grimp misses in it."""
        try:
            markers = found.markers[source.module] = source.markers
        except SourceError as error:
            found.report("unreadable", error)
            return False
        is_hidden = source.module in self._hidden
        may_leave = _may_leave(markers, source)
        if not is_hidden and not may_leave and not (self.dynamic and DYNAMIC & markers):
            return True
        try:
            return self._add_by_ast(source, tuple(Import.extract(source)), found, is_hidden=is_hidden)
        except SourceError as error:
            found.report("syntax", error)
            return not may_leave and not is_hidden

    def scan(self, sources: Sequence[Source], found: ScanResult) -> None:
        """Add the imports that grimp finds in `sources`. In batches, since grimp takes much memory."""
        for source in filter(_is_for_ast, sources):
            self._scan_by_ast(source, found)
        sources = [source for source in sources if not _is_for_ast(source)]
        size = max(_BATCH_SIZE, -(-len(self.known) // _MAX_BATCHES))
        for start in range(0, len(sources), size):
            self._scan_batch(sources[start : start + size], found)

    def _scan_batch(self, sources: Sequence[Source], found: ScanResult) -> None:
        """Scan `sources`. If grimp fails, bisect until the file that it cannot read is alone."""
        try:
            scanned = self._grimp.scan(sources)
        except (SourceSyntaxError, UnicodeError, OSError):
            if len(sources) == 1:
                self._add_unscannable(sources[0], found)
                return
            middle = len(sources) // 2
            self._scan_batch(sources[:middle], found)
            self._scan_batch(sources[middle:], found)
            return
        for source, imports in zip(sources, scanned, strict=True):
            self._add_by_grimp(source.module, imports, found)

    def _scan_by_ast(self, source: Source, found: ScanResult) -> None:
        """Scan a file with a long line of imports by `ast`: grimp keeps a copy of the line for each name in it.

        20,000 names in a line of 130 KB take 2.5 GB in grimp.
        """
        links = found.by_grimp[source.module] = {}
        try:
            imports = [
                one for one in Import.extract(source) if not one.leaves and ImportTrait.DYNAMIC not in one.traits
            ]
        except SourceError as error:
            found.report("syntax", error)
            return
        for one in imports:
            imported = self.namespace.resolve(one.target, self.known, self.externals)
            if imported != source.module:
                links.setdefault(imported, set()).add(one.location.line)
                if imported in self._packages:
                    found.into_packages[Link(source.module, imported, one.location.line)] = ""

    def _add_by_grimp(self, importer: str, imports: Iterable[DirectImport], found: ScanResult) -> None:
        links = found.by_grimp[importer] = {}
        for one in imports:
            imported = self._names.get(one.imported.name) or self._graph_name(one.imported.name)
            if imported != importer:
                links.setdefault(imported, set()).add(one.line_number)
                if imported in self._packages:
                    found.into_packages[Link(importer, imported, one.line_number)] = self._text(importer, one)
                if one.is_lazy:
                    found.lazy.add(Link(importer, imported, one.line_number))

    def _text(self, importer: str, one: DirectImport) -> str:
        """The text of the statement of `one`; only its first line, as grimp has it, if the rest needs a parser."""
        if names_in(one.line_contents):
            return one.line_contents
        return text_at(self._statements.lines(importer), one.line_number) or one.line_contents

    def _graph_name(self, imported: str) -> str:
        """The name of grimp's `imported` in the graph; of an excluded module, the nearest package around it."""
        module = self.namespace.qualified(imported)
        around = self_and_parents(module) if module in self.excluded else []
        name = next((name for name in around if name in self.known), module)
        self._names[imported] = name
        return name

    def _add_by_ast(self, source: Source, imports: tuple[Import, ...], found: ScanResult, *, is_hidden: bool) -> bool:
        """Add dynamic imports; all imports if the file is hidden from grimp, or makes grimp abort. False if so."""
        leaving = [one for one in imports if one.leaves]
        for one in leaving:
            message = f"a relative import leads out of the top-level package of {source.module}"
            found.report("relative-import", SourceError(message, "count the dots", one.location))
        if self.dynamic:
            found.problems += unfollowed_imports(source)
        for one in imports:
            if not one.leaves and (leaving or is_hidden or ImportTrait.DYNAMIC in one.traits):
                imported = self.namespace.resolve(one.target, self.known, self.externals)
                if imported != source.module:
                    found.by_ast.add(Link(source.module, imported, one.location.line))
        return not leaving and not is_hidden

    def _add_unscannable(self, source: Source, found: ScanResult) -> None:
        """Add the imports of a file that Python can read and grimp cannot, such as one with an alias of an encoding."""
        try:
            self._add_by_ast(source, tuple(Import.extract(source)), found, is_hidden=True)
        except SourceError as error:
            found.report("syntax", error)

    @cached_property
    def _hidden(self) -> frozenset[str]:
        """The packages of which grimp would read the file of the same name beside them."""
        return self.modules.shadowed

    @cached_property
    def _packages(self) -> frozenset[str]:
        return frozenset(source.module for source in self.modules.sources.values() if source.is_package)

    @cached_property
    def _statements(self) -> Statements:
        return Statements(self.modules.sources)

    @cached_property
    def _grimp(self) -> "_Grimp":
        return _Grimp(self.namespace, self.externals, [plain(name) for name in self.excluded])


def _may_leave(markers: frozenset[bytes], source: Source) -> bool:
    """Whether some relative import has more dots than the file has parent packages."""
    depth = len(source.package.split(".")) if source.package else 0
    return any(marker.count(b".") > depth for marker in markers)


def _is_for_ast(source: Source) -> bool:
    """Whether grimp must not read the file, or would read another text than this one."""
    return isinstance(source, Draft) or LONG_IMPORT in source.markers


def plain(module: str) -> str:
    """`module` without its service."""
    return module.rpartition("::")[2]


@dataclass(frozen=True)
class _Grimp:
    """grimp's scanner, with the packages and names that it has to know."""

    view: ServiceNamespace
    externals: Collection[str]
    inside: Collection[str]
    """Names in packages of the project to pass as modules, though they are none."""

    def scan(self, sources: Sequence[Source]) -> list[set[DirectImport]]:
        """The imports of each of `sources`."""
        files = [_module_file(plain(source.module)) for source in sources]
        try:
            imports = scan_imports(
                files,
                found_packages=self._packages,
                include_external_packages=True,
                exclude_type_checking_imports=False,
            )
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # a panic in Rust; not a subclass of Exception
                raise
            raise OSError(str(error)) from None
        return [imports[file] for file in files]

    @cached_property
    def _packages(self) -> set[FoundPackage]:
        own = {_found_package(portion, self._inside_of(portion)) for portion in self.view.package_roots}
        return own | {_external_package(name) for name in self.externals}

    def _inside_of(self, package_root: PackageRoot) -> list[str]:
        return [name for name in self.inside if name.startswith(f"{package_root.package}.")]


def _found_package(package_root: PackageRoot, inside: Collection[str]) -> FoundPackage:
    modules = [plain(source.module) for source in package_root.sources]
    return FoundPackage(
        name=package_root.package,
        directory=str(package_root.directory),
        module_files=frozenset(map(_module_file, (*modules, *package_root.opaque, *inside))),
        namespace_packages=package_root.namespaces,
    )


def _external_package(name: str) -> FoundPackage:
    files = frozenset({_module_file(name)})
    return FoundPackage(name=name, directory="", module_files=files, namespace_packages=frozenset())


def _module_file(module: str) -> ModuleFile:
    return ModuleFile(module=Module(module), mtime=0.0)
