"""`archguard context`: one page on the architecture around a path, or on a change."""

from pathlib import Path
from typing import Literal

import click

from archguard.cli.answering import print_answer
from archguard.cli.cache_options import Cache, cache_options
from archguard.cli.configuration import config_option, configuration
from archguard.cli.progress import progress
from archguard.history import with_baseline
from archguard.inspection.brief import brief, brief_of_change
from archguard.inspection.brief_page import render


@click.command("context")
@click.argument("name", metavar="[PATH]", default="")
@config_option
@click.option(
    "--since", "revision", metavar="REV", help="The page on the modules that changed since this revision of git."
)
@click.option(
    "--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Markdown, or the same as JSON."
)
@cache_options
def command(
    name: str, config: tuple[Path, ...], revision: str | None, format_: Literal["text", "json"], *, cache: Cache
) -> None:
    """Write a page for whoever is to edit PATH: what may be imported there, what to follow, the contracts and why.

    PATH is a file, which need not exist yet, a module or a component; without it, the page is on the project.
    """
    if revision is not None and name:
        raise click.UsageError("PATH and --since name two pages: give one of them")
    read_config = configuration(config)
    with progress("reading the code"):
        codebase, report = cache.check(read_config)
        report = with_baseline(report, read_config, codebase)
    if revision is not None:
        page = brief_of_change(read_config, codebase, report, revision)
    else:
        page = brief(read_config, codebase, report, name)
    print_answer(page, render(page), format_)
