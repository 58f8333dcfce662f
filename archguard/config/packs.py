"""The packs that ship with archguard: contracts for common architectures, to use with `extends`."""

from collections.abc import Mapping
from pathlib import Path

from archguard.config.config import did_you_mean
from archguard.errors import ConfigError
from archguard.incremental.input_recorder import is_folder

_PACKAGE = Path(__file__).parents[1]


def packs() -> Mapping[str, Path]:
    """The file of each pack by name, sorted."""
    return {path.stem: path for path in sorted(_folder().glob("*.yaml"))}


def find_pack(name: str) -> Path:
    """The file of the pack `name`.

    Raises:
        ConfigError: there is no such pack.
    """
    found = packs()
    if name not in found:
        raise ConfigError(f"there is no pack '{name}'", did_you_mean(name, list(found)))
    return found[name]


def _folder() -> Path:
    """Beside the package in a checkout; inside of it when installed from a wheel."""
    installed = _PACKAGE / "contracts"
    return installed if is_folder(installed) else _PACKAGE.parent / "contracts"
