"""The trend as CSV: a line per commit."""

import csv
import io

from archguard.model import Point
from archguard.reporters.trend.rows import COLUMNS, note, of_point


def render(points: tuple[Point, ...]) -> str:
    """The table with a header; unknown values are empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, ["commit", "day", "tags", *COLUMNS, "note"], lineterminator="\n")
    writer.writeheader()
    for point in points:
        commit = {"commit": point.commit.id, "day": point.commit.day, "tags": " ".join(point.commit.tags)}
        writer.writerow({**commit, **of_point(point), "note": note(point)})
    return out.getvalue().removesuffix("\n")
