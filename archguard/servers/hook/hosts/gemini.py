"""Gemini CLI.

Follows the page `docs/hooks/reference.md`, and `packages/core/src/hooks/types.ts` and
`packages/core/src/scheduler/hook-utils.ts`, of the repository `google-gemini/gemini-cli`.
"""

from archguard.servers.hook.event import AFTER, BEFORE, START, STOP
from archguard.servers.hook.hosts.host import Host

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from archguard.servers.hook.event import Event, Message


class Gemini(Host):
    """Gemini CLI. Text on stdout that is no JSON would count as an answer that allows the tool."""

    events = {"SessionStart": START, "BeforeTool": BEFORE, "AfterTool": AFTER, "AfterAgent": STOP}

    def denied(self, event: "Event", text: str) -> "Message":
        """The tool is not to run."""
        del event
        return {"decision": "deny", "reason": text}

    def asked(self, event: "Event", text: str) -> "Message":
        """The user is to decide; what they see is the `systemMessage`."""
        del event
        return {"decision": "ask", "reason": text, "systemMessage": text}

    def blocked(self, event: "Event", text: str) -> "Message":
        """The agent is not to stop."""
        return self.denied(event, text)
