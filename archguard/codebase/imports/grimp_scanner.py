"""What files import, from grimp's scan of them. The only door to grimp.

grimp's own `build_graph` looks packages up in `sys.path`, drops folders without `__init__.py` without a word, knows one
package of a name, and stops at the first file that it cannot parse. Its scanner has none of these limits, so archguard
finds the modules itself and hands them to `grimp.application.scanning`. Names that the scanner is to tell apart though
they are no modules of the graph (`google.cloud.storage`, a name that a package passes on, a module that is left out)
are handed over as modules too: it takes an import to a module that it knows, or else to the top-level package.
"""

import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from grimp.application.ports.modulefinder import FoundPackage, ModuleFile
from grimp.application.scanning import scan_imports
from grimp.domain.valueobjects import DirectImport, Module
from grimp.exceptions import SourceSyntaxError

from archguard.codebase.imports.dynamic import DYNAMIC, unfollowed
from archguard.codebase.imports.extract import Import, ImportTrait
from archguard.codebase.imports.graph import Link
from archguard.codebase.imports.line_parser import names_in, text_at
from archguard.codebase.imports.statements import Statements
from archguard.codebase.modules.discovery import Modules, PackageRoot
from archguard.codebase.modules.namespace import ServiceNamespace, self_and_parents
from archguard.codebase.syntax.source import LONG_IMPORT, Source, SourceError
from archguard.model import Problem, Severity

_UNFOLLOWED = "what is imported here is known to the running code only, so no contract looks at it"
_AT_A_TIME = 1700
_TIMES = 8
"""A scan is of at least this part of a project, since grimp is told all its modules each time."""
os.environ.setdefault("RUST_MIN_STACK", str(64 << 20))  # grimp parses by recursion, and would end the process


@dataclass
class ScanResult:
    """What some files import: by grimp that of whole files, by `ast` what grimp does not see."""

    by_grimp: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    """importer -> imported -> lines."""
    by_ast: set[Link] = field(default_factory=set)
    into_packages: dict[Link, str] = field(default_factory=dict)
    """Each import of a package in the project, which may pass on the names in it: the text of the statement."""
    lazy: set[Link] = field(default_factory=set)
    """The imports that say `lazy import`."""
    problems: list[Problem] = field(default_factory=list)
    """What could not be read."""
    markers: dict[str, frozenset[bytes]] = field(default_factory=dict)
    """Those of each file, by its module."""

    def add(self, other: "ScanResult") -> None:
        """Take what others import too."""
        self.by_grimp |= other.by_grimp
        self.by_ast |= other.by_ast
        self.into_packages |= other.into_packages
        self.lazy |= other.lazy
        self.problems += other.problems
        self.markers |= other.markers

    def report(self, code: str, error: SourceError) -> None:
        """Tell of a file, or of something in it, that could not be read."""
        self.problems.append(error.problem(code))


@dataclass(frozen=True)
class ImportScanner:
    """Reads files of one service."""

    modules: Modules
    namespace: ServiceNamespace
    known: Collection[str]
    """Every module of the project."""
    externals: frozenset[str]
    """What is to be told from its top-level package, of what is outside of the project."""
    excluded: frozenset[str]
    """The same, of what is left out of the project."""
    dynamic: bool
    """Whether to look for `import_module("a.b")` and the like."""
    _names: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    """What the graph calls what grimp has told of."""

    def read(self, sources: Sequence[Source], found: ScanResult) -> None:
        """Add what `sources` import."""
        self.scan([source for source in sources if self.is_for_grimp(source, found)], found)

    def is_for_grimp(self, source: Source, found: ScanResult) -> bool:
        """Whether grimp can read `source`; adds what grimp does not see in it."""
        try:
            signs = found.markers[source.module] = source.markers
        except SourceError as error:
            found.report("unreadable", error)
            return False
        is_hidden = source.module in self._hidden
        may_leave = _may_leave(signs, source)
        if not is_hidden and not may_leave and not (self.dynamic and DYNAMIC & signs):
            return True
        try:
            return self._add_by_ast(source, tuple(Import.extract(source)), found, is_hidden=is_hidden)
        except SourceError as error:
            found.report("syntax", error)
            return not may_leave and not is_hidden

    def scan(self, sources: Sequence[Source], found: ScanResult) -> None:
        """Add what grimp tells of `sources`, of some at a time, since it takes much memory."""
        for source in sources:
            if LONG_IMPORT in source.markers:
                self._scan_by_ast(source, found)
        sources = [source for source in sources if LONG_IMPORT not in source.markers]
        size = max(_AT_A_TIME, -(-len(self.known) // _TIMES))
        for start in range(0, len(sources), size):
            self._scan_some(sources[start : start + size], found)

    def _scan_some(self, sources: Sequence[Source], found: ScanResult) -> None:
        """Scan `sources`; halve them until a file that grimp cannot read stands alone."""
        try:
            scanned = self._grimp.scan(sources)
        except (SourceSyntaxError, UnicodeError, OSError):
            if len(sources) == 1:
                self._add_otherwise(sources[0], found)
                return
            middle = len(sources) // 2
            self._scan_some(sources[:middle], found)
            self._scan_some(sources[middle:], found)
            return
        for source, imports in zip(sources, scanned, strict=True):
            self._take(source.module, imports, found)

    def _scan_by_ast(self, source: Source, found: ScanResult) -> None:
        """The same of a file with a long line of imports: grimp keeps a copy of the line for each name in it.

        20,000 names in a line of 130 KB would take 2.5 GB.
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

    def _take(self, importer: str, imports: Iterable[DirectImport], found: ScanResult) -> None:
        links = found.by_grimp[importer] = {}
        for one in imports:
            imported = self._names.get(one.imported.name) or self._named(one.imported.name)
            if imported != importer:
                links.setdefault(imported, set()).add(one.line_number)
                if imported in self._packages:
                    found.into_packages[Link(importer, imported, one.line_number)] = self._text(importer, one)
                if one.is_lazy:
                    found.lazy.add(Link(importer, imported, one.line_number))

    def _text(self, importer: str, one: DirectImport) -> str:
        """The statement of `one`; its first line, which is all that grimp tells, where the rest is not plain to see."""
        if names_in(one.line_contents):
            return one.line_contents
        return text_at(self._statements.lines(importer), one.line_number) or one.line_contents

    def _named(self, imported: str) -> str:
        """What grimp calls `imported` as the graph calls it; of what is left out, the nearest package around it."""
        module = self.namespace.qualified(imported)
        around = self_and_parents(module) if module in self.excluded else []
        name = next((name for name in around if name in self.known), module)
        self._names[imported] = name
        return name

    def _add_by_ast(self, source: Source, imports: tuple[Import, ...], found: ScanResult, *, is_hidden: bool) -> bool:
        """Add dynamic imports. An import that leaves the package makes grimp abort, so all of that file's are added."""
        leaving = [one for one in imports if one.leaves]
        for one in leaving:
            message = f"a relative import leads out of the top-level package of {source.module}"
            found.report("relative-import", SourceError(message, "count the dots", one.location))
        for place in unfollowed(source) if self.dynamic else ():
            error = SourceError(_UNFOLLOWED, "a literal is followed: import_module('shop.orders')", place)
            found.problems.append(replace(error.problem("dynamic-import"), severity=Severity.INFO))
        for one in imports:
            if not one.leaves and (leaving or is_hidden or ImportTrait.DYNAMIC in one.traits):
                imported = self.namespace.resolve(one.target, self.known, self.externals)
                if imported != source.module:
                    found.by_ast.add(Link(source.module, imported, one.location.line))
        return not leaving and not is_hidden

    def _add_otherwise(self, source: Source, found: ScanResult) -> None:
        """Add what Python reads in a file that grimp does not, such as one in an encoding by its lesser name."""
        try:
            self._add_by_ast(source, tuple(Import.extract(source)), found, is_hidden=True)
        except SourceError as error:
            found.report("syntax", error)

    @cached_property
    def _hidden(self) -> frozenset[str]:
        """The modules in place of which grimp would read the file beside them."""
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


def _may_leave(signs: frozenset[bytes], source: Source) -> bool:
    """Whether some relative import has more dots than there are packages around it."""
    depth = len(source.package.split(".")) if source.package else 0
    return any(sign.count(b".") > depth for sign in signs)


def plain(module: str) -> str:
    """`module` without its service."""
    return module.rpartition("::")[2]


@dataclass(frozen=True)
class _Grimp:
    """grimp's scanner, told which names to tell apart."""

    view: ServiceNamespace
    externals: Collection[str]
    inside: Collection[str]
    """Names in packages of the project, beside its modules."""

    def scan(self, sources: Sequence[Source]) -> list[set[DirectImport]]:
        """What each of `sources` imports."""
        files = [_module_file(plain(source.module)) for source in sources]
        try:
            imports = scan_imports(
                files,
                found_packages=self._packages,
                include_external_packages=True,
                exclude_type_checking_imports=False,
            )
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # what Rust raises where it gives up; no subclass of Exception
                raise
            raise OSError(str(error)) from None
        return [imports[file] for file in files]

    @cached_property
    def _packages(self) -> set[FoundPackage]:
        own = {_found_package(portion, self._inside_of(portion)) for portion in self.view.package_roots}
        return own | {_pretended_package(name) for name in self.externals}

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


def _pretended_package(name: str) -> FoundPackage:
    files = frozenset({_module_file(name)})
    return FoundPackage(name=name, directory="", module_files=files, namespace_packages=frozenset())


def _module_file(module: str) -> ModuleFile:
    return ModuleFile(module=Module(module), mtime=0.0)
