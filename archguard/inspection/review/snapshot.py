"""The architecture at one revision: its parts, their dependencies, routes, cycles and metrics.

Both revisions are seen with the components of today, and with those that are gone, so that a dependency is new because
the code is, and not because a component has another name.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from archguard.checking.measure import measure
from archguard.codebase import Codebase
from archguard.codebase.metrics import Measurement
from archguard.codebase.metrics.whole import Whole
from archguard.config import Config
from archguard.dataclass import dataclass
from archguard.diagrams import Channel, View
from archguard.diagrams.node_selection import package_depth
from archguard.history.trend import figures_of
from archguard.inspection.diagram_request import draw
from archguard.inspection.routes import list_routes
from archguard.model import Report
from archguard.model.names import service_of


@dataclass(frozen=True)
class Snapshot:
    """The code at one revision, under `config`."""

    config: Config
    codebase: Codebase
    report: Report
    """The violations to show in the picture."""
    view_name: str
    """The view of both revisions: `services`, `components` or `packages`."""
    depth: int
    """The depth of packages."""

    @cached_property
    def view(self) -> View:
        """The picture with all nodes and arrows; nodes without code, such as components that are gone, left out."""
        depth = self.depth if self.view_name == "packages" else None
        drawn = draw(self.config, self.codebase, self.report, self.view_name, depth=depth, limit=None, whole=True)
        nodes = tuple(node for node in drawn.nodes if self._modules(drawn, node.name) or node.kind == "external")
        return replace(drawn, nodes=nodes, is_complete=False)

    @staticmethod
    def _modules(view: View, node: str) -> frozenset[str]:
        return view.code.modules.get(node, frozenset()) if view.code else frozenset()

    @cached_property
    def parts(self) -> Mapping[str, str]:
        """The node of each module."""
        code = self.view.code
        return {module: name for name, modules in code.modules.items() for module in modules} if code else {}

    @cached_property
    def routes(self) -> Mapping[tuple[str, str, str], tuple[str, tuple[str, ...]]]:
        """The handler and the guards of each route, by service, method and path; of the same route twice, the first."""
        found: dict[tuple[str, str, str], tuple[str, tuple[str, ...]]] = {}
        for item in list_routes(self.config, self.codebase):
            if item.method != "?":
                guards = tuple(dict.fromkeys(guard.partition(" (")[0] for guard in item.guards))
                service = service_of(item.handler)
                found.setdefault((service, item.method, item.path), (item.handler, guards))
        return found

    @cached_property
    def cycles(self) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        """The strongly connected components of two nodes and more, of the picture and of the modules."""
        graph: dict[str, set[str]] = {node.name: set() for node in self.view.nodes}
        for arrow in self.view.arrows:
            if arrow.channel is Channel.IMPORT:
                graph[arrow.source].add(arrow.target)
        return {self.view_name: Whole(graph).tangles, "modules": self._measurement.modules.whole.tangles}

    @cached_property
    def figures(self) -> Mapping[str, float]:
        """The metrics of the module graph by name."""
        return figures_of(self._measurement)

    @cached_property
    def _measurement(self) -> Measurement:
        return measure(self.config, self.codebase)


def view_of(before: Codebase, after: Codebase, report_view: str) -> tuple[str, int]:
    """The view that both revisions have, and the depth of packages in it."""
    has_services = bool(before.services) and bool(after.services)
    name = "components" if report_view == "services" and not has_services else report_view
    return name, package_depth(after)
