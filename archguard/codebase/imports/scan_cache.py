"""What the files say, kept from run to run: a file that was edited is read again, and not the thousands beside it.

Kept of a file are its signs, which depend on nothing else, and what grimp told of it, which depends on all the names
that grimp was to tell apart. What follows from them is worked out anew each time.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from archguard.codebase.syntax.source import Source, SourceError
from archguard.incremental import store
from archguard.incremental.fingerprint import digest
from archguard.incremental.input_recorder import is_recording, record_rows, state_of

_FOLDER = "imports"
_MOST = 4
"""Files of one project: each set of source roots and of names from outside has its own."""
_READERS = ("archguard.codebase", "grimp")


class CachedScan(NamedTuple):
    """What grimp told of a file."""

    lines: dict[str, list[int]]
    """Where it imports what."""
    texts: list[tuple[str, int, str]]
    """What is imported, where, and the text of the statement, where that can matter."""


@dataclass
class ScanCache:
    """What is kept of the files of the project at `root`."""

    root: Path
    name: str
    """Under which it is kept; "" if nothing is to be."""
    context: str
    """What decides, beside the file itself, what grimp tells of it."""
    is_changed: bool = False
    """Whether some of it was of files that have changed, or are gone."""
    files: dict[str, list[Any]] = field(default_factory=dict)
    """State, signs and imports; no imports where nobody knows them, or where they are those of another context."""

    @classmethod
    def load(cls, root: Path, outside: object, inside: object) -> "ScanCache":
        """What was kept of the project at `root`; nothing if this run is to look at everything again.

        Args:
            root: The folder of the configuration.
            outside: What grimp is to tell apart, but for
            inside: the modules, since those come and go.
        """
        if not is_recording():
            return cls(root, "", "")
        kept = cls(root, _digest((_program(), outside)), _digest(inside))
        record_rows(kept.name, kept.context)
        found = json.loads(store.load(str(root), _FOLDER, kept.name) or '{"context": "", "files": {}}')
        if found["context"] != kept.context:
            found["files"] = {file: [state, signs, None] for file, (state, signs, _) in found["files"].items()}
        kept.files = found["files"]
        return kept

    def preset_markers(self, sources: Iterable[Source]) -> None:
        """Spare `sources` that have not changed the look for their signs, and forget what has."""
        unchanged = {}
        for source in sources if self.name else ():
            row = self.files.get(source.file)
            if row and row[0] == state_of(source.file):
                unchanged[source.file] = row
                source.preset_markers(frozenset(sign.encode("latin-1") for sign in row[1]))
        self.is_changed = len(unchanged) != len(self.files)
        self.files = unchanged

    def cached(self, source: Source) -> CachedScan | None:
        """What grimp told of `source`; None if it has to be asked."""
        row = self.files.get(source.file)
        return CachedScan(*row[2]) if row and row[2] is not None else None

    def save(self, sources: Iterable[Source], told: Callable[[], Mapping[str, CachedScan]]) -> None:
        """Keep what is known of `sources`, with what grimp has `told` now, by module."""
        missing = [source for source in sources if self.cached(source) is None] if self.name else []
        if not missing and not self.is_changed:
            return
        now = told()
        rows = {source.file: row for source in missing if (row := _row(source, now.get(source.module)))}
        if self.is_changed or any(row != self.files.get(file) for file, row in rows.items()):
            text = json.dumps({"context": self.context, "files": self.files | rows}, separators=(",", ":"))
            store.save(str(self.root), (_FOLDER, self.name), text)
            store.prune(str(self.root), (_FOLDER,), _MOST)


def _row(source: Source, told: CachedScan | None) -> list[Any] | None:
    state = state_of(source.file)
    try:
        return [state, sorted(sign.decode("latin-1") for sign in source.markers), told] if state else None
    except SourceError:
        return None


def _program() -> list[str]:
    """Who reads the files: another release may tell other things of them."""
    files = (getattr(module, "__file__", "") or "" for name, module in sys.modules.items() if name.startswith(_READERS))
    return [sys.version, *sorted(map(digest, filter(None, files)))]


def _digest(value: object) -> str:
    return blake2b(json.dumps(value).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
