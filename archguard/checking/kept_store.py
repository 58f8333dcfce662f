"""Store a full run in the cache of the project, and load it.

A stored run has two entries. The index holds the results, and is read as a whole. The parts hold what the results
depend on, and the text of the files; a run reads only those of the changed files. The index is authenticated
(`incremental/store.py`), and holds the digest of each part.
"""

import os
import pickle
import sys
from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from importlib.util import find_spec
from typing import Final, NamedTuple, TypeAlias

from archguard.checking.kept_run import KeptRun, are_mostly_outdated, texts_of
from archguard.codebase import Codebase
from archguard.codebase.edits import with_edits
from archguard.codebase.file_results import PROGRAM, Batch, FileResults, Scan
from archguard.codebase.file_tasks import digest_of
from archguard.config import Config, read
from archguard.incremental import store
from archguard.incremental.dependencies import DependencyRecorder
from archguard.incremental.input_recorder import edited_files, is_recording, state_of, take_over_inputs
from archguard.incremental.program_state import running_program
from archguard.incremental.unpickle import unpickled
from archguard.model.names import ModuleName

_FOLDER: Final = "results"
_MOST_RUNS: Final = 4
"""Stored runs per project: each configuration has its own; the oldest go first."""
_MOST_CHANGED: Final = 100
"""More changed files are a checkout rather than edits: then a new full run is worth its time."""

_State: TypeAlias = tuple[str, "list[int] | str | None"]
"""The path of a file, and its recorded fingerprint."""


class _Part(NamedTuple):
    """Where a part is in the second entry."""

    offset: int
    length: int
    digest: bytes


@dataclass(frozen=True)
class _Index:
    """The first entry."""

    files: Mapping[str, _State]
    """The state of the file of each module."""
    imports: str
    names: str
    """What `FileResults.names` was."""
    batches: list[Batch]
    """The results, without what they depend on."""
    rows: list[dict[str, _Part]]
    texts: Mapping[str, _Part]
    scans: Mapping[str, Scan]
    code: _Part
    """The code base of the stored run."""


def read_with_kept_results(config: Config, only: Collection[str]) -> Codebase:
    """Read the code of `config`, with the results of the stored run of the contracts `only` that still hold.

    If only contents of files have changed, only these are read. If there are no results to use, all of this run are
    recorded, so that it can be stored. Nothing is kept for contracts of plug-ins, which may read anything.

    Raises:
        ExceptionGroup[ArchguardError]: a package does not exist.
    """
    if not (is_recording() and _may_keep(config)):
        return read(config)
    stored = _StoredRun.load(config, only)
    codebase = (stored and stored.codebase_after_edits()) or read(config)
    if not (stored and stored.give(codebase)):
        codebase.results.recorder = DependencyRecorder()
    return codebase


def stored_run(config: Config, codebase: Codebase) -> tuple[KeptRun, frozenset[str]] | None:
    """The stored run of all contracts of `config`, and the modules of `codebase` that have changed since.

    All of it is in memory. None if there is no such run, or so much has changed that a new one is better.
    """
    stored = _StoredRun.load(config, ()) if _may_keep(config) else None
    changed = stored.changed(codebase) if stored else frozenset[str]()
    if stored and not changed:
        codebase.results.names = stored.index.names  # nothing leads elsewhere
    return (stored.run(in_memory=True), changed) if stored and len(changed) <= _MOST_CHANGED else None


def keep_results(config: Config, only: Collection[str], codebase: Codebase) -> None:
    """Store the results of this run, if it has computed and recorded all of them.

    If it had to compute most of them without recording, the stored run is dropped: the next run records all of them.
    """
    results = codebase.results
    computed = sum(len(batch.results) for batch in results.batches)
    if results.recorder.is_recording and computed:
        _store(str(config.root), _name(config, only), codebase)
    elif results.kept and are_mostly_outdated(computed, computed + sum(map(len, results.kept.values()))):
        store.save_bytes(str(config.root), (_FOLDER, f"{_name(config, only)}.index"), b"")


def _store(root: str, name: str, codebase: Codebase) -> None:
    results = codebase.results
    parts = _PartsWriter()
    index = _Index(
        files=_files(codebase),
        imports=codebase.every_import.digest,
        names=results.names,
        batches=[replace(batch, rows={}, texts={}) for batch in results.batches],
        rows=[{module: parts.add(row) for module, row in batch.rows.items()} for batch in results.batches],
        texts={module: parts.add(text) for module, text in texts_of(codebase).items()},
        scans=_shared(results.scans),
        code=parts.add(pickle.dumps(_without_memos(codebase), pickle.HIGHEST_PROTOCOL)),
    )
    # The parts first: an index without its parts would be read, while parts without an index are not.
    store.save_bytes(root, (_FOLDER, f"{name}.parts"), b"".join(parts.contents))
    store.save_bytes(root, (_FOLDER, f"{name}.index"), pickle.dumps(index, pickle.HIGHEST_PROTOCOL))
    store.prune(root, (_FOLDER,), 2 * _MOST_RUNS)


def _shared(scans: Mapping[str, Scan]) -> dict[str, Scan]:
    """The same, with what is equal as the same object: nearly every scan has scanned all modules, without inputs."""
    known: dict[frozenset[tuple[str, Hashable]], Mapping[str, Hashable]] = {}
    return {
        query: replace(scan, scanned=known.setdefault(frozenset(scan.scanned.items()), scan.scanned))
        for query, scan in scans.items()
    }


class _PartsWriter:
    """Lays the parts one after another."""

    def __init__(self) -> None:
        self.contents: list[bytes] = []
        self.size = 0

    def add(self, content: bytes) -> _Part:
        """Append a part."""
        part = _Part(self.size, len(content), _digest(content))
        self.contents.append(content)
        self.size += len(content)
        return part


@dataclass(frozen=True)
class _StoredParts(Mapping[str, bytes]):
    """Parts by module, each read on first use; b"" for one that is not as it was stored."""

    root: str
    name: str
    parts: Mapping[str, _Part]
    content: bytes | None = field(default=None, repr=False)
    """The second entry; None to read each part from disk."""

    def __getitem__(self, module: ModuleName) -> bytes:
        part = self.parts[module]
        if self.content is None:
            content = store.load_part(self.root, (_FOLDER, f"{self.name}.parts"), part.offset, part.length)
        else:
            content = self.content[part.offset : part.offset + part.length]
        return content if _digest(content) == part.digest else b""

    def __iter__(self) -> Iterator[str]:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.parts)


@dataclass(frozen=True)
class _StoredRun:
    """A run that was stored."""

    root: str
    name: str
    index: _Index

    @classmethod
    def load(cls, config: Config, only: Collection[str]) -> "_StoredRun | None":
        """The stored run of the contracts `only` of `config`; None if there is none."""
        root, name = str(config.root), _name(config, only)
        content = store.load_bytes(root, _FOLDER, f"{name}.index")
        return cls(root, name, unpickled(content)) if content else None

    def codebase_after_edits(self) -> Codebase | None:
        """The code of the stored run with the edits since; None if anything else has changed, or all must be read."""
        edited, files = edited_files(), {file for file, _ in self.index.files.values()}
        # An edit of anything but a module (the configuration, a folder) may change which files there are.
        content = self._parts({PROGRAM: self.index.code})[PROGRAM] if edited and files.issuperset(edited) else b""
        if not content:
            return None
        take_over_inputs()
        # The stored run may be older than the run before this one, so there may be more edits.
        changed = [name for name, (file, state) in self.index.files.items() if not state or state_of(file) != state]
        if len(changed) > _MOST_CHANGED:
            return None
        codebase: Codebase = unpickled(content)
        return with_edits(codebase, [replace(codebase.sources[name]) for name in changed])  # copies, without markers

    def give(self, codebase: Codebase) -> bool:
        """Give `codebase` the results that still hold; False if so many do not that a full run is better."""
        changed = self.changed(codebase)
        return len(changed) <= _MOST_CHANGED and self.run().give(codebase, changed)

    def changed(self, codebase: Codebase) -> frozenset[str]:
        """The modules that were added, removed or edited since the run."""
        files, before = _files(codebase), self.index.files
        unknown = {name for name, (_, state) in files.items() if not state}  # nothing tells whether these have changed
        names = files.keys() | before.keys()
        return frozenset(name for name in names if files.get(name) != before.get(name)).union(unknown)

    def run(self, *, in_memory: bool = False) -> KeptRun:
        """The run; a later one may replace it on disk, unless all of it is `in_memory`."""
        content = store.load_bytes(self.root, _FOLDER, f"{self.name}.parts") if in_memory else None
        stored = zip(self.index.batches, self.index.rows, strict=True)
        batches = tuple(replace(batch, rows=self._parts(rows, content)) for batch, rows in stored)
        texts = self._parts(self.index.texts, content)
        return KeptRun(frozenset(self.index.files), self.index.imports, batches, self.index.scans, texts)

    def _parts(self, parts: Mapping[str, _Part], content: bytes | None = None) -> _StoredParts:
        return _StoredParts(self.root, self.name, parts, content)


def _may_keep(config: Config) -> bool:
    """Whether there are contracts whose results are kept file by file, and none of a plug-in."""
    by_file = any(contract.checks_by_file for contract in config.contracts)
    return by_file and all(contract.is_built_in for contract in config.contracts)


def _files(codebase: Codebase) -> dict[str, _State]:
    return {module: (source.file, state_of(source.file)) for module, source in codebase.sources.items()}


def _name(config: Config, only: Collection[str]) -> str:
    """The name of the entries: other contracts, or another archguard, Python or sqlglot, have another one."""
    return digest_of([config, sorted(only), sys.version, _sqlglot(), *running_program()])


def _sqlglot() -> tuple[str, int] | None:
    """Where sqlglot is, and since when: with it, other tables are found in SQL. No other library is optional."""
    found = find_spec("sqlglot")
    return (found.origin, os.stat(found.origin).st_mtime_ns) if found and found.origin else None  # noqa: PTH116  # fast


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()


def _without_memos(codebase: Codebase) -> Codebase:
    """`codebase` without what this process has memoized."""
    return replace(codebase, results=FileResults(names=codebase.results.names), statements_of_links={}, memo={})
