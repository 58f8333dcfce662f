"""The forms of the answers to a host. The default is the form of Claude Code, which other hosts have taken over."""

from archguard.servers.hook.event import Event, event_name

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from collections.abc import Mapping

    from archguard.servers.hook.event import Message


class Host:
    """What a host sends, and how it wants to be answered. No answer at all lets it go on as if there were no hook."""

    events: "Mapping[str, str]" = {}
    """The events that are of interest, with their moments (`START`, `BEFORE`, `AFTER`, `STOP`)."""
    can_ask = True
    """Whether a hook can make the host ask its user for permission."""

    def event(self, message: "Message") -> Event | None:
        """The event that `message` tells of; None if it is of no interest."""
        name = event_name(message)
        moment = self.events.get(name)
        return Event(message, name, moment) if moment else None

    def denied(self, event: Event, text: str) -> "Message":
        """The tool is not to run; `text` tells the agent why."""
        return self._permission(event, "deny", text)

    def asked(self, event: Event, text: str) -> "Message":
        """The user is to decide whether the tool runs; `text` tells what there is to decide."""
        return self._permission(event, "ask" if self.can_ask else "deny", text)

    def noted(self, event: Event, text: str) -> "Message":
        """The agent goes on, and is told `text`."""
        return {"hookSpecificOutput": {"hookEventName": event.name, "additionalContext": text}}

    def blocked(self, event: Event, text: str) -> "Message":
        """The agent is not to stop; `text` tells it what there is to do."""
        del event
        return {"decision": "block", "reason": text}

    def told(self, text: str) -> "Message | None":
        """The user is told `text`, and nothing else happens; None if the host has no form for that."""
        return {"systemMessage": text}

    def _permission(self, event: Event, decision: str, text: str) -> "Message":
        return {
            "hookSpecificOutput": {
                "hookEventName": event.name,
                "permissionDecision": decision,
                "permissionDecisionReason": text,
            }
        }
