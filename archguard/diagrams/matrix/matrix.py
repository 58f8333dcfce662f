"""A design structure matrix: nodes by nodes, ordered so that imports are below the diagonal.

The order is the partitioning of D. V. Steward, "The Design Structure System: A Method for Managing the Design of
Complex Systems", IEEE Transactions on Engineering Management 28(3), 1981: whatever can stand below the diagonal does,
and what is left forms blocks along it, the cycles. The order of layers takes precedence over both.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from functools import cached_property
from itertools import pairwise, product
from typing import Final

from archguard.codebase.metrics.coupling import stack
from archguard.dataclass import dataclass
from archguard.diagrams.view import Arrow, Node, View, is_known
from archguard.diagrams.view_builder import ALLOWED_WEIGHT

_LAYER_WEIGHT: Final = 10**9
"""The weight of the order of two layers: more than any number of imports."""


@dataclass(frozen=True)
class Cell:
    """The dependencies of the column's node on the row's node."""

    row: int
    column: int
    arrows: tuple[Arrow, ...]

    @property
    def count(self) -> int:
        """The number of imports, or of lines of code."""
        return sum(arrow.count for arrow in self.arrows)

    @property
    def contracts(self) -> tuple[str, ...]:
        """The ids of the contracts that it breaks, sorted."""
        return tuple(sorted({contract for arrow in self.arrows for contract in arrow.contracts}))

    @property
    def is_known(self) -> bool:
        """Whether it breaks contracts, and only in ways that the baseline lists."""
        return is_known(violation for arrow in self.arrows for violation in arrow.violations)

    @property
    def is_cyclic(self) -> bool:
        """Whether it is part of a cycle."""
        return any(arrow.is_cyclic for arrow in self.arrows)


@dataclass(frozen=True, kw_only=True)
class Matrix(View):
    """A view as a table. Its nodes are in the order of the rows and of the columns; a column imports the rows."""

    blocks: tuple[tuple[int, int], ...] = ()
    """The first and last index of each cycle that forms a block along the diagonal."""

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The cells that are not empty, row by row."""
        places = {node.name: place for place, node in enumerate(self.nodes)}
        found: dict[tuple[int, int], list[Arrow]] = {}
        for arrow in self.arrows:
            found.setdefault((places[arrow.target], places[arrow.source]), []).append(arrow)
        return tuple(Cell(row, column, tuple(arrows)) for (row, column), arrows in sorted(found.items()))

    def layer(self, node: Node) -> int | None:
        """The layer of `node`, 0 at the top; None if it is in none."""
        return next((group.layer for group in self.groups if group.name == node.group), None)


def partitioned(view: View) -> Matrix:
    """Partition `view`: layers from top to bottom, otherwise with as few imports as possible above the diagonal."""
    names = [node.name for node in view.nodes]
    weights = _weights(view.arrows)
    tangles = [tangle for tangle in stack(names, weights) if len(tangle) > 1]
    order = [name for tangle in stack(names, _layered(view, weights)) for name in tangle]
    values = {field.name: getattr(view, field.name) for field in fields(View)}
    nodes = tuple(sorted(view.nodes, key=lambda node: order.index(node.name)))
    return Matrix(**values | {"nodes": nodes, "keeps_arrows": True}, blocks=tuple(sorted(_blocks(order, tangles))))


def _weights(arrows: Iterable[Arrow]) -> Mapping[tuple[str, str], int]:
    weights: Counter[tuple[str, str]] = Counter()
    for arrow in arrows:
        weights[arrow.source, arrow.target] += arrow.count * (1 if arrow.violations else ALLOWED_WEIGHT)
    return weights


def _layered(view: View, weights: Mapping[tuple[str, str], int]) -> Mapping[tuple[str, str], int]:
    """Remove imports from a layer to a higher one, and add an arrow from each layer to the next one below."""
    levels = {node.name: group.layer or 0 for group in view.layers for node in view.members(group.name)}
    kept = {(one, other): weight for (one, other), weight in weights.items() if not _goes_up(levels, one, other)}
    rows = [[node.name for node in view.members(group.name)] for group in view.layers]
    steps = (step for above, below in pairwise(filter(None, rows)) for step in product(above, below))
    return {**kept, **dict.fromkeys(steps, _LAYER_WEIGHT)}


def _goes_up(levels: Mapping[str, int], one: str, other: str) -> bool:
    return one in levels and other in levels and levels[other] < levels[one]


def _blocks(order: Sequence[str], tangles: Iterable[Sequence[str]]) -> Iterator[tuple[int, int]]:
    """The index ranges of cycles whose nodes are adjacent; layers may separate the nodes of a cycle."""
    for tangle in tangles:
        places = sorted(map(order.index, tangle))
        if places[-1] - places[0] < len(places):
            yield places[0], places[-1]
