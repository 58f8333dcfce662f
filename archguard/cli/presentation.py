"""How `archguard check` writes reports for people: the options, and the terminal."""

import os
import sys
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from archguard.dataclass import dataclass
from archguard.model import Report
from archguard.reporters import reporter, statistics


@dataclass(frozen=True)
class Presentation:
    """How reports for people are written."""

    everything: bool = False
    quiet: bool = False
    statistics: bool = False
    root: Path | None = None
    """The folder that paths are relative to, for links."""

    def validate(self, formats: Iterable[str]) -> None:
        """Refuse statistics in other formats.

        Raises:
            UsageError: other formats than text are asked for.
        """
        if self.statistics and {*formats} != {"text"}:
            raise click.UsageError("--statistics is text; other programs count the violations of the format json")

    @property
    def is_default(self) -> bool:
        """Whether a format alone says how a report is written."""
        return not (self.everything or self.quiet or self.statistics or _is_terminal())


_OPTIONS: Final = (
    click.option("--all", "everything", is_flag=True, help="Show every violation in full, not each root cause once."),
    click.option("--statistics", is_flag=True, help="Show counts by contract, kind, module and pair of services only."),
    click.option("-q", "--quiet", is_flag=True, help="Show violations and problems only; nothing if there are none."),
)


def presentation_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add `--all`, `--statistics` and `--quiet`, which become the argument `presentation` of the command."""

    @wraps(command)
    def with_presentation(*args: Any, everything: bool, statistics: bool, quiet: bool, **others: Any) -> None:
        presentation = Presentation(everything=everything, quiet=quiet, statistics=statistics)
        command(*args, presentation=presentation, **others)

    for option in reversed(_OPTIONS):
        with_presentation = option(with_presentation)
    return with_presentation


def written(report: Report, format_: str, file: Path | None, presentation: Presentation) -> str:
    """The report in a format, for stdout if `file` is None; "" if there is nothing to tell."""
    if presentation.statistics:
        return statistics.render(report) + "\n"
    if not file and format_ == "text" and _is_terminal():
        return _for_terminal(report, presentation)
    text = reporter(format_, everything=presentation.everything, quiet=presentation.quiet)(report)
    return f"{text}\n" if text else ""


def _for_terminal(report: Report, presentation: Presentation) -> str:
    from shutil import get_terminal_size  # noqa: PLC0415  # 2 ms

    from archguard.reporters.text import lines, plain  # noqa: PLC0415  # other formats do without

    width = get_terminal_size().columns if sys.stdout.isatty() else 0
    shown = lines(report, everything=presentation.everything, quiet=presentation.quiet, width=width)
    if not _wants_colour():
        return "".join(f"{plain([line])}\n" for line in shown)
    from rich.console import Console  # noqa: PLC0415  # importing rich takes 50 ms

    from archguard.reporters.terminal import print_lines  # noqa: PLC0415  # needs rich

    console = Console(force_terminal=True, highlight=False)
    with console.capture() as captured:
        print_lines(shown, console, presentation.root if sys.stdout.isatty() else None)
    return captured.get()


def _is_terminal() -> bool:
    """Whether stdout is a terminal, or to be treated as one."""
    return sys.stdout.isatty() or _wants_colour()


def _wants_colour() -> bool:
    """Whether stdout is a terminal that has colours, or `FORCE_COLOR` is set, and `NO_COLOR` is not."""
    if os.environ.get("NO_COLOR"):
        return False
    is_smart = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    return is_smart or bool(os.environ.get("FORCE_COLOR"))
