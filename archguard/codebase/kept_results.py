"""Which results of an earlier run are still right: those that depend on no reading that says something else now."""

import pickle
import zlib
from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

from archguard.codebase.file_results import Batch, Query, Result
from archguard.codebase.scopes.binder import read_scope
from archguard.codebase.scopes.fingerprints import ModuleFingerprints
from archguard.codebase.scopes.scopes import Reading
from archguard.codebase.syntax.error_tolerant import TolerantSource
from archguard.codebase.syntax.source import Source
from archguard.incremental.dependencies import Fact

Row: TypeAlias = Mapping[tuple[str, Reading, Hashable], bytes]
"""What was read of one module: path of the scope, reading and name, each with the indexes of results in the batch."""


@dataclass(frozen=True)
class Change:
    """A module that has changed since results were kept: another text, or another existence."""

    old: bytes | None
    """The text when the results were computed; None if it is not known, or there was none."""
    new: Source | None
    """The file now; None if there is none."""

    def is_different(self, path: str, reading: Reading, name: Hashable) -> bool:
        """Whether the reading says something else now; also if that cannot be told."""
        before, now = self._fingerprints
        if before is None or now is None:
            return True
        try:
            return before.of(path, reading, name) != now.of(path, reading, name)
        except RecursionError:
            return True

    @cached_property
    def _fingerprints(self) -> tuple[ModuleFingerprints | None, ModuleFingerprints | None]:
        if self.old is None or self.new is None:
            return None, None
        versions = (self.new.with_content(self.old), replace(self.new))
        old, new = (ModuleFingerprints(read_scope(TolerantSource.of(version))) for version in versions)
        return old, new


def valid_results(
    batches: Iterable[Batch], changes: Mapping[str, Change], holds: Callable[[Fact], bool] | None
) -> dict[Query, dict[str, Result]]:
    """The results of `batches` that are still right after `changes`, by query and module.

    Args:
        batches: Results that were kept, with the rows of the changed modules at least.
        changes: Every module that was changed, added or removed.
        holds: Whether a fact about the program is as it was; None if all of them are.
    """
    valid: dict[Query, dict[str, Result]] = {}
    for batch in batches:
        outdated = set(_outdated(batch, changes, holds))
        for index, result in enumerate(batch.results):
            if index not in outdated and result.module not in changes:
                valid.setdefault(batch.query, {})[result.module] = result
    return valid


def _outdated(batch: Batch, changes: Mapping[str, Change], holds: Callable[[Fact], bool] | None) -> Iterator[int]:
    """The indexes of the results that depend on something that has changed."""
    for module in sorted(changes.keys() & batch.rows.keys()):
        row: Row = _unpack(batch.rows[module])
        for reading, indexes in row.items():
            if changes[module].is_different(*reading):
                yield from array("I", indexes)
    if holds and batch.facts:
        for fact, indexes in _unpack(batch.facts).items():
            if not holds(fact):
                yield from array("I", indexes)


def _unpack(packed: bytes) -> Any:
    return pickle.loads(zlib.decompress(packed))  # noqa: S301  # from the cache of this user, authenticated by `store`
