"""The legend and the sentences of a matrix, the same in every format."""

from collections.abc import Iterator

from archguard.diagrams.labels import counted, plain
from archguard.diagrams.matrix.matrix import Cell, Matrix
from archguard.diagrams.view import Channel


def legend(matrix: Matrix, *, broken: str, known: str, cyclic: str) -> Iterator[str]:
    """Explain the numbers, and those of the marks `broken`, `known` and `cyclic` that occur in `matrix`."""
    yield "The column imports the row, so many times; marks above the diagonal go against the layering"
    if any(cell.contracts and not cell.is_known for cell in matrix.cells):
        yield f"{broken} breaks a contract"
    if any(cell.is_known for cell in matrix.cells):
        yield f"{known} known violation, in the baseline"
    if any(cell.is_cyclic and not cell.contracts for cell in matrix.cells):
        yield f"{cyclic} is part of a cycle"


def cell_text(matrix: Matrix, cell: Cell) -> str:
    """A sentence that describes `cell`."""
    importer, imported = (plain(matrix.nodes[place].name) for place in (cell.column, cell.row))
    ways = ", ".join(_way(arrow.channel, arrow.count) for arrow in cell.arrows)
    known = " (known)" if cell.is_known else ""
    broken = f"; breaks {plain(', '.join(cell.contracts))}{known}" if cell.contracts else ""
    return f"{importer} \N{RIGHTWARDS ARROW} {imported}: {ways}{broken}"


def _way(channel: Channel, count: int) -> str:
    return counted(count, "import") if channel is Channel.IMPORT else f"{count} over {channel.upper()}"
