"""`archguard check`: check the code and write a report."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from archguard.checking import Profile, check_incrementally, is_about_imports, within_paths
from archguard.checking.details import with_details
from archguard.cli.cache_options import checksum_option, no_cache_option
from archguard.cli.configuration import baseline_option, config_option, configuration
from archguard.cli.outcome import exit_code
from archguard.cli.presentation import Presentation, presentation_options, written
from archguard.cli.progress import progress
from archguard.codebase import Codebase
from archguard.config import Config
from archguard.errors import problems_of
from archguard.history import with_baseline
from archguard.incremental.input_recorder import is_recording, is_there, save_result
from archguard.incremental.store import NAME as CACHE
from archguard.incremental.store import is_refused
from archguard.model import Report, Severity
from archguard.reporters import reporter, reporter_names

_UNTRACK = f"take it out of git: `git rm -r --cached {CACHE}`"


class _FormatOption(click.Option):
    """Searches the formats of other packages, which is slow, only when help is requested."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option and its help."""
        self.help = f"How the report is written, and where to: {', '.join(reporter_names())}. May be repeated."
        return super().get_help_record(ctx)


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@config_option
@click.option(
    "--format",
    "formats",
    cls=_FormatOption,
    multiple=True,
    default=["text"],
    metavar="FORMAT[:FILE]",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the report to this file.")
@baseline_option
@click.option("--strict-baseline", is_flag=True, help="Fail if the baseline lists what is fixed.")
@click.option("--since", "revision", metavar="REV", help="Take as known what was there at this revision of git.")
@click.option("--since-merge-base", "branch", metavar="BRANCH", help="The same, where HEAD left this branch.")
@click.option("--contract", "contracts", multiple=True, metavar="ID", help="Check only this contract; may be repeated.")
@click.option(
    "--fail-on",
    type=click.Choice(
        [severity.value for severity in Severity]
    ),  # the values: click would show the upper-case names of enum members
    default=Severity.ERROR.value,
    help="The least severity that makes the run fail.",
)
@click.option(
    "--stdin-filename",
    "unsaved",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Check the text on stdin as if it were saved in this file, and report what is in the file then.",
)
@presentation_options
@no_cache_option
@checksum_option
@click.option("--profile", is_flag=True, help="Say on stderr where the time went; the code is looked at again for it.")
@click.pass_context
def command(  # noqa: PLR0913  # the options of the command
    ctx: click.Context,
    paths: tuple[Path, ...],
    config: tuple[Path, ...],
    formats: tuple[str, ...],
    output: Path | None,
    baseline: Path | None,
    revision: str | None,
    branch: str | None,
    contracts: tuple[str, ...],
    fail_on: str,
    unsaved: Path | None,
    *,
    strict_baseline: bool,
    presentation: Presentation,
    no_cache: bool,
    by_content: bool,
    profile: bool,
) -> None:
    """Check the code against its contracts. With PATHS, report what is in them (the whole code is looked at still).

    If nothing has changed since the same was asked, the answer of then, kept in .archguard_cache, is written again.
    """
    del by_content  # `__main__` handles it before it imports anything, and `no_cache` as well
    if revision is not None and branch is not None:
        raise click.UsageError("--since and --since-merge-base name two bases: give one of them")
    times = Profile({"start": time.process_time()})
    targets = [_target(format_, output) for format_ in formats]
    presentation.validate(name for name, _ in targets)
    if unsaved is not None:
        if paths or revision is not None or branch is not None or profile:
            raise click.UsageError("--stdin-filename goes neither with PATHS nor with --since or --profile")
        with _faults_reported(targets):
            report = _unsaved_report(unsaved, config, baseline, contracts, no_cache=no_cache)
            report = report.judged(Severity(fail_on), strict_baseline=strict_baseline)
            outputs = _outputs(report, targets, presentation)
        _write_all(outputs)
        ctx.exit(exit_code(report))
    with _faults_reported(targets):
        with times.stage("configuration"):
            read_config = configuration(config)
        if is_recording() and is_refused(str(read_config.root)):
            click.echo(f"warning: {CACHE} came with the project, and is not used\n    hint: {_UNTRACK}", err=True)
        with progress("reading the code"):
            codebase, report = check_incrementally(read_config, contracts, times)
            with times.stage("baseline"):
                report = with_baseline(report, read_config, codebase, baseline)
                compared = None
                if revision is not None or branch is not None:
                    from archguard.cli.comparison import Base, compare  # noqa: PLC0415  # 30 ms

                    base = Base(revision, branch, files=config, baseline=baseline)
                    compared = compare(report, read_config, codebase, contracts, base)
                    report = compared.report
        report = within_paths(report, codebase, [path for path in paths if is_there(path)])
        report = compared.with_guard(report) if compared else report
        report = report.judged(Severity(fail_on), strict_baseline=strict_baseline)
        with times.stage("report"):
            report = with_details(report, read_config, codebase)
            outputs = _outputs(report, targets, replace(presentation, root=read_config.root))
    code = exit_code(report)
    by_outline = report.complete and is_about_imports(read_config, codebase)
    told_again = by_outline and is_recording() and presentation.is_default
    imports = _edit_safety_facts(read_config, codebase, report, targets) if told_again else None
    save_result(str(read_config.root), outputs, code, by_outline=by_outline, imports=imports)
    _write_all(outputs)
    if profile:
        click.echo(times.render(), err=True)
    ctx.exit(code)


def _edit_safety_facts(
    config: Config, codebase: Codebase, report: Report, targets: list[tuple[str, Path | None]]
) -> dict[str, Any] | None:
    from archguard.checking.edit_safety import edit_safety_facts  # noqa: PLC0415  # contracts about imports only

    return edit_safety_facts(config, codebase, report, [name for name, _ in targets])


def _unsaved_report(
    file: Path, config: tuple[Path, ...], baseline: Path | None, only: tuple[str, ...], *, no_cache: bool
) -> Report:
    from archguard.cli.unsaved import unsaved_report, unsaved_report_of_daemon  # noqa: PLC0415  # editors only

    if file.is_dir():  # "" is the working directory
        raise click.UsageError("--stdin-filename names a folder")
    text = sys.stdin.buffer.read()
    report = None if no_cache or only else unsaved_report_of_daemon(file, text, config, baseline)
    return report or unsaved_report(file, text, config, baseline, only)


def _outputs(
    report: Report, targets: list[tuple[str, Path | None]], presentation: Presentation
) -> list[tuple[str | None, str]]:
    """File and text of each report; None in place of a file is stdout."""
    return [(str(file) if file else None, written(report, format_, file, presentation)) for format_, file in targets]


@contextmanager
def _faults_reported(targets: list[tuple[str, Path | None]]) -> Iterator[None]:
    """Write errors that prevent a check in each requested format.

    The text format on stdout is skipped, since errors are written to stderr in any case.
    """
    try:
        yield
    except Exception as error:
        problems = problems_of(error)
        for format_, file in targets if problems else ():
            if file or format_ != "text":
                report = Report(problems=problems)
                _write(str(file) if file else None, written(report, format_, file, Presentation()))
        raise


def _target(format_: str, output: Path | None) -> tuple[str, Path | None]:
    """The name of a format and its file, from `FORMAT[:FILE]`.

    Raises:
        ArchguardError: the format does not exist.
    """
    name, _, file = format_.partition(":")
    reporter(name)
    return name, Path(file) if file else output


def _write_all(outputs: list[tuple[str | None, str]]) -> None:
    for file, text in outputs:
        _write(file, text)


def _write(file: str | None, text: str) -> None:
    if file:
        Path(file).write_text(text, encoding="utf-8", newline="\n")
    else:
        click.echo(text, nl=False, color=True)  # colours were applied already, if wanted
