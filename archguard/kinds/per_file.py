"""Contracts that look at one file after the other, so that several files can be looked at at the same time."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archguard.codebase import Codebase, Source
from archguard.kinds.contract import Contract
from archguard.model import Violation

if TYPE_CHECKING:
    from archguard.semantics import SemanticModel


@dataclass(frozen=True, kw_only=True)
class PerFileContract(Contract):
    """A rule about what stands in files. What it says of one file does not depend on what it says of another."""

    @abstractmethod
    def check_files(self, codebase: Codebase, files: Sequence[Source]) -> Iterator[Violation]:
        """Yield every violation in `files`."""

    @abstractmethod
    def names(self, codebase: Codebase) -> "SemanticModel":
        """What the names in the code stand for."""

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield every violation in `codebase`."""
        yield from self.check_files(codebase, codebase.files(self.modules_to_parse(codebase)))

    def calls(self, codebase: Codebase, files: Sequence[Source]) -> int:
        """How many calls stand in `files`."""
        return sum(map(self.names(codebase).call_count, (source.module for source in files)))
