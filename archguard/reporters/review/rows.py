"""The metrics of a review as rows of a table, and how many lines a section shows."""

from collections.abc import Iterator
from typing import Final

from archguard.model import Review
from archguard.reporters.trend.rows import COLUMNS, shown

MOST: Final = 30
"""The most lines of a section: a page is to be read; JSON has all."""


def metric_rows(review: Review) -> Iterator[tuple[str, str, str]]:
    """The name and both values of each metric that has changed, and of the number of modules; nothing if none has."""
    changed = {change.name for change in review.metrics if shown(change.before) != shown(change.after)}
    for change in review.metrics:
        if changed and change.name in {*changed, "modules"}:
            yield COLUMNS[change.name], shown(change.before), shown(change.after)
