"""The matrix as PNG, for programs without SVG: a table that Graphviz draws.

Graphviz cannot turn text, so columns have the numbers of their rows. All cells have the same size.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from archguard.diagrams import dot, graphviz, style
from archguard.diagrams.matrix.look import look, number
from archguard.diagrams.matrix.matrix import Cell, Matrix
from archguard.diagrams.matrix.wording import legend

_SIDE: Final = 26
"""The side of a cell in points."""
_STRIPE: Final = 5


def render(matrix: Matrix) -> bytes:
    """The picture at twice the resolution of a screen."""
    captions = (*legend(matrix, broken="red:", known="pale red:", cyclic="amber:"), *matrix.notes)
    graph = dot.table(matrix.title, _rows(matrix), captions)
    return graphviz.table(matrix, graph, "png").written("png", "-Gdpi=192")


def _rows(matrix: Matrix) -> Iterator[str]:
    cells = {(cell.row, cell.column): cell for cell in matrix.cells}
    places = range(len(matrix.nodes))
    paints = [style.paint(matrix, node).edge for node in matrix.nodes]
    corner = "<td></td>" * 3
    yield f"<tr>{corner}{''.join(_box(_ordinal(place), style.PAPER) for place in places)}</tr>"
    yield f"<tr>{corner}{''.join(_box('', paint, height=_STRIPE) for paint in paints)}</tr>"
    for row in places:
        label = f'<td align="right">{dot.html_text(matrix.nodes[row].label)}</td>'
        head = f'{label}<td width="{_SIDE}">{_ordinal(row)}</td>{_box("", paints[row], width=_STRIPE)}'
        yield f"<tr>{head}{''.join(_cell(matrix, cells, row, column) for column in places)}</tr>"


def _ordinal(place: int) -> str:
    return f'<font point-size="10" color="{style.FAINT}">{place + 1}</font>'


def _cell(matrix: Matrix, cells: Mapping[tuple[int, int], Cell], row: int, column: int) -> str:
    border = _border(matrix, row, column)
    cell = cells.get((row, column))
    if cell is None:
        return _box("", style.FRAME_EDGE if row == column else style.FRAME, border)
    text = f'<font point-size="10" color="{look(cell).ink}">{number(cell)}</font>'
    return _box(text, look(cell).opaque, border)


def _border(matrix: Matrix, row: int, column: int) -> str:
    """The sides of a cell that are part of the frame around a cycle."""
    for first, last in matrix.blocks:
        if first <= row <= last and first <= column <= last:
            sides = {"T": row == first, "B": row == last, "L": column == first, "R": column == last}
            if found := "".join(side for side, is_edge in sides.items() if is_edge):
                return f' border="2" color="{style.CYCLE}" sides="{found}"'
    return ""


def _box(text: str, fill: str, attributes: str = "", *, width: int = _SIDE, height: int = _SIDE) -> str:
    size = f'fixedsize="true" width="{width}" height="{height}"'
    return f'<td {size} bgcolor="{fill}"{attributes}>{text}</td>'
