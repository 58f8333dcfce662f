"""The code under test: its modules, what they import, and what the configuration calls them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise, takewhile
from pathlib import Path
from typing import Any, TypeVar

from archguard.codebase.imports.builder import build_graph
from archguard.codebase.imports.dynamic import DYNAMIC
from archguard.codebase.imports.extract import Import, ImportTrait
from archguard.codebase.imports.graph import ImportGraph, Link
from archguard.codebase.imports.indentation import traits_at
from archguard.codebase.imports.reexports import Reexports
from archguard.codebase.imports.statements import Statements
from archguard.codebase.memoization import memoized
from archguard.codebase.modules.discovery import find_modules
from archguard.codebase.modules.namespace import self_and_parents
from archguard.codebase.modules.pattern import Pattern, Target
from archguard.codebase.modules.project import Component, Project, Service
from archguard.codebase.modules.service_paths import ServicePaths
from archguard.codebase.syntax.source import Source, SourceError
from archguard.incremental.input_recorder import record_sources
from archguard.model import Location, Problem, Step

_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True)
class Codebase:
    """What the contracts are checked against."""

    sources: Mapping[str, Source]
    """The file of each module, by the module's name."""
    imports: ImportGraph
    root: Path = Path()
    """The folder that paths of the configuration start from."""
    components: Mapping[str, Component] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    """What could not be read."""
    excluded: frozenset[str] = frozenset()
    """The modules that the project leaves out."""
    places: Mapping[str, str] = field(default_factory=dict)
    """What reports show as the path of a module without a source: a folder without `__init__.py`, or a stub."""
    lazy: frozenset[Link] = frozenset()
    """The imports that say `lazy import`."""
    reexports: Reexports | None = None
    """Where names are defined that packages pass on."""
    ignored: frozenset[Link] = frozenset()
    """The imports that `imports` lacks, since a contract leaves them out."""
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What has been found out about the sources; the same code without some imports shares it."""

    @property
    def modules(self) -> frozenset[str]:
        """Every module of the project, those without a file included."""
        return self.imports.modules

    @property
    def every_import(self) -> ImportGraph:
        """The imports with those that a contract leaves out: what the code does, whatever is asked of it."""
        return self.imports.with_links(self.ignored)

    @property
    def shared_package(self) -> str:
        """The package that holds the whole project, or ""."""
        names = [module.split(".")[:-1] for module in self.sources if "." in module]
        levels = takewhile(lambda parts: len(set(parts)) == 1, zip(*names, strict=False))
        return ".".join(parts[0] for parts in levels)

    def units(self, pattern: Pattern) -> Mapping[str, frozenset[str]]:
        """The sets of modules that `pattern` means, by name.

        A component is one unit under its own name, and so is a service. Any other pattern has a unit for each module
        that it matches, with all modules below that one.
        """
        if pattern.text in self.components:
            return {pattern.text: self._component(pattern.text)}
        if pattern.text in self.services:
            return {pattern.text: self._service(pattern.text)}
        return self._matches(pattern)

    def anchors(self, pattern: Pattern) -> tuple[str, ...]:
        """The modules that stand for what `pattern` means, sorted; of a component, those that its patterns match."""
        if pattern.text in self.components:
            matched = {anchor for own in self.components[pattern.text].modules for anchor in self._matches(own)}
            found = matched & self._component(pattern.text)
        elif pattern.text in self.services:
            found = {self_and_parents(module)[-1] for module in self._service(pattern.text)}
        else:
            found = set(self._matches(pattern))
        return tuple(sorted(found))

    def members(self, patterns: Iterable[Pattern]) -> frozenset[str]:
        """Every module that one of `patterns` means."""
        return frozenset().union(*(unit for pattern in patterns for unit in self.units(pattern).values()))

    def files(self, modules: Iterable[str]) -> tuple[Source, ...]:
        """The files of those of `modules` that have one."""
        return tuple(self.sources[module] for module in sorted(modules) if module in self.sources)

    def matching(self, pattern: Pattern, names: Iterable[str]) -> frozenset[str]:
        """Those of `names` (outside the project, say) that `pattern` matches or is above of."""
        return frozenset(name for name in names if pattern.unit(name))

    def location(self, link: Link) -> Location:
        """The place of an import statement; where one name in it is told apart, that of the name."""
        found = self.statement(link)
        if found is None:
            return Location(self.display_path(link.importer), link.line)
        return found.name_location if self._is_name(link.imported) else found.location

    def _is_name(self, imported: str) -> bool:
        """Whether it is a name in a module of the project."""
        return imported not in self.modules and any(outer in self.modules for outer in self_and_parents(imported))

    def location_of(self, module: str) -> Location:
        """The place of a module as a whole."""
        return Location(self.display_path(module))

    @memoized
    def statement(self, link: Link) -> Import | None:
        """The statement behind `link`, or None where this Python cannot parse the file."""
        return max(self.named(link), key=_depth, default=None)

    def named(self, link: Link) -> tuple[Import, ...]:
        """All that the statement behind `link` names of what it imports: the module, or names in it."""
        here = self._statements.at(link.importer, link.line)
        exact: tuple[Import, ...] = ()
        if link.imported in self.modules:
            exact = self._defining(link.importer, link.line).get(link.imported, ())
        elif self._is_name(link.imported):
            exact = tuple(found for found in here if self._leads_to(link, found))
        return exact or self._naming(link) or here

    def _naming(self, link: Link) -> tuple[Import, ...]:
        """The imports at its line that name what `link` imports; none, if a package passes that on."""
        return self._statements.naming(link.importer, link.line, _plain(link))

    def _defining(self, importer: str, line: int) -> Mapping[str, tuple[Import, ...]]:
        """The imports at `line` by the modules that define what they name; of many names, each is asked for."""
        if not self._last_line or self._last_line[0][0] != (importer, line):
            found: dict[str, list[Import]] = {}
            for one in self._statements.at(importer, line):
                for module in self._homes(importer, one):
                    found.setdefault(module, []).append(one)
            self._last_line[:] = [((importer, line), {module: tuple(some) for module, some in found.items()})]
        return self._last_line[0][1]

    def _homes(self, importer: str, found: Import) -> tuple[str, ...]:
        """The modules that define what `found` names."""
        if self.reexports is None:
            return ()
        return tuple(dict.fromkeys(map(self.reexports.module_of, self.reexports.imported_as(importer, found.target))))

    def _leads_to(self, link: Link, found: Import) -> bool:
        """Whether `found` is the import of the module, or of the name, that `link` is."""
        if self.reexports is None:
            return False
        definitions = self.reexports.imported_as(link.importer, found.target)
        if link.imported in self.modules:
            return link.imported in map(self.reexports.module_of, definitions)
        if not self._is_name(link.imported):
            return False
        if found.name == "*":
            return self._brings(definitions, link.imported)
        return not set(definitions).isdisjoint(self.reexports.definitions(link.imported))

    def names_in(self, pattern: Pattern) -> tuple[str, ...]:
        """The names that `pattern` means, if it means one name in modules of the project, and no module."""
        holder, dot, name = pattern.text.rpartition(".")
        if not dot or not pattern.literal or self.reexports is None or self.members((pattern,)):
            return ()
        holders = [module for module in sorted(self.modules) if Pattern(holder).names(module)]
        return tuple(f"{module}.{name}" for module in holders if self.reexports.binds(module, name))

    def telling_apart(self, patterns: Iterable[Pattern]) -> "Codebase":
        """The same code, with an import of its own wherever a name that one of `patterns` means is imported."""
        names = tuple(dict.fromkeys(name for pattern in patterns for name in self.names_in(pattern)))
        if not names:
            return self
        if names not in self._with_names:
            links = {link for name in names for link in self._imports_of(name)}
            self._with_names[names] = replace(self, imports=self.imports.with_links(links))
        return self._with_names[names]

    def _imports_of(self, name: str) -> Iterator[Link]:
        """Each line that imports `name`, from where it is defined or from a package that passes it on."""
        definitions = self.reexports.definitions(name) if self.reexports else ()
        holders = {
            outer for definition in (name, *definitions) for outer in self_and_parents(definition)
        } & self.modules
        for holder in sorted(holders):
            for importer in self.imports.importers.get(holder, ()):
                for line in self.imports.imported_by(importer)[holder]:
                    link = Link(importer, name, line)
                    if any(self._leads_to(link, found) for found in self._statements.at(importer, line)):
                        yield link

    def _brings(self, modules: Iterable[str], name: str) -> bool:
        """Whether `import *` of one of `modules` brings what `name` means."""
        reexports, last = self.reexports, name.rpartition(".")[2]
        return reexports is not None and any(
            reexports.passes_with_star(module, last)
            and not set(reexports.definitions(f"{module}.{last}")).isdisjoint(reexports.definitions(name))
            for module in modules
        )

    def reexported_name(self, link: Link) -> str:
        """What a statement names that a package passes on from `link.imported`: `shop.OrderRepository`; else ""."""
        found = self.statement(link)
        inside = link.imported in self.modules and found is not None and found.module
        return (
            found.target
            if found and inside and link.imported.rpartition("::")[2] not in self_and_parents(found.target)
            else ""
        )

    def steps(self, chain: tuple[str, ...]) -> tuple[Step, ...]:
        """A chain of modules as imports with places: the first line of each."""
        lines = self.imports.imported_by
        return tuple(self.step(Link(one, other, lines(one)[other][0])) for one, other in pairwise(chain))

    def step(self, link: Link) -> Step:
        """One import with its place."""
        return Step(link.importer, link.imported, self.display_path(link.importer), link.line)

    def display_path(self, module: str) -> str:
        """The path of `module` as reports show it; "" for what is not in the project."""
        return self.sources[module].display_path if module in self.sources else self.places.get(module, "")

    def has_read_errors(self, module: str) -> bool:
        """Whether something in its file could not be read, so that not all that it imports may be known."""
        return self.display_path(module) in self._troubled

    def once(self, read: Callable[["Codebase"], _T]) -> _T:
        """What `read` makes of it, worked out by the first who asks."""
        if read not in self._answers:
            self._answers[read] = read(self)
        answer: _T = self._answers[read]
        return answer

    def without_links(self, links: Collection[Link]) -> "Codebase":
        """The same code without the imports `links`."""
        if not links:
            return self
        return replace(self, imports=self.imports.without(links), ignored=self.ignored.union(links))

    def without_traits(self, traits: Collection[ImportTrait]) -> "Codebase":
        """The same code without the imports that have one of `traits`."""
        unwanted = frozenset(traits)
        if not unwanted:
            return self
        if unwanted not in self._without:
            links = [link for link in self.imports.links() if self.traits(link, unwanted) & unwanted]
            self._without[unwanted] = self.without_links(links)
        return self._without[unwanted]

    def traits(self, link: Link, asked: frozenset[ImportTrait]) -> frozenset[ImportTrait]:
        """The traits of an import; for certain only as far as they are `asked` for, which saves parsing files."""
        if link in self.lazy:
            return frozenset({ImportTrait.LAZY})
        if not self._may_have(link.importer, asked):
            return frozenset()
        plain = self._statements.plain(link.importer, link.line)
        if plain and plain.traits is not None:
            return plain.traits
        found = self._statements.naming(link.importer, link.line, _plain(link), parsed=True)
        found = found or self._statements.parsed_at(link.importer, link.line)
        if not found:
            return traits_at(self.sources[link.importer].lines, link.line)
        return frozenset.intersection(*(statement.traits for statement in found))  # one that counts is enough

    def _may_have(self, module: str, asked: frozenset[ImportTrait]) -> bool:
        """A look at the signs, since most files need not be parsed to know."""
        try:
            signs = self.sources[module].markers
        except SourceError:
            return False
        return any(not _SIGNS[trait] or _SIGNS[trait] & signs for trait in asked)

    def _component(self, name: str) -> frozenset[str]:
        component = self.components[name]
        left_out = {
            module for pattern in component.except_ for unit in self._matches(pattern).values() for module in unit
        }
        return (
            frozenset().union(*(unit for pattern in component.modules for unit in self._matches(pattern).values()))
            - left_out
        )

    def _service(self, name: str) -> frozenset[str]:
        service = self.services[name]
        own = (unit for pattern in service.modules for unit in self._matches(pattern).values())
        return frozenset().union(*own, (module for module in self.modules if module.startswith(f"{name}::")))

    def _matches(self, pattern: Pattern) -> Mapping[str, frozenset[str]]:
        if pattern not in self._matched:
            units: dict[str, set[str]] = {}
            named = pattern.text if pattern.literal else ""  # most modules need no regular expression to be told apart
            for module in sorted(module for module in self.modules if named in module):
                for unit in pattern.units(module):
                    units.setdefault(unit, set()).add(module)
            self._matched[pattern] = {unit: frozenset(modules) for unit, modules in units.items()}
        return self._matched[pattern]

    @cached_property
    def _last_line(self) -> list[tuple[tuple[str, int], Mapping[str, tuple[Import, ...]]]]:
        return []

    @cached_property
    def _troubled(self) -> frozenset[str]:
        return frozenset(problem.location.path for problem in self.problems if problem.location)

    @cached_property
    def _matched(self) -> dict[Pattern, Mapping[str, frozenset[str]]]:
        return {}

    @cached_property
    def _without(self) -> "dict[frozenset[ImportTrait], Codebase]":
        return {}

    @cached_property
    def _with_names(self) -> "dict[tuple[str, ...], Codebase]":
        return {}

    @cached_property
    def _answers(self) -> dict[Callable[["Codebase"], Any], Any]:
        return {}

    @cached_property
    def _statements(self) -> Statements:
        return Statements(self.sources)


_SIGNS: Mapping[ImportTrait, frozenset[bytes]] = {
    ImportTrait.TYPE_CHECKING: frozenset((b"TYPE_CHECKING",)),
    ImportTrait.LOCAL: frozenset(),
    ImportTrait.OPTIONAL: frozenset(),
    ImportTrait.LAZY: frozenset(),
    ImportTrait.DYNAMIC: DYNAMIC,
}
"""The signs of which a file must have one for an import of it to have the trait; without any, most files may."""


def _plain(link: Link) -> str:
    return link.imported.rpartition("::")[2]


def _depth(found: Import) -> int:
    return found.target.count(".")


def read_codebase(  # noqa: PLR0913  # what the code is, and how it is to be looked at
    root: Path,
    project: Project = Project(),  # noqa: B008  # frozen
    *,
    components: Mapping[str, Component] | None = None,
    services: Mapping[str, Service] | None = None,
    externals: Collection[Target] = (),
    dynamic: bool = True,
) -> Codebase:
    """The code below `root`. Nothing of it is run.

    Args:
        root: The folder that paths of the configuration start from.
        project: Where the code is, and which of it is looked at.
        components: Named sets of modules.
        services: Parts that have source roots of their own.
        externals: What is to be told from its top-level package, of what is outside of the project.
        dynamic: Whether to look for `import_module("a.b")` and the like.

    Raises:
        ExceptionGroup[PackageNotFoundError]: packages or source roots that are not there.
    """
    modules = find_modules(root, project, services or {})
    record_sources(source.file for source in modules.sources.values())  # grimp reads them without a word to Python
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
    )
