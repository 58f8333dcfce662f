"""`archguard list`: list components, contracts, services or modules."""

from pathlib import Path

import click

from archguard.cli.answering import Format, format_option, print_answer
from archguard.cli.configuration import config_option, configuration
from archguard.config import read
from archguard.inspection.listing import Sort, list_items, render


@click.command("list")
@click.argument("sort", type=click.Choice(["components", "contracts", "services", "modules"]))
@config_option
@format_option
def command(sort: Sort, config: tuple[Path, ...], format_: Format) -> None:
    """List the components, contracts, services or modules that there are."""
    read_config = configuration(config)
    items = list_items(read_config, read(read_config), sort)
    print_answer(items, render(items, sort), format_)
