"""The stored scans of source files: one row per file, each packed by itself, so that one can be read alone.

Packed by `marshal`, which knows the plain values that rows consist of, and is three times as fast as JSON. It must only
read what this version of Python has written, and nothing hostile: the entry is authenticated (`store.py`), and its name
depends on the version.
"""

import marshal

from archguard.incremental import store
from archguard.incremental.places import Places

TYPE_CHECKING = False  # importing `typing` takes longer than many a replay
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Row: TypeAlias = tuple[list[int] | str, list[bytes], tuple[dict[str, list[int]], list[tuple[str, int, str]]] | None]

FOLDER = "imports"


class ScanRows:
    """The rows of the files of a project, for one set of modules."""

    def __init__(self, context: str, names: "Any", files: dict[str, bytes]) -> None:
        self.context = context
        """A digest of what the imports in the rows depend on beside the files."""
        self.names = names
        """The names that the context is a digest of."""
        self.files = files
        """The packed row of each file, by its path."""

    @classmethod
    def load(cls, root: str, name: str) -> "ScanRows | None":
        """The rows that are stored under `name` in the cache of the project at `root`; None if there are none."""
        content = store.load_bytes(root, FOLDER, name)
        if not content:
            return None
        context, names, files = marshal.loads(content)  # noqa: S302  # authenticated
        restored = Places(root).restored
        return cls(context, names, {restored(file): row for file, row in files.items()})

    def save(self, root: str, name: str, most: int, *, anywhere: bool) -> None:
        """Store the rows under `name`, of which the cache holds the `most` newest; see `store.save` for `anywhere`."""
        stored = Places(root, by_content=anywhere).stored
        files = {stored(file): row for file, row in self.files.items()}
        store.save_bytes(root, (FOLDER, name), marshal.dumps((self.context, self.names, files)), anywhere=anywhere)
        store.prune(root, (FOLDER,), most)

    def row(self, file: str) -> "Row | None":
        """State, markers and imports of a file; None for imports that are not known, and for a file without a row."""
        content = self.files.get(file)
        row: Row | None = marshal.loads(content) if content else None  # noqa: S302  # authenticated with all of them
        return row


def packed(row: "Row") -> bytes:
    """The row of a file as it is stored."""
    return marshal.dumps(row)
