"""What somebody wants to see."""

import sys
from dataclasses import dataclass, field
from functools import cached_property

from archguard.codebase import Codebase
from archguard.diagrams.node_selection import Outline
from archguard.diagrams.simplify import NODES, folded
from archguard.diagrams.view import View
from archguard.diagrams.view_builder import draw
from archguard.kinds import Contract, Layers
from archguard.model import Report


@dataclass(frozen=True, kw_only=True)
class Request:
    """The code, what is said of it, and which of it a view is to show."""

    codebase: Codebase
    contracts: tuple[Contract, ...] = ()
    report: Report = field(default_factory=Report)
    subject: str = ""
    """The name of what the view is about: a contract, or what `modules` are called."""
    modules: frozenset[str] = frozenset()
    """The modules that it is about."""
    depth: int | None = None
    """How deep packages are drawn, or how far from the subject; None leaves it to the view."""
    limit: int | None = NODES
    """How many nodes the view has at most; None for as many as there are, and all their arrows."""

    @property
    def main_view(self) -> str:
        """The view that says most: of services where there are some, else of components, else of packages."""
        if self.codebase.services:
            return "services"
        return "components" if self.codebase.components or self.layered else "packages"

    @property
    def nodes(self) -> int:
        """How many nodes the view has at most, as a number."""
        return sys.maxsize if self.limit is None else self.limit

    @cached_property
    def layered(self) -> Layers | None:
        """The contract that puts most components in layers, one above the other; of several, that for most modules."""
        orders = (contract for contract in self.contracts if isinstance(contract, Layers) and contract.layers)
        return max(orders, key=self._size, default=None)

    def _size(self, contract: Layers) -> tuple[int, int]:
        named = {pattern.text for layer in contract.layers for pattern in layer.modules}
        return len(named & self.codebase.components.keys()), len(contract.scope(self.codebase))

    @property
    def project(self) -> str:
        """What the code is called: its services or its top-level packages."""
        tops = {module.rpartition("::")[2].partition(".")[0] for module in self.codebase.sources}
        names = sorted(self.codebase.services or tops)
        return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")  # noqa: PLR2004  # more make no title

    def drawn(self, outline: Outline) -> View:
        """The view of `outline`, with no more nodes than there may be."""
        fitting = outline if self.limit is None else folded(self.codebase, self.report, outline, self.limit)
        return draw(self.codebase, self.report, fitting)
