"""Which results of an earlier run are still right: those that depend on no reading that says something else now."""

import zlib
from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from typing import Any

from archguard.codebase.file_results import ANYWHERE, PROGRAM, Batch, Query, Result
from archguard.codebase.imports.extract import Import
from archguard.codebase.scopes.binder import read_scope
from archguard.codebase.scopes.fingerprints import ModuleFingerprints
from archguard.codebase.scopes.reading import Reading
from archguard.codebase.scopes.scopes import Scope
from archguard.codebase.syntax.error_tolerant import TolerantSource
from archguard.codebase.syntax.source import Source, SourceError
from archguard.dataclass import dataclass
from archguard.incremental.dependencies import Fact
from archguard.incremental.unpickle import unpickled
from archguard.model.names import ModuleName


class FileVersion:
    """What readings of one version of a file say."""

    def __init__(self, source: Source, scope: Callable[[], Scope] | None = None) -> None:
        """Of `source`, whose scope somebody else needs, too, if it is given."""
        self._source = source
        self._scope = scope or (lambda: read_scope(TolerantSource.of(source)))

    @cached_property
    def fingerprints(self) -> ModuleFingerprints:
        """The fingerprints of what its scopes say."""
        return ModuleFingerprints(self._scope())

    @cached_property
    def statements(self) -> tuple[Import, ...] | None:
        """Its import statements; None if it cannot be parsed."""
        try:
            return tuple(Import.extract(self._source))
        except SourceError:
            return None


@dataclass(frozen=True)
class Change:
    """A module that has changed since results were kept: another text, or another existence."""

    old: bytes | None
    """The text when the results were computed; None if it is not known, or there was none."""
    new: Source | None
    """The file now; None if there is none."""
    before: FileVersion
    """The file then; an empty one if there was none."""
    now: FileVersion
    """The file now; an empty one if there is none."""
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
            return self.before.statements is None or self.before.statements != self.now.statements
        if reading is Reading.CLASSES:
            held, holds = (str(name).encode() in content for content in self._contents)
            if not held or not holds:
                return held is not holds
        before, now = self.before.fingerprints, self.now.fingerprints
        try:
            return before.of(path, reading, name) != now.of(path, reading, name)
        except RecursionError:
            return True

    @cached_property
    def _contents(self) -> tuple[bytes, bytes]:
        try:
            return self.old or b"", self.new.content if self.new else b""
        except SourceError:
            return self.old or b"", b""


def outdated_results(batches: Iterable[Batch], changes: Mapping[str, Change]) -> Iterator[tuple[Query, Result]]:
    """The results of `batches`, with their queries, that have read what `changes` have made another one.

    Args:
        batches: Results that were kept, with the rows of the changed modules at least.
        changes: Every module that was changed, added or removed.
    """
    for batch in batches:
        for index in {*_outdated(batch, changes)}:
            yield batch.query, batch.results[index]


def _outdated(batch: Batch, changes: Mapping[str, Change]) -> Iterator[int]:
    """The indexes of the results that depend on something that has changed; all of them if a row cannot be read."""
    for module in sorted(changes.keys() & batch.rows.keys()):
        yield from _readers(batch, module, partial(_is_different, changes[module]))
    if changes and ANYWHERE in batch.rows:
        yield from _readers(batch, ANYWHERE, partial(_is_different_in_any, changes))


class ProgramReaders:
    """Which results of `batches` have read which facts about the program."""

    def __init__(self, batches: Iterable[Batch]) -> None:
        self._readers: dict[Fact, list[tuple[Batch, array[int]]]] = {}
        self._unknown = list[Batch]()
        """Those whose facts cannot be read."""
        for batch in batches:
            if packed := batch.rows.get(PROGRAM):
                for fact, indexes in unpickled(zlib.decompress(packed)).items():
                    self._readers.setdefault(fact, []).append((batch, array("I", indexes)))
            else:
                self._unknown.append(batch)

    def outdated(self, holds: Callable[[Fact], bool]) -> Iterator[tuple[Query, Result]]:
        """The results, with their queries, that have read a fact that does not hold any more."""
        for batch in self._unknown:
            yield from ((batch.query, result) for result in batch.results)
        for fact, readers in self._readers.items():
            if not holds(fact):
                yield from ((batch.query, batch.results[index]) for batch, indexes in readers for index in indexes)


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
