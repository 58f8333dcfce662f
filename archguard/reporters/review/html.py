"""The review as a web page: one file that needs neither network nor scripts."""

import re
from collections.abc import Iterator
from typing import Final

from archguard.model import Review
from archguard.reporters import tool_info
from archguard.reporters.page import asset, escaped, page
from archguard.reporters.review.rows import metric_rows
from archguard.reporters.review.sections import Mark, Row, Section, nothing, sections, summary, verdict

_BADGES: Final = {
    Mark.NEW: ("new", "kept"),
    Mark.GONE: ("gone", ""),
    Mark.CHANGED: ("changed", "info"),
    Mark.BAD: ("problem", "broken"),
    Mark.GOOD: ("good", "kept"),
}
"""The word of each mark, and the class of its badge."""
_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_PROLOGUE: Final = re.compile(r"^.*?(?=<svg )", re.DOTALL)


def render(review: Review, svg: str) -> str:
    """The page: the verdict, the picture `svg` if any, the sections and the metrics."""
    styles = "".join(_STYLE.findall(svg))
    picture = _STYLE.sub("", _PROLOGUE.sub("", svg, count=1))
    style = asset("report.css") + asset("metrics.css") + asset("review.css") + styles
    return page(f"review of {review.project}", "\n".join((*_header(review), *_main(review, picture))), style)


def _header(review: Review) -> Iterator[str]:
    mood = "bad" if review.fails or not review.complete else "good"
    title = "nothing architectural changed" if review.is_empty else verdict(review)
    yield f'<header class="{mood}"><p class="brand">archguard</p><h1>{escaped(title.capitalize())}</h1>'
    told = (
        nothing(review) if review.is_empty else f"{review.project}, {review.base} to {review.head}: {summary(review)}"
    )
    yield f"<p>{escaped(told)}</p></header>"


def _main(review: Review, picture: str) -> Iterator[str]:
    yield "<main>"
    if not review.is_empty:
        if picture:
            yield f'<figure class="picture">{picture}</figure>'
        for section in sections(review):
            yield from _section(section)
        yield from _metrics(review)
    yield f"</main><footer><p>{tool_info.NAME} {escaped(tool_info.version())}</p></footer>"


def _section(section: Section) -> Iterator[str]:
    yield f'<h2>{escaped(section.title)}</h2><ul class="rows">'
    yield from map(_row, section.rows)
    yield "</ul>"


def _row(row: Row) -> str:
    word, look = _BADGES[row.mark]
    details = "".join(f"<p>{_marked(detail)}</p>" for detail in row.details)
    return f'<li><span class="badge {look}">{word}</span><div>{_marked(row.text)}{details}</div></li>'


def _marked(text: str) -> str:
    """`text` as HTML, with what stands in backticks as code."""
    pieces = text.split("`")
    return "".join(f"<code>{escaped(it)}</code>" if at % 2 else _spaced(it) for at, it in enumerate(pieces))


def _spaced(piece: str) -> str:
    before, after = " " * piece.startswith(" "), " " * piece.endswith(" ")
    return f"{before}{escaped(piece)}{after}" if piece.strip() else before


def _metrics(review: Review) -> Iterator[str]:
    rows = tuple(metric_rows(review))
    if not rows:
        return
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("", "before", "now"))
    yield f'<h2>Metrics</h2><div class="wide"><table class="numbers"><thead><tr>{heads}</tr></thead><tbody>'
    for name, before, after in rows:
        yield f'<tr><th scope="row">{escaped(name)}</th><td>{before}</td><td>{after}</td></tr>'
    yield "</tbody></table></div>"
