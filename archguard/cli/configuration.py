"""The common options `--config` and `--baseline`, and the loading of the configuration."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from archguard.config import Config, find_configuration, read_config
from archguard.errors import ConfigError
from archguard.history import NAME

config_option: Callable[[Any], Any] = click.option(
    "--config",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A configuration file; may be repeated. By default it is looked for from here upwards.",
)

baseline_option: Callable[[Any], Any] = click.option(
    "--baseline",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"The file of known violations; by default {NAME} beside the configuration, if it is there.",
)


def configuration(named: tuple[Path, ...]) -> Config:
    """Load the configuration files `named`, or the configuration found from the working directory upwards.

    Raises:
        ExceptionGroup[ConfigError]: every fault in it.
    """
    if named:
        files = tuple(path.resolve() for path in named)
        return read_config(files, files[0].parent)
    root, files = find_configuration(Path.cwd())
    return read_config(files, root)


def configuration_if_any(named: tuple[Path, ...]) -> Config:
    """The same, but if none is found, a configuration without contracts for the working directory.

    Raises:
        ExceptionGroup[ConfigError]: every fault in it.
    """
    try:
        root, files = (Path.cwd(), ()) if named else find_configuration(Path.cwd())
    except ConfigError:
        return Config(root=Path.cwd())
    return configuration(named) if named else read_config(files, root)
