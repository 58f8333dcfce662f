"""Plain text tables."""

from collections.abc import Iterable, Iterator, Sequence

from archguard.reporters.phrases import one_line


def columns(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table with columns of minimal width: the first is left-aligned, the others are right-aligned."""
    cells = [tuple(map(one_line, row)) for row in rows]
    first, *widths = (max(map(len, column)) for column in zip(*cells, strict=True))
    for name, *numbers in cells:
        yield "  ".join((name.ljust(first), *(n.rjust(width) for n, width in zip(numbers, widths, strict=True))))
