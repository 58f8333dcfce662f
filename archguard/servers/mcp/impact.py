"""`impact`: what depends on a module."""

from typing import ClassVar

from archguard.dataclass import dataclass
from archguard.inspection.impact import Impact, impact, render
from archguard.servers.mcp.tool import Answer, Tool
from archguard.servers.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class ImpactTool(Tool):
    """Tell what depends on a module: who imports it directly and indirectly, and which routes and services reach it.

    Call it before you change what a module offers to others, or move or remove it.
    """

    id: ClassVar[str] = "impact"
    title: ClassVar[str] = "Tell what depends on a module"
    answers: ClassVar[type] = Impact

    module: str
    """A module, file or component."""

    def answer(self, workspace: Workspace) -> Answer:
        """The modules, routes and services."""
        report, session = workspace.report()
        found = impact(session.config, session.codebase, report, self.module)
        return Answer(render(found), found)
