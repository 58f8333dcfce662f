"""Cache the scan of each file between runs, so that a run scans only the files that have changed.

A row holds the state of the file (the recorded fingerprint), its markers, and its imports as they were scanned. The
markers depend on the file alone. The imports depend also on the modules that there are: when some are added or removed,
the rows are dropped that import one of them, or what its name has led to without it, which is a package around it.
When other names change, the imports in all rows are dropped. Re-exports are resolved anew in each run. Cost: one entry
per project (`incremental/scan_rows.py`).
"""

import marshal
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from archguard.codebase.syntax.source import Source, SourceError
from archguard.dataclass import dataclass
from archguard.incremental.fingerprint import content_digest, digest
from archguard.incremental.input_recorder import is_by_content, is_recording, not_recorded, record_rows, state_of
from archguard.incremental.places import Places
from archguard.incremental.program_state import running_program
from archguard.incremental.scan_rows import ScanRows, packed
from archguard.model.names import plain_name, self_and_parents, top_package

if TYPE_CHECKING:
    from archguard.incremental.scan_rows import Row

_CODE = frozenset((".py", ".so", ".pyd"))
_MAX_FILES: Final = 4
"""Entries per project: each set of source roots and of external names has its own."""


class CachedScan(NamedTuple):
    """The imports that were found in a file."""

    lines: dict[str, list[int]]
    """The lines of each imported name."""
    texts: list[tuple[str, int, str]]
    """Imported name, line and statement of each import of a package, which may be a re-export."""


class KnownNames(NamedTuple):
    """What the imports of a file depend on beside the file itself."""

    modules: list[str]
    packages: list[str]
    """Those of the modules that are an `__init__.py`, and may re-export names."""
    others: list[list[str]]
    """Packages without `__init__.py`, modules without Python code, and excluded modules."""

    def outdated(self, before: "KnownNames") -> frozenset[str] | None:
        """The names whose imports may lead elsewhere than `before`; None for all names."""
        if before.others != self.others:
            return None
        changed = {*self.modules}.symmetric_difference(before.modules)
        changed |= {*self.packages}.symmetric_difference(before.packages)
        around = {outer for name in changed for outer in self_and_parents(name)}
        return frozenset(around.union(top_package(plain_name(name)) for name in changed))


@dataclass
class ScanCache:
    """The cached scans of the files of the project at `root`."""

    root: Path
    name: str = ""
    """The name of the entry; "" if nothing is to be cached."""
    rows: ScanRows = field(default_factory=lambda: ScanRows("", None, {}))
    known: dict[str, "Row"] = field(default_factory=dict)
    """The rows of files that have not changed."""
    outdated: frozenset[str] | None = frozenset()
    """The names whose imports may lead elsewhere than the rows say; None for all names."""
    is_changed: bool = False
    """Whether some rows were dropped: their files have changed, or do not exist."""

    @classmethod
    def load(cls, root: Path, outside: object, names: KnownNames) -> "ScanCache":
        """Load the cache of the project at `root`; an empty one if this run does not record its inputs.

        Args:
            root: The folder of the configuration.
            outside: What the name of the entry depends on: source roots and distinguished external names.
            names: The modules, which change more often.
        """
        if not is_recording():
            return cls(root)
        name = Places(str(root)).digest_of([_scanner_versions(), outside])
        context = content_digest(marshal.dumps(tuple(names)))
        record_rows(name, context)
        found = ScanRows.load(str(root), name)
        cache = cls(root, name, ScanRows(context, tuple(names), found.files if found else {}))
        if found and found.context != context:
            cache.is_changed = True
            cache.outdated = names.outdated(KnownNames(*found.names))
        return cache

    def preset_markers(self, sources: Iterable[Source]) -> None:
        """Preset the markers of `sources` that have not changed; drop the rows of all other files."""
        for source in sources if self.name else ():
            row = self.rows.row(source.file)
            if row and row[0] == state_of(source.file):
                self.known[source.file] = (row[0], row[1], None) if self._is_outdated(source, row) else row
                source.preset_markers(frozenset(row[1]))
        self.is_changed |= len(self.known) != len(self.rows.files)

    def _is_outdated(self, source: Source, row: "Row") -> bool:
        """Whether the imports of `source` may lead elsewhere; those to the file itself are in no row."""
        if self.outdated is None:
            return True
        return source.module in self.outdated or (row[2] is not None and not self.outdated.isdisjoint(row[2][0]))

    def cached(self, source: Source) -> CachedScan | None:
        """The cached scan of `source`; None if it has to be scanned."""
        row = self.known.get(source.file)
        return CachedScan(*row[2]) if row and row[2] is not None else None

    def save(self, sources: Iterable[Source], scans: Callable[[], Mapping[str, CachedScan]]) -> None:
        """Store the rows of `sources`, with the new `scans` by module, if anything has changed."""
        missing = [source for source in sources if self.cached(source) is None] if self.name else []
        if not missing and not self.is_changed:
            return
        new_scans = scans()
        rows = {source.file: row for source in missing if (row := _row(source, new_scans.get(source.module)))}
        if self.is_changed or any(row != self.known.get(file) for file, row in rows.items()):
            files = {file: self.rows.files[file] for file in self.known.keys() - rows.keys()}
            files |= {file: packed(row) for file, row in rows.items()}
            ScanRows(self.rows.context, self.rows.names, files).save(
                str(self.root), self.name, _MAX_FILES, anywhere=is_by_content()
            )


def _row(source: Source, scan: CachedScan | None) -> "Row | None":
    state = state_of(source.file)
    try:
        return (state, sorted(source.markers), (scan.lines, scan.texts) if scan else None) if state else None
    except SourceError:
        return None


def _scanner_versions() -> list[object]:
    """The versions of Python, archguard and grimp: another one may scan differently."""
    by_content = is_by_content()
    return [sys.version, running_program(by_content=by_content), sorted(_files_of_grimp(by_content=by_content))]


def _files_of_grimp(*, by_content: bool) -> Iterable[tuple[str, object]]:
    """The files of grimp's version and of its scanner, with size and time, or with their digests.

    grimp may not be imported at all.
    """
    spec = find_spec("grimp")
    folders = [] if spec is None else spec.submodule_search_locations or []
    files = (entry for folder in folders for entry in os.scandir(folder) if Path(entry.name).suffix in _CODE)
    if by_content:
        with not_recorded():
            return [(entry.name, digest(entry.path)) for entry in files]
    return ((entry.path, (entry.stat().st_size, entry.stat().st_mtime_ns)) for entry in files)
