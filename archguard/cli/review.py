"""`archguard review`: what a change does to the architecture."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import click

from archguard.cli.configuration import baseline_option, config_option, configuration
from archguard.cli.outcome import CANNOT_CHECK, KEPT, VIOLATIONS, tell_problems
from archguard.cli.progress import progress
from archguard.diagrams import View, renderer
from archguard.diagrams.difference import has_changes
from archguard.errors import ArchguardError
from archguard.history.git import merge_base
from archguard.inspection.review import review
from archguard.reporters.review import FORMATS, Pictures


@click.command("review")
@click.option("--since", "revision", metavar="REV", help="The revision before the change.")
@click.option("--since-merge-base", "branch", metavar="BRANCH", help="The same, where the change left this branch.")
@click.option("--at", default="", metavar="REV", help="The revision after the change; by default the working tree.")
@config_option
@baseline_option
@click.option(
    "--format",
    "formats",
    multiple=True,
    default=["text"],
    metavar="FORMAT[:FILE]",
    help=f"How the page is written, and where to: {', '.join(FORMATS)}. May be repeated.",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the page to this file.")
@click.pass_context
def command(  # noqa: PLR0913  # the options of the command
    ctx: click.Context,
    revision: str | None,
    branch: str | None,
    at: str,
    config: tuple[Path, ...],
    baseline: Path | None,
    formats: tuple[str, ...],
    output: Path | None,
) -> None:
    """Show what a change does to the architecture: dependencies, cycles, routes, hosts, violations and contracts.

    It fails for new violations, and for contracts that are weaker unless that is accepted with a reason.
    """
    if (revision is None) == (branch is None):
        raise click.UsageError("say what to compare with: --since REV, or --since-merge-base BRANCH")
    targets = [_target(text, output) for text in formats]
    read_config = configuration(config)
    with progress("comparing"):
        start = revision or merge_base(read_config.root, branch or "", at or "HEAD")
        found = review(read_config, start, at, files=config, baseline=baseline)
        shown = replace(found.review, base=branch) if branch else found.review
        pictures = _pictures(replace(found.picture, title=f"{shown.project}: {shown.base} to {shown.head}"))
        texts = [(file, FORMATS[name](shown, pictures)) for name, file in targets]
    for file, text in texts:
        if file:
            file.write_text(text + "\n", encoding="utf-8", newline="\n")
        else:
            click.echo(text)
    if tell_problems(found.problems):
        ctx.exit(CANNOT_CHECK)
    ctx.exit(VIOLATIONS if shown.fails else KEPT)


def _target(text: str, output: Path | None) -> tuple[str, Path | None]:
    """The name of a format and its file, from `FORMAT[:FILE]`.

    Raises:
        ArchguardError: the format does not exist.
    """
    name, _, file = text.partition(":")
    if name not in FORMATS:
        raise ArchguardError(f"there is no format '{name}' of a review", f"there is: {', '.join(FORMATS)}")
    return name, Path(file) if file else output


def _pictures(view: View) -> Pictures:
    """The pictures, each drawn once, when a format needs it."""

    @cache
    def drawn(name: str) -> str:
        return str(renderer(name)(view))

    return Pictures(svg=lambda: drawn("svg"), mermaid=lambda: drawn("mermaid"), is_worth_it=has_changes(view))
