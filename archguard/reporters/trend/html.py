"""The trend as a web page: one file that needs neither network nor scripts."""

from collections.abc import Iterator, Sequence

from archguard.model import Point
from archguard.reporters import tool_info
from archguard.reporters.page import asset, escaped, page
from archguard.reporters.trend.chart import drawing
from archguard.reporters.trend.rows import COLUMNS, note, of_point, shown

_TOLD = (
    "Each dot is a commit, checked against the contracts of today. Hollow: some contracts could not be checked there. "
    "A band instead of a dot: nothing could be."
)


def render(points: tuple[Point, ...]) -> str:
    """The page: the chart, then the values, newest commit first."""
    style = asset("report.css") + asset("metrics.css") + asset("trend.css")
    return page("trend", "\n".join((*_header(points), *_main(points))), style)


def _header(points: Sequence[Point]) -> Iterator[str]:
    first, last = points[0].commit, points[-1].commit
    yield '<header><p class="brand">archguard</p><h1>Trend</h1>'
    yield f"<p>{escaped(f'{first.shown} ({first.day}) to {last.shown} ({last.day})')}</p></header>"


def _main(points: Sequence[Point]) -> Iterator[str]:
    yield f"<main><figure>{drawing(points)}<figcaption>{_TOLD}</figcaption></figure>"
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("commit", "day", *COLUMNS.values()))
    yield f'<div class="wide tall"><table class="numbers"><thead><tr>{heads}</tr></thead><tbody>'
    yield from map(_row, reversed(points))
    yield f"</tbody></table></div></main><footer><p>{tool_info.NAME} {escaped(tool_info.version())}</p></footer>"


def _row(point: Point) -> str:
    name = f'<th scope="row" title="{point.commit.id}">{escaped(point.commit.shown)}</th><td>{point.commit.day}</td>'
    numbers = "".join(f"<td>{shown(value)}</td>" for value in of_point(point).values())
    note_row = (
        f'<tr class="note"><td colspan="{2 + len(COLUMNS)}">{escaped(note(point))}</td></tr>' if note(point) else ""
    )
    return f"<tr>{name}{numbers}</tr>{note_row}"
