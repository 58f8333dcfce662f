"""`archguard where`: show the component, layer and service of a module."""

from pathlib import Path

import click

from archguard.cli.answering import Format, format_option, print_answer
from archguard.cli.configuration import config_option, configuration
from archguard.cli.progress import progress
from archguard.config import read
from archguard.inspection.where import place_of, render


@click.command("where")
@click.argument("name", metavar="NAME")
@config_option
@format_option
def command(name: str, config: tuple[Path, ...], format_: Format) -> None:
    """Say to which component, layer and service NAME belongs, what it imports and calls, and what it may import.

    NAME is a module, a file, a component, a layer or a service.
    """
    read_config = configuration(config)
    with progress("reading the code"):
        place = place_of(read_config, read(read_config), name)
    print_answer(place, render(place), format_)
