"""`archguard why`: whether a module may import another, and whether it does."""

from pathlib import Path

import click

from archguard.cli.answering import Format, format_option, print_answer
from archguard.cli.configuration import config_option, configuration
from archguard.cli.outcome import CANNOT_CHECK, KEPT
from archguard.cli.progress import progress
from archguard.config import read
from archguard.inspection.why import render, why


@click.command("why")
@click.argument("importer")
@click.argument("imported")
@config_option
@format_option
@click.pass_context
def command(ctx: click.Context, importer: str, imported: str, config: tuple[Path, ...], format_: Format) -> None:
    """Say whether IMPORTER may import IMPORTED, which contract denies it, and how it is reached today.

    Each of them is a component, a service, a layer, a module with those below it, a file, or a pattern; IMPORTED may
    also be a package from outside. Of services, calls, messages and tables are told as well.
    """
    read_config = configuration(config)
    with progress("reading the code"):
        answer = why(read_config, read(read_config), importer, imported)
    print_answer(answer, render(answer), format_)
    ctx.exit(CANNOT_CHECK if answer.unchecked else KEPT)
