"""The text report in colour, for a terminal; the only reporter that needs rich."""

from rich.console import Console
from rich.text import Text

from archguard.model import Report
from archguard.reporters import text


def print_rich(report: Report, console: Console) -> None:
    """Print the text report in colour, without wrapping lines or interpreting markup."""
    for line in text.lines(report):
        console.print(Text.assemble(*line), soft_wrap=True)


def rich_text(report: Report) -> Text:
    """The text report in colour."""
    return Text("\n").join(Text.assemble(*line) for line in text.lines(report))
