"""`brief`: one page about a module, a component or the project."""

from typing import ClassVar

from archguard.dataclass import dataclass
from archguard.inspection.brief import Brief, brief
from archguard.inspection.brief_page import render
from archguard.servers.mcp.tool import Answer, Tool
from archguard.servers.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class BriefTool(Tool):
    """Get one page on the architecture around a file, module or component, or on the project if no path is given.

    It tells the component, what it may import and what may import it, exemplary modules to follow, and the contracts
    with their reasons and the usual fixes. Call it before you work on a part of the project that you do not know yet.
    """

    id: ClassVar[str] = "brief"
    title: ClassVar[str] = "Get a page on the architecture"
    answers: ClassVar[type] = Brief

    path: str = ""
    """A file, which need not exist yet, a module or a component; by default the project."""

    def answer(self, workspace: Workspace) -> Answer:
        """The page."""
        report, session = workspace.report()
        found = brief(session.config, session.codebase, report, self.path)
        return Answer(render(found), found)
