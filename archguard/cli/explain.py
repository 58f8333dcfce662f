"""`archguard explain`: what a contract requires, and of which modules; or what a violation is."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import click

from archguard.checking.details import details
from archguard.cli.answering import Format, format_option, print_answer
from archguard.cli.cache_options import Cache, cache_options
from archguard.cli.configuration import config_option, configuration
from archguard.cli.outcome import CANNOT_CHECK, KEPT
from archguard.config import Config, read
from archguard.history import with_baseline
from archguard.inspection.explain import explain, find_contract, find_violations, is_fingerprint, render
from archguard.inspection.ignores import with_authors
from archguard.model import OutcomeStatus
from archguard.reporters.text import plain, violation_lines


@click.command("explain")
@click.argument("subject", metavar="CONTRACT|FINGERPRINT")
@config_option
@format_option
@cache_options
@click.pass_context
def command(ctx: click.Context, subject: str, config: tuple[Path, ...], format_: Format, *, cache: Cache) -> None:
    """Say in plain words what the contract with the id CONTRACT asks, of which modules, and what it overlooks.

    Of the violation with this FINGERPRINT: where it is, why, and how to fix it.
    """
    read_config = configuration(config)
    if is_fingerprint(subject) and all(contract.id != subject for contract in read_config.contracts):
        _explain_violation(read_config, cache, subject, format_)
        return
    find_contract(read_config, subject)
    explanation = explain(read_config, read(read_config), subject)
    explanation = replace(explanation, exemptions=with_authors(explanation.exemptions, read_config.root))
    today = date.today()  # noqa: DTZ011  # the local date of the user
    print_answer(explanation, render(explanation, today), format_)
    ctx.exit(CANNOT_CHECK if explanation.status is OutcomeStatus.ERROR else KEPT)


def _explain_violation(config: Config, cache: Cache, fingerprint: str, format_: Format) -> None:
    codebase, report = cache.check(config)
    report = with_baseline(report, config, codebase)
    found = tuple(details(find_violations(report, fingerprint), config, codebase))
    print_answer(found, "\n".join(plain(violation_lines(violation)) for violation in found), format_)
