"""The violations as comma-separated values, for a spreadsheet."""

import csv
import io

from archguard import Report


def render(report: Report) -> str:
    """A line of headings, then a line for each violation."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["contract", "status", "place", "message"])
    writer.writerows([found.contract, found.status, found.location, found.message] for found in report.violations)
    return text.getvalue().removesuffix("\n")
