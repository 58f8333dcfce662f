"""What a full run has found in the files, from which later runs take all that does not depend on an edit.

Later runs compare the files with the full run, however many edits lie between, and change nothing in it: so errors
cannot add up. When too much has changed, everything is computed anew.
"""

import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from functools import cached_property, partial
from itertools import chain
from typing import Final

from archguard.codebase import Codebase, Source
from archguard.codebase.file_results import ANYWHERE, Batch, Query, Result, Scan
from archguard.codebase.file_tasks import compressed_texts
from archguard.codebase.kept_results import Change, FileVersion, ProgramReaders, outdated_results
from archguard.codebase.scopes.binder import read_scope
from archguard.codebase.scopes.scopes import Scope
from archguard.codebase.syntax.error_tolerant import TolerantSource
from archguard.dataclass import dataclass
from archguard.model.names import ModuleName

_MOST_OUTDATED: Final = 0.1
_FEW_OUTDATED: Final = 50
"""Outdated results, as a part of all or as a number, above which a full run is worth its time: all is kept anew."""


@dataclass(frozen=True)
class KeptRun:
    """The results of a full run on the files of that time."""

    modules: frozenset[ModuleName]
    imports: str
    """The digest of the import graph."""
    batches: tuple[Batch, ...]
    scans: Mapping[str, Scan]
    texts: Mapping[str, bytes]
    """The compressed text of each module that some result depends on."""
    _versions: dict[str, FileVersion] = field(default_factory=dict, compare=False, repr=False)
    """Modules that were edited, as they were in the run: who edits a file mostly edits it again."""

    @classmethod
    def of(cls, codebase: Codebase) -> "KeptRun":
        """The run that `codebase` has been checked in, with everything recorded."""
        results = codebase.results
        batches = tuple(results.batches)
        return cls(
            frozenset(codebase.sources), codebase.every_import.digest, batches, results.scans, texts_of(codebase)
        )

    @cached_property
    def _results(self) -> Mapping[Query, Mapping[str, Result]]:
        """All results, by query and module."""
        found: dict[Query, dict[str, Result]] = {}
        for batch in self.batches:
            found.setdefault(batch.query, {}).update((result.module, result) for result in batch.results)
        return found

    @cached_property
    def _showing(self) -> Mapping[str, Collection[tuple[Query, Result]]]:
        """The results that hold a place in a file, by its path."""
        found: dict[str, list[tuple[Query, Result]]] = {}
        for batch in self.batches:
            for result in batch.results:
                for path in result.shows:
                    found.setdefault(path, []).append((batch.query, result))
        return found

    @cached_property
    def _program(self) -> ProgramReaders:
        return ProgramReaders(self.batches)

    def change(self, codebase: Codebase, module: ModuleName) -> Change:
        """The change of `module` since the run, to its file in `codebase`."""
        text, new, nothing = self.texts.get(module), codebase.sources.get(module), Source("", "", "").with_content(b"")
        old, is_new = zlib.decompress(text) if text else None, module not in self.modules
        if new is None:
            return Change(old, None, FileVersion(nothing.with_content(old or b"")), FileVersion(nothing), is_new)
        if module not in self._versions:
            self._versions[module] = FileVersion(new.with_content(old or b""))
        return Change(old, new, self._versions[module], FileVersion(new, partial(_scope, codebase, module)), is_new)

    def give(self, codebase: Codebase, changed: Collection[str]) -> bool:
        """Give the results that still hold to `codebase`, unless so many are outdated that a full run is better.

        Args:
            codebase: The code now.
            changed: The modules that were changed, added or removed.

        Returns:
            Whether it has given them.
        """
        from archguard.semantics.program_facts import ProgramFacts  # noqa: PLC0415  # a check of imports alone needs no types

        found = {module: self.change(codebase, module) for module in changed}
        # `touch`, or an edit that was taken back: another fingerprint, but the same text.
        changes = {module: change for module, change in found.items() if not change.is_same_text}
        is_same_program = self.imports == codebase.every_import.digest and not any(map(_is_app_wide, changes.values()))
        results = codebase.results
        results.changed, results.kept_scans = frozenset(changes), self.scans
        results.added = frozenset(codebase.sources).difference(self.modules)
        facts = () if is_same_program else self._program.outdated(ProgramFacts(codebase, self.modules).holds)
        outdated = chain(outdated_results(self.batches, changes), facts)
        # A result may show a line of another file without having read it: the chain of a violation. An edit above moves
        # that line.
        paths = map(codebase.display_path, changes)
        shown = chain.from_iterable(self._showing.get(path, ()) for path in paths)
        results.kept = _without(self._results, chain(outdated, shown), changes)
        total = sum(len(batch.results) for batch in self.batches)
        if not are_mostly_outdated(total - sum(map(len, results.kept.values())), total):
            return True
        # As if nothing had been kept: the caller computes and records all of it.
        results.changed = results.added = frozenset()
        results.kept_scans, results.kept = {}, {}
        return False


def _scope(codebase: Codebase, module: str) -> Scope:
    """The scope of `module`, which inference finds parsed then."""
    results = codebase.results
    if module not in results.scopes:
        results.scopes[module] = read_scope(TolerantSource.of(codebase.sources[module]), results.recorder)
    found: Scope = results.scopes[module]
    return found


def are_mostly_outdated(outdated: int, total: int) -> bool:
    """Whether so many of `total` results are outdated that it is worth computing all of them, to keep them anew."""
    return outdated > max(_FEW_OUTDATED, _MOST_OUTDATED * total)


def _is_app_wide(change: Change) -> bool:
    """Whether the stores of application state, or the statements that configure an application, may have changed."""
    from archguard.semantics.program_facts import is_app_wide  # noqa: PLC0415  # a check of imports alone needs no types

    old = change.new.with_content(change.old) if change.new and change.old is not None else None
    return is_app_wide({"": old} if old else {}, {"": change.new} if change.new else {}, ("",))


def _without(
    kept: Mapping[Query, Mapping[str, Result]],
    outdated: Iterable[tuple[Query, Result]],
    changed: Collection[str],
) -> dict[Query, dict[str, Result]]:
    """A copy of `kept` without the results that are `outdated`, and without those for the modules `changed`."""
    left = {query: dict(found) for query, found in kept.items()}
    for query, result in outdated:
        if left[query].get(result.module) is result:  # not another one of the same module, with other inputs
            del left[query][result.module]
    for found in left.values():
        for module in changed:
            found.pop(module, None)
    return left


def texts_of(codebase: Codebase) -> dict[str, bytes]:
    """The compressed text of each module that a result depends on; of all, if one depends on calls anywhere."""
    batches = codebase.results.batches
    texts = {module: text for batch in batches for module, text in batch.texts.items()}
    if any(ANYWHERE in batch.rows for batch in batches):
        texts |= compressed_texts(codebase, codebase.sources.keys() - texts.keys())
    return texts
