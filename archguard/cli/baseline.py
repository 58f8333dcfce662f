"""`archguard baseline`: record existing violations."""

from collections.abc import Sequence
from pathlib import Path

import click

from archguard.cli.cache_options import Cache, cache_options
from archguard.cli.configuration import baseline_option, config_option, configuration
from archguard.errors import ArchguardError
from archguard.history import (
    NAME,
    Baseline,
    baseline_of,
    growth,
    moved_since_written,
    prune,
    read_baseline,
    render_baseline,
)
from archguard.model import Identity
from archguard.reporters.phrases import counted

_MAX_SHOWN = 10


@click.command("baseline")
@config_option
@baseline_option
@click.option("--prune", "only_prune", is_flag=True, help="Take out what is fixed, and add nothing.")
@click.option("--allow-growth", is_flag=True, help="Accept violations that the present baseline does not list.")
@cache_options
def command(
    config: tuple[Path, ...], baseline: Path | None, *, only_prune: bool, allow_growth: bool, cache: Cache
) -> None:
    """Write the violations that there are to the baseline, which `archguard check` then knows."""
    read_ = configuration(config)
    file = baseline or read_.root / NAME
    before = read_baseline(file) if file.exists() else None
    codebase, report = cache.check(read_)
    moved = moved_since_written(file, read_, codebase) if before else {}
    if only_prune:
        if before is None:
            raise ArchguardError("there is no baseline to prune", "write one with `archguard baseline`")
        after = prune(before, report, moved)
    else:
        if before and not allow_growth:
            _refuse(growth(report, before, moved))
        after = baseline_of(report, before or Baseline(), moved)
    file.write_text(render_baseline(after), encoding="utf-8")
    click.echo(f"{file.name}: {counted(len(after.entries), 'violation')} known", err=True)


def _refuse(grown: Sequence[Identity]) -> None:
    """Refuse violations that the baseline does not list.

    Raises:
        ArchguardError: there are some.
    """
    if grown:
        shown = "\n".join(
            f"    {' -> '.join(filter(None, names))} [{contract}{f': {rule}' * bool(rule)}]"
            for contract, _, rule, *names in grown[:_MAX_SHOWN]
        )
        more = f"\n    and {len(grown) - _MAX_SHOWN} more" if len(grown) > _MAX_SHOWN else ""
        hint = "mend them, or accept them with --allow-growth"
        raise ArchguardError(f"the baseline would grow by {len(grown)}:\n{shown}{more}", hint)
