"""`archguard explain`: what a contract requires, and of which modules."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from archguard.cli.answering import Format, format_option, print_answer
from archguard.cli.configuration import config_option, configuration
from archguard.cli.outcome import CANNOT_CHECK, KEPT
from archguard.config import read
from archguard.inspection.explain import explain, find_contract, render
from archguard.inspection.ignores import with_authors
from archguard.model import OutcomeStatus


@click.command("explain")
@click.argument("contract")
@config_option
@format_option
@click.pass_context
def command(ctx: click.Context, contract: str, config: tuple[Path, ...], format_: Format) -> None:
    """Say in plain words what the contract with the id CONTRACT asks, of which modules, and what it overlooks."""
    read_config = configuration(config)
    find_contract(read_config, contract)
    explanation = explain(read_config, read(read_config), contract)
    explanation = replace(explanation, exemptions=with_authors(explanation.exemptions, read_config.root))
    today = date.today()  # noqa: DTZ011  # the local date of the user
    print_answer(explanation, render(explanation, today), format_)
    ctx.exit(CANNOT_CHECK if explanation.status is OutcomeStatus.ERROR else KEPT)
