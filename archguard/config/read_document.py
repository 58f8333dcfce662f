"""Read a configuration file, or what an earlier run kept of it in the cache of the project.

A run whose files are kept need not import PyYAML. A document is kept under a digest of its text and of the files of
archguard, so it is right while it is found; one with faults is not kept.
"""

import pickle
from functools import cached_property
from pathlib import Path
from typing import Final

from archguard.config.document import Document, parse_toml, read_text
from archguard.dataclass import dataclass
from archguard.incremental import store
from archguard.incremental.fingerprint import digest_of
from archguard.incremental.input_recorder import is_by_content, is_recording
from archguard.incremental.program_state import running_program
from archguard.incremental.unpickle import unpickled

_FOLDER: Final = "documents"
_MOST_KEPT: Final = 32
"""Documents in the cache of a project; the oldest go first."""


def read_document(path: Path, shown: str) -> Document:
    """Parse the file `path`; any fault is an error.

    Raises:
        ExceptionGroup[ConfigError]: it cannot be read, it is not YAML (or TOML, if its name says so), or has faults.
    """
    document = read_faulty_document(path, shown)
    if document.faults:
        raise ExceptionGroup(shown, document.faults)
    return document


def read_faulty_document(path: Path, shown: str, draft: str | None = None, root: Path | None = None) -> Document:
    """Parse the file `path`; the document carries its faults, so that the rest of it can still be validated.

    Args:
        path: The file.
        shown: Its path as reports show it.
        draft: The text to parse in place of the file's.
        root: The project in whose cache the document may be kept.

    Raises:
        ExceptionGroup[ConfigError]: it cannot be read, or it is not YAML (or TOML, if its name says so).
    """
    text = read_text(path, shown) if draft is None else draft
    if path.suffix == ".toml":
        return parse_toml(path, shown, text)
    kept = _KeptDocument(str(root), shown, text) if root and draft is None and is_recording() else None
    document = kept.load(path) if kept else None
    if document is None:
        from archguard.config.yaml_document import parse_yaml  # noqa: PLC0415  # 25 ms

        document = parse_yaml(path, shown, text)
        if kept and not document.faults:
            kept.save(document)
    return document


@dataclass(frozen=True)
class _KeptDocument:
    """A document in the cache of the project at `root`, if it is there."""

    root: str
    shown: str
    text: str

    def load(self, path: Path) -> Document | None:
        """The document, as that of `path`; None if it was not kept."""
        content = store.load_bytes(self.root, *self._entry)
        if content is None:
            return None
        data, places, keys = unpickled(content)
        return Document(path, self.shown, self.text, data, places, keys)

    def save(self, document: Document) -> None:
        """Keep `document`."""
        content = pickle.dumps((document.data, document.places, document.keys), pickle.HIGHEST_PROTOCOL)
        # Its name is a digest of the text that it is the value of.
        store.save_bytes(self.root, self._entry, content, anywhere=is_by_content())
        store.prune(self.root, (_FOLDER,), _MOST_KEPT)

    @cached_property
    def _entry(self) -> tuple[str, str]:
        return _FOLDER, digest_of([self.shown, self.text, *running_program(by_content=is_by_content())])
