"""The trend as a plain text table."""

from archguard.model import Point
from archguard.reporters.phrases import one_line
from archguard.reporters.table import columns
from archguard.reporters.trend.rows import COLUMNS, note, of_point, shown


def render(points: tuple[Point, ...]) -> str:
    """A line per commit, oldest first, with a remark at the end."""
    rows = [("commit", "day", *COLUMNS.values())]
    rows += [
        (point.commit.shown, point.commit.day.isoformat(), *map(shown, of_point(point).values())) for point in points
    ]
    notes = ["", *(one_line(note(point)) for point in points)]
    return "\n".join(f"{line}  {told}".rstrip() for line, told in zip(columns(rows), notes, strict=True))
