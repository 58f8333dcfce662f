"""`archguard ignores`: list suppressions and ignored imports."""

from datetime import date
from pathlib import Path

import click

from archguard.cli.answering import Format, format_option, print_answer
from archguard.cli.configuration import config_option, configuration
from archguard.config import read
from archguard.inspection.ignores import exemptions, render, with_authors


@click.command("ignores")
@config_option
@format_option
def command(config: tuple[Path, ...], format_: Format) -> None:
    """List every comment and every entry that makes a contract overlook something, with its age and author from git."""
    read_config = configuration(config)
    found = with_authors(exemptions(read_config, read(read_config)), read_config.root)
    today = date.today()  # noqa: DTZ011  # the local date of the user
    print_answer(found, render(found, today), format_)
