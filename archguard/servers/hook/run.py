"""`archguard hook HOST`: one event on stdin, at most one answer on stdout.

The exit code is 0 whenever the host is known: some hosts take 2 for a denial, some ignore it, and no fault of archguard
may block an edit. What went wrong is told to the user in the answer, or on stderr where the host has no form for that.
"""

import sys

from archguard.incremental.light_json import dumps, loads
from archguard.servers.hook import message
from archguard.servers.hook.decision import Decider
from archguard.servers.hook.hosts import HOSTS, host
from archguard.servers.hook.projects import Projects
from archguard.servers.hook.session_state import SessionState

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

    from archguard.servers.hook.event import Message
    from archguard.servers.hook.hosts.host import Host

NO_DAEMON: "Final" = "--no-daemon"
"""The option to compute every answer in this process."""
_WRONG_CALL: "Final" = 1
"""Not the 2 of other commands: hosts take that for a denial."""


def run(arguments: "Sequence[str]") -> int:
    """Answer the event on stdin; returns the exit code.

    Args:
        arguments: What follows `archguard hook`: the name of the host, and `NO_DAEMON` if it is given.
    """
    names = [argument for argument in arguments if argument != NO_DAEMON]
    if len(names) != 1 or names[0] not in HOSTS:
        sys.stderr.write(f"error: `archguard hook` takes one host: {', '.join(HOSTS)}\n")
        return _WRONG_CALL
    calling = host(names[0])
    try:
        answer = _answer(names[0], calling, uses_daemon=NO_DAEMON not in arguments)
    except Exception as error:  # noqa: BLE001  # no fault of archguard blocks an edit
        text = message.fault(f"{type(error).__name__}: {error}", "please report it")
        answer = calling.told(text)
        if answer is None:
            sys.stderr.write(f"{text}\n")
    if answer is not None:
        text = dumps(answer).replace("##", "#\\u0023")  # a CI system would take `##[...]` for a command
        sys.stdout.write(f"{text}\n")
    return 0


def _answer(name: str, calling: "Host", *, uses_daemon: bool) -> "Message | None":
    told = loads(sys.stdin.buffer.read().decode("utf-8-sig"))
    event = calling.event(told) if isinstance(told, dict) else None
    if event is None:
        return None
    # A host that reads the settings of others calls for each of them: each of these calls has to answer for itself.
    state = SessionState(event.session and f"{name} {event.session}")
    try:
        return Decider(calling, Projects(uses_daemon=uses_daemon), state).answer(event)
    finally:
        state.save()
