"""`archguard diagram`: draw the structure of the code."""

import sys
from dataclasses import replace
from pathlib import Path

import click

from archguard.cli.cache_options import Cache, cache_options
from archguard.cli.configuration import config_option, configuration
from archguard.cli.outcome import CANNOT_CHECK, KEPT
from archguard.cli.progress import progress
from archguard.codebase import Codebase
from archguard.config import Config, find_configuration, read
from archguard.diagrams import FORMATS, VIEWS, WHOLE, format_of, renderer
from archguard.diagrams.simplify import NODES
from archguard.errors import ArchguardError, ConfigError
from archguard.history import with_baseline
from archguard.history.git import address
from archguard.inspection.diagram_request import draw
from archguard.model import Problem, Report, Severity

_TEXTS = "mermaid, dot, d2, plantuml, c4, json or html"


@click.command("diagram")
@click.argument("subject", required=False)
@config_option
@click.option(
    "--view",
    type=click.Choice(list(VIEWS)),
    help="What to show. By default the services if there are any, else the components, else the packages.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(FORMATS)),
    help="How it is written. By default what the end of --output says, or else mermaid (the matrix: text).",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the diagram to this file.")
@click.option(
    "--depth",
    type=click.IntRange(min=1),
    help="How deep packages are shown; with --view focus or reaches, how many steps away from SUBJECT.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=NODES,
    show_default=True,
    help="How many nodes there are at most; 0 shows all of them, and every arrow.",
)
@click.option("--title", help="What the diagram is called. By default the project and the view.")
@click.option("--reduce", is_flag=True, help="Leave out arrows that longer paths imply.")
@cache_options
@click.pass_context
def command(  # noqa: PLR0913  # the options of the command
    ctx: click.Context,
    subject: str | None,
    config: tuple[Path, ...],
    view: str | None,
    format_: str | None,
    output: Path | None,
    depth: int | None,
    limit: int,
    title: str | None,
    *,
    reduce: bool,
    cache: Cache,
) -> None:
    """Draw what the code does, with what breaks contracts in red.

    SUBJECT is what the views contract, focus and reaches are about: the id of a contract, or a module, a component, a
    service or a file.
    """
    render = renderer(chosen := _format(format_, output, view), view or "")
    read_config = _configuration(config)
    with progress("reading the code"):
        codebase, report = _checked(read_config, cache)
        drawn = draw(
            read_config,
            codebase,
            report,
            view,
            subject,
            depth=depth,
            limit=limit or None,
            reduce=reduce,
            whole=chosen in WHOLE,
        )
    if title is not None:
        drawn = replace(drawn, title=title)
    if chosen in WHOLE:
        drawn = replace(drawn, source=address(read_config.root))
    _write(render(drawn), chosen, output)
    ctx.exit(_tell_problems(report))


def _format(named: str | None, output: Path | None, view: str | None) -> str:
    if named or not output:
        return named or ("text" if view == "matrix" else "mermaid")
    if found := format_of(output):
        return found
    ends = ", ".join(end for ends in FORMATS.values() for end in ends[:1])
    raise ArchguardError(f"'{output.name}' does not say which format to write", f"use --format, or end it in {ends}")


def _configuration(named: tuple[Path, ...]) -> Config:
    """The configuration, or an empty one if none is found: code can be drawn without contracts."""
    if named:
        return configuration(named)
    try:
        find_configuration(Path.cwd())
    except ConfigError:
        return Config(root=Path.cwd())
    return configuration(())


def _checked(config: Config, cache: Cache) -> tuple[Codebase, Report]:
    """The code, and the report of a check; without contracts, only the problems of reading the code."""
    if not config.contracts:
        codebase = read(config)
        return codebase, Report(problems=codebase.problems)
    codebase, report = cache.check(config)
    return codebase, with_baseline(report, config, codebase)


def _write(drawn: str | bytes, format_: str, output: Path | None) -> None:
    if isinstance(drawn, bytes):
        _write_bytes(drawn, output, format_)
    elif output:
        output.write_text(f"{drawn}\n", encoding="utf-8", newline="\n")
    else:
        click.echo(drawn)


def _write_bytes(drawn: bytes, output: Path | None, format_: str) -> None:
    if output:
        output.write_bytes(drawn)
    elif sys.stdout.isatty():
        raise ArchguardError(f"{format_} is nothing to read", f"use --output FILE, or --format {_TEXTS}")
    else:
        click.echo(drawn, nl=False)


def _tell_problems(report: Report) -> int:
    """Print errors to stderr, since the picture may be incomplete, and return the exit code."""
    errors = [problem for problem in report.problems if problem.severity is Severity.ERROR]
    for problem in errors:
        click.echo(_told(problem), err=True)
    return CANNOT_CHECK if errors else KEPT


def _told(problem: Problem) -> str:
    from archguard.reporters.text import plain, problem_lines  # noqa: PLC0415  # only when something is wrong

    return plain(problem_lines(problem))
