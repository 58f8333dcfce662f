"""Contracts that check file by file, so that the worker pool can check shards of the files in parallel.

This is sound only if the violations in a file do not depend on which other files are in the same shard: state that
spans files must come from the code base, not from earlier calls of `check_files`.
"""

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
    """A rule about the contents of files. The violations in one file do not depend on those in another."""

    @abstractmethod
    def check_files(self, codebase: Codebase, files: Sequence[Source]) -> Iterator[Violation]:
        """Yield every violation in `files`."""

    @abstractmethod
    def names(self, codebase: Codebase) -> "SemanticModel":
        """The semantic model, which resolves the names in the code."""

    def check(self, codebase: Codebase) -> Iterator[Violation]:
        """Yield every violation in `codebase`."""
        yield from self.check_files(codebase, codebase.files(self.modules_to_parse(codebase)))

    def calls(self, codebase: Codebase, files: Sequence[Source]) -> int:
        """The number of call sites in `files`."""
        return sum(map(self.names(codebase).files.call_count, (source.module for source in files)))
