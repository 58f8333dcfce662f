"""Cache the scan of each file between runs, so that a run scans only the files that have changed.

A row holds the state of the file (the recorded fingerprint), its markers, and its imports as they were scanned. The
markers depend on the file alone. The imports depend also on all names that grimp distinguishes, so they are dropped
when the set of modules changes. Re-exports are resolved anew in each run. Cost: one JSON file per project.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from archguard.codebase.syntax.source import Source, SourceError
from archguard.incremental import store
from archguard.incremental.fingerprint import digest
from archguard.incremental.input_recorder import is_recording, record_rows, state_of

_FOLDER = "imports"
_CODE = frozenset((".py", ".so", ".pyd"))
_MAX_FILES = 4
"""Cache files per project: each set of source roots and of external names has its own."""


class CachedScan(NamedTuple):
    """The imports that were found in a file."""

    lines: dict[str, list[int]]
    """The lines of each imported name."""
    texts: list[tuple[str, int, str]]
    """Imported name, line and statement of each import of a package, which may be a re-export."""


@dataclass
class ScanCache:
    """The cached scans of the files of the project at `root`."""

    root: Path
    name: str
    """The name of the cache file; "" if nothing is to be cached."""
    context: str
    """A digest of what the imports of a file depend on beside the file itself."""
    is_changed: bool = False
    """Whether some rows were dropped: their files have changed, or do not exist."""
    files: dict[str, list[Any]] = field(default_factory=dict)
    """State, markers and imports of each file; None for imports that are not known, or are of another context."""

    @classmethod
    def load(cls, root: Path, outside: object, inside: object) -> "ScanCache":
        """Load the cache of the project at `root`; an empty one if this run does not record its inputs.

        Args:
            root: The folder of the configuration.
            outside: What the name of the cache file depends on: source roots and distinguished external names.
            inside: What the context depends on: the modules, which change more often.
        """
        if not is_recording():
            return cls(root, "", "")
        cache = cls(root, _digest((_scanner_versions(), outside)), _digest(inside))
        record_rows(cache.name, cache.context)
        found = json.loads(store.load(str(root), _FOLDER, cache.name) or '{"context": "", "files": {}}')
        if found["context"] != cache.context:
            # A module was added or removed: the names that imports lead to may be others, but what is in the files is
            # not.
            found["files"] = {file: [state, markers, None] for file, (state, markers, _) in found["files"].items()}
        cache.files = found["files"]
        return cache

    def preset_markers(self, sources: Iterable[Source]) -> None:
        """Preset the markers of `sources` that have not changed; drop the rows of all other files."""
        unchanged = {}
        for source in sources if self.name else ():
            row = self.files.get(source.file)
            if row and row[0] == state_of(source.file):
                unchanged[source.file] = row
                source.preset_markers(frozenset(marker.encode("latin-1") for marker in row[1]))
        self.is_changed = len(unchanged) != len(self.files)
        self.files = unchanged

    def cached(self, source: Source) -> CachedScan | None:
        """The cached scan of `source`; None if it has to be scanned."""
        row = self.files.get(source.file)
        return CachedScan(*row[2]) if row and row[2] is not None else None

    def save(self, sources: Iterable[Source], scans: Callable[[], Mapping[str, CachedScan]]) -> None:
        """Store the rows of `sources`, with the new `scans` by module, if anything has changed."""
        missing = [source for source in sources if self.cached(source) is None] if self.name else []
        if not missing and not self.is_changed:
            return
        new_scans = scans()
        rows = {source.file: row for source in missing if (row := _row(source, new_scans.get(source.module)))}
        if self.is_changed or any(row != self.files.get(file) for file, row in rows.items()):
            text = json.dumps({"context": self.context, "files": self.files | rows}, separators=(",", ":"))
            store.save(str(self.root), (_FOLDER, self.name), text)
            store.prune(str(self.root), (_FOLDER,), _MAX_FILES)


def _row(source: Source, scan: CachedScan | None) -> list[Any] | None:
    state = state_of(source.file)
    try:
        return [state, sorted(marker.decode("latin-1") for marker in source.markers), scan] if state else None
    except SourceError:
        return None


def _scanner_versions() -> list[str]:
    """The versions of Python, archguard and grimp, as digests of their files: another one may scan differently."""
    own = (
        getattr(module, "__file__", "") or ""
        for name, module in sys.modules.items()
        if name.startswith("archguard.codebase")
    )
    return [sys.version, *sorted(map(digest, filter(None, (*own, *_files_of_grimp()))))]


def _files_of_grimp() -> Iterable[str]:
    """The files of grimp's version and of its scanner; grimp may not be imported at all."""
    spec = find_spec("grimp")
    folders = [] if spec is None else spec.submodule_search_locations or []
    return (str(path) for folder in folders for path in Path(folder).glob("*.*") if path.suffix in _CODE)


def _digest(value: object) -> str:
    return blake2b(json.dumps(value).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
