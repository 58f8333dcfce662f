"""The import graph, from grimp's scan of the files. The only door to grimp.

grimp's own `build_graph` looks packages up in `sys.path`, drops folders without `__init__.py` without a word, knows one
package of a name, and stops at the first file that it cannot parse. Its scanner has none of these limits, so archguard
finds the modules itself and hands them to `grimp.application.scanning`. Names that the scanner is to tell apart though
they are no modules of the graph (`google.cloud.storage`, a name that a package passes on, a module that is left out)
are handed over as modules too: it takes an import to a module that it knows, or else to the top-level package.
"""

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

from grimp.application.ports.modulefinder import FoundPackage, ModuleFile
from grimp.application.scanning import scan_imports
from grimp.domain.valueobjects import DirectImport, Module
from grimp.exceptions import SourceSyntaxError

from archguard.codebase.facts import Import, ImportTrait
from archguard.codebase.facts.dynamic import DYNAMIC, unfollowed
from archguard.codebase.graph import ImportGraph, Link
from archguard.codebase.modules import Modules, Portion, qualify
from archguard.codebase.pattern import Target
from archguard.codebase.reexports import Reexports, imports_of
from archguard.codebase.source import Source, SourceError
from archguard.codebase.view import View, ancestry
from archguard.model import Location, Problem, Severity

_UNFOLLOWED = "what is imported here is known to the running code only, so no contract looks at it"
os.environ.setdefault("RUST_MIN_STACK", str(64 << 20))  # grimp parses by recursion, and would end the process


@dataclass(frozen=True)
class Scan:
    """What the files import, and what could not be read."""

    graph: ImportGraph
    lazy: frozenset[Link]
    """The imports that say `lazy import`."""
    problems: tuple[Problem, ...]


def scan(modules: Modules, externals: Collection[Target], *, follow_reexports: bool, dynamic: bool) -> Scan:
    """Every import of `modules`.

    Args:
        modules: The modules to read.
        externals: What is to be told from its top-level package, of what is outside of the project.
        follow_reexports: Whether `from package import name` counts as an import of the module that defines `name`.
        dynamic: Whether to look for `import_module("a.b")` and the like.
    """
    literal = frozenset(target.text for target in externals if target.literal)
    scanner = _Scanner(modules, literal, dynamic)
    scanner.read_all()
    scanner.tell_apart([target for target in externals if not target.literal])
    if follow_reexports:
        scanner.follow_reexports()
    return scanner.result()


@dataclass
class _Scanner:
    """Collects links: by grimp those of whole files, by `ast` those that grimp does not see."""

    modules: Modules
    externals: frozenset[str]
    dynamic: bool
    by_grimp: dict[str, set[Link]] = field(default_factory=dict)
    by_ast: dict[str, set[Link]] = field(default_factory=dict)
    lazy: set[Link] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sources = self.modules.sources
        self.known = self.sources.keys() | self.modules.namespaces | self.modules.unread
        services = sorted({portion.service for portion in self.modules.portions})
        packages = {portion.package for portion in self.modules.portions}
        self.externals = frozenset(name for name in self.externals if not packages.intersection(ancestry(name)))
        self.views = {service: View.of(service, self.modules.portions) for service in services}

    def read_all(self) -> None:
        """Read every file once."""
        for service, sources in _by_service(self.sources.values()):
            readable = [source for source in sources if self._fit_for_grimp(source, self.views[service])]
            self._scan(readable, self.views[service], {})

    def follow_reexports(self) -> None:
        """Read the importers of packages that pass names on again, with those names told apart."""
        imported = {link.imported for links in self.by_grimp.values() for link in links}
        packages = sorted(name for name in imported & self.sources.keys() if self.sources[name].is_package)
        origins = Reexports(packages, self.sources, self.known, self.views).origins
        passing_on = {name.rpartition(".")[0] for name in origins}
        importers = [
            self.sources[name]
            for name, links in self.by_grimp.items()
            if any(link.imported in passing_on for link in links)
        ]
        self._read_again(importers, origins)

    def tell_apart(self, targets: Collection[Target]) -> None:
        """Read the importers of what `targets` with wildcards may mean again, with what they do mean told apart."""
        roots = {target.text.partition(".")[0] for target in targets}
        importers = [
            self.sources[name]
            for name, links in self.by_grimp.items()
            if any(link.imported in roots - self.known for link in links)
        ]
        named = {found.target for source in importers for found in imports_of(source)}
        self.externals |= {unit for target in targets for name in named if (unit := target.unit(name))}
        self._read_again(importers, {})

    def _read_again(self, sources: Iterable[Source], origins: Mapping[str, tuple[str, ...]]) -> None:
        for service, own in _by_service(sources):
            for source in own:
                del self.by_grimp[source.module]
            self._scan(own, self.views[service], origins)

    def result(self) -> Scan:
        """What was found, in the graph's form."""
        lines: dict[str, dict[str, tuple[int, ...]]] = {}
        for module in sorted(self.known):
            links = self.by_grimp.get(module, set()) | self.by_ast.get(module, set())
            pairs = groupby(sorted(links), key=lambda link: link.imported)
            lines[module] = {imported: tuple(link.line for link in group) for imported, group in pairs}
        return Scan(ImportGraph(frozenset(self.known), lines), frozenset(self.lazy), tuple(self.problems))

    def _fit_for_grimp(self, source: Source, view: View) -> bool:
        """Whether grimp can read `source`; adds what grimp does not see in it."""
        try:
            signs = source.signs
        except SourceError as error:
            self._report("unreadable", error)
            return False
        may_leave = _may_leave(signs, len(source.package.split(".")) if source.package else 0)
        if not may_leave and not (self.dynamic and DYNAMIC & signs):
            return True
        try:
            return self._add_by_ast(source, view, tuple(Import.extract(source)))
        except SourceError as error:
            self._report("syntax", error)
            return not may_leave

    def _add_by_ast(self, source: Source, view: View, imports: tuple[Import, ...]) -> bool:
        """Add dynamic imports. An import that leaves the package makes grimp abort, so all of that file's are added."""
        leaving = [found for found in imports if found.leaves]
        for found in leaving:
            message = f"a relative import leads out of the top-level package of {source.module}"
            self._report("relative-import", SourceError(message, "count the dots", found.location))
        for place in unfollowed(source) if self.dynamic else ():
            error = SourceError(_UNFOLLOWED, "a literal is followed: import_module('shop.orders')", place)
            self.problems.append(replace(error.problem("dynamic-import"), severity=Severity.INFO))
        for found in imports:
            if not found.leaves and (leaving or ImportTrait.DYNAMIC in found.traits):
                imported = view.resolve(found.target, self.known, self.externals)
                self._add(self.by_ast, Link(source.module, imported, found.location.line))
        return not leaving

    def _scan(self, sources: list[Source], view: View, origins: Mapping[str, tuple[str, ...]]) -> None:
        """Scan `sources`; halve them until a file that grimp cannot read stands alone."""
        try:
            names = [_plain(name) for name in (*origins, *self.modules.excluded)]
            for found in _scan_by_grimp(sources, view, self.externals, names):
                self._take(found, view, origins)
        except (SourceSyntaxError, UnicodeError, OSError) as error:
            if len(sources) == 1:
                self._report("syntax", _source_error(sources[0], error))
                return
            middle = len(sources) // 2
            self._scan(sources[:middle], view, origins)
            self._scan(sources[middle:], view, origins)

    def _take(self, found: DirectImport, view: View, origins: Mapping[str, tuple[str, ...]]) -> None:
        imported = view.qualified(found.imported.name)
        for origin in origins.get(imported) or (self._kept(imported),):
            link = Link(qualify(view.service, found.importer.name), origin, found.line_number)
            self._add(self.by_grimp, link)
            if found.is_lazy:
                self.lazy.add(link)

    def _kept(self, module: str) -> str:
        """`module`, or the nearest package around it that is not left out."""
        around = ancestry(module) if module in self.modules.excluded else []
        return next((name for name in around if name in self.known), module)

    def _add(self, links: dict[str, set[Link]], link: Link) -> None:
        if link.importer != link.imported:
            links.setdefault(link.importer, set()).add(link)

    def _report(self, code: str, error: SourceError) -> None:
        self.problems.append(error.problem(code))


def _may_leave(signs: frozenset[bytes], depth: int) -> bool:
    """Whether some relative import has more dots than there are packages around it."""
    return any(sign.count(b".") > depth for sign in signs)


def _by_service(sources: Iterable[Source]) -> list[tuple[str, list[Source]]]:
    ordered = sorted(sources, key=lambda source: (source.service, source.module))
    return [(service, list(group)) for service, group in groupby(ordered, key=lambda source: source.service)]


def _plain(module: str) -> str:
    return module.rpartition("::")[2]


def _scan_by_grimp(
    sources: Iterable[Source], view: View, externals: Iterable[str], inside: Collection[str]
) -> list[DirectImport]:
    """What `sources` import, with `externals`, and names `inside` of packages, told apart from what they are in."""
    names = {portion: [name for name in inside if name.startswith(f"{portion.package}.")] for portion in view.portions}
    found = {_found_package(portion, names[portion]) for portion in view.portions}
    outside = {_pretended_package(name) for name in externals}
    try:
        imports = scan_imports(
            [_module_file(_plain(source.module)) for source in sources],
            found_packages=found | outside,
            include_external_packages=True,
            exclude_type_checking_imports=False,
        )
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what Rust raises where it gives up; no subclass of Exception
            raise
        raise OSError(str(error)) from None
    return [found for links in imports.values() for found in links]


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


def _source_error(source: Source, error: Exception) -> SourceError:
    """Python's own words for what is wrong with `source`, or grimp's where Python can parse it."""
    try:
        source.tree  # noqa: B018  # asked for its error
    except SourceError as own:
        return own
    message = str(error).replace(str(source.path), source.shown)  # the same on every machine
    return SourceError(f"cannot be parsed: {message}", location=Location(source.shown, getattr(error, "lineno", 1)))
