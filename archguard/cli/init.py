"""`archguard init`: write a first configuration."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from archguard.cli.outcome import complain
from archguard.cli.progress import progress
from archguard.errors import ArchguardError
from archguard.onboarding import (
    CONFIGURATION,
    FRAMEWORKS,
    Draft,
    draft,
    frameworks,
    refuse_if_configured,
    with_layers,
)
from archguard.reporters.phrases import counted, one_line


@click.command("init")
@click.option("--yes", is_flag=True, help="Write what is proposed, and ask nothing.")
@click.option("--dry-run", is_flag=True, help="Print the configuration, and write nothing.")
def command(*, yes: bool, dry_run: bool) -> None:
    """Look at the code here, and write an archguard.yaml that it keeps, with a baseline for what is left."""
    root = Path.cwd()
    refuse_if_configured(root)
    asking = not yes and not dry_run
    if asking and not sys.stdin.isatty():
        raise ArchguardError(
            "init asks before it writes, and there is no terminal to ask at",
            "`archguard init --yes` writes what it proposes, `archguard init --dry-run` prints it",
        )
    with progress("looking at the code"):
        proposed = draft(root)
    if dry_run:
        click.echo(proposed.texts[CONFIGURATION], nl=False)
        return
    if asking:
        proposed = _agreed(root, proposed)
    proposed.write(root)
    _tell(proposed)


def _agreed(root: Path, proposed: Draft) -> Draft:
    """Let the user edit the layers and confirm the proposal.

    Raises:
        click.Abort: the user rejects it.
    """
    found = ", ".join(FRAMEWORKS[name] for name in frameworks(proposed.codebase))
    click.echo(counted(len(proposed.codebase.sources), "module") + (f"; {found}" if found else ""))
    for contract in proposed.proposal.contracts:
        if contract.keys["kind"] == "layers" and contract.keys["layers"][0] not in proposed.proposal.components:
            proposed = _reordered(root, proposed, contract.keys)
    click.echo(f"\n{proposed.texts[CONFIGURATION]}")
    click.confirm(f"Write {' and '.join(_files(proposed))}?", default=True, abort=True)
    return proposed


def _reordered(root: Path, proposed: Draft, keys: Mapping[str, Any]) -> Draft:
    """Prompt for the layers of one contract until they are valid, and apply them."""
    before = ", ".join(keys["layers"])
    click.echo(f"\nThe layers of {keys.get('within', 'the packages')} from top to bottom, as the imports have them:")
    while (after := click.prompt("Layers", default=before)) != before:
        try:
            return with_layers(root, proposed, keys["id"], [layer.strip() for layer in after.split(",")])
        except* ArchguardError as faults:
            complain(faults)
    return proposed


def _files(proposed: Draft) -> list[str]:
    """The files with the count of their entries."""
    contents = (len(proposed.report.outcomes), "contract"), (len(proposed.report.violations), "known violation")
    return [f"{name} ({counted(*content)})" for name, content in zip(proposed.texts, contents, strict=False)]


def _tell(proposed: Draft) -> None:
    """Print what was written, and the next steps."""
    for problem in (*proposed.broken, *proposed.unreadable):
        click.echo(one_line(f"cannot be read: {problem.location}: {problem.message}"), err=True)
    if proposed.dropped:
        click.echo(f"so not proposed: {', '.join(proposed.dropped)}", err=True)
    if any(problem.message.startswith("needs Python") for problem in (*proposed.broken, *proposed.unreadable)):
        click.echo("    hint: with archguard in the environment of the project, its Python can read them", err=True)
    for file in _files(proposed):
        click.echo(f"written: {file}", err=True)
    if proposed.broken:
        click.echo(f"`archguard check` fails until {_those(len(proposed.broken))} can be read", err=True)
        click.echo("    hint: a file that is not meant to be Python can be named under `project: exclude`", err=True)
    else:
        click.echo("`archguard check` passes now: commit what was written, and run it in CI", err=True)


def _those(files: int) -> str:
    return "that file" if files == 1 else f"those {files} files"
