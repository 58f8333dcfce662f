"""Ask the resident process of a project, and start it if it does not run.

Standard library only, and as little of it as possible: bare Python starts in 10 ms, and whoever waits for a hook waits
for this.
"""

import os
import sys
import time

from archguard.incremental.project_folder import configured_folder
from archguard.incremental.secret import key_file
from archguard.incremental.startup import inherited_path
from archguard.servers.connection import connect
from archguard.servers.protocol import PRIVATE, InvalidMessageError, address, decoded, encoded

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from collections.abc import Sequence
    from subprocess import Popen
    from typing import Any

OUTDATED = "outdated"
"""The code of the error with which a daemon ends whose archguard has been replaced."""
_ATTEMPTS = 2
"""One more after a daemon that was just ending; not many, since a request may be what has made it crash."""
LOG_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_DETACHED_ON_WINDOWS = 0x0000_0208
"""DETACHED_PROCESS and CREATE_NEW_PROCESS_GROUP."""


def ask(
    folder: str, request: "dict[str, Any]", *, start: bool, timeout: float, config: "Sequence[str]" = ()
) -> "dict[str, Any] | None":
    """The daemon's answer for the project around `folder`.

    Args:
        folder: A folder of the project.
        request: The request, such as `{"method": "status"}`.
        start: Whether to start the daemon if it does not run.
        timeout: The seconds to wait for the answer, and for the daemon to come up.
        config: The configuration files, if they are not to be found from `folder` upwards.

    Returns:
        The answer, which may be an error; None if no daemon runs, or if it did not come up or answer in time.
    """
    deadline = time.monotonic() + timeout
    files = [os.path.realpath(path) for path in config]
    root = os.path.dirname(files[0]) if files else configured_folder(folder)
    line = encoded(request)
    for _ in range(_ATTEMPTS):
        answer = _answer(root, files, line, deadline)
        if answer is not None:
            return answer
        if not start or time.monotonic() >= deadline or not _start(root, files, deadline):
            return None
    return None


def _answer(root: str, config: "Sequence[str]", request: bytes, deadline: float) -> "dict[str, Any] | None":
    """The answer of the running daemon; None if none runs, or if it ends without an answer."""
    place = address(root, config, make_folder=False)
    connection = connect(place, root, deadline - time.monotonic()) if place else None
    if connection is None:
        return None
    try:
        connection.wait_at_most(deadline - time.monotonic())
        connection.send(request)
        line = connection.receive()
        answer = None if line is None else decoded(line)
    except (OSError, InvalidMessageError):
        return None
    finally:
        connection.close()
    return None if answer and answer.get("error", {}).get("code") == OUTDATED else answer


def _start(root: str, config: "Sequence[str]", deadline: float) -> bool:
    """Start the daemon, and wait until it listens, or until one that somebody else has started does."""
    place = address(root, config, make_folder=True)
    if place is None or not sys.executable:
        return False
    from subprocess import DEVNULL, PIPE, Popen

    log = _log_file(root)
    options = [f"--config={path}" for path in config] + ([f"--log={log}"] if log else [])
    isolated = "-I" if sys.flags.isolated else "-P"  # else Python would look for archguard in the working directory
    errors = _opened(log)
    try:
        process = Popen(  # noqa: S603  # archguard itself
            [sys.executable, isolated, "-m", "archguard", "serve", f"--project={root}", *options],
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=errors,
            cwd=os.path.dirname(place) if os.name != "nt" else None,  # so that the project's folder can be removed
            env=os.environ | {"PYTHONPATH": inherited_path(root)},
            start_new_session=True,  # so that a signal to the client's group, such as Ctrl-C, does not end it
            creationflags=_DETACHED_ON_WINDOWS if os.name == "nt" else 0,
        )
    except OSError:
        return False
    finally:
        if errors != DEVNULL:
            os.close(errors)
    return _is_ready(process, deadline)


def _is_ready(process: "Popen[bytes]", deadline: float) -> bool:
    """Whether the new process, or another one, listens: it says so in one line, and then closes its output."""
    from select import select

    process.returncode = 0  # it is left running on purpose: no warning about that when the object is deleted
    output = process.stdout
    assert output is not None  # noqa: S101  # a pipe was asked for
    with output:
        if os.name != "nt":  # `select` knows only sockets there
            ready, _, _ = select([output], [], [], max(deadline - time.monotonic(), 0.0))
            if not ready:
                return False
        return bool(output.readline())


def _log_file(root: str) -> str | None:
    """The file for messages of all daemons of this user; None without a home folder, or with one in the project."""
    key = key_file()
    if key is None or os.path.realpath(key).startswith(os.path.join(root, "")):
        return None
    folder = os.path.dirname(key)
    try:
        os.makedirs(folder, PRIVATE, exist_ok=True)
    except OSError:
        return None
    return os.path.join(folder, "daemon.log")


def _opened(log: str | None) -> int:
    """A descriptor for what the daemon writes before it opens `log` itself, such as that a library is missing."""
    from subprocess import DEVNULL

    try:
        return os.open(log, LOG_FLAGS, 0o600) if log else DEVNULL
    except OSError:
        return DEVNULL
