"""The `--config` option, which most commands have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from archguard.config import Config, find_configuration, read_config

config_option: Callable[[Any], Any] = click.option(
    "--config",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A configuration file; may be repeated. By default it is looked for from here upwards.",
)


def configuration(named: tuple[Path, ...]) -> Config:
    """The configuration in the files `named`, or the one that is found.

    Raises:
        ExceptionGroup[ConfigError]: every fault in it.
    """
    if named:
        files = tuple(path.resolve() for path in named)
        return read_config(files, files[0].parent)
    root, files = find_configuration(Path.cwd())
    return read_config(files, root)
