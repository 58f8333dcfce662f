"""Names that a package passes on from the modules that define them: `from shop import OrderRepository`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

from archguard.codebase.facts import Import
from archguard.codebase.source import Source, SourceError
from archguard.codebase.view import View


@dataclass(frozen=True)
class Reexports:
    """What the `__init__.py` files among `packages` pass on."""

    packages: Mapping[str, Source]
    known: Collection[str]
    """Every module of the project."""
    views: Mapping[str, View]

    @cached_property
    def origins(self) -> Mapping[str, str]:
        """The module that defines each passed-on name: `shop.OrderRepository` -> `shop.orders.repositories`."""
        origins = {
            name: origin for name in sorted(self._targets) if name not in self.known and (origin := self._origin(name))
        }
        return {name: origin for name, origin in origins.items() if origin != name.rpartition(".")[0]}

    def _origin(self, name: str) -> str:
        """Follow `name` from package to package; "" if it goes round in a circle or leaves the project."""
        seen = set[str]()
        while name in self._targets and name not in self.known and name not in seen:
            seen.add(name)
            name = self._targets[name]
        if name in seen:
            return ""
        if name in self.known:
            return name
        module = name.rpartition(".")[0]
        return module if module in self.known else ""

    @cached_property
    def _targets(self) -> Mapping[str, str]:
        """What each name in a package was imported as."""
        return {
            f"{package}.{found.alias}": self._view(package).qualified(found.target)
            for package, source in self.packages.items()
            for found in imports_of(source)
            if found.alias and found.name
        }

    def _view(self, package: str) -> View:
        return self.views[self.packages[package].service]


def imports_of(source: Source) -> tuple[Import, ...]:
    """The imports of a file; none of one that this Python cannot parse, whose links then stay as grimp has them."""
    try:
        return tuple(Import.extract(source))
    except SourceError:
        return ()
