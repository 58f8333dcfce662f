"""Configurations of other tools, which archguard runs unchanged: one module per dialect, registered in `DIALECTS`."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple

from archguard.config.document import Document, is_configuration_file


class Dialect(NamedTuple):
    """How another tool's configuration is recognized and translated; its module is imported when there may be one."""

    name: str
    files: tuple[str, ...]
    """The names of the files that may hold it, in the order in which the tool looks for it."""

    def recognizes(self, path: Path) -> bool:
        """Whether the file `path` contains such a configuration."""
        return path.suffix not in YAML and bool(self._module().recognizes(path))

    def translate(self, path: Path, shown: str) -> Document:
        """Translate the file `path`, displayed as `shown`, to a document in archguard's own language.

        The document may have faults; it then holds only the parts without any.
        """
        document: Document = self._module().translate(path, shown)
        return document

    def _module(self) -> ModuleType:
        return import_module(f"{__name__}.{self.name.replace('-', '_')}")


YAML: Final = (".yaml", ".yml")
"""The files of archguard's own language, and of no other tool."""
DIALECTS: tuple[Dialect, ...] = (
    Dialect("import-linter", ("setup.cfg", ".importlinter", "pyproject.toml")),
    Dialect("tach", ("tach.toml", "pyproject.toml")),
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
