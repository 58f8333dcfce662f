"""The common options `--no-cache` and `--checksum`, and the check of commands that need a report on all contracts."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from archguard.checking import check_incrementally
from archguard.codebase import Codebase
from archguard.config import Config
from archguard.dataclass import dataclass
from archguard.incremental.input_recorder import recording
from archguard.model import Report

no_cache_option: Callable[[Any], Any] = click.option(
    "--no-cache", is_flag=True, help="Look at everything again, and keep nothing for the next time."
)

checksum_option: Callable[[Any], Any] = click.option(
    "--checksum", "by_content", is_flag=True, help="Tell by their contents, not their times, which files changed."
)


@dataclass(frozen=True)
class Cache:
    """How a command uses the cache of the project."""

    is_used: bool
    """Whether it uses what other runs have stored, and stores what it finds."""
    by_content: bool
    """Whether contents, not times, tell which files have changed."""

    def check(self, config: Config) -> tuple[Codebase, Report]:
        """The code of `config`, and the report on its contracts.

        Raises:
            ExceptionGroup[ArchguardError]: a package does not exist.
        """
        # Without a request key: no answer of these commands is stored, so none tells which files have changed since.
        with recording("" if self.is_used else None, by_content=self.by_content, before=None):
            return check_incrementally(config)


def cache_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--no-cache` and `--checksum`, which become the argument `cache` of the command."""

    @wraps(command)
    def with_cache(*args: Any, no_cache: bool, by_content: bool, **others: Any) -> None:
        command(*args, cache=Cache(not no_cache, by_content), **others)

    options: Callable[..., None] = no_cache_option(checksum_option(with_cache))
    return options
