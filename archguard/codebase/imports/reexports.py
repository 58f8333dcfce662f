"""Resolve re-exported names: `from shop import OrderRepository` imports the module that defines the class.

A name is followed from the `__init__.py` of one package to the next until a module binds it otherwise. The table of a
package comes from its import lines if possible; the file is parsed only for names on lines that need a parser. Star
imports need the top-level bindings of the starred module. Names that `__getattr__` computes are not resolved.
Cost: one dictionary per package that some statement imports a name from.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field, replace
from functools import cached_property
from typing import NamedTuple, TypeAlias

from archguard.codebase.imports.extract import Import, ImportTrait
from archguard.codebase.imports.line_parser import Name
from archguard.codebase.imports.statements import Statements
from archguard.codebase.modules.namespace import ServiceNamespace
from archguard.codebase.syntax.source import MOST_WORDS, Source, SourceError
from archguard.dataclass import dataclass
from archguard.incremental.input_recorder import record_full_scan
from archguard.model.names import ModuleName, QualifiedName, parent_name, split_last, top_package

Bound: TypeAlias = tuple[frozenset[str], tuple[str, ...]]
"""The top-level bindings of a file, and the modules of its star imports."""


class Kept(NamedTuple):
    """What must be kept to restore re-exports, in values that `marshal` knows; without sources, modules and views."""

    packages: dict[str, list[int] | None]
    asked: dict[str, set[str]]
    definitions: dict[str, tuple[str, ...]]
    """The definitions of all names that were followed, for the files may be others when they are restored."""
    starred: dict[str, Bound]
    """What the modules bind whose names a star import has needed; likewise."""
    follows: bool


@dataclass(frozen=True)
class Reexports:
    """The re-exports of `packages`, resolved name by name: few of them are ever imported."""

    packages: Mapping[str, Collection[int] | None]
    """The lines with imports of each package; packages that are missing here need a parser."""
    statements: Statements
    known: Collection[str]
    """Every module of the project."""
    views: Mapping[str, ServiceNamespace]
    """The namespace of each service."""
    follows: bool = True
    """Whether to resolve at all; if not, every name is its own definition."""
    _tables: dict[str, "_Table"] = field(default_factory=dict, init=False, repr=False)
    _origins: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False)
    _definitions: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False)
    _asked: dict[str, set[str]] = field(default_factory=dict, repr=False)
    """The names that were followed through each package: its edit must lead them to the same definitions."""
    _starred: set[str] = field(default_factory=set, repr=False)
    """The modules whose names a star import has needed: an edit must not change them."""

    @classmethod
    def restored(
        cls, kept: Kept, sources: Mapping[str, Source], known: Collection[str], views: Mapping[str, ServiceNamespace]
    ) -> "Reexports":
        """Those that `kept` was called of, before the files of `sources` have changed."""
        asked, starred = kept.asked, {*kept.starred}
        found = cls(kept.packages, Statements(sources), known, views, kept.follows, asked, starred)
        found._definitions.update(kept.definitions)
        found._stars.known.update(kept.starred)
        return found

    def kept(self) -> Kept:
        """What must be kept to restore them."""
        packages = {package: None if lines is None else [*lines] for package, lines in self.packages.items()}
        names = [name for asked in [*self._asked.values()] for name in [*asked]]
        definitions = {name: self.definitions(name) for name in names}
        return Kept(
            packages, self._asked, definitions, {one: self._stars.bound(one) for one in self._starred}, self.follows
        )

    def origins(self, name: str) -> tuple[str, ...]:
        """The modules that may define `shop.OrderRepository`, which is no module; () if only its own package does."""
        if name not in self._origins:
            found = tuple(dict.fromkeys(map(self.module_of, self.definitions(name))))
            self._origins[name] = found if found != (parent_name(name),) else ()
        return self._origins[name]

    def definitions(self, name: str) -> tuple[str, ...]:
        """The qualified names of the definitions of `shop.OrderRepository`; itself if it is no re-export."""
        if name not in self._definitions:
            self._definitions[name] = self._follow(name, ())
        return self._definitions[name]

    def imported_as(self, importer: ModuleName, target: QualifiedName) -> tuple[str, ...]:
        """The qualified names of the definitions of `target`, as a statement in `importer` names it."""
        return self.definitions(self._stars.qualified(importer, target))

    def module_of(self, definition: QualifiedName) -> str:
        """The module that `definition` is, or is defined in."""
        return definition if definition in self.known else parent_name(definition)

    def binds(self, module: ModuleName, name: str) -> bool:
        """Whether a module binds `name`; one with `__getattr__` may bind any name."""
        if module not in self._stars.sources:
            return False
        own, stars = self._stars.bound(module)
        return not own.isdisjoint((name, "__getattr__")) or any(
            name in self._stars.public(self._stars.qualified(module, star)) for star in stars
        )

    def passes_with_star(self, module: ModuleName, name: str) -> bool:
        """Whether `from module import *` may bind `name`."""
        return name in self._stars.public(module)

    def after_edits(self, sources: Mapping[ModuleName, Source], edited: Collection[str]) -> "Reexports | None":
        """The re-exports with other `sources`: the modules `edited` have changed, and others may have been added.

        None if that changes where a name in another file leads to.
        """
        # The recorded lines of an edited package are no longer its own, so that it is parsed.
        packages = {package: None if package in edited else lines for package, lines in self.packages.items()}
        known = frozenset(self.known) | sources.keys()
        new = Reexports(packages, Statements(sources), known, self.views, self.follows, self._asked, self._starred)
        new._stars.take_over(self._stars, edited)
        asked = tuple(self._asked)  # a copy: to follow a name may add to it
        # A name that a star import brings may lead through any package, so that all that were asked are compared.
        compared = edited if new.has_same_stars(self, edited) else asked
        return new if all(new._leads_like(self, package) for package in compared) else None

    def has_same_stars(self, before: "Reexports", edited: Collection[str]) -> bool:
        """Whether star imports of the modules `edited` bind the same names as `before`."""
        return all(self._stars.is_like(before._stars, module) for module in edited)

    def _leads_like(self, before: "Reexports", package: ModuleName) -> bool:
        """Whether each name that was followed through `package` has the same definitions as `before`."""
        names = sorted(self._asked.get(package, ()))
        return all(self.definitions(name) == before.definitions(name) for name in names)

    def _follow(self, name: str, above: tuple[str, ...]) -> tuple[str, ...]:
        """Follow `name` from package to package; () if the re-exports are cyclic, or it leaves the project."""
        if name in self.known:
            return (name,)
        # Two packages that re-export the name from each other: no module defines it.
        if name in above:
            return ()
        package, last = split_last(name)
        self._asked.setdefault(package, set()).add(name)
        targets = self._table(package).targets(last) if self._is_followed_package(package) else ()
        if targets:
            # Several, if the branches of an `if` or `try` import the name from different modules.
            found = {origin for target in targets for origin in self._follow(target, (*above, name))}
            return tuple(sorted(found))
        return (name,) if package in self.known else ()

    def _is_followed_package(self, package: ModuleName) -> bool:
        source = self._stars.sources.get(package) if self.follows else None
        return source is not None and source.is_package

    def _table(self, package: ModuleName) -> "_Table":
        if package not in self._tables:
            self._tables[package] = _Table(package, self.packages.get(package), self.statements, self._stars)
        return self._tables[package]

    @cached_property
    def _stars(self) -> "_Stars":
        return _Stars(self.statements.sources, self.views, self._starred)


@dataclass(frozen=True)
class _Stars:
    """The names that `from module import *` binds."""

    sources: Mapping[ModuleName, Source]
    views: Mapping[str, ServiceNamespace]
    starred: set[str]
    """The modules whose names a star import has needed."""
    known: dict[str, Bound] = field(default_factory=dict, init=False, repr=False)

    def take_over(self, before: "_Stars", edited: Collection[str]) -> None:
        """Know the names that are known of `before`, but for those of the modules `edited`."""
        self.known.update((module, names) for module, names in before.known.items() if module not in edited)

    def is_like(self, before: "_Stars", module: ModuleName) -> bool:
        """Whether `module` binds the names that it bound `before`, or no star import has needed them."""
        return module not in before.starred or self.bound(module) == before.bound(module)

    def qualified(self, importer: ModuleName, name: str) -> str:
        """The name in the graph of `name` in the files of `importer`'s service."""
        return self.views[self.sources[importer].service].qualified(name)

    def bound(self, module: str) -> Bound:
        """The top-level bindings of a file, and the modules of its star imports."""
        if module not in self.known:
            record_full_scan(self.sources[module].file)
            self.known[module] = _bound(self.sources[module])
        return self.known[module]

    def public(self, module: ModuleName, above: tuple[str, ...] = ()) -> frozenset[str]:
        """The names that `from module import *` may bind: all without a leading underscore."""
        # Modules whose star imports form a cycle bind what each of them binds itself.
        if module in above or module not in self.sources:
            return frozenset()
        self.starred.add(module)
        names, stars = self.bound(module)
        inner = (self.public(self.qualified(module, star), (*above, module)) for star in stars)
        return frozenset(name for name in names if not name.startswith("_")).union(*inner)


@dataclass(frozen=True)
class _Table:
    """The import targets of the names in one package; several if branches import a name from different modules."""

    package: ModuleName
    lines: Collection[int] | None
    statements: Statements
    stars: _Stars

    def targets(self, name: str) -> Collection[str]:
        """The import targets of `name`."""
        named = self._by_parser if self._uncertain_names is None or name in self._uncertain_names else self._by_lines
        targets = {self.stars.qualified(self.package, target) for target in named.get(name, ())}
        return targets or self._star_targets(name)

    @cached_property
    def _plain(self) -> list[tuple[Name, bool]] | None:
        """The imports, each with whether it certainly runs with the file; None if the file needs a parser."""
        lines = None if self.lines is None else sorted(self.lines)
        found = [self.statements.plain(self.package, line) for line in lines or ()]
        if lines is None or None in found:
            return None
        return [(own, plain.traits is not None) for plain in found if plain for own in plain.names]

    @cached_property
    def _uncertain_names(self) -> frozenset[str] | None:
        """The names of imports that may be in a function, so that the file needs a parser; None for all names."""
        return None if self._plain is None else frozenset(found.alias for found, sure in self._plain if not sure)

    @cached_property
    def _by_lines(self) -> Mapping[str, set[str]]:
        return self._named(found for found, sure in self._plain or () if sure)

    @cached_property
    def _by_parser(self) -> Mapping[str, set[str]]:
        return self._named(_package_level(self.stars.sources[self.package], self.statements.parsed(self.package)))

    def _named(self, imports: Iterable[Import | Name]) -> Mapping[str, set[str]]:
        targets: dict[str, set[str]] = {}
        for found in filter(_binds_target, imports):
            targets.setdefault(found.alias, set()).add(found.target)
        return targets

    def _star_targets(self, name: str) -> Collection[str]:
        """The targets of `name` by star imports, unless the package binds it itself."""
        stars = [module for module in self._star_modules if name in self.stars.public(module)]
        # Parsed only where a star import may bring the name: most packages have none.
        own = self.stars.bound(self.package)[0] if stars else frozenset()
        return [f"{module}.{name}" for module in stars if name not in own]

    @cached_property
    def _star_modules(self) -> list[ModuleName]:
        plain = self._plain
        imports = self.statements.parsed(self.package) if plain is None else [found for found, _ in plain]
        return [self.stars.qualified(self.package, found.module) for found in imports if found.name == "*"]


def _binds_target(found: Import | Name) -> bool:
    """Whether the alias is bound to the target: `import a.b` binds `a`, but `import a.b as c` binds `c` to `a.b`."""
    return bool(found.alias) and (bool(found.name) or found.alias != top_package(found.module))


def _package_level(source: Source, imports: tuple[Import, ...]) -> tuple[Import, ...]:
    """The imports that bind names of the package; those in functions count only if it has a `__getattr__`."""
    if not imports or "def __getattr__" in source.text:
        return imports
    return tuple(found for found in imports if ImportTrait.LOCAL not in found.traits)


def _bound(source: Source) -> Bound:
    from archguard.codebase.scopes.binder import read_scope  # noqa: PLC0415  # most projects have no star imports to resolve

    try:
        scope = read_scope(_with_bindings(source))
    except SourceError:
        return frozenset(), ()
    return frozenset(scope.bindings), tuple(scope.star_imports)


def _with_bindings(source: Source) -> Source:
    """A copy of `source`, as far as possible without what binds no name at the top level: it need not be parsed.

    Raises:
        SourceError: the file cannot be read.
    """
    from archguard.codebase.imports.excerpts import bindings_only  # noqa: PLC0415  # few projects have star imports
    from archguard.codebase.imports.import_scanner import uses_compiled  # noqa: PLC0415  # the same
    from archguard.codebase.imports.syntax_scanner import scan  # noqa: PLC0415  # the same

    content = source.read()
    scanned = scan(content) if uses_compiled() and len(content) <= MOST_WORDS else None
    return source.with_content(bindings_only(content, scanned.starts)) if scanned else replace(source)
