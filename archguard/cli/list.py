"""`archguard list`: list components, contracts, services, modules or routes."""

from pathlib import Path
from typing import Literal

import click

from archguard.cli.answering import print_answer
from archguard.cli.configuration import config_option, configuration
from archguard.config import Config, read
from archguard.inspection.listing import Sort, list_items, render


@click.command("list")
@click.argument("sort", type=click.Choice(["components", "contracts", "services", "modules", "routes"]))
@config_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    help="How the answer is written; `markdown` is a table of routes.",
)
def command(
    sort: Sort | Literal["routes"], config: tuple[Path, ...], format_: Literal["text", "json", "markdown"]
) -> None:
    """List the components, contracts, services, modules or routes that there are."""
    read_config = configuration(config)
    if sort == "routes":
        _routes(read_config, format_)
        return
    if format_ == "markdown":
        raise click.UsageError("`--format markdown` is for `routes`")
    items = list_items(read_config, read(read_config), sort)
    print_answer(items, render(items, sort), format_)


def _routes(config: Config, format_: Literal["text", "json", "markdown"]) -> None:
    from archguard.inspection.routes import list_routes, render_markdown, render_text  # noqa: PLC0415  # routes only

    items = list_routes(config, read(config))
    if format_ == "json":
        print_answer(items, "", "json")
    else:
        print_answer(items, render_markdown(items) if format_ == "markdown" else render_text(items), "text")
