"""The import graph, from grimp's scan of the files. The only door to grimp.

grimp's own `build_graph` looks packages up in `sys.path`, drops folders without `__init__.py` without a word, knows one
package of a name, and stops at the first file that it cannot parse. Its scanner has none of these limits, so archguard
finds the modules itself and hands them to `grimp.application.scanning`. Names that the scanner is to tell apart though
they are no modules of the graph (`google.cloud.storage`, a name that a package passes on, a module that is left out)
are handed over as modules too: it takes an import to a module that it knows, or else to the top-level package.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from pathlib import Path

from grimp.application.ports.modulefinder import FoundPackage, ModuleFile
from grimp.application.scanning import scan_imports
from grimp.domain.valueobjects import DirectImport, Module
from grimp.exceptions import SourceSyntaxError

from archguard.codebase.facts import Import, ImportTrait
from archguard.codebase.facts.dynamic import DYNAMIC, unfollowed
from archguard.codebase.facts.plain import absolute_names, names_in
from archguard.codebase.graph import ImportGraph, Link
from archguard.codebase.kept import KeptFiles, Told
from archguard.codebase.modules import Modules, Portion
from archguard.codebase.pattern import Target
from archguard.codebase.reexports import Reexports
from archguard.codebase.source import Source, SourceError
from archguard.codebase.statements import Statements
from archguard.codebase.view import View, ancestry
from archguard.model import Problem, Severity
from archguard.snapshot.journal import is_file

_UNFOLLOWED = "what is imported here is known to the running code only, so no contract looks at it"
_AT_A_TIME = 1000
_TIMES = 8
"""At most so many scans of a project, since grimp is told all its modules each time."""
os.environ.setdefault("RUST_MIN_STACK", str(64 << 20))  # grimp parses by recursion, and would end the process


@dataclass(frozen=True)
class Scan:
    """What the files import, and what could not be read."""

    graph: ImportGraph
    lazy: frozenset[Link]
    """The imports that say `lazy import`."""
    problems: tuple[Problem, ...]


def scan(  # noqa: PLR0913  # what is read, and how it is to be looked at
    root: Path,
    modules: Modules,
    externals: Collection[Target],
    excluded: frozenset[str],
    *,
    follow_reexports: bool,
    dynamic: bool,
) -> Scan:
    """Every import of `modules`.

    Args:
        root: The folder of the configuration.
        modules: The modules to read.
        externals: What is to be told from its top-level package, of what is outside of the project.
        excluded: What is to be told from its top-level package, of what is left out of the project.
        follow_reexports: Whether `from package import name` counts as an import of the module that defines `name`.
        dynamic: Whether to look for `import_module("a.b")` and the like.
    """
    literal = frozenset(target.text for target in externals if target.literal)
    scanner = _Scanner(root, modules, literal, excluded, dynamic)
    scanner.read_all()
    scanner.tell_apart([target for target in externals if not target.literal])
    if follow_reexports:
        scanner.follow_reexports()
    return scanner.result()


@dataclass
class _Scanner:
    """Collects links: by grimp those of whole files, by `ast` those that grimp does not see."""

    root: Path
    modules: Modules
    externals: frozenset[str]
    excluded: frozenset[str]
    dynamic: bool
    by_grimp: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    """importer -> imported -> lines."""
    by_ast: set[Link] = field(default_factory=set)
    into_packages: dict[Link, str] = field(default_factory=dict)
    """The first line of each import of a package in the project, which may pass the names in it on."""
    lazy: set[Link] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sources = self.modules.sources
        self.statements = Statements(self.sources)
        self.packages = {source.module for source in self.sources.values() if source.is_package}
        self.known = self.sources.keys() | self.modules.namespaces | self.modules.unread
        services = sorted({portion.service for portion in self.modules.portions})
        packages = {portion.package for portion in self.modules.portions}
        self.externals = frozenset(name for name in self.externals if not packages.intersection(ancestry(name)))
        self.views = {service: View.of(service, self.modules.portions) for service in services}
        self.names: dict[str, dict[str, str]] = {service: {} for service in services}

    def read_all(self) -> None:
        """Read every file once."""
        kept = self._kept()
        kept.take_signs(self.sources.values())
        for service, sources in _by_service(self.sources.values()):
            readable = [source for source in sources if self._fit_for_grimp(source, self.views[service])]
            self._scan([source for source in readable if not self._knows(source, kept)], self.views[service])
        kept.save(self.sources.values(), self._told)

    def follow_reexports(self) -> None:
        """Take imports of packages that only pass names on to the modules that define those."""
        packages = {link.imported: self._lines(link.imported) for link in self.into_packages}
        reexports = Reexports(packages, self.statements, self.known, self.views)
        for link, text in self.into_packages.items():
            names = self._names_in(link, text)
            origins = {origin for name in names for origin in reexports.origins(name) or (link.imported,)}
            if origins - {link.imported}:
                self._lead_to(link, origins)

    def tell_apart(self, targets: Collection[Target]) -> None:
        """Read the importers of what `targets` with wildcards may mean again, with what they do mean told apart."""
        roots = {target.text.partition(".")[0] for target in targets} - self.known
        lines = {
            (importer, line)
            for importer, found in self.by_grimp.items()
            for root in roots & found.keys()
            for line in found[root]
        }
        named = {target for importer, line in sorted(lines) for target in self.statements.targets_at(importer, line)}
        self.externals |= {unit for target in targets for name in named if (unit := target.unit(name))}
        self._read_again({importer for importer, _ in lines})

    def _read_again(self, modules: Collection[str]) -> None:
        self.into_packages = {link: text for link, text in self.into_packages.items() if link.importer not in modules}
        for service, own in _by_service(self.sources[module] for module in modules):
            for source in own:
                del self.by_grimp[source.module]
            self._scan(own, self.views[service])

    def _lines(self, module: str) -> Collection[int] | None:
        found = self.by_grimp.get(module)
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
        imported = self.by_grimp[link.importer]
        imported[link.imported].discard(link.line)
        for origin in origins - {link.importer}:
            imported.setdefault(origin, set()).add(link.line)
            if link in self.lazy:
                self.lazy.add(link._replace(imported=origin))

    def result(self) -> Scan:
        """What was found, in the graph's form."""
        for link in self.by_ast:
            self.by_grimp.setdefault(link.importer, {}).setdefault(link.imported, set()).add(link.line)
        lines = {module: _ordered(self.by_grimp.pop(module, {})) for module in sorted(self.known)}
        return Scan(ImportGraph(frozenset(self.known), lines), frozenset(self.lazy), tuple(self.problems))

    def _fit_for_grimp(self, source: Source, view: View) -> bool:
        """Whether grimp can read `source`; adds what grimp does not see in it."""
        try:
            signs = source.signs
        except SourceError as error:
            self._report("unreadable", error)
            return False
        is_hidden = source.is_package and is_file(f"{source.file[: -len('/__init__.py')]}.py")  # which grimp would read
        may_leave = _may_leave(signs, len(source.package.split(".")) if source.package else 0)
        if not is_hidden and not may_leave and not (self.dynamic and DYNAMIC & signs):
            return True
        try:
            return self._add_by_ast(source, view, tuple(Import.extract(source)), is_hidden=is_hidden)
        except SourceError as error:
            self._report("syntax", error)
            return not may_leave and not is_hidden

    def _add_by_ast(self, source: Source, view: View, imports: tuple[Import, ...], *, is_hidden: bool) -> bool:
        """Add dynamic imports. An import that leaves the package makes grimp abort, so all of that file's are added."""
        leaving = [found for found in imports if found.leaves]
        for found in leaving:
            message = f"a relative import leads out of the top-level package of {source.module}"
            self._report("relative-import", SourceError(message, "count the dots", found.location))
        for place in unfollowed(source) if self.dynamic else ():
            error = SourceError(_UNFOLLOWED, "a literal is followed: import_module('shop.orders')", place)
            self.problems.append(replace(error.problem("dynamic-import"), severity=Severity.INFO))
        for found in imports:
            if not found.leaves and (leaving or is_hidden or ImportTrait.DYNAMIC in found.traits):
                imported = view.resolve(found.target, self.known, self.externals)
                if imported != source.module:
                    self.by_ast.add(Link(source.module, imported, found.location.line))
        return not leaving and not is_hidden

    def _scan(self, sources: Sequence[Source], view: View) -> None:
        """Scan `sources`, some at a time, since what grimp tells of them takes much memory."""
        grimp = _Grimp(view, self.externals, [_plain(name) for name in self.excluded])
        size = max(_AT_A_TIME, -(-len(sources) // _TIMES))
        for start in range(0, len(sources), size):
            self._scan_by(grimp, sources[start : start + size], view)

    def _scan_by(self, grimp: "_Grimp", sources: Sequence[Source], view: View) -> None:
        """Scan `sources`; halve them until a file that grimp cannot read stands alone."""
        try:
            found = grimp.scan(sources)
        except (SourceSyntaxError, UnicodeError, OSError):
            if len(sources) == 1:
                self._add_otherwise(sources[0], view)
                return
            middle = len(sources) // 2
            self._scan_by(grimp, sources[:middle], view)
            self._scan_by(grimp, sources[middle:], view)
            return
        for source, imports in zip(sources, found, strict=True):
            self._take(source.module, imports, view)

    def _take(self, importer: str, imports: Iterable[DirectImport], view: View) -> None:
        links = self.by_grimp[importer] = {}
        names = self.names[view.service]
        for found in imports:
            imported = names.get(found.imported.name) or self._named(found.imported.name, view)
            if imported != importer:
                links.setdefault(imported, set()).add(found.line_number)
                if imported in self.packages:
                    self.into_packages[Link(importer, imported, found.line_number)] = found.line_contents
                if found.is_lazy:
                    self.lazy.add(Link(importer, imported, found.line_number))

    def _add_otherwise(self, source: Source, view: View) -> None:
        """Add what Python reads in a file that grimp does not, such as one in an encoding by its lesser name."""
        try:
            self._add_by_ast(source, view, tuple(Import.extract(source)), is_hidden=True)
        except SourceError as error:
            self._report("syntax", error)

    def _kept(self) -> KeptFiles:
        portions = [(one.service, one.package, str(one.directory)) for one in self.modules.portions]
        names = (self.known, self.modules.namespaces, self.modules.unread, self.excluded)
        return KeptFiles.load(self.root, (portions, sorted(self.externals)), [sorted(some) for some in names])

    def _knows(self, source: Source, kept: KeptFiles) -> bool:
        told = kept.told(source)
        if told is None:
            return False
        self.by_grimp[source.module] = {imported: set(lines) for imported, lines in told.lines.items()}
        for imported, line, text in told.texts:
            self.into_packages[Link(source.module, imported, line)] = text
        return True

    def _told(self) -> dict[str, Told]:
        lazy = {link.importer for link in self.lazy}
        texts: dict[str, list[tuple[str, int, str]]] = {}
        for link, text in self.into_packages.items():
            texts.setdefault(link.importer, []).append((link.imported, link.line, text))
        return {
            module: Told({imported: [*lines] for imported, lines in found.items()}, texts.get(module, []))
            for module, found in self.by_grimp.items()
            if module not in lazy
        }

    def _named(self, imported: str, view: View) -> str:
        """What grimp calls `imported` as the graph calls it; of what is left out, the nearest package around it."""
        module = view.qualified(imported)
        around = ancestry(module) if module in self.excluded else []
        name = next((name for name in around if name in self.known), module)
        self.names[view.service][imported] = name
        return name

    def _report(self, code: str, error: SourceError) -> None:
        self.problems.append(error.problem(code))


def _may_leave(signs: frozenset[bytes], depth: int) -> bool:
    """Whether some relative import has more dots than there are packages around it."""
    return any(sign.count(b".") > depth for sign in signs)


def _by_service(sources: Iterable[Source]) -> list[tuple[str, list[Source]]]:
    ordered = sorted(sources, key=lambda source: (source.service, source.module))
    return [(service, list(group)) for service, group in groupby(ordered, key=lambda source: source.service)]


def _ordered(found: Mapping[str, Collection[int]]) -> dict[str, tuple[int, ...]]:
    return {imported: tuple(sorted(found[imported])) for imported in sorted(found) if found[imported]}


def _plain(module: str) -> str:
    return module.rpartition("::")[2]


@dataclass(frozen=True)
class _Grimp:
    """grimp's scanner, told which names to tell apart."""

    view: View
    externals: Collection[str]
    inside: Collection[str]
    """Names in packages of the project, beside its modules."""

    def scan(self, sources: Sequence[Source]) -> list[set[DirectImport]]:
        """What each of `sources` imports."""
        files = [_module_file(_plain(source.module)) for source in sources]
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
        own = {_found_package(portion, self._inside_of(portion)) for portion in self.view.portions}
        return own | {_pretended_package(name) for name in self.externals}

    def _inside_of(self, portion: Portion) -> list[str]:
        return [name for name in self.inside if name.startswith(f"{portion.package}.")]


def _found_package(portion: Portion, inside: Collection[str]) -> FoundPackage:
    modules = [_plain(source.module) for source in portion.sources]
    return FoundPackage(
        name=portion.package,
        directory=str(portion.directory),
        module_files=frozenset(map(_module_file, (*modules, *portion.unread, *inside))),
        namespace_packages=portion.namespaces,
    )


def _pretended_package(name: str) -> FoundPackage:
    files = frozenset({_module_file(name)})
    return FoundPackage(name=name, directory="", module_files=files, namespace_packages=frozenset())


def _module_file(module: str) -> ModuleFile:
    return ModuleFile(module=Module(module), mtime=0.0)
