"""Visual Studio Code, with its own agent.

Follows the page `docs/agents/reference/hooks-reference.md` of the repository `microsoft/vscode-docs`.
"""

from archguard.servers.hook.event import AFTER, BEFORE, START, STOP
from archguard.servers.hook.hosts.host import Host

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from archguard.servers.hook.event import Event, Message


class VisualStudioCode(Host):
    """Visual Studio Code. It looks for the decision about a stop in another place than about that of a subagent."""

    events = {"SessionStart": START, "PreToolUse": BEFORE, "PostToolUse": AFTER, "Stop": STOP, "SubagentStop": STOP}

    def blocked(self, event: "Event", text: str) -> "Message":
        """The agent is not to stop."""
        block = super().blocked(event, text)
        return block if event.name == "SubagentStop" else {"hookSpecificOutput": {"hookEventName": event.name, **block}}
