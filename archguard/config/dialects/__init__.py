"""Configurations of other tools, which archguard runs unchanged: one module per dialect, registered in `DIALECTS`."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from archguard.config.dialects import import_linter, tach
from archguard.config.document import Document, is_configuration_file


class Dialect(NamedTuple):
    """How another tool's configuration is recognized and translated."""

    name: str
    files: tuple[str, ...]
    """The names of the files that may hold it."""
    recognizes: Callable[[Path], bool]
    """Whether a file contains such a configuration."""
    translate: Callable[[Path, str], Document]
    """Translate a file (given the path to display) to a document in archguard's own language.

    The document may have faults; it then holds only the parts without any."""


DIALECTS: tuple[Dialect, ...] = (
    Dialect("import-linter", import_linter.FILES, import_linter.recognizes, import_linter.translate),
    Dialect("tach", tach.FILES, tach.recognizes, tach.translate),
)


def files_beside(path: Path) -> Iterator[tuple[Path, Dialect]]:
    """The configurations of other tools in the folder of `path`, including `path`."""
    for dialect in DIALECTS:
        for place in (path.parent / name for name in dialect.files):
            if is_configuration_file(place) and dialect.recognizes(place):
                yield place, dialect


def dialect_of(path: Path) -> Dialect | None:
    """The dialect of the file `path`; None if it is archguard's own language, or does not exist.

    Raises:
        ExceptionGroup[ConfigError]: it exists, but cannot be read.
    """
    return next((it for it in DIALECTS if is_configuration_file(path) and it.recognizes(path)), None)
