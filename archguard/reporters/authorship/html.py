"""The trend by authorship as a web page: one file that needs neither network nor scripts."""

from collections.abc import Iterator

from archguard.model import AuthorshipTrend
from archguard.reporters import tool_info
from archguard.reporters.authorship.chart import drawing
from archguard.reporters.authorship.rows import ABOUT, GROUPS, ROWS, shown_groups, span
from archguard.reporters.page import asset, escaped, page
from archguard.reporters.phrases import counted

_CAPTION = (
    "Above: violations of the contracts of today, at each commit that was checked. A band: the commit could not be "
    "checked in full, so nothing is known there. Below: the rates of each group."
)


def render(trend: AuthorshipTrend) -> str:
    """The page: project, revisions and dates, the chart, the figures, and what limits them."""
    style = "".join(map(asset, ("report.css", "metrics.css", "trend.css", "authorship.css")))
    return page(f"authorship of {trend.project}", "\n".join((*_header(trend), *_main(trend))), style)


def _header(trend: AuthorshipTrend) -> Iterator[str]:
    changes = counted(sum(it.changes for it in trend.groups), "change")
    yield '<header><p class="brand">archguard</p><h1>Architecture by authorship</h1>'
    yield f"<p>{escaped(f'{trend.project}, {span(trend)}: {changes}')}</p>"
    yield f'<p class="place">{escaped(f"Revision {trend.last.id} of {trend.last.day}")}</p></header>'


def _main(trend: AuthorshipTrend) -> Iterator[str]:
    yield f"<main><figure>{drawing(trend)}<figcaption>{_CAPTION}</figcaption></figure>"
    yield from _table(trend)
    yield f'<p class="legend">{ABOUT}</p>'
    if trend.notes:
        yield '<h2>What limits the figures</h2><ul class="notes">'
        yield from (f"<li>{escaped(note)}</li>" for note in trend.notes)
        yield "</ul>"
    yield f"</main><footer><p>{tool_info.NAME} {escaped(tool_info.version())}</p></footer>"


def _table(trend: AuthorshipTrend) -> Iterator[str]:
    groups = shown_groups(trend)
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("", *(GROUPS[it.group] for it in groups)))
    yield f'<div class="wide"><table class="numbers groups"><thead><tr>{heads}</tr></thead><tbody>'
    for name, figure in ROWS.items():
        cells = "".join(f"<td>{figure(it)}</td>" for it in groups)
        yield f'<tr><th scope="row">{name.rstrip()}</th>{cells}</tr>'
    yield "</tbody></table></div>"
