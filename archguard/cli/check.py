"""`archguard check`: the report on the code."""

import os
import sys
from pathlib import Path

import click

from archguard.checking import check, within_paths
from archguard.cli.configuration import config_option, configuration
from archguard.cli.outcome import exit_code
from archguard.cli.progress import progress
from archguard.model import Report, Severity
from archguard.reporters import reporter, reporter_names


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@config_option
@click.option("--format", "format_", default="text", help=f"How the report is written: {', '.join(reporter_names())}.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this file.")
@click.option("--contract", "contracts", multiple=True, metavar="ID", help="Check only this contract; may be repeated.")
@click.option(
    "--fail-on",
    type=click.Choice([Severity.ERROR, Severity.WARNING]),
    default=Severity.ERROR,
    help="The least severity that makes the run fail.",
)
@click.pass_context
def command(  # noqa: PLR0913  # the options of the command
    ctx: click.Context,
    paths: tuple[Path, ...],
    config: tuple[Path, ...],
    format_: str,
    output: Path | None,
    contracts: tuple[str, ...],
    fail_on: Severity,
) -> None:
    """Check the code against its contracts. With PATHS, report what is in them (the whole code is looked at still)."""
    render = reporter(format_)
    read = configuration(config)
    with progress("reading the code"):
        report = within_paths(check(read, contracts), [Path(os.path.relpath(path, read.root)) for path in paths])
    if output:
        output.write_text(render(report) + "\n", encoding="utf-8")
    elif format_ == "text":
        _print_text(report)
    else:
        click.echo(render(report))
    ctx.exit(exit_code(report, fail_on))


def _print_text(report: Report) -> None:
    """In colour on a terminal, or where `FORCE_COLOR` asks for it; plain elsewhere, or where `NO_COLOR` asks for it."""
    if not os.environ.get("NO_COLOR") and (sys.stdout.isatty() or os.environ.get("FORCE_COLOR")):
        from rich.console import Console  # noqa: PLC0415  # 50 ms that a pipe need not wait for

        from archguard.reporters.terminal import print_rich  # noqa: PLC0415  # needs rich

        print_rich(report, Console(force_terminal=True, highlight=False))
    else:
        click.echo(reporter("text")(report))
