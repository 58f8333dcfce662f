"""Cursor.

Follows the hook executor in the npm package `@cursor/sdk` 1.0.18: the checks of what a hook answers, and the requests
`preToolUse`, `postToolUse`, `stop` and `subagentStop`.
"""

from archguard.servers.hook.event import AFTER, BEFORE, START, STOP
from archguard.servers.hook.hosts.host import Host

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from archguard.servers.hook.event import Event, Message


class Cursor(Host):
    """Cursor. It reads `ask` but runs the tool all the same: what the user should decide is denied."""

    events = {"sessionStart": START, "preToolUse": BEFORE, "postToolUse": AFTER, "stop": STOP, "subagentStop": STOP}
    can_ask = False

    def event(self, message: "Message") -> "Event | None":
        """The event; a turn that the user has ended, or an error, needs no further turn."""
        event = super().event(message)
        ended = message.get("status", "completed") != "completed"
        return None if event and event.moment == STOP and ended else event

    def noted(self, event: "Event", text: str) -> "Message":
        """The agent goes on, and is told `text`."""
        del event
        return {"additional_context": text}

    def blocked(self, event: "Event", text: str) -> "Message":
        """The agent has stopped; `text` is its next prompt."""
        del event
        return {"followup_message": text}

    def told(self, text: str) -> "Message | None":
        """There is no form for this."""
        del text
        return None

    def _permission(self, event: "Event", decision: str, text: str) -> "Message":
        del event  # the agent gets one of the two messages, which one differs between versions
        return {"permission": decision, "user_message": text, "agent_message": text}
