"""Contracts that check file by file: their results are computed in parallel, and kept while they are right.

This is sound only if the violations in a file do not depend on which other files are checked: what spans files comes
from the code base, not from earlier calls of the checker.
"""

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from archguard.codebase import Codebase, Source
from archguard.codebase.file_results import Inputs
from archguard.codebase.file_tasks import imported_among
from archguard.dataclass import dataclass
from archguard.kinds.contract import Contract
from archguard.model import Violation

if TYPE_CHECKING:
    from archguard.semantics import SemanticModel

Checker: TypeAlias = Callable[[Source], Iterable[Violation]]
"""Finds the violations in one file."""


@dataclass(frozen=True, kw_only=True)
class PerFileContract(Contract):
    """A rule about the contents of files. The violations in one file do not depend on those in another."""

    checks_by_file: ClassVar[bool] = True

    @abstractmethod
    def checker(self, codebase: Codebase) -> Checker:
        """The function that yields every violation in one file of `codebase`."""

    @abstractmethod
    def names(self, codebase: Codebase) -> "SemanticModel":
        """The semantic model, which resolves the names in the code."""

    def context(self, codebase: Codebase) -> Iterable[Collection[str]]:
        """Sets of modules that violations in any file may depend on: which modules are exempt, for example."""
        del codebase
        return ()

    def inputs(self, codebase: Codebase) -> Inputs:
        """What the violations in a module depend on beside the code, the contract and the context.

        These are its imports, which sets of `inputs_by_membership` it is in, and what it imports of `inputs_by_import`.
        """
        imports, sets = codebase.imports, [*self.inputs_by_membership(codebase)]
        among = [imported_among(codebase, modules) for modules in self.inputs_by_import(codebase)]
        return Inputs(
            lambda module: (
                imports.imported_by(module),
                *[module in modules for modules in sets],
                *[imported.of(module) for imported in among],
            ),
            (imports.lines, sets, [imported.whole for imported in among]),
        )

    def inputs_by_membership(self, codebase: Codebase) -> Iterable[Collection[str]]:
        """Sets of modules, of which it matters for the violations in a module whether it is in them."""
        del codebase
        return ()

    def inputs_by_import(self, codebase: Codebase) -> Iterable[AbstractSet[str]]:
        """Sets of modules, of which it matters for the violations in a module which ones it imports names from."""
        del codebase
        return ()

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield every violation in `codebase`."""
        check = self.checker(codebase)
        for source in codebase.files(self.modules_to_parse(codebase)):
            yield from check(source)

    def calls(self, codebase: Codebase, module: str) -> int:
        """How many call sites of `module` are checked."""
        return self.names(codebase).files.call_count(module)

    def unresolved_calls(self, codebase: Codebase, module: str) -> int:
        """How many call sites of `module` have an unknown callee; 0 for kinds that do not depend on callees."""
        del codebase, module
        return 0
