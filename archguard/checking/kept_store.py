"""Store a full run in the cache of the project, and load it.

A stored run has two entries. The index holds the results, and is read as a whole. The parts hold what the results
depend on, and the text of the files; a run reads only those of the changed files. The index is authenticated
(`incremental/store.py`), and holds the digest of each part.
"""

import pickle
from _blake2 import blake2b  # `hashlib` takes 3 ms to load OpenSSL
from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import field, replace
from typing import Final, NamedTuple, TypeAlias

from archguard.checking.check import may_keep
from archguard.checking.kept_code import MOST_CHANGED, entry_name, read_edited
from archguard.checking.kept_run import KeptRun, are_mostly_outdated, texts_of
from archguard.codebase import Codebase
from archguard.codebase.file_results import Batch, Scan
from archguard.config import Config
from archguard.dataclass import dataclass
from archguard.incremental import store
from archguard.incremental.dependencies import DependencyRecorder
from archguard.incremental.input_recorder import is_by_content, is_recording, state_of
from archguard.incremental.places import Places
from archguard.incremental.unpickle import unpickled
from archguard.model.names import ModuleName

_FOLDER: Final = "results"
_MOST_RUNS: Final = 4
"""Stored runs per project: each configuration has its own; the oldest go first."""
_State: TypeAlias = tuple[str, "list[int] | str | None"]
"""The path of a file as it is stored, and its recorded fingerprint."""


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


def read_with_kept_results(config: Config, only: Collection[str]) -> Codebase:
    """Read the code of `config`, with the results of the stored run of the contracts `only` that still hold.

    If only contents of files have changed, only these are read. If there are no results to use, all of this run are
    recorded, so that it can be stored. Nothing is kept for contracts of plug-ins, which may read anything.

    Raises:
        ExceptionGroup[ArchguardError]: a package does not exist.
    """
    codebase = read_edited(config)
    if not (is_recording() and may_keep(config)):
        return codebase
    stored = _StoredRun.load(config, only)
    if not (stored and stored.give(codebase)):
        codebase.results.recorder = DependencyRecorder()
        codebase.results.scopes.clear()  # what is read of these is not recorded
    return codebase


def stored_run(config: Config, codebase: Codebase) -> tuple[KeptRun, frozenset[str]] | None:
    """The stored run of all contracts of `config`, and the modules of `codebase` that have changed since.

    All of it is in memory. None if there is no such run, or so much has changed that a new one is better.
    """
    stored = _StoredRun.load(config, ()) if may_keep(config) else None
    changed = stored.compare(codebase) if stored else frozenset[str]()
    return (stored.run(in_memory=True), changed) if stored and len(changed) <= MOST_CHANGED else None


def keep_results(config: Config, only: Collection[str], codebase: Codebase) -> None:
    """Store the results of this run, if it has computed and recorded all of them.

    If it had to compute most of them without recording, the stored run is dropped: the next run records all of them.
    """
    results = codebase.results
    computed = sum(len(batch.results) for batch in results.batches)
    if results.recorder.is_recording and computed:
        _store(str(config.root), entry_name(config, only), codebase)
    elif results.kept and are_mostly_outdated(computed, computed + sum(map(len, results.kept.values()))):
        store.save_bytes(str(config.root), (_FOLDER, f"{entry_name(config, only)}.index"), b"")


def _store(root: str, name: str, codebase: Codebase) -> None:
    results = codebase.results
    parts = _PartsWriter()
    index = _Index(
        files=_files(codebase, root),
        imports=codebase.every_import.digest,
        names=results.names,
        batches=[replace(batch, rows={}, texts={}) for batch in results.batches],
        rows=[{module: parts.add(row) for module, row in batch.rows.items()} for batch in results.batches],
        texts={module: parts.add(text) for module, text in texts_of(codebase).items()},
        scans=_shared(results.scans),
    )
    # The parts first: an index without its parts would be read, while parts without an index are not.
    store.save_bytes(root, (_FOLDER, f"{name}.parts"), b"".join(parts.contents), anywhere=is_by_content())
    content = pickle.dumps(index, pickle.HIGHEST_PROTOCOL)
    store.save_bytes(root, (_FOLDER, f"{name}.index"), content, anywhere=is_by_content())
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
        root, name = str(config.root), entry_name(config, only)
        content = store.load_bytes(root, _FOLDER, f"{name}.index")
        return cls(root, name, unpickled(content)) if content else None

    def give(self, codebase: Codebase) -> bool:
        """Give `codebase` the results that still hold; False if so many do not that a full run is better."""
        changed = self.compare(codebase)
        return len(changed) <= MOST_CHANGED and self.run().give(codebase, changed)

    def compare(self, codebase: Codebase) -> frozenset[str]:
        """The modules that were added, removed or edited since the run.

        If there are none, names in `codebase` lead to the same modules, and results that depend on that still hold.
        """
        files, before = _files(codebase, self.root), self.index.files
        unknown = {name for name, (_, state) in files.items() if not state}  # nothing tells whether these have changed
        names = files.keys() | before.keys()
        changed = frozenset(name for name in names if files.get(name) != before.get(name)).union(unknown)
        if not changed:
            codebase.results.names = self.index.names
        return changed

    def run(self, *, in_memory: bool = False) -> KeptRun:
        """The run; a later one may replace it on disk, unless all of it is `in_memory`."""
        content = store.load_bytes(self.root, _FOLDER, f"{self.name}.parts") if in_memory else None
        stored = zip(self.index.batches, self.index.rows, strict=True)
        batches = tuple(replace(batch, rows=self._parts(rows, content)) for batch, rows in stored)
        texts = self._parts(self.index.texts, content)
        return KeptRun(frozenset(self.index.files), self.index.imports, batches, self.index.scans, texts)

    def _parts(self, parts: Mapping[str, _Part], content: bytes | None = None) -> _StoredParts:
        return _StoredParts(self.root, self.name, parts, content)


def _files(codebase: Codebase, root: str) -> dict[str, _State]:
    places = Places(root, by_content=is_by_content())
    return {module: (places.stored(source.file), state_of(source.file)) for module, source in codebase.sources.items()}


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()
