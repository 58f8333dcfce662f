"""`external`: which packages from outside which modules may use."""

import sys
from collections.abc import Iterator
from typing import Annotated, ClassVar

from archguard.codebase import Codebase, Link, SomePatterns, Targets
from archguard.codebase.strictness import Weaker
from archguard.dataclass import dataclass
from archguard.kinds.breakability import is_own, means_everything
from archguard.kinds.contract import Contract, ContractError, VacuousError, listed
from archguard.kinds.distributions import packages_of
from archguard.kinds.import_paths import move_away
from archguard.model import Violation
from archguard.model.names import top_package


@dataclass(frozen=True, kw_only=True)
class External(Contract):
    """`modules` import from outside only what `allow` names, or nothing that `deny` names."""

    kind: ClassVar[str] = "external"

    modules: Annotated[SomePatterns, Weaker.SMALLER]
    """The modules that are held to it."""
    allow: Annotated[Targets, Weaker.LARGER_OR_EMPTY] = ()
    """The only packages, distributions or modules from outside that may be imported; `stdlib` is Python itself."""
    deny: Annotated[Targets, Weaker.SMALLER] = ()
    """Packages, distributions or modules from outside that must not be imported; `stdlib` is Python itself."""

    @property
    def sentence(self) -> str:
        """The rule in plain words."""
        what = f"only {listed(self.allow)}" if self.allow else f"nothing of {listed(self.deny)}"
        return f"{listed(self.modules)} may import {what} from outside of the project."

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield a violation for each import from outside that is not allowed."""
        named = self._named(codebase)
        forbidden = named if self.deny else codebase.imports.externals - named
        for importer in sorted(codebase.members(self.modules)):
            for imported, lines in sorted(codebase.imports.imported_by(importer).items()):
                if imported in forbidden:
                    for line in lines:
                        yield self._violation(codebase, Link(importer, imported, line))

    def validate(self, codebase: Codebase) -> Iterator[ContractError]:
        """Yield an error unless there is exactly one list."""
        if bool(self.allow) == bool(self.deny):
            yield ContractError("needs one of `allow` and `deny`", "deny" if self.deny else "")
        elif any(map(means_everything, self.allow)):
            yield VacuousError("every package is allowed", "allow")
        for key, targets in (("allow", self.allow), ("deny", self.deny)):
            for index, target in enumerate(targets):
                if is_own(codebase, target):
                    hint = "the kinds `forbidden` and `layers` are about modules of the project"
                    yield ContractError(f"{target} is in the project, not outside of it", hint=hint, keys=(key, index))

    def scope(self, codebase: Codebase) -> frozenset[str]:
        """The modules that the contract checks."""
        return codebase.members(self.modules)

    def denies_package(self, codebase: Codebase, package: str) -> bool:
        """Whether its modules must not import `package`, a name from outside that the code imports."""
        return (package in self._named(codebase)) == bool(self.deny)

    def _named(self, codebase: Codebase) -> frozenset[str]:
        outside = codebase.imports.externals
        named = frozenset[str]()
        for target in self.allow or self.deny:
            # A distribution has another name than its packages: `PyYAML` is imported as `yaml`.
            packages = packages_of(target.text)
            named |= {name for name in outside if target.unit(name) or top_package(name) in packages}
        return named

    def _violation(self, codebase: Codebase, link: Link) -> Violation:
        listed = ", ".join(map(str, self.allow))
        why = f": only {listed} may be" if listed else ""
        sort = "the standard library's " if top_package(link.imported) in sys.stdlib_module_names else ""
        message = f"{link.importer} must not import {sort}{link.imported}{why}"
        return self.import_violation(codebase, link, message, (move_away(link.imported),))
