"""GitHub Copilot: the command line and the cloud agent.

Follows the page `content/copilot/reference/hooks-reference.md` of the repository `github/docs`, and the types
`PreToolUseHookOutput`, `PostToolUseHookOutput`, `AgentStopHookInput` and `AgentStopHookOutput` of the npm package
`@github/copilot-sdk` 1.0.14.
"""

from archguard.servers.hook.event import AFTER, BEFORE, START, STOP, Event, event_name
from archguard.servers.hook.hosts.host import Host

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from archguard.servers.hook.event import Message


class Copilot(Host):
    """GitHub Copilot. Exit code 2 does not deny anything there; `ask` is `deny` where nobody can be asked."""

    events = {
        "sessionStart": START,
        "SessionStart": START,
        "preToolUse": BEFORE,
        "PreToolUse": BEFORE,
        "postToolUse": AFTER,
        "PostToolUse": AFTER,
        "agentStop": STOP,
        "subagentStop": STOP,
        "Stop": STOP,
        "SubagentStop": STOP,
    }

    def event(self, message: "Message") -> Event | None:
        """The event. Events that are registered with a small first letter do not say which they are."""
        name = event_name(message) or _implied_name(message)
        moment = self.events.get(name)
        return Event(message, name, moment) if moment else None

    def noted(self, event: Event, text: str) -> "Message":
        """The agent goes on, and is told `text`."""
        del event
        return {"additionalContext": text}

    def told(self, text: str) -> "Message | None":
        """There is no form for this."""
        del text
        return None

    def _permission(self, event: Event, decision: str, text: str) -> "Message":
        del event
        return {"permissionDecision": decision, "permissionDecisionReason": text}


def _implied_name(message: "Message") -> str:
    """The event by the fields that only its message has."""
    if "toolArgs" in message:
        return "postToolUse" if "toolResult" in message else "" if "error" in message else "preToolUse"
    if "stopReason" in message:
        return "subagentStop" if "agentName" in message else "agentStop"
    return "sessionStart" if "source" in message else ""
