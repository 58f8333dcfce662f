"""`required`: every one of some modules imports another one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

from archguard import Codebase, Contract, Patterns, Violation, Weaker


@dataclass(frozen=True, kw_only=True)
class Required(Contract):
    """Each of `modules` imports one of `must_import`."""

    kind: ClassVar[str] = "required"

    modules: Annotated[Patterns, Weaker.SMALLER]
    """The modules that are held to it."""
    must_import: Annotated[Patterns, Weaker.LARGER]
    """What each of them must import, one of it at least."""

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield a violation for each module that imports none of it."""
        wanted = codebase.members(self.must_import)
        for module in sorted(codebase.members(self.modules) - wanted):
            if not wanted.intersection(codebase.imports.imported_by(module)):
                yield self.violation(
                    f"{module} must import {' or '.join(map(str, self.must_import))}",
                    codebase.location_of(module),
                    module,
                    fix=(f"import it in {module}",),
                )
