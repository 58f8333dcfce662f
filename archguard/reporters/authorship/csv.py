"""The trend by authorship as CSV: a line per group."""

import csv
import io

from archguard.model import AuthorshipTrend
from archguard.reporters.authorship.json import FIGURES


def render(trend: AuthorshipTrend) -> str:
    """The table with a header; unknown values are empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("project", "first", "first_day", "last", "last_day", *FIGURES))
    ends = (trend.first.id, trend.first.day, trend.last.id, trend.last.day)
    for group in trend.groups:
        writer.writerow((trend.project, *ends, *(getattr(group, name) for name in FIGURES)))
    return out.getvalue().removesuffix("\n")
