"""A design structure matrix: nodes against nodes, in the order in which imports stand below the diagonal.

The order is the partitioning of D. V. Steward, "The Design Structure System: A Method for Managing the Design of
Complex Systems", IEEE Transactions on Engineering Management 28(3), 1981: whatever can stand below the diagonal does,
and what is left forms blocks along it, the cycles. Where there are layers, their order goes first.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import pairwise, product
from typing import Final

from archguard.codebase.metrics.coupling import stack
from archguard.diagrams.view import Arrow, Node, View
from archguard.diagrams.view_builder import KEPT

_ABOVE: Final = 10**9
"""How much it weighs that one layer stands above the next one: more than any imports."""


@dataclass(frozen=True)
class Cell:
    """How the node of the column reaches the node of the row."""

    row: int
    column: int
    arrows: tuple[Arrow, ...]

    @property
    def count(self) -> int:
        """How many lines of code do."""
        return sum(arrow.count for arrow in self.arrows)

    @property
    def contracts(self) -> tuple[str, ...]:
        """The ids of the contracts that it breaks, sorted."""
        return tuple(sorted({contract for arrow in self.arrows for contract in arrow.contracts}))

    @property
    def is_cyclic(self) -> bool:
        """Whether it is part of a cycle."""
        return any(arrow.is_cyclic for arrow in self.arrows)


@dataclass(frozen=True, kw_only=True)
class Matrix(View):
    """A view as a table. Its nodes are in the order of the rows and of the columns; a column imports the rows."""

    blocks: tuple[tuple[int, int], ...] = ()
    """The first and the last place of each cycle that forms a block along the diagonal."""

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Those that are not empty, row by row."""
        places = {node.name: place for place, node in enumerate(self.nodes)}
        found: dict[tuple[int, int], list[Arrow]] = {}
        for arrow in self.arrows:
            found.setdefault((places[arrow.target], places[arrow.source]), []).append(arrow)
        return tuple(Cell(row, column, tuple(arrows)) for (row, column), arrows in sorted(found.items()))

    def layer(self, node: Node) -> int | None:
        """On which layer `node` is, from 0 at the top; None if it is on none."""
        return next((group.layer for group in self.groups if group.name == node.group), None)


def partitioned(view: View) -> Matrix:
    """`view` as a table: layers from top to bottom, and otherwise as few imports as possible above the diagonal."""
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
        weights[arrow.source, arrow.target] += arrow.count * (1 if arrow.violations else KEPT)
    return weights


def _layered(view: View, weights: Mapping[tuple[str, str], int]) -> Mapping[tuple[str, str], int]:
    """`weights` without what leads up from a layer, and with an arrow from each layer down to the next."""
    levels = {node.name: group.layer or 0 for group in view.layers for node in view.members(group.name)}
    kept = {(one, other): weight for (one, other), weight in weights.items() if not _leads_up(levels, one, other)}
    rows = [[node.name for node in view.members(group.name)] for group in view.layers]
    steps = (step for above, below in pairwise(filter(None, rows)) for step in product(above, below))
    return {**kept, **dict.fromkeys(steps, _ABOVE)}


def _leads_up(levels: Mapping[str, int], one: str, other: str) -> bool:
    return one in levels and other in levels and levels[other] < levels[one]


def _blocks(order: Sequence[str], tangles: Iterable[Sequence[str]]) -> Iterator[tuple[int, int]]:
    """The cycles whose nodes stand beside each other."""
    for tangle in tangles:
        places = sorted(map(order.index, tangle))
        if places[-1] - places[0] < len(places):
            yield places[0], places[-1]
