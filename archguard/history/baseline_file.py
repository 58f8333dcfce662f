"""The file of the baseline. Most projects have none, and need not load what reads it."""

from pathlib import Path
from typing import Final

from archguard.codebase import Codebase
from archguard.config import Config
from archguard.errors import ArchguardError
from archguard.incremental.input_recorder import is_there
from archguard.model import Report

NAME: Final = "archguard-baseline.yaml"
"""The default file name, next to the configuration."""


def with_baseline(report: Report, config: Config, codebase: Codebase, named: Path | None = None) -> Report:
    """Apply the baseline in the file `named`, or in the default file if that exists, to `report`.

    Raises:
        ArchguardError: the file `named` does not exist.
        ExceptionGroup[ConfigError]: the baseline is invalid.
    """
    file = named or config.root / NAME
    if is_there(file):
        from archguard.history.baseline import apply_file  # noqa: PLC0415  # 5 ms

        return apply_file(report, config, codebase, file)
    if named:
        raise ArchguardError(f"there is no baseline '{named}'", "write it with `archguard baseline`")
    return report
