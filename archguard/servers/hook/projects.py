"""Ask about the projects that a call of a tool touches: the daemon, or archguard in this process if none can run."""

import os
import time

from archguard.incremental.project_folder import configured_folder, may_be_configured
from archguard.servers.client import ask

TYPE_CHECKING = False  # importing `typing` takes as long as asking the daemon
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

    from archguard.servers.hook.event import Message

_SECONDS: "Final" = 20.0
"""The longest wait before an edit, for a daemon that has to read the project first. Hosts wait 30 seconds or more."""
_SECONDS_ON_DISK: "Final" = 50.0
"""The longest wait for what is on disk, where a comparison with a commit checks all of its code, and nobody types."""

_SECONDS_AT_START: "Final" = 2.0
"""Enough to start the daemon, which goes on reading when its client has gone."""


class Projects:
    """The projects of this machine, each known by the folder of its configuration."""

    def __init__(self, *, uses_daemon: bool = True) -> None:
        self._uses_daemon = uses_daemon
        self._here: dict[str, Callable[[Message], Message]] = {}
        """What answers in this process."""

    def root(self, path: str) -> str:
        """The folder of the project that the file or folder `path`, which may not exist yet, belongs to; "" if none."""
        folder = path
        while not os.path.isdir(folder) and os.path.dirname(folder) != folder:
            folder = os.path.dirname(folder)
        found = configured_folder(folder)
        return found if may_be_configured(found) else ""

    def ask(self, root: str, request: "Message") -> "Message":
        """The answer about the project in `root`; `{"error": ...}` if there is none."""
        if self._uses_daemon and root not in self._here:
            seconds = _SECONDS if "drafts" in request else _SECONDS_ON_DISK
            end = time.monotonic() + seconds
            answer = ask(root, request, start=True, timeout=seconds)
            if answer is not None:
                return answer
            if time.monotonic() >= end:
                return {"error": {"message": "the project is still being read", "hint": ""}}
        return self._answer_here(root, request)

    def begin_reading(self, root: str) -> None:
        """Start the daemon, if it does not run, and have it read the project in `root`."""
        if self._uses_daemon:
            ask(root, {"method": "report"}, start=True, timeout=_SECONDS_AT_START)

    def head(self, root: str) -> str:
        """The commit that is checked out there; "" without git, or before the first commit."""
        from pathlib import Path

        from archguard.history.git import GitError, commit_of

        try:
            return commit_of(Path(root), "HEAD")
        except GitError:
            return ""

    def _answer_here(self, root: str, request: "Message") -> "Message":
        if root not in self._here:
            from pathlib import Path

            from archguard.servers.answers import ProjectAnswers
            from archguard.servers.workspace import Workspace

            self._here[root] = ProjectAnswers(Workspace(Path(root)))
        return self._here[root](request)
