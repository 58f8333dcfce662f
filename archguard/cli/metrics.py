"""`archguard metrics`: measure the coupling of the code."""

from pathlib import Path

import click

from archguard.checking.measure import measure
from archguard.cli.cache_options import Cache, cache_options
from archguard.cli.configuration import config_option, configuration_if_any
from archguard.cli.outcome import CANNOT_CHECK, KEPT, tell_problems
from archguard.cli.progress import progress
from archguard.config import read
from archguard.reporters.metrics import FORMATS


@click.command("metrics")
@config_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(FORMATS)),
    default="text",
    help="How the numbers are written.",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the numbers to this file.")
@click.option(
    "--depth",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="How many levels below the top-level packages the measured packages are.",
)
@cache_options
@click.pass_context
def command(  # noqa: PLR0913  # the options of the command
    ctx: click.Context, config: tuple[Path, ...], format_: str, output: Path | None, depth: int, *, cache: Cache
) -> None:
    """Measure how components, services and packages are coupled, how stable and abstract they are, and how entangled.

    Without a configuration, measure the packages below the working directory.
    """
    read_config = configuration_if_any(config)
    with progress("measuring the code"):
        codebase, report = cache.check(read_config) if read_config.contracts else (read(read_config), None)
        written = FORMATS[format_](measure(read_config, codebase, report, depth))
    if output:
        output.write_text(written + "\n", encoding="utf-8", newline="\n")
    else:
        click.echo(written)
    problems = report.problems if report else codebase.problems
    ctx.exit(CANNOT_CHECK if tell_problems(problems) else KEPT)
