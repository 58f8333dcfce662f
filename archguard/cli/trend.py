"""`archguard trend`: violations and metrics over the history in git."""

from collections.abc import Iterable
from pathlib import Path

import click

from archguard.cli.configuration import config_option, configuration_if_any
from archguard.cli.outcome import CANNOT_CHECK, KEPT, VIOLATIONS
from archguard.cli.progress import steps
from archguard.history.authorship import trend_by_authorship
from archguard.history.trend import trend
from archguard.history.trend_gate import worse
from archguard.model import Point
from archguard.reporters import authorship
from archguard.reporters.phrases import one_line
from archguard.reporters.trend import FORMATS
from archguard.reporters.trend.rows import COLUMNS, WORSE, shown


def _names(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[str, ...]:
    names = tuple(name.strip() for name in (value or "").split(",") if name.strip())
    for name in names:
        if name not in WORSE:
            raise click.BadParameter(f"'{name}' is none of {', '.join(WORSE)}")
    return names


@click.command("trend")
@click.option("--since", required=True, metavar="REV", help="The revision of git to begin with.")
@click.option("--every", type=click.IntRange(min=1), metavar="N", help="Look at every N-th commit only, and at HEAD.")
@click.option("--tags", is_flag=True, help="Look at the commits with tags only, and at HEAD.")
@click.option(
    "--by-authorship",
    is_flag=True,
    help="Compare changes that are marked as written with a coding assistant with the others.",
)
@config_option
@click.option(
    "--format", "format_", type=click.Choice(list(FORMATS)), default="text", help="How the numbers are written."
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the numbers to this file.")
@click.option(
    "--fail-if-worse",
    "gate",
    callback=_names,
    metavar="NAMES",
    help=f"Fail if one of these numbers is higher at HEAD than at REV: {', '.join(WORSE)}.",
)
@click.pass_context
def command(  # noqa: PLR0913  # the options of the command
    ctx: click.Context,
    since: str,
    every: int | None,
    config: tuple[Path, ...],
    format_: str,
    output: Path | None,
    gate: tuple[str, ...],
    *,
    tags: bool,
    by_authorship: bool,
) -> None:
    """Check and measure the code at the commits from REV to HEAD, under the contracts of today.

    The working tree is not touched. What was found out about a commit is kept in .archguard_cache.
    """
    if tags and every:
        raise click.UsageError("--every and --tags say two things: give one of them")
    watched = steps("checking the history")
    read_config = configuration_if_any(config)
    if by_authorship:
        found = trend_by_authorship(read_config, since, every or 1, tagged=tags, watched=watched, files=config)
        points, written = found.points, authorship.FORMATS[format_](found.authorship)
    else:
        points = trend(read_config, since, every or 1, tagged=tags, watched=watched, files=config)
        written = FORMATS[format_](points)
    if output:
        output.write_text(written + "\n", encoding="utf-8", newline="\n")
    else:
        click.echo(written)
    ctx.exit(CANNOT_CHECK if _tell_gaps(points) else _tell_worse(points, gate))


def _tell_gaps(points: tuple[Point, ...]) -> bool:
    """Print the commits that could not be checked; return whether the last one is among them."""
    for point in points:
        if point.gap:
            click.echo(one_line(f"warning: {point.commit.shown} could not be checked: {point.gap}"), err=True)
    return bool(points[-1].gap)


def _tell_worse(points: tuple[Point, ...], gate: Iterable[str]) -> int:
    first, last = points[0].commit.shown, points[-1].commit.shown
    changes = worse(points, tuple(gate))
    for change in changes:
        numbers = f"from {shown(change.before)} at {first} to {shown(change.after)} at {last}"
        click.echo(f"error: {COLUMNS[change.name]} got worse, {numbers}", err=True)
    return VIOLATIONS if changes else KEPT
