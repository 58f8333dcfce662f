"""Which files are the configuration, when nobody names them."""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from archguard.config.dialects import DIALECTS, dialect_of
from archguard.errors import ConfigError
from archguard.snapshot.journal import is_file, is_there

_NAMES = ("archguard.yaml", "archguard.yml")


def find_configuration(start: Path) -> tuple[Path, tuple[Path, ...]]:
    """The project's root, and its files: `archguard.yaml` and `contracts/*.yaml` beside it, or `tool.archguard`.

    Looks in `start` and in the folders above it, up to the root of the repository.

    Raises:
        ConfigError: there is no configuration.
    """
    for folder in _upwards(start):
        if files := _files(folder):
            return folder, files
    raise ConfigError(
        f"no configuration in {start.name or start} or above it",
        "`archguard init` writes one from what the code does; `archguard packs` lists contracts to build on",
    )


def _upwards(start: Path) -> Iterable[Path]:
    for folder in (start, *start.parents):
        yield folder
        if is_there(folder / ".git"):
            return


def _files(folder: Path) -> tuple[Path, ...]:
    named = [folder / name for name in _NAMES if is_file(folder / name)]
    in_folder = sorted((folder / "contracts").glob("*.y*ml")) if named else []
    in_pyproject = [folder / "pyproject.toml"] if _says_something(folder / "pyproject.toml") else []
    return (*named, *in_folder, *in_pyproject) or _files_of_others(folder)


def _files_of_others(folder: Path) -> tuple[Path, ...]:
    """The configuration of another tool, where there is none of archguard's own."""
    places = (folder / name for dialect in DIALECTS for name in dialect.files)
    return tuple(place for place in places if dialect_of(place))[:1]


def _says_something(pyproject: Path) -> bool:
    """Whether a `pyproject.toml` has a table `tool.archguard`, or is broken where it speaks of one."""
    try:
        text = pyproject.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    try:
        return "archguard" in tomllib.loads(text).get("tool", {})
    except (tomllib.TOMLDecodeError, RecursionError):
        return "[tool.archguard" in text
