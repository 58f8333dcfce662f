"""The review for a pull request: Markdown with the picture as Mermaid, which GitHub and GitLab draw."""

from collections.abc import Callable, Iterator

from archguard.model import Review
from archguard.reporters.markdown import COMMENT_SIZE, code, escaped, inline
from archguard.reporters.review.rows import MOST, metric_rows
from archguard.reporters.review.sections import Mark, Row, Section, nothing, sections, summary, verdict

_ICONS = {Mark.NEW: "🟢", Mark.GONE: "⚪", Mark.CHANGED: "🔵", Mark.BAD: "🔴", Mark.GOOD: "✅"}
_FEW = 5
"""The lines of a section if the page is too long for a comment otherwise."""


def render(review: Review, mermaid: str, size: int = COMMENT_SIZE) -> str:
    """The page with the picture `mermaid`, if any; without it, and then with fewer lines, above `size` bytes."""
    if review.is_empty:
        return f"## ✅ archguard\n\n{escaped(nothing(review))}"
    for picture, most in ((_picture(mermaid), MOST), (_TOO_LARGE, MOST), (_TOO_LARGE, _FEW)):
        if len((text := _page(review, picture, most)).encode()) <= size:
            return text
    return _head(review)


_TOO_LARGE = "The picture does not fit into a comment: `archguard review --format html` draws it."


def _page(review: Review, picture: str, most: int) -> str:
    parts = [_head(review), picture, *("\n".join(_section(section, most)) for section in sections(review))]
    return "\n\n".join(part for part in (*parts, "\n".join(_metrics(review))) if part)


def _head(review: Review) -> str:
    icon = "⚠️" if not review.complete else "❌" if review.fails else "✅"
    return (
        f"## {icon} archguard: {escaped(verdict(review))}\n\n"
        f"**{escaped(review.project)}**, {escaped(review.base)} to {escaped(review.head)}: {escaped(summary(review))}."
    )


def _picture(mermaid: str) -> str:
    return f"```mermaid\n{mermaid}\n```\n\n{_LEGEND}" if mermaid else ""


_LEGEND = "<sub>Green: new. Grey and dashed: gone. Red: breaks a contract. The rest is as it was.</sub>"
"""Mermaid has no place for it in the picture."""


def _section(section: Section, most: int) -> Iterator[str]:
    yield f"### {section.title}"
    yield ""
    for row in section.rows[:most]:
        yield from _row(row)
    if len(section.rows) > most:
        yield f"- and {len(section.rows) - most} more"


def _row(row: Row) -> Iterator[str]:
    yield f"- {_ICONS[row.mark]} {marked(row.text)}"
    yield from (f"  - {marked(detail)}" for detail in row.details)


def marked(text: str) -> str:
    """`text` with what stands in backticks as code, and the rest escaped."""
    first, *pieces = text.split("`")
    rest = (_kept_spaces(piece) if number % 2 else code(piece) for number, piece in enumerate(pieces))
    return _kept_spaces(first, escaped) + "".join(rest)


def _kept_spaces(piece: str, escape: Callable[[str], str] = inline) -> str:
    """`piece` escaped, with the spaces around it: they separate it from code."""
    stripped = piece.strip()
    if not stripped:
        return " " * bool(piece)
    return f"{' ' * piece.startswith(' ')}{escape(stripped)}{' ' * piece.endswith(' ')}"


def _metrics(review: Review) -> Iterator[str]:
    rows = tuple(metric_rows(review))
    if not rows:
        return
    yield "<details><summary>Metrics</summary>"
    yield ""
    yield "| | before | now |"
    yield "| --- | ---: | ---: |"
    yield from (f"| {escaped(name)} | {before} | {after} |" for name, before, after in rows)
    yield ""
    yield "</details>"
