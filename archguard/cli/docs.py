"""`archguard docs`: write a page on the architecture."""

from difflib import unified_diff
from itertools import islice
from pathlib import Path

import click

from archguard.cli.cache_options import Cache, cache_options
from archguard.cli.configuration import config_option, configuration
from archguard.cli.outcome import CANNOT_CHECK, KEPT, VIOLATIONS, tell_problems
from archguard.config import Config
from archguard.errors import ArchguardError
from archguard.history import with_baseline
from archguard.inspection.docs_page import put, render
from archguard.model import Location
from archguard.model.log import inert

NAME = "ARCHITECTURE.md"
_SHOWN = 40


@click.command("docs")
@config_option
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"The page; by default {NAME} at the project's root.",
)
@click.option("--check", "checking", is_flag=True, help="Write nothing; fail if the page is not current.")
@cache_options
@click.pass_context
def command(ctx: click.Context, config: tuple[Path, ...], output: Path | None, *, checking: bool, cache: Cache) -> None:
    """Write a page about the architecture: components, contracts, a diagram, and what is overlooked.

    What you write above and below the generated part stays.
    """
    read_config = configuration(config)
    page = output or read_config.root / NAME
    before = _text(page) if page.exists() else None
    after = _page(read_config, cache, page, before)
    if after is None:
        ctx.exit(CANNOT_CHECK)
    if not checking:
        page.write_text(after, encoding="utf-8", newline="\n")
    elif before != after:
        ctx.exit(_tell_change(page, before or "", after))
    ctx.exit(KEPT)


def _text(page: Path) -> str:
    try:
        return page.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ArchguardError(f"cannot be read: {error}", "save it as UTF-8", Location(page.name)) from None


def _page(config: Config, cache: Cache, page: Path, before: str | None) -> str | None:
    """The current page; None if not all of the code could be checked, after printing the problems."""
    codebase, report = cache.check(config)
    report = with_baseline(report, config, codebase)
    if tell_problems(report.problems):
        return None
    try:
        return put(render(config, codebase, report), before)
    except ArchguardError as error:
        raise ArchguardError(error.message, error.hint, Location(page.name)) from None


def _tell_change(page: Path, before: str, after: str) -> int:
    names = page.name, f"{page.name} as it should be"
    lines = unified_diff(before.splitlines(), after.splitlines(), *names, lineterm="")
    for line in islice(lines, _SHOWN):
        click.echo(inert(line))
    click.echo(f"{page.name} is not current: `archguard docs` writes it", err=True)
    return VIOLATIONS
