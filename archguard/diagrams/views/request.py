"""The input of a view."""

import sys
from dataclasses import field
from functools import cached_property

from archguard.codebase import Codebase
from archguard.dataclass import dataclass
from archguard.diagrams.node_selection import Outline
from archguard.diagrams.simplify import NODES, folded
from archguard.diagrams.view import View
from archguard.diagrams.view_builder import draw
from archguard.kinds import Contract, Layers
from archguard.model import Report
from archguard.model.names import plain_name, top_package


@dataclass(frozen=True, kw_only=True)
class Request:
    """The code, its contracts and report, and the options of a view."""

    codebase: Codebase
    contracts: tuple[Contract, ...] = ()
    report: Report = field(default_factory=Report)
    subject: str = ""
    """The name of the subject: a contract, or the name of `modules`."""
    modules: frozenset[str] = frozenset()
    """The modules of the subject."""
    depth: int | None = None
    """The depth of packages, or the distance from the subject; None for the view's default."""
    limit: int | None = NODES
    """The most nodes of the view; None for all nodes and all arrows."""

    @property
    def main_view(self) -> str:
        """The default view: services if there are any, else components, else packages."""
        if self.codebase.services:
            return "services"
        return "components" if self.codebase.components or self.layered else "packages"

    @property
    def nodes(self) -> int:
        """The most nodes of the view, as a number also if there is no limit."""
        return sys.maxsize if self.limit is None else self.limit

    @cached_property
    def layered(self) -> Layers | None:
        """The `layers` contract with the most components; among several, the one with the most modules."""
        orders = (contract for contract in self.contracts if isinstance(contract, Layers) and contract.layers)
        return max(orders, key=self._size, default=None)

    def _size(self, contract: Layers) -> tuple[int, int]:
        named = {pattern.text for layer in contract.layers for pattern in layer.modules}
        return len(named & self.codebase.components.keys()), len(contract.scope(self.codebase))

    @property
    def project(self) -> str:
        """A title for the code: its services or its top-level packages."""
        tops = {top_package(plain_name(module)) for module in self.codebase.sources}
        names = sorted(self.codebase.services or tops)
        return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")  # noqa: PLR2004  # more names would not fit into a title

    def drawn(self, outline: Outline) -> View:
        """Build the view of `outline`, folded to the limit of nodes."""
        fitting = outline if self.limit is None else folded(self.codebase, self.report, outline, self.limit)
        return draw(self.codebase, self.report, fitting)
