"""Services that import each other's modules: directly, through shared modules, or by the path in the repository."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from archguard.codebase import Codebase, Link, Pattern, Reachability
from archguard.codebase.imports.reachability import ALL_BITS, ForbiddenPath, find_forbidden_paths, labelled
from archguard.codebase.public_api import Interface
from archguard.effects.interactions.interaction import Channel, Interaction, ServiceMap


@dataclass(frozen=True)
class Imports:
    """The imports from one service into another; `offers` says, by (caller, callee), what may be imported."""

    codebase: Codebase
    services: ServiceMap
    offers: Mapping[tuple[str, str], tuple[Pattern, ...]]

    def interactions(self) -> Iterator[Interaction]:
        """Every import, the direct ones first."""
        for link in self.codebase.imports.links():
            caller = self.services.owners.get(link.importer, "")
            if caller and (found := self._direct(caller, link)):
                yield found
        for caller in self.services.modules:
            yield from self._indirect(caller)

    def _direct(self, caller: str, link: Link) -> Interaction | None:
        callee = self.services.owners.get(link.imported, "")
        if callee in ("", caller):
            return None
        offered = Interface(self.offers.get((caller, callee), ())).offers(self.codebase, link)
        return self._contact(caller, callee, link, link.imported, unpublished=not offered)

    def _indirect(self, caller: str) -> Iterator[Interaction]:
        """What the service reaches through modules that belong to no service."""
        own = self.services.modules[caller]
        targets = self._targets(caller)
        blocked = dict.fromkeys(self.services.owners, ALL_BITS)
        reach = Reachability(self.codebase.imports, labelled(targets.values()), blocked)
        everything = (1 << len(targets)) - 1
        for route in find_forbidden_paths(reach, dict.fromkeys(own, everything), indirect=True, most=sys.maxsize):
            if len(route.chain) > 2:  # noqa: PLR2004  # the importer and the imported
                callee, unpublished = list(targets)[route.position]
                yield self._contact_by_route(caller, callee, route, unpublished=unpublished)

    def _targets(self, caller: str) -> Mapping[tuple[str, bool], frozenset[str]]:
        """The modules of the other services: those that are offered to `caller`, and those that are not."""
        targets: dict[tuple[str, bool], frozenset[str]] = {}
        for name, modules in self.services.modules.items():
            patterns = self.offers.get((caller, name), ())
            offered = frozenset(module for module in modules if any(pattern.unit(module) for pattern in patterns))
            if name != caller:
                targets |= {(name, False): offered, (name, True): modules - offered}
        return targets

    def _contact_by_route(self, caller: str, callee: str, path: ForbiddenPath, *, unpublished: bool) -> Interaction:
        return Interaction(
            caller=caller,
            callee=callee,
            channel=Channel.IMPORT,
            importer=path.link.importer,
            does=f"import {path.chain[-1]} through {' and '.join(path.chain[1:-1])}",
            location=self.codebase.location(path.link),
            imported=path.link.imported,
            symbol=path.chain[-1],
            unpublished=unpublished,
            chain=(self.codebase.step(path.link), *self.codebase.steps(path.chain[1:])),
        )

    def _contact(self, caller: str, callee: str, link: Link, named: str, *, unpublished: bool) -> Interaction:
        return Interaction(
            caller=caller,
            callee=callee,
            channel=Channel.IMPORT,
            importer=link.importer,
            does=f"import {named}",
            location=self.codebase.location(link),
            imported=named,
            unpublished=unpublished,
            chain=(self.codebase.step(link),),
        )
