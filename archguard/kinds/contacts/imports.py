"""Services that import each other's modules: directly, through shared modules, or by the path in the repository."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archguard.codebase import Codebase, Link, Pattern, Reach
from archguard.kinds.contacts.contact import Contact, Territory, Way
from archguard.kinds.interface import Interface
from archguard.kinds.routes import EVERYTHING, Route, forbidden_routes, labelled


@dataclass(frozen=True)
class Imports:
    """The imports from one service into another; `offers` says, by (caller, callee), what may be imported."""

    codebase: Codebase
    territory: Territory
    offers: Mapping[tuple[str, str], tuple[Pattern, ...]]

    def contacts(self) -> Iterator[Contact]:
        """Every import, the direct ones first."""
        for link in self.codebase.imports.links():
            caller = self.territory.owners.get(link.importer, "")
            if caller and (found := self._direct(caller, link)):
                yield found
        for caller in self.territory.modules:
            yield from self._indirect(caller)

    def _direct(self, caller: str, link: Link) -> Contact | None:
        callee = self.territory.owners.get(link.imported, "")
        if callee in ("", caller):
            return None
        offered = Interface(self.offers.get((caller, callee), ())).offers(self.codebase, link)
        return self._contact(caller, callee, link, link.imported, unpublished=not offered)

    def _indirect(self, caller: str) -> Iterator[Contact]:
        """What the service reaches through modules that belong to no service."""
        own = self.territory.modules[caller]
        targets = self._targets(caller)
        blocked = dict.fromkeys(self.territory.owners, EVERYTHING)
        reach = Reach(self.codebase.imports, labelled(targets.values()), blocked)
        everything = (1 << len(targets)) - 1
        for route in forbidden_routes(reach, dict.fromkeys(own, everything), indirect=True, most=sys.maxsize):
            if len(route.chain) > 2:  # noqa: PLR2004  # the importer and the imported
                callee, unpublished = list(targets)[route.position]
                yield self._contact_by_route(caller, callee, route, unpublished=unpublished)

    def _targets(self, caller: str) -> Mapping[tuple[str, bool], frozenset[str]]:
        """The modules of the other services: those that are offered to `caller`, and those that are not."""
        targets: dict[tuple[str, bool], frozenset[str]] = {}
        for name, modules in self.territory.modules.items():
            patterns = self.offers.get((caller, name), ())
            offered = frozenset(module for module in modules if any(pattern.unit(module) for pattern in patterns))
            if name != caller:
                targets |= {(name, False): offered, (name, True): modules - offered}
        return targets

    def _contact_by_route(self, caller: str, callee: str, route: Route, *, unpublished: bool) -> Contact:
        return Contact(
            caller=caller,
            callee=callee,
            way=Way.IMPORT,
            importer=route.link.importer,
            does=f"import {route.chain[-1]} through {' and '.join(route.chain[1:-1])}",
            location=self.codebase.location(route.link),
            imported=route.link.imported,
            symbol=route.chain[-1],
            unpublished=unpublished,
            chain=(self.codebase.step(route.link), *self.codebase.steps(route.chain[1:])),
        )

    def _contact(self, caller: str, callee: str, link: Link, named: str, *, unpublished: bool) -> Contact:
        return Contact(
            caller=caller,
            callee=callee,
            way=Way.IMPORT,
            importer=link.importer,
            does=f"import {named}",
            location=self.codebase.location(link),
            imported=named,
            unpublished=unpublished,
            chain=(self.codebase.step(link),),
        )
