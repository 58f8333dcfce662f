"""`archguard init`: write a first configuration.

How it works: `onboarding` drafts everything at once; here each step is shown with what it saw and what it costs, and
declined contracts are taken out of the draft. So what is asked is what was checked, and an answer never changes another
step.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

import click

from archguard.cli.outcome import complain
from archguard.cli.progress import progress
from archguard.errors import ArchguardError
from archguard.onboarding import (
    CONFIGURATION,
    FRAMEWORKS,
    TOPICS,
    Draft,
    ProposedContract,
    Step,
    Topic,
    draft,
    frameworks,
    refuse_if_configured,
    with_layers,
)
from archguard.reporters.phrases import counted, one_line

_WIDTH = 100


@click.command("init")
@click.option("--yes", is_flag=True, help="Write what is proposed and costs little to adopt, and ask nothing.")
@click.option("--dry-run", is_flag=True, help="Print the configuration that `--yes` writes, and write nothing.")
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
    chosen = _agreed(root, proposed) if asking else _with_something(proposed.without(proposed.costly))
    if dry_run:
        click.echo(chosen.texts[CONFIGURATION], nl=False)
        return
    chosen.write(root)
    _tell(chosen, proposed, asked=asking)


def _agreed(root: Path, proposed: Draft) -> Draft:
    """What the user chooses, step by step.

    Raises:
        click.Abort: the user writes nothing after all.
    """
    found = ", ".join(FRAMEWORKS[name] for name in frameworks(proposed.codebase))
    click.echo(counted(len(proposed.codebase.sources), "module") + (f"; {found}" if found else ""))
    if proposed.proposal.extends:
        proposed = _with_or_without_pack(root, proposed)
    for step in proposed.steps:
        _show(step)
        for contract in step.contracts:
            proposed = _asked(proposed, step.topic, contract)
    click.echo(f"\n{_with_something(proposed).texts[CONFIGURATION]}")
    click.confirm(f"Write {' and '.join(_files(proposed))}?", default=True, abort=True)
    return proposed


def _with_something(chosen: Draft) -> Draft:
    """The draft itself.

    Raises:
        ArchguardError: it has no contract.
    """
    if chosen.proposal.contracts or chosen.proposal.extends:
        return chosen
    raise ArchguardError("no contract is left to write", "`archguard packs` lists contracts to begin with")


def _with_or_without_pack(root: Path, proposed: Draft) -> Draft:
    """The draft, or one without the pack if the user does not want it."""
    packs = ", ".join(proposed.proposal.extends)
    if click.confirm(f"The code fits the pack {packs}. Build on it?", default=True):
        return proposed
    with progress("looking for an order without it"):
        return draft(root, with_packs=False)


def _show(step: Step) -> None:
    """Print what a step saw, and what it does not propose."""
    click.echo(f"\n{_styled(step.topic.capitalize(), bold=True)}  {TOPICS[step.topic].question}")
    for label, lines in {"saw": step.saw, "not proposed": step.not_proposed}.items():
        for index, line in enumerate(lines):
            _row("" if index else label, line)


def _asked(proposed: Draft, topic: Topic, contract: ProposedContract) -> Draft:
    """The draft with what the user answers about one contract."""
    click.echo()
    _row("proposed", f"{contract.id} ({contract.keys['kind']}). {contract.comment}")
    while True:
        _row("cost", contract.cost(proposed.cost(contract.id)))
        may_edit = contract.keys["kind"] == "layers"
        answer = click.prompt(
            f"  Adopt it? [y, n, p preview{', e edit' if may_edit else ''}, ? explain]",
            default="n" if contract.id in proposed.costly else "y",
            type=click.Choice(["y", "n", "p", *(["e"] if may_edit else []), "?"]),
            show_choices=False,
        )
        if answer == "y":
            return proposed
        if answer == "n":
            return proposed.without({contract.id})
        if answer == "e":
            proposed = _reordered(proposed, contract)
            contract = next(it for it in proposed.proposal.contracts if it.id == contract.id)
        else:
            told = contract.render().rstrip() if answer == "p" else _explanation(topic)
            click.echo(f"\n{told}\n")


def _reordered(proposed: Draft, contract: ProposedContract) -> Draft:
    """Prompt for the layers of one contract until they are valid, and apply them."""
    before = ", ".join(contract.keys["layers"])
    while (after := click.prompt("  Layers", default=before)) != before:
        try:
            return with_layers(proposed, contract.id, [layer.strip() for layer in after.split(",")])
        except* ArchguardError as faults:
            complain(faults)
    return proposed


def _explanation(topic: Topic) -> str:
    return "\n".join(f"  {line}" for line in wrap(TOPICS[topic].explanation.strip(), _WIDTH))


def _row(label: str, text: str) -> None:
    """Print `text` beside its label; further lines are indented as far."""
    first, *rest = wrap(one_line(text), _WIDTH) or [""]
    click.echo(f"  {_styled(f'{label:<13}', dim=True)}{first}")
    for line in rest:
        click.echo(f"{'':15}{line}")


def _styled(text: str, *, bold: bool = False, dim: bool = False) -> str:
    is_plain = bool(os.environ.get("NO_COLOR")) or not sys.stdout.isatty()
    return text if is_plain else click.style(text, bold=bold, dim=dim)


def _files(proposed: Draft) -> list[str]:
    """The files with the count of their entries."""
    contents = (len(proposed.report.outcomes), "contract"), (len(proposed.report.violations), "known violation")
    return [f"{name} ({counted(*content)})" for name, content in zip(proposed.texts, contents, strict=False)]


def _tell(chosen: Draft, proposed: Draft, *, asked: bool) -> None:
    """Print what was written, what was not and why, and the next steps."""
    for line in () if asked else _overview(chosen, proposed):
        click.echo(line, err=True)
    for problem in (*chosen.broken, *chosen.unreadable):
        click.echo(one_line(f"cannot be read: {problem.location}: {problem.message}"), err=True)
    if chosen.dropped:
        click.echo(f"so not proposed: {', '.join(chosen.dropped)}", err=True)
    if any(problem.message.startswith("needs Python") for problem in (*chosen.broken, *chosen.unreadable)):
        click.echo("    hint: with archguard in the environment of the project, its Python can read them", err=True)
    for file in _files(chosen):
        click.echo(f"written: {file}", err=True)
    if chosen.broken:
        click.echo(f"`archguard check` fails until {_those(len(chosen.broken))} can be read", err=True)
        click.echo("    hint: a file that is not meant to be Python can be named under `project: exclude`", err=True)
    else:
        click.echo("`archguard check` passes now: commit what was written, and run it in CI", err=True)


def _overview(chosen: Draft, proposed: Draft) -> Iterator[str]:
    """One line for each contract, adopted or not, and for each that is not proposed."""
    kept = {contract.id for contract in chosen.proposal.contracts}
    for name in chosen.proposal.extends:
        yield f"adopted: {name} (pack)"
    for contract in proposed.proposal.contracts:
        cost = contract.cost(proposed.cost(contract.id))
        if contract.id in kept:
            yield f"adopted: {contract.id} ({contract.keys['kind']}): {cost}"
        else:
            yield f"not adopted unasked: {contract.id} ({contract.keys['kind']}): {cost}; `archguard init` asks"
    yield from (f"not proposed: {line}" for step in proposed.steps for line in step.not_proposed)


def _those(files: int) -> str:
    return "that file" if files == 1 else f"those {files} files"
