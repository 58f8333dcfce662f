"""What is written on a matrix, the same in every format."""

from collections.abc import Iterator

from archguard.diagrams.labels import counted, plain
from archguard.diagrams.matrix.matrix import Cell, Matrix
from archguard.diagrams.view import Channel


def legend(matrix: Matrix, *, broken: str, cyclic: str) -> Iterator[str]:
    """What the numbers mean, and of the marks for what is `broken` or `cyclic` those that `matrix` has."""
    yield "The column imports the row, so many times; what stands above the diagonal leads upwards"
    if any(cell.contracts for cell in matrix.cells):
        yield f"{broken} breaks a contract"
    if any(cell.is_cyclic and not cell.contracts for cell in matrix.cells):
        yield f"{cyclic} is part of a cycle"


def told(matrix: Matrix, cell: Cell) -> str:
    """A sentence about `cell`."""
    importer, imported = (plain(matrix.nodes[place].name) for place in (cell.column, cell.row))
    ways = ", ".join(_way(arrow.channel, arrow.count) for arrow in cell.arrows)
    broken = f"; breaks {plain(', '.join(cell.contracts))}" if cell.contracts else ""
    return f"{importer} \N{RIGHTWARDS ARROW} {imported}: {ways}{broken}"


def _way(channel: Channel, count: int) -> str:
    return counted(count, "import") if channel is Channel.IMPORT else f"{count} over {channel.upper()}"
