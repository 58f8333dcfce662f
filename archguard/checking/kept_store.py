"""Store a full run in the cache of the project, and load it.

A stored run has two entries. The index holds the results, and is read as a whole. The parts hold what the results
depend on, and the text of the files; a run reads only those of the changed files. The index is authenticated
(`incremental/store.py`), and holds the digest of each part.
"""

import os
import pickle
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from archguard.checking.kept_run import KeptRun
from archguard.codebase import Codebase
from archguard.codebase.file_results import Batch, Scan
from archguard.codebase.file_tasks import digest_of
from archguard.config import Config
from archguard.incremental import store
from archguard.incremental.dependencies import DependencyRecorder
from archguard.incremental.input_recorder import is_recording, state_of

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
    batches: list[Batch]
    """The results, without what they depend on."""
    rows: list[dict[str, _Part]]
    texts: Mapping[str, _Part]
    scans: Mapping[str, Scan]


def take_kept_results(config: Config, codebase: Codebase) -> None:
    """Give `codebase` the results of the stored run that still hold; if there are none, record this run."""
    if not is_recording():
        return
    root, name = str(config.root), _name(config)
    content = store.load_bytes(root, _FOLDER, f"{name}.index")
    if content:
        index: _Index = pickle.loads(content)  # noqa: S301  # authenticated by `store`
        files = _files(codebase)
        changed = [
            module for module in files.keys() | index.files.keys() if files.get(module) != index.files.get(module)
        ]
        if len(changed) <= _MOST_CHANGED and _run(root, name, index).give(codebase, changed):
            return
    codebase.results.recorder = DependencyRecorder()


def keep_results(config: Config, codebase: Codebase) -> None:
    """Store the results of this run, if it has computed and recorded all of them."""
    results = codebase.results
    if not results.recorder.is_recording or not results.batches:
        return
    parts = _PartsWriter()
    index = _Index(
        files=_files(codebase),
        imports=codebase.every_import.digest,
        batches=[replace(batch, rows={}, texts={}) for batch in results.batches],
        rows=[{module: parts.add(row) for module, row in batch.rows.items()} for batch in results.batches],
        texts={module: parts.add(text) for batch in results.batches for module, text in batch.texts.items()},
        scans=results.scans,
    )
    root, name = str(config.root), _name(config)
    store.save_bytes(root, (_FOLDER, f"{name}.parts"), b"".join(parts.contents))
    store.save_bytes(root, (_FOLDER, f"{name}.index"), pickle.dumps(index, pickle.HIGHEST_PROTOCOL))
    store.prune(root, (_FOLDER,), 2 * _MOST_RUNS)


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
    """Parts by module, each read when it is asked for; b"" for one that is not as it was stored."""

    root: str
    name: str
    parts: Mapping[str, _Part]

    def __getitem__(self, module: str) -> bytes:
        part = self.parts[module]
        content = store.load_part(self.root, (_FOLDER, f"{self.name}.parts"), part.offset, part.length)
        return content if _digest(content) == part.digest else b""

    def __iter__(self) -> Iterator[str]:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.parts)


def _run(root: str, name: str, index: _Index) -> KeptRun:
    rows = [_StoredParts(root, name, parts) for parts in index.rows]
    batches = tuple(replace(batch, rows=row) for batch, row in zip(index.batches, rows, strict=True))
    return KeptRun(index.imports, batches, index.scans, _StoredParts(root, name, index.texts))


def _files(codebase: Codebase) -> dict[str, _State]:
    return {module: (source.file, state_of(source.file)) for module, source in codebase.sources.items()}


def _name(config: Config) -> str:
    """The name of the entries: another configuration, or another version of archguard or Python, has another one."""
    return digest_of([config, sys.version, *_program(str(Path(__file__).parent.parent))])


def _program(package: str) -> list[tuple[str, int, int]]:
    """Path, size and time of each file of archguard: an edit of the catalogue changes what is found, too."""
    files = (os.path.join(folder, name) for folder, _, names in os.walk(package) for name in names)  # noqa: PTH118  # fast
    found = [(file, os.stat(file)) for file in files if file.endswith((".py", ".toml"))]  # noqa: PTH116  # the same
    return sorted((file, stat.st_size, stat.st_mtime_ns) for file, stat in found)


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=16).digest()
