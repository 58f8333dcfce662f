"""The hosts: one file each, which says what the host sends, and how it wants to be answered."""

from importlib import import_module

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from archguard.servers.hook.hosts.host import Host

HOSTS = {
    "claude": "Claude",
    "codex": "Codex",
    "gemini": "Gemini",
    "copilot": "Copilot",
    "cursor": "Cursor",
    "vscode": "VisualStudioCode",
}
"""The class of each host, in the module of the host's name. Only the module of the host that calls is imported."""


def host(name: str) -> "Host":
    """The host of that name, which is one of `HOSTS`."""
    made: Host = getattr(import_module(f"archguard.servers.hook.hosts.{name}"), HOSTS[name])()
    return made
