"""Which results of an earlier run are still right: those that depend on no reading that says something else now."""

import zlib
from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from archguard.codebase.file_results import ANYWHERE, PROGRAM, Batch, Query, Result
from archguard.codebase.imports.extract import Import
from archguard.codebase.scopes.binder import read_scope
from archguard.codebase.scopes.fingerprints import ModuleFingerprints
from archguard.codebase.scopes.scopes import Reading
from archguard.codebase.syntax.error_tolerant import TolerantSource
from archguard.codebase.syntax.source import Source, SourceError
from archguard.incremental.dependencies import Fact
from archguard.incremental.unpickle import unpickled
from archguard.model.names import ModuleName


@dataclass(frozen=True)
class Change:
    """A module that has changed since results were kept: another text, or another existence."""

    old: bytes | None
    """The text when the results were computed; None if it is not known, or there was none."""
    new: Source | None
    """The file now; None if there is none."""
    was_absent: bool = False
    """Whether there was no such module when the results were computed."""

    @property
    def is_same_text(self) -> bool:
        """Whether the text is the same: the file was only touched, or an edit was taken back."""
        try:
            return self.old is not None and self.new is not None and self.new.content == self.old
        except SourceError:
            return False

    def is_different(self, path: str, reading: Reading, name: Hashable) -> bool:
        """Whether the reading says something else now; also if that cannot be told."""
        if self.old is None or self.new is None:
            return True
        return self.is_different_anywhere(path, reading, name)

    def is_different_anywhere(self, path: str, reading: Reading, name: Hashable) -> bool:
        """Whether a reading of whichever modules have `name` says something else now; also if that cannot be told."""
        if self.old is None and not self.was_absent:
            return True
        if reading is Reading.STATEMENTS:
            return self._statements[0] is None or self._statements[0] != self._statements[1]
        if reading is Reading.CLASSES:
            held, holds = (str(name).encode() in content for content in self._contents)
            if not held or not holds:
                return held is not holds
        before, now = self._fingerprints
        try:
            return before.of(path, reading, name) != now.of(path, reading, name)
        except RecursionError:
            return True

    @cached_property
    def _fingerprints(self) -> tuple[ModuleFingerprints, ModuleFingerprints]:
        old, new = (ModuleFingerprints(read_scope(TolerantSource.of(version))) for version in self._versions)
        return old, new

    @cached_property
    def _statements(self) -> "tuple[tuple[Import, ...] | None, tuple[Import, ...] | None]":
        """The import statements then and now; None where the file cannot be parsed."""
        before, now = map(_statements_of, self._versions)
        return before, now

    @cached_property
    def _contents(self) -> tuple[bytes, bytes]:
        try:
            return self.old or b"", self.new.content if self.new else b""
        except SourceError:
            return self.old or b"", b""

    @cached_property
    def _versions(self) -> tuple[Source, Source]:
        """The file then and now; an empty one where there is none."""
        new = self.new or Source("", "", "").with_content(b"")
        return new.with_content(self.old or b""), replace(new)


def _statements_of(version: Source) -> tuple[Import, ...] | None:
    try:
        return tuple(Import.extract(version))
    except SourceError:
        return None


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
    """The indexes of the results that depend on something that has changed; all of them if a row cannot be read."""
    for module in sorted(changes.keys() & batch.rows.keys()):
        yield from _readers(batch, module, partial(_is_different, changes[module]))
    if changes and ANYWHERE in batch.rows:
        yield from _readers(batch, ANYWHERE, partial(_is_different_in_any, changes))
    if holds:
        yield from _readers(batch, PROGRAM, lambda fact: not holds(fact))


def _is_different(change: Change, reading: tuple[str, Reading, Hashable]) -> bool:
    return change.is_different(*reading)


def _is_different_in_any(changes: Mapping[str, Change], reading: tuple[str, Reading, Hashable]) -> bool:
    return any(change.is_different_anywhere(*reading) for change in changes.values())


def _readers(batch: Batch, module: ModuleName, is_different: Callable[[Any], bool]) -> Iterator[int]:
    packed = batch.rows.get(module, b"")
    if not packed:
        yield from range(len(batch.results))
        return
    row = unpickled(zlib.decompress(packed))
    for reading, indexes in row.items():
        if is_different(reading):
            yield from array("I", indexes)
