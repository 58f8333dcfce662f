"""Find imports between services: directly, through shared modules, or by their path in the repository.

Indirect imports are a graph search from each service, with the modules of all services as barriers: a path through a
third service is reported as the imports of that service. Cost: one reachability computation per service.
"""

import sys
from collections.abc import Iterator, Mapping

from archguard.codebase import Codebase, Link, Pattern, Reachability
from archguard.codebase.imports.reachability import ALL_BITS, ForbiddenPath, find_forbidden_paths, labelled
from archguard.codebase.public_api import Interface
from archguard.dataclass import dataclass
from archguard.effects.interactions.interaction import Channel, Interaction, ServiceMap


@dataclass(frozen=True)
class Imports:
    """The imports from one service into another; `offers` has the importable modules by (caller, callee)."""

    codebase: Codebase
    services: ServiceMap
    offers: Mapping[tuple[str, str], tuple[Pattern, ...]]

    def interactions(self) -> Iterator[Interaction]:
        """Yield every import between services, the direct ones first."""
        for link in self.codebase.imports.links(self.services.owners):
            if found := self._direct(self.services.owners[link.importer], link):
                yield found
        for caller in self.services.modules:
            yield from self._indirect(caller)

    def _direct(self, caller: str, link: Link) -> Interaction | None:
        callee = self.services.owners.get(link.imported, "")
        if callee in ("", caller):
            return None
        offered = Interface(self.offers.get((caller, callee), ())).offers(self.codebase, link)
        return self._interaction(caller, callee, link, link.imported, unpublished=not offered)

    def _indirect(self, caller: str) -> Iterator[Interaction]:
        """Yield the imports of `caller` that lead through modules without a service."""
        own = self.services.modules[caller]
        targets = self._targets(caller)
        barriers = dict.fromkeys(self.services.owners, ALL_BITS)
        reachability = Reachability(self.codebase.imports, labelled(targets.values()), barriers)
        all_targets = (1 << len(targets)) - 1
        for path in find_forbidden_paths(
            reachability, dict.fromkeys(own, all_targets), indirect=True, most=sys.maxsize
        ):
            if len(path.chain) > 2:  # noqa: PLR2004  # the importer and the imported
                callee, unpublished = list(targets)[path.position]
                yield self._indirect_interaction(caller, callee, path, unpublished=unpublished)

    def _targets(self, caller: str) -> Mapping[tuple[str, bool], frozenset[str]]:
        """The modules of the other services, by (service, whether they are not offered to `caller`)."""
        targets: dict[tuple[str, bool], frozenset[str]] = {}
        for name, modules in self.services.modules.items():
            patterns = self.offers.get((caller, name), ())
            offered = frozenset(module for module in modules if any(pattern.unit(module) for pattern in patterns))
            if name != caller:
                targets |= {(name, False): offered, (name, True): modules - offered}
        return targets

    def _indirect_interaction(self, caller: str, callee: str, path: ForbiddenPath, *, unpublished: bool) -> Interaction:
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

    def _interaction(self, caller: str, callee: str, link: Link, module: str, *, unpublished: bool) -> Interaction:
        return Interaction(
            caller=caller,
            callee=callee,
            channel=Channel.IMPORT,
            importer=link.importer,
            does=f"import {module}",
            location=self.codebase.location(link),
            imported=module,
            unpublished=unpublished,
            chain=(self.codebase.step(link),),
        )
