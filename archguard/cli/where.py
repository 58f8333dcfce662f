"""`archguard where`: the place of a module in the architecture."""

from pathlib import Path

import click

from archguard.checking import read
from archguard.checking.place import place_of, render
from archguard.cli.answering import Format, format_option, print_answer
from archguard.cli.configuration import config_option, configuration
from archguard.cli.progress import progress


@click.command("where")
@click.argument("module")
@config_option
@format_option
def command(module: str, config: tuple[Path, ...], format_: Format) -> None:
    """Say to which component, layer and service MODULE (or a file) belongs, what it imports, and what it may import."""
    read_config = configuration(config)
    with progress("reading the code"):
        place = place_of(read_config, read(read_config), module)
    print_answer(place, render(place), format_)
