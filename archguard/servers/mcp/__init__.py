"""The MCP server for agents: one file a tool, one line a tool here; only `server.py` knows the protocol's library."""

from typing import Final

from archguard.servers.mcp.brief import BriefTool
from archguard.servers.mcp.check_edit import CheckEdit
from archguard.servers.mcp.explain import Explain
from archguard.servers.mcp.impact import ImpactTool
from archguard.servers.mcp.may_import import MayImport
from archguard.servers.mcp.tool import Tool
from archguard.servers.mcp.where_should import WhereShould

TOOLS: Final[tuple[type[Tool], ...]] = (CheckEdit, MayImport, WhereShould, Explain, BriefTool, ImpactTool)

__all__ = ["TOOLS", "Tool"]
