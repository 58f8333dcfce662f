"""Configurations of other tools, which archguard runs as they are: one file a dialect, one line a dialect here."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from archguard.config.dialects import import_linter, tach
from archguard.config.document import Document, is_configuration_file


class Dialect(NamedTuple):
    """How another tool's configuration is found and understood."""

    name: str
    files: tuple[str, ...]
    """The files in which it is looked for."""
    recognizes: Callable[[Path], bool]
    """Whether a file holds it."""
    translate: Callable[[Path, str], Document]
    """The file (and the path to show for it) as a document in archguard's own language.

    The document may have faults; what has none is in it all the same."""


DIALECTS: tuple[Dialect, ...] = (
    Dialect("import-linter", import_linter.FILES, import_linter.recognizes, import_linter.translate),
    Dialect("tach", tach.FILES, tach.recognizes, tach.translate),
)


def files_beside(path: Path) -> Iterator[tuple[Path, Dialect]]:
    """The files in the folder of `path` that hold configurations of other tools, itself included."""
    for dialect in DIALECTS:
        for place in (path.parent / name for name in dialect.files):
            if is_configuration_file(place) and dialect.recognizes(place):
                yield place, dialect


def dialect_of(path: Path) -> Dialect | None:
    """The dialect that the file `path` is written in; None if it is archguard's own language, or not there.

    Raises:
        ExceptionGroup[ConfigError]: it is there, and cannot be read.
    """
    return next((it for it in DIALECTS if is_configuration_file(path) and it.recognizes(path)), None)
