"""The matrix as plain text, for a terminal."""

from collections.abc import Iterator

from archguard.diagrams.labels import plain
from archguard.diagrams.matrix.matrix import Cell, Matrix
from archguard.diagrams.matrix.wording import legend


def render(matrix: Matrix) -> str:
    """One row per node; columns are labelled with the numbers of the rows."""
    cells = {(cell.row, cell.column): _shown(cell) for cell in matrix.cells}
    size = len(str(len(matrix.nodes)))
    width = max(size, *map(len, cells.values()), 1) + 1
    labels = [f"{place:>{size}} {plain(node.label)}" for place, node in enumerate(matrix.nodes, 1)]
    margin = max(map(len, labels), default=0)
    lines = [plain(matrix.title), "", " " * margin + "".join(f"{it:>{width}}" for it in range(1, len(labels) + 1))]
    for row, label in enumerate(labels):
        texts = (cells.get((row, column), "\\" if row == column else ".") for column in range(len(labels)))
        lines.append(f"{label:<{margin}}" + "".join(f"{text:>{width}}" for text in texts))
    return "\n".join((*lines, "", *_explained(matrix)))


def _shown(cell: Cell) -> str:
    mark = "*" if cell.is_cyclic else ""
    if cell.contracts:
        mark = "~" if cell.is_known else "!"
    return f"{cell.count}{mark}"


def _explained(matrix: Matrix) -> Iterator[str]:
    yield from (f"{sentence}." for sentence in legend(matrix, broken="!", known="~", cyclic="*"))
    for first, last in matrix.blocks:
        yield f"Cycle: {first + 1} to {last + 1}."
    yield from (f"{plain(note)}." for note in matrix.notes)
