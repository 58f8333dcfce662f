"""Names that a package passes on from the modules that define them: `from shop import OrderRepository`."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from archguard.codebase.facts import Import, ImportTrait
from archguard.codebase.source import Source, SourceError
from archguard.codebase.view import View


@dataclass(frozen=True)
class Reexports:
    """What the `__init__.py` files among `packages` pass on."""

    packages: Collection[str]
    sources: Mapping[str, Source]
    known: Collection[str]
    """Every module of the project."""
    views: Mapping[str, View]

    @cached_property
    def origins(self) -> Mapping[str, tuple[str, ...]]:
        """Where each passed-on name may be defined: `shop.OrderRepository` -> `shop.orders.repositories`."""
        origins = {name: self._origins(name) for name in sorted(self._targets) if name not in self.known}
        return {name: found for name, found in origins.items() if found not in ((), (name.rpartition(".")[0],))}

    def _origins(self, name: str, above: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Follow `name` from package to package; nothing if it goes round in a circle or leaves the project."""
        if name in self.known:
            return (name,)
        if name in above:
            return ()
        if name in self._targets:
            found = {origin for target in self._targets[name] for origin in self._origins(target, (*above, name))}
            return tuple(sorted(found))
        module = name.rpartition(".")[0]
        return (module,) if module in self.known else ()

    @cached_property
    def _targets(self) -> Mapping[str, set[str]]:
        """What each name in a package was imported as; several things if different branches import it."""
        targets: dict[str, set[str]] = {}
        for package in self.packages:
            found = _passed_on(self.sources[package])
            for name, target in chain(self._named(package, found), self._starred(package, found)):
                targets.setdefault(f"{package}.{name}", set()).add(target)
        return targets

    def _named(self, package: str, imports: Collection[Import]) -> Iterator[tuple[str, str]]:
        """The names that a package imports one by one, with what they were imported as."""
        for found in filter(_binds_target, imports):
            yield found.alias, self._qualified(package, found.target)

    def _starred(self, package: str, imports: Collection[Import]) -> Iterator[tuple[str, str]]:
        """The names that a package has from `from module import *`, unless it binds them itself."""
        stars = [self._qualified(package, found.module) for found in imports if found.name == "*"]
        own = _bound(self.sources[package])[0] if stars else frozenset()
        for module in stars:
            for name in self._public(module) - own:
                yield name, f"{module}.{name}"

    def _public(self, module: str, above: tuple[str, ...] = ()) -> frozenset[str]:
        """The names that `from module import *` may bring."""
        if module in above or module not in self.sources:
            return frozenset()
        names, stars = _bound(self.sources[module])
        inner = (self._public(self._qualified(module, star), (*above, module)) for star in stars)
        return frozenset(name for name in names if not name.startswith("_")).union(*inner)

    def _qualified(self, importer: str, name: str) -> str:
        return self.views[self.sources[importer].service].qualified(name)


def _binds_target(found: Import) -> bool:
    """Whether a name means what was imported: `import a.b` binds `a`, but `import a.b as c` binds `a.b` to `c`."""
    return bool(found.alias) and (bool(found.name) or found.alias != found.module.partition(".")[0])


def imports_of(source: Source) -> tuple[Import, ...]:
    """The imports of a file; none of one that this Python cannot parse, whose links then stay as grimp has them."""
    try:
        return tuple(Import.extract(source))
    except SourceError:
        return ()


def _passed_on(source: Source) -> tuple[Import, ...]:
    """What binds names of the package: in functions, only what its `__getattr__` may do."""
    imports = imports_of(source)
    if not imports or "def __getattr__" in source.text:
        return imports
    return tuple(found for found in imports if ImportTrait.LOCAL not in found.traits)


def _bound(source: Source) -> tuple[frozenset[str], tuple[str, ...]]:
    """The names that a file binds at its top level, and the modules whose names it imports all."""
    from archguard.codebase.facts import Scope  # noqa: PLC0415  # most projects have no star to follow

    try:
        scope = Scope.extract(source)
    except SourceError:
        return frozenset(), ()
    return frozenset(scope.bindings), tuple(scope.stars)
