"""`archguard report`: convert a saved report to another format."""

from pathlib import Path

import click

from archguard.errors import ArchguardError
from archguard.reporters import reporter, reporter_names
from archguard.reporters.json import read


@click.command("report")
@click.argument("saved", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--format", "format_", default="text", help=f"How it is written: {', '.join(reporter_names())}.")
@click.option("--all", "everything", is_flag=True, help="Show every violation in full, not each root cause once.")
def command(saved: Path, format_: str, *, everything: bool) -> None:
    """Write the report SAVED (by `archguard check --format json`) in another format; nothing is checked."""
    try:
        text = saved.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ArchguardError(f"{saved} is not UTF-8", "name the file that --format json wrote") from None
    click.echo(reporter(format_, everything=everything)(read(text, saved.as_posix())))
