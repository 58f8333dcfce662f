"""The trend by authorship as a plain text table."""

from archguard.model import AuthorshipTrend
from archguard.reporters.authorship.rows import GROUPS, ROWS, shown_groups, span
from archguard.reporters.phrases import one_line


def render(trend: AuthorshipTrend) -> str:
    """A column for each group, and below the table what limits the figures."""
    groups = shown_groups(trend)
    rows = [("", *(GROUPS[it.group] for it in groups))]
    rows += [(name.rstrip(), *map(figure, groups)) for name, figure in ROWS.items()]
    head = one_line(f"{trend.project}, {span(trend)}")
    return "\n".join((head, "", *_table(rows), *(["", *map(_note, trend.notes)] if trend.notes else ())))


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    first, *widths = (max(map(len, column)) for column in zip(*rows, strict=True))
    return [
        "  ".join((name.ljust(first), *(it.rjust(width) for it, width in zip(cells, widths, strict=True))))
        for name, *cells in rows
    ]


def _note(note: str) -> str:
    return f"- {one_line(note)}"
