"""Scan the imports of files, and report what cannot be read.

1. The compiled `syntax_scanner`, where it is built, reads nearly all files. Those in doubt are read by `ast`, if this
   Python can parse them.
2. grimp reads what is left; without the compiled scanner, all.
3. Four kinds of files are parsed by `ast` instead, or in addition: those with dynamic imports, with relative imports
   that leave the top-level package (grimp aborts there), shadowed by a file of the same name, or with very long import
   lines.
"""

import marshal
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from archguard.codebase.imports.dynamic import DYNAMIC, may_rename_loader, unfollowed_imports
from archguard.codebase.imports.excerpts import statements_with
from archguard.codebase.imports.extract import MOST_NAMES, Import, ImportTrait
from archguard.codebase.imports.graph import Link
from archguard.codebase.imports.line_parser import names_in, text_at
from archguard.codebase.imports.statement_resolver import StatementResolver
from archguard.codebase.imports.statements import Statements
from archguard.codebase.imports.syntax_scanner import Scan, is_compiled, scan
from archguard.codebase.modules.discovery import Modules
from archguard.codebase.modules.namespace import ServiceNamespace
from archguard.codebase.syntax.source import (
    LONG,
    LONG_IMPORT,
    LONG_LINE,
    MOST_IMPORTS,
    MOST_WORDS,
    Draft,
    Source,
    SourceError,
)
from archguard.dataclass import dataclass
from archguard.model import Problem
from archguard.model.names import ModuleName, QualifiedName, parts_of, plain_name, self_and_parents, top_package

if TYPE_CHECKING:
    from archguard.codebase.imports.grimp_scanner import GrimpImport, GrimpScanner

_BATCH_SIZE = 1700
"""Files per call of grimp, whose memory grows with the batch."""
_MAX_BATCHES = 8
"""A batch is at least an eighth of the project: grimp is passed all modules for each batch, which takes time too."""
_FEW_IMPORTS = len(b"import") * MOST_IMPORTS
"""Bytes of a file that cannot have more imports than that."""
_OFTEN = (b"archguard:", b"TYPE_CHECKING")
_NONE = frozenset[bytes]()


def uses_compiled() -> bool:
    """Whether the compiled scanner is built, and the environment variable ARCHGUARD_PURE_PYTHON is not set."""
    return is_compiled() and not os.environ.get("ARCHGUARD_PURE_PYTHON")


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

    def __getstate__(self) -> tuple[bytes, Any]:
        """Pickled for the way from a worker: `marshal` is three times as fast for what is nearly all of it."""
        texts = [(*link, text) for link, text in self.into_packages.items()]
        return marshal.dumps((self.by_grimp, texts, self.markers)), (self.by_ast, self.lazy, self.problems)

    def __setstate__(self, state: tuple[bytes, Any]) -> None:
        """Restore it in the process that has started the worker."""
        self.by_grimp, texts, self.markers = marshal.loads(state[0])  # noqa: S302  # from a fork of this very process
        self.into_packages = {Link(importer, imported, line): text for importer, imported, line, text in texts}
        self.by_ast, self.lazy, self.problems = state[1]

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
    externals: frozenset[ModuleName]
    """External modules to distinguish from their top-level package."""
    excluded: frozenset[ModuleName]
    """Excluded modules to distinguish from their top-level package."""
    dynamic: bool
    """Whether to extract `import_module("a.b")` and the like."""
    uses_compiled: bool = field(default_factory=uses_compiled)
    """Whether the compiled scanner reads what it can."""
    _names: dict[str, str] = field(default_factory=dict, init=False, repr=False)
    """The qualified names of the names that grimp has returned."""

    def read(self, sources: Sequence[Source], found: ScanResult) -> None:
        """Add the imports of `sources` to `found`."""
        left = [source for source in sources if not (self.uses_compiled and self._read_compiled(source, found))]
        self.scan([source for source in left if self.is_for_grimp(source, found)], found)

    def _read_compiled(self, source: Source, found: ScanResult) -> bool:
        """Add the imports of `source`, if it is certain without grimp and `ast` what they are. Whether it is."""
        module, package = source.module, source.package
        try:
            content = source.read()
        except SourceError:
            return False
        has_too_many = len(content) > _FEW_IMPORTS and content.count(b"import") > MOST_IMPORTS
        scanned = None if module in self._hidden or has_too_many else scan(content)
        if scanned is None:
            return False
        depth = _depth(source)
        if any(dots > depth or len(names) > MOST_NAMES for _, dots, _, names, _, _ in scanned.imports):
            return False
        imports = self._resolver.imported(scanned.imports, package)
        if imports is None:
            return False
        markers = _markers(content, scanned)
        if self.dynamic and scanned.names_loader and not self._add_dynamic(source, content, scanned, found):
            return False
        links: dict[str, set[int]] = {}
        packages = self._packages
        for (line, _, _, _, start, end), names in zip(scanned.imports, imports, strict=True):
            for imported in names:
                if imported != module:
                    links.setdefault(imported, set()).add(line)
                    if imported in packages:
                        found.into_packages[Link(module, imported, line)] = content[start:end].decode("ascii")
        found.markers[module] = markers
        found.by_grimp[module] = links
        return True

    def _add_dynamic(self, source: Source, content: bytes, scanned: Scan, found: ScanResult) -> bool:
        """Add the dynamic imports of `source`. False if this Python cannot parse them, or one leaves the package."""
        if len(content) <= MOST_WORDS and not may_rename_loader(content):
            content = statements_with(DYNAMIC, content, scanned.starts)
        dynamic = source.with_content(content)
        try:
            imports = tuple(Import.extract(dynamic))
            if any(one.leaves for one in imports):
                return False
            return self._add_by_ast(dynamic, imports, found, is_hidden=False)
        except SourceError:
            return False

    def _read_parsed(self, source: Source, found: ScanResult) -> bool:
        """Add the imports of `source`, if this Python can parse it, and no rule is needed that only grimp has."""
        try:
            imports = [one for one in Import.extract(replace(source)) if ImportTrait.DYNAMIC not in one.traits]
        except SourceError:  # grimp may know newer syntax, or says that it cannot be read
            return False
        targets = [(f"{one.module}.{one.name}" if one.name else one.module, one) for one in imports]
        resolved = [(self._resolver.resolved(target), one.location.line) for target, one in targets]
        if "" in dict(resolved) or any(one.leaves or ImportTrait.LAZY in one.traits for one in imports):
            return False
        links = found.by_grimp[source.module] = {}
        for imported, line in resolved:
            if imported != source.module:
                links.setdefault(imported, set()).add(line)
                if imported in self._packages:
                    found.into_packages[Link(source.module, imported, line)] = ""
        return True

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
            try:
                self._scan_by_ast(source, found)
            except SourceError as error:
                found.report("syntax", error)
        sources = [source for source in sources if not _is_for_ast(source) and not self._is_scanned(source, found)]
        if self.uses_compiled:
            sources = [source for source in sources if not self._read_parsed(source, found)]
        size = max(_BATCH_SIZE, -(-len(self.known) // _MAX_BATCHES))
        for start in range(0, len(sources), size):
            self._scan_batch(sources[start : start + size], found)

    def _scan_batch(self, sources: Sequence[Source], found: ScanResult) -> None:
        """Scan `sources`. If grimp fails, bisect until the file that it cannot read is alone."""
        from archguard.codebase.imports.grimp_scanner import UnscannableError  # noqa: PLC0415  # 20 ms

        try:
            scanned = self._grimp.scan(sources)
        except UnscannableError:
            if len(sources) == 1:
                self._add_unscannable(sources[0], found)
                return
            # One bad file costs two further scans of its batch, in halves; all others are still read by grimp.
            middle = len(sources) // 2
            self._scan_batch(sources[:middle], found)
            self._scan_batch(sources[middle:], found)
            return
        for source, imports in zip(sources, scanned, strict=True):
            self._add_by_grimp(source.module, imports, found)

    def _is_scanned(self, source: Source, found: ScanResult) -> bool:
        """Scan a file by `ast` that may import from a distinguished module such as `google.cloud.storage`.

        grimp drops `from google.cloud.storage.blob import Blob`: it knows neither the module nor its parent.
        """
        try:
            if not any(top in replace(source).content for top in self._shared_tops):
                return False
            self._scan_by_ast(source, found)
        except SourceError:  # grimp may know newer syntax, or says that it cannot be read
            return False
        return True

    def _scan_by_ast(self, source: Source, found: ScanResult) -> None:
        """Scan a file with a long line of imports by `ast`: grimp keeps a copy of the line for each name in it.

        20,000 names in a line of 130 KB take 2.5 GB in grimp.

        Raises:
            SourceError: the file cannot be read or parsed.
        """
        imports = [one for one in Import.extract(source) if not one.leaves and ImportTrait.DYNAMIC not in one.traits]
        links = found.by_grimp[source.module] = {}  # not before: a file that cannot be parsed must not have a scan
        for one in imports:
            imported = self.namespace.resolve(one.target, self.known, self.externals)
            if imported != source.module:
                links.setdefault(imported, set()).add(one.location.line)
                if imported in self._packages:
                    found.into_packages[Link(source.module, imported, one.location.line)] = ""

    def _add_by_grimp(self, importer: ModuleName, imports: "Iterable[GrimpImport]", found: ScanResult) -> None:
        links = found.by_grimp[importer] = {}
        for one in imports:
            imported = self._names.get(one.imported.name) or self._graph_name(one.imported.name)
            if imported != importer:
                links.setdefault(imported, set()).add(one.line_number)
                if imported in self._packages:
                    found.into_packages[Link(importer, imported, one.line_number)] = self._text(importer, one)
                if one.is_lazy:
                    found.lazy.add(Link(importer, imported, one.line_number))

    def _text(self, importer: ModuleName, one: "GrimpImport") -> str:
        """The text of the statement of `one`; only its first line, as grimp has it, if the rest needs a parser."""
        # grimp has the first line of a statement only, so that names in parentheses below are missing.
        if names_in(one.line_contents):
            return one.line_contents
        return text_at(self._statements.lines(importer), one.line_number) or one.line_contents

    def _graph_name(self, imported: QualifiedName) -> str:
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
            # Python raises ImportError there; grimp panics, and would take the whole batch with it.
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
    def _shared_tops(self) -> frozenset[bytes]:
        """The top-level names of the distinguished modules outside of the project that have parents."""
        return frozenset(top_package(name).encode() for name in self.externals if "." in name)

    @cached_property
    def _packages(self) -> frozenset[str]:
        return frozenset(source.module for source in self.modules.sources.values() if source.is_package)

    @cached_property
    def _statements(self) -> Statements:
        return Statements(self.modules.sources)

    @cached_property
    def _resolver(self) -> StatementResolver:
        return StatementResolver(self.namespace, self.known, self.externals, self.excluded)

    @cached_property
    def _grimp(self) -> "GrimpScanner":
        from archguard.codebase.imports.grimp_scanner import GrimpScanner  # noqa: PLC0415  # 20 ms

        return GrimpScanner(self.namespace, self.externals, [plain_name(name) for name in self.excluded])


def _markers(content: bytes, scanned: Scan) -> frozenset[bytes]:
    """The markers of a file that was scanned, without those by which it would be kept from grimp."""
    words = [word for word in _OFTEN if word in content]
    if scanned.names_loader:
        words += [word for word in DYNAMIC if word in content]
    is_long = any(end - start > LONG for *_, start, end in scanned.imports) and LONG_LINE.search(content)
    return frozenset([*words, LONG_IMPORT] if is_long else words) if words or is_long else _NONE


def _may_leave(markers: frozenset[bytes], source: Source) -> bool:
    """Whether some relative import has more dots than the file has parent packages."""
    depth = _depth(source)
    return any(marker.count(b".") > depth for marker in markers)


def _depth(source: Source) -> int:
    """The number of packages that the file is in."""
    return len(parts_of(source.package)) if source.package else 0


def _is_for_ast(source: Source) -> bool:
    """Whether grimp must not read the file, or would read another text than this one."""
    return isinstance(source, Draft) or LONG_IMPORT in source.markers
