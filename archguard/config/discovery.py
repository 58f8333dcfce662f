"""Find the configuration files where the command line names none."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from archguard.config.dialects import DIALECTS, dialect_of
from archguard.config.document import is_configuration_file, read_text, tools_in
from archguard.errors import ConfigError, ConfigRemark
from archguard.incremental.input_recorder import is_file, is_folder, is_there
from archguard.model import Location

_NAMES = ("archguard.yaml", "archguard.yml", "archguard.YAML", "archguard.YML")
_CONTRACTS = "contracts"
_MENTIONS_A_TOOL = re.compile(r"tool.{0,9}(archguard|importlinter|tach)\b", re.DOTALL)
"""Matches any `pyproject.toml` with a configuration, even one that is not valid TOML."""
_DECLARES_CONTRACTS = re.compile(r"\bcontracts[\"']?[ \t]*:")


def find_configuration(start: Path) -> tuple[Path, tuple[Path, ...]]:
    """Find the project's root and its files: `archguard.yaml` with all YAML in `contracts/`, or `tool.archguard`.

    Searches `start` and in the folders above it, up to the root of the repository.

    Raises:
        ConfigError: there is no configuration.
        ExceptionGroup[ConfigError]: a candidate cannot be read; using one further up instead would be wrong.
    """
    for folder in _upwards(start):
        if files := configuration_files(folder):
            return folder, files
    raise ConfigError(
        f"no configuration in {start.name or start} or above it",
        "`archguard init` writes one from what the code does; `archguard packs` lists contracts to build on",
    )


def contract_files(root: Path) -> tuple[Path, ...]:
    """Every YAML file in `contracts/` below `root`, and those with contracts in the folders below it, sorted.

    A package may be called `contracts`, too, and hold other YAML such as test data in its subfolders: a file there
    counts only if it declares contracts.

    Raises:
        ExceptionGroup[ConfigError]: one of the folders, or a file in a folder below, cannot be read.
    """
    folder = root / _CONTRACTS
    found = sorted(_yaml_below(root, folder, frozenset())) if is_folder(folder) else ()
    return tuple(path for path in found if path.parent == folder or _declares_contracts(root, path))


def unread_contracts(root: Path, read: Iterable[Path]) -> Iterator[ConfigRemark]:
    """Yield a note if files in `contracts/` below `root` declare contracts that are not loaded.

    Args:
        root: The folder of a configuration that is not an `archguard.yaml`; only that one includes `contracts/`.
        read: The files that were loaded.
    """
    known = {os.path.realpath(path) for path in read}
    unread = [
        path.relative_to(root).as_posix()
        for path in contract_files(root)
        if os.path.realpath(path) not in known and _declares_contracts(root, path)
    ]
    if unread and not any(is_file(root / name) for name in _NAMES):
        message = f"contracts that are not read, for want of an archguard.yaml beside them: {', '.join(unread)}"
        yield ConfigRemark(message, "name the files under `extends`", Location(_CONTRACTS))


def _declares_contracts(root: Path, path: Path) -> bool:
    return bool(_DECLARES_CONTRACTS.search(read_text(path, path.relative_to(root).as_posix())))


def _upwards(start: Path) -> Iterable[Path]:
    for folder in (start, *start.parents):
        yield folder
        if is_there(folder / ".git"):
            return


def configuration_files(folder: Path) -> tuple[Path, ...]:
    """The configuration files of the project in `folder`; () if there are none.

    Raises:
        ExceptionGroup[ConfigError]: a candidate cannot be read.
    """
    named = [folder / name for name in _NAMES if is_configuration_file(folder / name)]
    named = [path for at, path in enumerate(named) if not any(path.samefile(other) for other in named[:at])]
    in_folder = contract_files(folder) if named else ()
    in_pyproject = [folder / "pyproject.toml"] if _has_configuration(folder / "pyproject.toml") else []
    return (*named, *in_folder, *in_pyproject) or _foreign_files(folder)


def _foreign_files(folder: Path) -> tuple[Path, ...]:
    """The configuration of another tool; at most one, in the order of `DIALECTS`."""
    places = (folder / name for dialect in DIALECTS for name in dialect.files)
    return tuple(place for place in places if dialect_of(place))[:1]


def _has_configuration(pyproject: Path) -> bool:
    """Whether a `pyproject.toml` has a table `tool.archguard`, or is invalid TOML that mentions a known tool."""
    if not is_configuration_file(pyproject):
        return False
    text = read_text(pyproject, pyproject.name)
    try:
        return "archguard" in tools_in(text)
    except ValueError:
        return bool(_MENTIONS_A_TOOL.search(text))


def _yaml_below(root: Path, folder: Path, above: frozenset[str]) -> Iterator[Path]:
    """The YAML files below `folder`; `above` holds the real paths of its parents, to stop at cyclic symbolic links."""
    real = os.path.realpath(folder)
    if real in above:
        return
    try:
        entries = [*os.scandir(folder)]
    except OSError as error:
        shown = folder.relative_to(root).as_posix()
        fault = ConfigError(f"cannot be read: {error.strerror}", "", Location(shown))
        raise ExceptionGroup(shown, [fault]) from None
    for entry in entries:
        if is_folder(entry.path):
            yield from _yaml_below(root, folder / entry.name, above | {real})
        elif entry.name.lower().endswith((".yaml", ".yml")):
            yield folder / entry.name
