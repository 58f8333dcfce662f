"""What a host tells a hook, without the differences between hosts."""

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    Message: TypeAlias = "dict[str, Any]"
    """A JSON object."""

START = "start"
"""A session begins."""
BEFORE = "before"
"""A tool is about to run."""
AFTER = "after"
"""One or several tools have run."""
STOP = "stop"
"""The agent, or an agent that it has started, wants to end its turn."""


class Event:
    """A moment in a session at which the host calls the hook."""

    __slots__ = ("folder", "is_repeated_stop", "moment", "name", "session", "tool", "tool_input")

    def __init__(self, message: "Message", name: str, moment: str) -> None:
        self.name = name
        """The event in the host's words."""
        self.moment = moment
        """`START`, `BEFORE`, `AFTER` or `STOP`."""
        self.session = _text(message, "session_id", "sessionId", "conversation_id")
        self.folder = _text(message, "cwd") or _first_text(message.get("workspace_roots"))
        """The folder that relative paths start from."""
        self.tool = _text(message, "tool_name", "toolName")
        self.tool_input: Any = message.get("tool_input", message.get("toolArgs"))
        self.is_repeated_stop = bool(
            message.get("stop_hook_active") or message.get("stopHookActive") or message.get("loop_count")
        )
        """Whether the agent goes on only because a hook did not let it stop."""


def event_name(message: "Message") -> str:
    """The event in the host's words; "" if the message does not say."""
    return _text(message, "hook_event_name", "hookEventName")


def _text(message: "Message", *keys: str) -> str:
    """The value of the first of `keys` that holds a text; "" if none does."""
    return next((value for value in map(message.get, keys) if isinstance(value, str) and value), "")


def _first_text(values: "Any") -> str:
    return values[0] if isinstance(values, list) and values and isinstance(values[0], str) else ""
