"""The code under test: its modules, their imports, and the components and services of the configuration.

`Codebase` is immutable but for its memos. Variants (`without_links`, `without_traits`, `telling_apart`) share the
sources and `memo` with the original and replace only the import graph.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from functools import cached_property
from itertools import pairwise, takewhile
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from archguard.codebase.file_results import ANYWHERE, FileResults
from archguard.codebase.imports.dynamic import DYNAMIC
from archguard.codebase.imports.extract import Import, ImportTrait
from archguard.codebase.imports.graph import ImportGraph, Link
from archguard.codebase.imports.indentation import traits_at
from archguard.codebase.imports.reexports import Reexports
from archguard.codebase.imports.statements import Statements
from archguard.codebase.memo import per_codebase
from archguard.codebase.modules.discovery import find_modules
from archguard.codebase.modules.pattern import Pattern, Target
from archguard.codebase.modules.project import Component, Project, Service
from archguard.codebase.modules.service_paths import ServicePaths
from archguard.codebase.scopes.reading import Reading
from archguard.codebase.syntax.source import Source, SourceError
from archguard.dataclass import dataclass
from archguard.incremental.input_recorder import record_sources
from archguard.model import Location, Problem, Step
from archguard.model.names import (
    ModuleName,
    QualifiedName,
    last_part,
    parts_of,
    plain_name,
    self_and_parents,
    split_last,
)

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Codebase:
    """The input of every contract."""

    sources: Mapping[ModuleName, Source]
    """The source file of each module, by module name."""
    imports: ImportGraph
    root: Path = Path()
    """The folder that relative paths of the configuration start from."""
    components: Mapping[str, Component] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    """Files, and parts of files, that could not be read."""
    excluded: frozenset[ModuleName] = frozenset()
    """The modules that the configuration excludes."""
    places: Mapping[str, str] = field(default_factory=dict)
    """The displayed path of each module without a source: a folder without `__init__.py`, or a stub."""
    lazy: frozenset[Link] = frozenset()
    """The imports by a `lazy import` statement (PEP 810)."""
    reexports: Reexports | None = None
    """Resolves re-exported names to their definitions."""
    distinguished: frozenset[str] = frozenset()
    """The external modules that are distinguished from their top-level package, such as `google.cloud.storage`."""
    follows_dynamic_imports: bool = True
    """Whether the graph has the imports by `import_module("a.b")` and the like."""
    has_plain_imports: bool = False
    """Whether an import leads to the same module whatever other files import: no wildcards, no folders of services, and
    no excluded module without a package around it that is not."""
    ignored: frozenset[Link] = frozenset()
    """The imports that a contract ignores, and that are not in `imports`."""
    results: FileResults = field(default_factory=FileResults, compare=False, repr=False)
    """The results of tasks that run file by file; shared with the variants that lack some imports."""
    statements_of_links: dict[Link, Import | None] = field(default_factory=dict, compare=False, repr=False)
    """The import statements that were looked up; shared with the variants that lack some imports."""
    units_by_pattern: dict[Pattern, Mapping[str, frozenset[str]]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """The modules that patterns select; shared with whatever has the same modules."""
    memo: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)
    """The results of functions that are memoized `per_codebase`; shared with the variants that lack some imports."""

    @property
    def modules(self) -> frozenset[ModuleName]:
        """Every module of the project, including those without a file."""
        return self.imports.modules

    @property
    def every_import(self) -> ImportGraph:
        """All imports, including those that a contract ignores."""
        return self.imports.with_links(self.ignored)

    @property
    def shared_package(self) -> str:
        """The innermost package that contains every module of the project; "" if there is none."""
        # Without the own name of a module, else a project of one module would be its own package. A script beside the
        # packages does not count.
        names = [parts_of(module)[:-1] for module in self.sources if "." in module]
        levels = takewhile(lambda parts: len(set(parts)) == 1, zip(*names, strict=False))
        return ".".join(parts[0] for parts in levels)

    def units(self, pattern: Pattern) -> Mapping[str, frozenset[str]]:
        """The sets of modules that `pattern` selects, by name.

        A component is one unit under its own name, and so is a service. Any other pattern has a unit for each module
        that it matches, with all modules below that one.
        """
        if pattern.text in self.components:
            return {pattern.text: self._component(pattern.text)}
        if pattern.text in self.services:
            return {pattern.text: self._service(pattern.text)}
        return self._matches(pattern)

    def anchors(self, pattern: Pattern) -> tuple[ModuleName, ...]:
        """The top modules of what `pattern` selects, sorted; of a component, the modules that its patterns match."""
        if pattern.text in self.components:
            matched = {anchor for own in self.components[pattern.text].modules for anchor in self._matches(own)}
            found = matched & self._component(pattern.text)
        elif pattern.text in self.services:
            found = {self_and_parents(module)[-1] for module in self._service(pattern.text)}
        else:
            found = set(self._matches(pattern))
        return tuple(sorted(found))

    def members(self, patterns: Iterable[Pattern]) -> frozenset[ModuleName]:
        """Every module that one of `patterns` selects."""
        key = tuple(patterns)
        if key not in self._members_by_patterns:
            units = (unit for pattern in key for unit in self.units(pattern).values())
            self._members_by_patterns[key] = frozenset().union(*units)
        return self._members_by_patterns[key]

    def files(self, modules: Iterable[ModuleName]) -> tuple[Source, ...]:
        """The sources of those of `modules` that have one, sorted by module."""
        return tuple(self.sources[module] for module in sorted(modules) if module in self.sources)

    def matching(self, pattern: Pattern, names: Iterable[str]) -> frozenset[str]:
        """Those of `names`, in the project or not, that `pattern` matches, or whose parent it matches."""
        return frozenset(name for name in names if pattern.unit(name))

    def location(self, link: Link) -> Location:
        """The location of an import statement; that of the imported name if `link` imports a name, not a module."""
        found = self.statement(link)
        if found is None:
            return Location(self.display_path(link.importer), link.line)
        return found.name_location if self._is_name(link.imported) else found.location

    def _is_name(self, imported: QualifiedName) -> bool:
        """Whether `imported` is a name that a module of the project defines, not a module."""
        return imported not in self.modules and any(outer in self.modules for outer in self_and_parents(imported))

    def location_of(self, module: ModuleName) -> Location:
        """The location of a module as a whole."""
        return Location(self.display_path(module))

    def statement(self, link: Link) -> Import | None:
        """The import statement of `link`; None if this Python cannot parse the file."""
        self._read_statements_of(link.importer)
        if link not in self.statements_of_links:
            self.statements_of_links[link] = max(self.named(link), key=_depth, default=None)
        return self.statements_of_links[link]

    def _read_statements_of(self, module: ModuleName) -> None:
        """Record that what is computed depends on the import statements of `module`."""
        self.results.recorder.read((module, Reading.STATEMENTS, ""))

    def named(self, link: Link) -> tuple[Import, ...]:
        """The imports of the statement of `link` that name the imported module, or names in it."""
        self._read_statements_of(link.importer)
        here = self._statements.at(link.importer, link.line)
        exact: tuple[Import, ...] = ()
        if link.imported in self.modules:
            exact = self._imports_by_definer(link.importer, link.line).get(link.imported, ())
        elif self._is_name(link.imported):
            exact = tuple(found for found in here if self._imports_target(link, found))
        return exact or self._direct_imports(link) or here

    def _direct_imports(self, link: Link) -> tuple[Import, ...]:
        """The imports at the line of `link` that name the imported module directly, not by a re-export."""
        return self._statements.naming(link.importer, link.line, plain_name(link.imported))

    def _imports_by_definer(self, importer: ModuleName, line: int) -> Mapping[str, tuple[Import, ...]]:
        """The imports at `line`, by the modules that define the imported names.

        The last line is memoized: callers ask for each name of a statement in turn, and some have thousands of names.
        """
        # A list of one pair, since the dataclass is frozen.
        if not self._last_line or self._last_line[0][0] != (importer, line):
            found: dict[str, list[Import]] = {}
            for one in self._statements.at(importer, line):
                for module in self._defining_modules(importer, one):
                    found.setdefault(module, []).append(one)
            self._last_line[:] = [((importer, line), {module: tuple(some) for module, some in found.items()})]
        return self._last_line[0][1]

    def _defining_modules(self, importer: ModuleName, found: Import) -> tuple[ModuleName, ...]:
        """The modules that define the name that `found` imports, with re-exports resolved."""
        if self.reexports is None:
            return ()
        return tuple(dict.fromkeys(map(self.reexports.module_of, self.reexports.imported_as(importer, found.target))))

    def _imports_target(self, link: Link, found: Import) -> bool:
        """Whether the import `found`, with re-exports resolved, imports the module or the name of `link`."""
        if self.reexports is None:
            return False
        definitions = self.reexports.imported_as(link.importer, found.target)
        if link.imported in self.modules:
            return link.imported in map(self.reexports.module_of, definitions)
        if not self._is_name(link.imported):
            return False
        if found.name == "*":
            return self._star_binds(definitions, link.imported)
        return not set(definitions).isdisjoint(self.reexports.definitions(link.imported))

    def names_in(self, pattern: Pattern) -> tuple[str, ...]:
        """The qualified names that `pattern` selects, if it literally names something in a module, and no module."""
        holder, name = split_last(pattern.text)
        if not holder or not pattern.literal or self.reexports is None or self.members((pattern,)):
            return ()
        holders = [module for module in sorted(self.modules) if Pattern(holder).names(module)]
        return tuple(f"{module}.{name}" for module in holders if self.reexports.binds(module, name))

    def telling_apart(self, patterns: Iterable[Pattern]) -> "Codebase":
        """A variant with an extra edge wherever a statement imports a name that one of `patterns` selects.

        The graph has modules as nodes, so a contract about `shop.orders.Order` needs an edge to the name itself.
        """
        names = tuple(dict.fromkeys(name for pattern in patterns for name in self.names_in(pattern)))
        if not names:
            return self
        # Before the memo, not only where it is filled: each contract that asks has to depend on it.
        self._read_statements_of(ANYWHERE)
        if names not in self._variants_with_names:
            links = {link for name in names for link in self._imports_of(name)}
            self._variants_with_names[names] = replace(self, imports=self.imports.with_links(links))
        return self._variants_with_names[names]

    def _imports_of(self, name: str) -> Iterator[Link]:
        """Each statement that imports `name`, from the module that defines it or from a package that re-exports it."""
        definitions = self.reexports.definitions(name) if self.reexports else ()
        holders = {
            outer for definition in (name, *definitions) for outer in self_and_parents(definition)
        } & self.modules
        for holder in sorted(holders):
            for importer in self.imports.importers.get(holder, ()):
                for line in self.imports.imported_by(importer)[holder]:
                    link = Link(importer, name, line)
                    if any(self._imports_target(link, found) for found in self._statements.at(importer, line)):
                        yield link

    def _star_binds(self, modules: Iterable[ModuleName], name: str) -> bool:
        """Whether `import *` from one of `modules` binds `name`, or a re-export of it."""
        reexports, last = self.reexports, last_part(name)
        return reexports is not None and any(
            reexports.passes_with_star(module, last)
            and not set(reexports.definitions(f"{module}.{last}")).isdisjoint(reexports.definitions(name))
            for module in modules
        )

    def reexported_name(self, link: Link) -> str:
        """The re-exported name by which a statement imports from `link.imported`: `shop.OrderRepository`; else ""."""
        found = self.statement(link)
        inside = link.imported in self.modules and found is not None and found.module
        return (
            found.target if found and inside and plain_name(link.imported) not in self_and_parents(found.target) else ""
        )

    def steps(self, chain: tuple[str, ...]) -> tuple[Step, ...]:
        """The imports along a chain of modules, each at the first line that imports the next module."""
        lines = self.imports.imported_by
        return tuple(self.step(Link(one, other, lines(one)[other][0])) for one, other in pairwise(chain))

    def step(self, link: Link) -> Step:
        """One import with its location."""
        return Step(link.importer, link.imported, self.display_path(link.importer), link.line)

    def display_path(self, module: ModuleName) -> str:
        """The path of `module` as reports show it; "" if it is not in the project."""
        return self.sources[module].display_path if module in self.sources else self.places.get(module, "")

    def has_read_errors(self, module: ModuleName) -> bool:
        """Whether a part of its file could not be read, so that some of its imports may be unknown."""
        return self.display_path(module) in self._paths_with_errors

    def once(self, read: Callable[["Codebase"], _T]) -> _T:
        """The result of `read` for this codebase, memoized by function."""
        if read not in self._once_results:
            self._once_results[read] = read(self)
        answer: _T = self._once_results[read]
        return answer

    def without_links(self, links: Collection[Link]) -> "Codebase":
        """A variant without the imports `links`."""
        if not links:
            return self
        return replace(self, imports=self.imports.without(links), ignored=self.ignored.union(links))

    def without_traits(self, traits: Collection[ImportTrait]) -> "Codebase":
        """A variant without the imports that have one of `traits`."""
        unwanted = frozenset(traits)
        if not unwanted:
            return self
        if unwanted not in self._variants_without_traits:
            links = self.imports.links(name for name in self.sources if self._may_have(name, unwanted))
            unwanted_links = [link for link in links if self.traits(link, unwanted) & unwanted]
            self._variants_without_traits[unwanted] = self.without_links(unwanted_links)
        return self._variants_without_traits[unwanted]

    def traits(self, link: Link, wanted: frozenset[ImportTrait]) -> frozenset[ImportTrait]:
        """The traits of an import. Only those in `wanted` are reliable: for others, files are not parsed."""
        if link in self.lazy:
            return frozenset({ImportTrait.LAZY})
        if not self._may_have(link.importer, wanted):
            return frozenset()
        plain = self._statements.plain(link.importer, link.line)
        if plain and plain.traits is not None:
            return plain.traits
        found = self._statements.naming(link.importer, link.line, plain_name(link.imported), parsed=True)
        found = found or self._statements.parsed_at(link.importer, link.line)
        if not found:
            return traits_at(self.sources[link.importer].lines, link.line)
        return frozenset.intersection(
            *(statement.traits for statement in found)
        )  # if one name of the statement lacks a trait, the import lacks it

    def _may_have(self, module: ModuleName, wanted: frozenset[ImportTrait]) -> bool:
        """Whether an import of `module` can have one of these traits: a word search that saves most parses."""
        self._read_statements_of(module)
        try:
            markers = self.sources[module].markers
        except SourceError:
            return False
        return any(not _MARKERS[trait] or _MARKERS[trait] & markers for trait in wanted)

    def _component(self, name: str) -> frozenset[ModuleName]:
        component = self.components[name]
        excluded = {
            module for pattern in component.except_ for unit in self._matches(pattern).values() for module in unit
        }
        return (
            frozenset().union(*(unit for pattern in component.modules for unit in self._matches(pattern).values()))
            - excluded
        )

    @per_codebase
    def _service(self, name: str) -> frozenset[ModuleName]:
        service = self.services[name]
        own = (unit for pattern in service.modules for unit in self._matches(pattern).values())
        return frozenset().union(*own, (module for module in self.modules if module.startswith(f"{name}::")))

    def _matches(self, pattern: Pattern) -> Mapping[str, frozenset[str]]:
        if pattern not in self.units_by_pattern:
            units: dict[str, set[str]] = {}
            named = (
                pattern.text if pattern.literal else ""
            )  # a substring test rules most modules out without the regular expression
            for module in sorted(module for module in self.modules if named in module):
                for unit in pattern.units(module):
                    units.setdefault(unit, set()).add(module)
            self.units_by_pattern[pattern] = {unit: frozenset(modules) for unit, modules in units.items()}
        return self.units_by_pattern[pattern]

    @cached_property
    def _last_line(self) -> list[tuple[tuple[str, int], Mapping[str, tuple[Import, ...]]]]:
        return []

    @cached_property
    def _paths_with_errors(self) -> frozenset[str]:
        return frozenset(problem.location.path for problem in self.problems if problem.location)

    @cached_property
    def _members_by_patterns(self) -> dict[tuple[Pattern, ...], frozenset[str]]:
        return {}

    @cached_property
    def _variants_without_traits(self) -> "dict[frozenset[ImportTrait], Codebase]":
        return {}

    @cached_property
    def _variants_with_names(self) -> "dict[tuple[str, ...], Codebase]":
        return {}

    @cached_property
    def _once_results(self) -> dict[Callable[["Codebase"], Any], Any]:
        return {}

    @cached_property
    def _statements(self) -> Statements:
        return Statements(self.sources)


_MARKERS: Mapping[ImportTrait, frozenset[bytes]] = {
    ImportTrait.TYPE_CHECKING: frozenset((b"TYPE_CHECKING",)),
    ImportTrait.LOCAL: frozenset(),
    ImportTrait.OPTIONAL: frozenset(),
    ImportTrait.LAZY: frozenset(),
    ImportTrait.DYNAMIC: DYNAMIC,
}
"""For each trait, the words of which a file must contain one; an empty set if nearly every file may have the trait."""


def _depth(found: Import) -> int:
    return found.target.count(".")


def read_codebase(  # noqa: PLR0913  # each is one setting of the configuration
    root: Path,
    project: Project = Project(),  # noqa: B008  # frozen
    *,
    components: Mapping[str, Component] | None = None,
    services: Mapping[str, Service] | None = None,
    externals: Collection[Target] = (),
    dynamic: bool = True,
    drafts: Mapping[str, bytes | None] = MappingProxyType({}),
) -> Codebase:
    """Find the modules below `root` and build their import graph, without running any of the code.

    Args:
        root: The folder that relative paths of the configuration start from.
        project: Packages or source roots, exclusions, and how to read imports.
        components: Named sets of modules.
        services: Parts with source roots of their own.
        externals: External modules to distinguish from their top-level package, such as `google.cloud.storage`.
        dynamic: Whether to extract `import_module("a.b")` and the like.
        drafts: Texts to read in place of files, by absolute path; None for a file that is to be taken for removed.

    Raises:
        ExceptionGroup[PackageNotFoundError]: packages or source roots that do not exist.
    """
    from archguard.codebase.imports.builder import build_graph  # noqa: PLC0415  # grimp; a run after an edit needs none

    modules = find_modules(root, project, services or {})
    if drafts:
        modules = modules.with_drafts(drafts, project.exclude)
    record_sources(
        source.file for source in modules.sources.values()
    )  # grimp reads them in Rust, which raises no audit event
    excluded = modules.excluded if project.excluded_imports == "nearest" else frozenset()
    paths = ServicePaths.of(services or {})
    follow = project.reexports == "follow"
    found = build_graph(root, modules, externals, excluded, paths, follow_reexports=follow, dynamic=dynamic)
    return Codebase(
        sources=modules.sources,
        imports=found.graph,
        root=root,
        components=components or {},
        services=services or {},
        problems=(*modules.problems, *found.problems),
        excluded=modules.excluded,
        places=modules.places,
        lazy=found.lazy,
        reexports=found.reexports,
        distinguished=found.externals,
        follows_dynamic_imports=dynamic,
        has_plain_imports=follow
        and not paths.first_names
        and all(one.literal for one in externals)
        and all(found.graph.modules.intersection(self_and_parents(module)) for module in excluded),
    )
