"""The matrix as SVG, readable on light and dark backgrounds."""

from collections.abc import Iterator
from html import escape
from typing import Final

from archguard.diagrams import style
from archguard.diagrams.labels import plain
from archguard.diagrams.matrix.look import look, number
from archguard.diagrams.matrix.matrix import Matrix
from archguard.diagrams.matrix.wording import cell_text, legend
from archguard.diagrams.view import Node

_SIDE: Final = 30
"""The side of a cell in pixels."""
_LETTER: Final = 7.2
"""The average width of a letter of a label in pixels."""
_EDGE: Final = 24
_HEAD: Final = 46
_STRIPE: Final = 5


def render(matrix: Matrix) -> str:
    """The picture as SVG; its colours follow the preferred colour scheme."""
    return _Picture(matrix).drawn()


class _Picture:
    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.labels = [plain(node.label) for node in matrix.nodes]
        longest = max(map(len, self.labels), default=0) * _LETTER
        self.left = _EDGE + longest + 40
        self.top = _EDGE + _HEAD + longest + 26
        self.size = len(self.labels) * _SIDE
        self.captions = [*legend(matrix, broken="red:", known="pale red:", cyclic="amber:"), *map(plain, matrix.notes)]

    def drawn(self) -> str:
        texts = (*self.captions, self.matrix.title * 2)  # the title's letters are twice as wide
        width = max(self.left + self.size, *(_EDGE + len(it) * 5.6 for it in texts)) + _EDGE
        height = self.top + self.size + 16 + 16 * len(self.captions) + _EDGE
        opening = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
        look = f'font-family="{style.FONTS}" font-size="12"'
        paper = f'<rect width="100%" height="100%" fill="{style.PAPER}"/>'
        parts = (*self._title(), *self._labels(), *self._grid(), *self._cells(), *self._blocks(), *self._captions())
        return "\n".join((f"{opening} {look}>", f"<style>{style.dark()}</style>", paper, *parts, "</svg>"))

    def _title(self) -> Iterator[str]:
        yield _text(_EDGE, _EDGE + 18, self.matrix.title, fill=style.INK, size=18, weight="bold")

    def _captions(self) -> Iterator[str]:
        for line, text in enumerate(self.captions):
            yield _text(_EDGE, self.top + self.size + 28 + 16 * line, text, fill=style.FAINT, size=10.5)

    def _labels(self) -> Iterator[str]:
        for place, (node, label) in enumerate(zip(self.matrix.nodes, self.labels, strict=True)):
            middle, ordinal = (place + 0.5) * _SIDE, str(place + 1)
            row, column = (f'class="label" data-{way}="{place}"' for way in ("row", "column"))
            yield _text(self.left - 34, self.top + middle + 4, label, row, fill=style.INK, anchor="end")
            yield _text(self.left - 10, self.top + middle + 4, ordinal, row, fill=style.FAINT, anchor="end")
            yield _text(self.left + middle + 4, self.top - 28, label, column, fill=style.INK, turned=True)
            yield _text(self.left + middle, self.top - 12, ordinal, column, fill=style.FAINT, anchor="middle")
            yield from self._stripes(place, node)

    def _stripes(self, place: int, node: Node) -> Iterator[str]:
        """The colour of its layer or its kind, beside the labels."""
        colour = style.paint(self.matrix, node).edge
        at, long = place * _SIDE + 2, _SIDE - 4
        yield _rect(self.left - _STRIPE - 2, self.top + at, _STRIPE, long, fill=colour)
        yield _rect(self.left + at, self.top - _STRIPE - 2, long, _STRIPE, fill=colour)

    def _grid(self) -> Iterator[str]:
        yield _rect(self.left, self.top, self.size, self.size, fill=style.FRAME)
        for place in range(len(self.labels)):
            at = place * _SIDE
            yield _rect(self.left + at, self.top + at, _SIDE, _SIDE, fill=style.FRAME_EDGE)
        for place in range(len(self.labels) + 1):
            at, edge = place * _SIDE, style.FRAME_EDGE
            thick = 'stroke-width="0.5"'
            yield f'<path d="M{self.left:g} {self.top + at:g}h{self.size}" stroke="{edge}" {thick}/>'
            yield f'<path d="M{self.left + at:g} {self.top:g}v{self.size}" stroke="{edge}" {thick}/>'

    def _cells(self) -> Iterator[str]:
        for cell in self.matrix.cells:
            x, y = self.left + cell.column * _SIDE, self.top + cell.row * _SIDE
            fill, ink, opacity = look(cell)
            yield f'<g class="cell" data-row="{cell.row}" data-column="{cell.column}">'
            yield f"<title>{escape(cell_text(self.matrix, cell))}</title>"
            yield _rect(x + 1, y + 1, _SIDE - 2, _SIDE - 2, fill=fill, opacity=opacity)
            yield _text(x + _SIDE / 2, y + _SIDE / 2 + 4, number(cell), fill=ink, size=11, anchor="middle")
            yield "</g>"

    def _blocks(self) -> Iterator[str]:
        for first, last in self.matrix.blocks:
            at, long = first * _SIDE, (last - first + 1) * _SIDE
            frame = f'fill="none" stroke="{style.CYCLE}" stroke-width="2" rx="3"'
            yield f'<rect x="{self.left + at:g}" y="{self.top + at:g}" width="{long}" height="{long}" {frame}/>'


def _rect(  # noqa: PLR0913  # the attributes of a rectangle
    x: float, y: float, width: float, height: float, *, fill: str, opacity: float = 1
) -> str:
    weak = "" if opacity == 1 else f' fill-opacity="{opacity}"'
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{fill}"{weak}/>'


def _text(  # noqa: PLR0913  # the attributes of a text
    x: float,
    y: float,
    text: str,
    attributes: str = "",
    *,
    fill: str,
    size: float = 12,
    weight: str = "normal",
    anchor: str = "start",
    turned: bool = False,
) -> str:
    turn = f' transform="rotate(-90 {x:g} {y:g})"' if turned else ""
    look = f'fill="{fill}" font-size="{size:g}" font-weight="{weight}" text-anchor="{anchor}" {attributes}'
    return f'<text x="{x:g}" y="{y:g}" {look}{turn}>{escape(plain(text))}</text>'
