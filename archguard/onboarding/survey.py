"""What the code does today, as far as proposals need it: accesses, outbound calls, hosts and routes.

Each is what the kind of contract itself would find, without anything allowed; so a proposal never disagrees with the
check. Findings that are only possible fail no check, and are not counted.

Cost: databases and outbound calls analyze every file that may have them, once; the semantic model is shared with the
check of the proposal.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

from archguard.codebase import Codebase, Pattern
from archguard.dataclass import dataclass
from archguard.effects.routes import Route, find_route_table
from archguard.kinds import Database, Gateway
from archguard.kinds.requirement import Requirement
from archguard.model import Confidence, Violation

_EVERYTHING = (Pattern("**"),)
_NO_HOST = "none.invalid"
"""A host that no code names, so that every other one is reported."""


@dataclass(frozen=True)
class Survey:
    """The code base, and what it reaches."""

    codebase: Codebase

    @cached_property
    def accesses(self) -> Mapping[str, int]:
        """How often each module reaches a database."""
        return _by_module(Database(id="database", modules=_EVERYTHING).check(self.codebase))

    @cached_property
    def outbound(self) -> Mapping[str, int]:
        """How often each module reaches another system."""
        return _by_module(Gateway(id="gateway", modules=_EVERYTHING).check(self.codebase))

    @cached_property
    def without_timeout(self) -> Mapping[str, int]:
        """How many outbound calls of each module have no timeout."""
        contract = Gateway(id="timeouts", require=(Requirement(timeout=True),))
        return _by_module(contract.check(self.codebase))

    @cached_property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that URLs in the code name."""
        found = Gateway(id="hosts", hosts=(_NO_HOST,)).check(self.codebase)
        return tuple(sorted({violation.symbol for violation in found if violation.rule == "hosts"}))

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """The routes of web applications."""
        return find_route_table(self.codebase).routes

    @cached_property
    def controllers(self) -> frozenset[str]:
        """The modules that serve routes, whatever they are called."""
        return frozenset(route.module for route in self.routes if route.module in self.codebase.sources)


def _by_module(violations: Iterable[Violation]) -> Mapping[str, int]:
    found = Counter(it.importer for it in violations if it.confidence is not Confidence.POSSIBLE)
    return dict(sorted(found.items()))
