"""The review as plain text: a page for a terminal."""

from collections.abc import Iterator

from archguard.model import Review
from archguard.reporters.phrases import one_line
from archguard.reporters.review.rows import MOST, metric_rows
from archguard.reporters.review.sections import Section, nothing, sections, summary, verdict
from archguard.reporters.table import columns


def render(review: Review) -> str:
    """The verdict, the sections, and the metrics; one line if nothing architectural has changed."""
    return one_line(nothing(review)) if review.is_empty else "\n".join(_lines(review))


def _lines(review: Review) -> Iterator[str]:
    yield one_line(f"{review.project}: {review.base} to {review.head}")
    yield one_line(f"{verdict(review)}: {summary(review)}")
    for section in sections(review):
        yield from ("", section.title)
        yield from _rows(section)
    if rows := [*metric_rows(review)]:
        yield from ("", "Metrics")
        yield from (f"  {line}" for line in columns([("", "before", "now"), *rows]))


def _rows(section: Section) -> Iterator[str]:
    for row in section.rows[:MOST]:
        yield f"  {row.mark} {one_line(row.text.replace('`', ''))}"
        yield from (f"      {one_line(detail.replace('`', ''))}" for detail in row.details)
    if len(section.rows) > MOST:
        yield f"  and {len(section.rows) - MOST} more; the JSON lists all"
